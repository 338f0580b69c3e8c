"""What the pages show."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from models import Entry, Kinship, Model
from tests.integration.web.conftest import NOW, words

if TYPE_CHECKING:
    from tests.integration.web.conftest import News, Reader

HOSTILE = "<script>alert(1)</script> & \"quotes\" 'too'"


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/", "No topic yet."),
        ("/matches", "No match yet."),
        ("/topics", "No topic yet."),
        ("/feeds", "No feed yet."),
        ("/alerts", "No alert yet."),
        ("/alerts?state=dead", "No dead alert."),
        ("/matches?label=none", "No match like that."),
        ("/?page=3", "Nothing older."),
    ],
)
def test_an_empty_page_says_what_to_do(page: Reader, path: str, advice: str) -> None:
    response = page.get(path)
    assert response.status_code == 200
    assert advice in words(response.text)


def test_events_come_newest_first_with_their_matches(page: Reader, news: News) -> None:
    topic = news.topic()
    old, new = news.event(topic, "Old event"), news.event(topic, "New event")
    news.match(topic, old, "Old match", published=NOW - timedelta(days=2))
    first = news.match(topic, new, "First telling", label="relevant")
    news.match(topic, new, "Second telling", copy_of_id=first, text_from="feed")
    seen = words(page.get("/").text)
    assert seen.index("New event") < seen.index("Old event") < seen.index("Old match")
    assert "2 matches from 1 source" in seen
    assert "First telling Example News · 20 Mar 09:30 · score 0.50 relevant" in seen
    assert "Second telling Example News · 20 Mar 09:30 · score 0.50 copy text from feed" in seen


def test_events_of_one_topic(page: Reader, news: News) -> None:
    for name in ("dams", "rivers & lakes"):
        topic = news.topic(name)
        news.match(topic, news.event(topic, f"Event of {name}"))
    html = page.get("/").text
    [link] = re.findall(r'href="(\?topic=rivers[^"]*)"', html)
    seen = words(page.get("/" + unescape(link)).text)
    assert "Event of rivers & lakes" in seen and "Event of dams" not in seen


def test_older_events_are_a_link_away(page: Reader, news: News) -> None:
    topic = news.topic()
    for at in range(31):
        event = news.event(topic, f"Event number {at:02}")
        news.match(topic, event, published=NOW + timedelta(minutes=at))
    first = page.get("/?topic=dams")
    assert "Event number 01" in first.text and "Event number 00" not in first.text
    [older] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = page.get("/" + unescape(older))
    assert "Event number 00" in second.text and "Event number 01" not in second.text
    assert "Newer" in second.text and "Older" not in second.text
    assert "topic=dams" in older


def test_a_long_event_shows_a_few_matches_and_the_way_to_the_rest(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    for at in range(8):
        news.match(topic, event, f"Telling {at}", published=NOW + timedelta(minutes=at))
    seen = words(page.get("/").text)
    assert "Telling 7" in seen and "Telling 2" not in seen
    assert "3 earlier matches" in seen


def test_an_event_in_the_order_of_publication_with_copies_folded(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    first = news.match(topic, event, "First", published=NOW - timedelta(hours=3))
    news.match(topic, event, "Second", published=NOW - timedelta(hours=2))
    copy = news.match(topic, event, "Copy", copy_of_id=first, published=NOW - timedelta(hours=1))
    news.match(topic, event, "Copy of a copy", copy_of_id=copy, published=NOW)
    html = page.get(f"/events/{event}").text
    seen = words(html)
    assert seen.index("First") < seen.index("2 copies") < seen.index("Copy") < seen.index("Second")
    [folded] = re.findall(r"<summary>2 copies.*?</ol>", html, re.DOTALL)
    assert "Copy of a copy" in folded and "Second" not in folded
    assert "1 h later" in seen


def test_an_event_names_those_that_are_or_may_be_the_same(page: Reader, news: News) -> None:
    topic = news.topic()
    event, perhaps, part = (news.event(topic, f"Event {name}") for name in ("one", "two", "<b>"))
    news.match(topic, event)
    news.add(Kinship(event_id=event, other_id=perhaps, log_odds=0.5, found_at=NOW))
    news.add(Kinship(event_id=event, other_id=part, log_odds=1.5, found_at=NOW, moved=[7]))
    for name in (event, part):
        html = page.get(f"/events/{name}").text
        seen = words(html)
        assert "It may be the same as Event two ." in seen
        assert f'name="into" value="{perhaps}"' in html
        assert f'<a href="/events/{perhaps}"' in html
        assert f"Event {part}, Event <b> , was found to be the same" in seen


def test_a_match_with_all_that_is_known(page: Reader, news: News) -> None:
    topic = news.topic()
    early, event = news.event(topic, "An earlier dam"), news.event(topic, "This dam")
    news.match(topic, early)
    feed = news.feed("rivers")
    match = news.match(
        topic, event, "Dam closed", text="A <b>first</b> line.\n\nA second.", author="Ann Bo",
        nearest_event_id=early, similarity=0.21, score=0.48, probability=0.97,
    )  # fmt: skip
    news.add(Entry(feed_id=feed, article_id=match, seen_at=NOW))
    html = page.get(f"/matches/{match}").text
    seen = words(html)
    for expected in (
        "Match of dams",
        "Example News · Ann Bo · 20 Mar 09:30 · en",
        "Its score is 0.48 ; the threshold is 0.30 ; it is relevant with a probability of 97 % .",
        "nearest seed is “ The first seed ” (similarity 0.44)",
        "word0 +0.200",
        "word11 −0.020",
        "3 other words −0.180",
        "Earlier articles like it Earlier 1 similarity 0.55 +0.010",
        "2 other articles +0.020",
        "Score +0.970",
        "Event This dam",
        "An earlier dam similarity 0.21 · last seen 20 Mar 09:30",
        "Brought by rivers",
        "A <b>first</b> line. A second.",
    ):
        assert expected in seen
    assert f'href="/events/{early}"' in html
    assert re.search(r'<a [^>]*href="https://news[^"]+" rel="noopener noreferrer">Read', html)


def test_a_match_says_what_is_new(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    nothing = {"names": [], "places": [], "numbers": [], "sentences": []}
    told = {"names": ["Ann <Bo>", "Kiew AG"], "numbers": ["four gates"], "sentences": ["It broke."]}
    one, none, off = (
        news.match(topic, event, novelty=nothing | told),
        news.match(topic, event, novelty=nothing),
        news.match(topic, event),
    )
    seen = words(page.get(f"/matches/{one}").text)
    assert "What is new It broke. Names Ann <Bo> , Kiew AG Numbers four gates" in seen
    assert "Places" not in seen
    assert "Nothing that the topic’s earlier" in page.get(f"/matches/{none}").text
    assert "What is new" not in page.get(f"/matches/{off}").text


def test_a_match_judged_before_probabilities_were(page: Reader, news: News) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    assert "the threshold is 0.30 ." in words(page.get(f"/matches/{match}").text)


def test_an_event_without_an_alarm_is_marked(page: Reader, news: News) -> None:
    topic = news.topic()
    sure, doubtful = news.event(topic, "Sure"), news.event(topic, "Doubtful", alarmed=False)
    news.match(topic, doubtful)
    news.match(topic, sure, published=NOW - timedelta(hours=1))
    listed = words(page.get("/").text)
    assert listed.count("below the alarm line") == 1
    assert listed.index("Doubtful") < listed.index("below the alarm line") < listed.index("Sure")
    assert "below the alarm line" in page.get(f"/events/{doubtful}").text
    assert "below the alarm line" not in page.get(f"/events/{sure}").text


def test_a_match_that_joined_its_event(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic, "One dam")
    match = news.match(topic, event, nearest_event_id=event, similarity=0.66)
    seen = words(page.get(f"/matches/{match}").text)
    assert "Event One dam similarity 0.66 when it joined" in seen
    assert "Nearest earlier event" not in seen


def test_a_nearest_event_of_seeds_has_no_page_to_link_to(page: Reader, news: News) -> None:
    topic = news.topic()
    seeds, event = news.event(topic, "Known of old"), news.event(topic)
    news.match(topic, seeds, seed="seeds/one.txt")
    match = news.match(topic, event, nearest_event_id=seeds, similarity=0.1)
    html = page.get(f"/matches/{match}").text
    assert "Known of old (known from the seeds)" in words(html)
    assert f'href="/events/{seeds}"' not in html


def test_a_match_is_shown_without_what_is_no_longer_kept(page: Reader, news: News) -> None:
    topic = news.topic()
    for _ in range(2):
        news.add(Model(topic_id=topic, created_at=NOW, threshold=0.3, body=b""))
    for more in ({"text": None}, {"model_id": 2}, {"model_id": 3}):
        match = news.match(topic, news.event(topic), **more)
        assert "What made the score is no longer kept." in page.get(f"/matches/{match}").text


def test_seeds_and_off_topic_articles(page: Reader, news: News) -> None:
    topic = news.topic()
    seed = news.match(topic, news.event(topic), seed="seeds/one.txt", url="seeds/one.txt")
    html = page.get(f"/matches/{seed}").text
    assert (
        "Seed of dams" in words(html)
        and 'name="verdict"' not in html
        and "Read the article" not in html
    )
    off = news.match(topic, None, last_error="it lacks: japan")
    seen = words(page.get(f"/matches/{off}").text)
    assert "Off topic: dams" in seen and "left out: it lacks: japan" in seen


def test_the_list_of_matches_can_be_narrowed(page: Reader, news: News) -> None:
    dams, lakes = news.topic("dams"), news.topic("lakes")
    news.match(dams, news.event(dams), "Strong", score=0.8)
    news.match(dams, news.event(dams), "Weak", score=0.31, label="irrelevant")
    news.match(lakes, news.event(lakes), "Lake", score=0.5)

    def shown(query: str) -> set[str]:
        html = page.get(f"/matches?{query}").text
        return set(re.findall(r'class="title"[^>]*>([^<]+)<', html))

    assert shown("") == {"Strong", "Weak", "Lake"}
    assert shown("topic=&min_score=") == {"Strong", "Weak", "Lake"}
    assert shown("topic=dams") == {"Strong", "Weak"}
    assert shown("topic=dams&label=none") == {"Strong"}
    assert shown("min_score=0.5") == {"Strong", "Lake"}


def test_feeds_that_fail_come_first_with_the_reason(page: Reader, news: News) -> None:
    news.feed("alpha", last_success_at=NOW - timedelta(hours=3))
    news.feed("beta", failures=4, last_error="HTTP 503: overloaded")
    news.feed("gamma", state="paused")
    news.feed("delta")
    seen = words(page.get("/feeds").text)
    assert "4 feeds, 1 failing ." in seen
    assert "beta https://beta.example.org/rss HTTP 503: overloaded failing 4 in a row never" in seen
    assert seen.index("beta") < seen.index("alpha")
    assert "healthy 3 h ago in 12 min never 0" in seen
    assert "paused never none never 0" in seen and "new never in 12 min never 0" in seen


def test_the_ledger_of_alerts(page: Reader, news: News) -> None:
    topic = news.topic()
    news.alert(topic, news.event(topic), state="sent", sent_at=NOW, attempts=1)
    news.alert(topic, news.event(topic), state="dead", attempts=9, last_error="550 no such user")
    seen = words(page.get("/alerts").text)
    assert "sent 1 attempt 20 Mar 09:30" in seen
    assert "550 no such user mail dead 9 attempts not sent" in seen
    assert "1 alert could not be delivered" in seen
    assert "550" not in page.get("/alerts?state=sent").text


def test_topics_and_one_topic(page: Reader, news: News) -> None:
    topic = news.topic("a/b c", must=("dam|barrage",), match_budget=2.5, threshold=0.3)
    seeds = news.event(topic, newest_at=None)
    news.match(topic, seeds, "The first seed", seed="seeds/one.txt")
    news.match(topic, seeds, "Failed", seed="https://x.example/", text=None)
    news.match(topic, news.event(topic))
    html = page.get("/topics").text
    assert "a/b c ready 0.30 1 1 1" in words(html)
    [link] = re.findall(r'href="(/topics/[^"]+)"', html)
    seen = words(page.get(link).text)
    assert "1 article judged, 1 match in 1 event." in seen
    assert "Timeline, " in page.get(link).text
    seen = words(page.get(link.replace("/topics/", "/settings/")).text)
    assert "0.300 (set by you)" in seen and "dam|barrage" in seen
    assert "about 2.5 matches a day" in seen
    assert "To be expected about 0.25 matches a day" in seen
    assert "The first seed seeds/one.txt 20 Mar 09:30 2 read" in seen


def test_nothing_from_outside_becomes_markup(page: Reader, news: News) -> None:
    topic = news.topic(HOSTILE, must=(HOSTILE,))
    event = news.event(topic, HOSTILE)
    match = news.match(
        topic, event, HOSTILE, text=HOSTILE, author=HOSTILE, url="javascript:alert(1)"
    )
    news.feed("x", last_error=HOSTILE, failures=1)
    news.alert(topic, event, last_error=HOSTILE)
    for path in (
        "/",
        f"/events/{event}",
        f"/matches/{match}",
        "/matches",
        "/feeds",
        "/alerts",
        "/topics",
        f"/topics/{quote(HOSTILE)}",
        f"/settings/{quote(HOSTILE)}",
        f"/review/{quote(HOSTILE)}",
    ):
        html = page.get(path).text
        assert "alert(1)" in html, path
        assert "<script>" not in html and "&amp;amp;" not in html, path
        assert not re.search(r'href="(?!/|\?|#|https?:)', html), path
