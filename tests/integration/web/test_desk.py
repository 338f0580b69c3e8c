"""What the desk takes, refuses and gives back where no script runs."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Action, Feed, Judgement, SavedSearch, Topic
from monitor.edge.store import views
from monitor.web import handlers
from tests.integration.web.conftest import BASE, HOSTILE, NOW, words

if TYPE_CHECKING:
    from monitor.edge.store.store import Store
    from tests.integration.web.conftest import News, Reader

HTMX = {"HX-Request": "true", "Origin": BASE}


def send(page: Reader, path: str, headers: dict[str, str] | None = None, **form: Any) -> Any:
    """A form of ours."""
    html = page.get("/topics").text
    [token] = set(re.findall(r'name="token" value="([^"]+)"', html))
    return page.post(path, data={"token": token, **form}, headers=headers or {"Origin": BASE})


def test_a_verdict_is_put_into_the_page_and_taken_back(
    page: Reader, news: News, store: Store
) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    answer = send(page, f"/matches/{match}/label", HTMX, verdict="relevant", drawn="1")
    assert answer.status_code == 200 and answer.text.lstrip().startswith("<form")
    assert 'value="relevant" aria-pressed="true"' in answer.text
    [undo] = re.findall(r'hx-post="(/actions/\d+/undo)"', answer.text)
    columns = select(Judgement.label, Judgement.drawn).where(Judgement.id == match)
    assert store.read(lambda session: session.execute(columns).one()) == ("relevant", True)
    answer = send(page, undo, HTMX, match=str(match))
    assert 'aria-pressed="true"' not in answer.text
    assert store.read(views.match, match).label is None


def test_what_a_person_may_not_do_is_said_on_a_page(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    news.match(topic, event)
    for path, form, status, said in (
        (f"/events/{event}/merge", {"into": str(event)}, 409, "cannot be merged with itself"),
        (f"/events/{event}/merge", {"into": "x"}, 400, "into is no number."),
        (f"/events/{event}/split", {"match": "1"}, 409, "would be left without an article"),
        (f"/events/{event}/split", {}, 400, "Tick the matches"),
        (f"/events/{event}/rename", {"title": "x" * 301}, 409, "1 to 300 characters"),
        (f"/events/{event}/mute", {"days": "3"}, 400, "none of the choices"),
        (f"/events/{event}/separate", {}, 409, "part of no other"),
        ("/settings/dams", {"key": "threshold", "value": "2"}, 400, "threshold=2"),
        ("/settings/dams", {"key": "nonsense", "value": "2"}, 400, "is not KEY=VALUE"),
        ("/settings/dams", {"key": "must", "reset": "1"}, 409, "was not changed here"),
        ("/settings/dams/seeds", {"url": ""}, 400, "Choose a file"),
        ("/settings/dams/seeds", {"url": "ftp://x.example/"}, 400, "ftp://x.example/"),
        ("/topics", {"name": " "}, 400, "Give the topic a name"),
        ("/topics", {"name": "new"}, 400, "at least one example article"),
        ("/topics", {"name": "dams", "url": "https://x.example/1"}, 409, "a topic dams already"),
        ("/searches", {"name": ""}, 400, "Give the search a name"),
        ("/rescore/dams", {"model": "1"}, 409, "look at it once more"),
        ("/actions/99/undo", {}, 404, "Nothing here"),
    ):
        answer = send(page, path, **form)
        assert answer.status_code == status, (path, form, words(answer.text))
        assert said in words(answer.text), (path, form)


@pytest.mark.parametrize("name", ["my dams", "Дамба", "a?b#c", "a/b & c", "100 %"])
def test_a_form_leads_back_to_its_page_whatever_the_topic_is_called(
    page: Reader, news: News, name: str
) -> None:
    topic = news.topic(name)
    match = news.match(topic, news.event(topic))
    address = f"/review/{quote(name)}"
    [back] = set(re.findall(r'name="next" value="([^"]+)"', page.get(address).text))
    answer = send(page, f"/matches/{match}/label", verdict="relevant", next=unescape(back))
    assert answer.headers["Location"].partition("?")[0] == address
    assert page.get(answer.headers["Location"]).status_code == 200


def test_matches_beyond_all_numbers_are_no_matches(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    answer = send(page, f"/events/{event}/split", match=str(2**40))
    assert answer.status_code == 400


def test_nothing_is_changed_without_the_token(page: Reader, news: News, store: Store) -> None:
    topic = news.topic()
    event = news.event(topic)
    match = news.match(topic, event)
    for path in (
        f"/matches/{match}/label", f"/events/{event}/merge", f"/events/{event}/split",
        f"/events/{event}/rename", f"/events/{event}/mute", f"/events/{event}/separate",
        "/settings/dams", "/settings/dams/seeds", "/settings/dams/seeds/delete",
        "/settings/dams/mute", "/topics", "/searches", "/searches/1/delete", "/rescore/dams",
        "/actions/1/undo",
    ):  # fmt: skip
        answer = page.post(path, data={"verdict": "relevant"}, headers={"Origin": BASE})
        assert answer.status_code in (403, 404), path
    assert store.read(lambda session: session.scalars(select(Action)).all()) == []


def test_settings_go_before_the_configuration_until_they_are_reset(
    page: Reader, news: News, store: Store
) -> None:
    news.topic(must=("dam",))
    answer = send(page, "/settings/dams", key="must", value="dam|barrage, river")
    assert answer.headers["Location"] == "/settings/dams"
    seen = words(page.get("/settings/dams").text)
    assert "dam|barrage and river set here" in seen
    columns = select(Topic.settings, Topic.fit_due_at)
    settings, due = store.read(lambda session: session.execute(columns).one())
    assert settings["must"] == ["dam"] and due == NOW
    send(page, "/settings/dams", key="must", reset="1")
    assert "set here" not in words(page.get("/settings/dams").text)


def test_a_topic_is_muted_and_heard(page: Reader, news: News) -> None:
    news.topic()
    send(page, "/settings/dams/mute", days="7")
    assert "muted until 27 Mar 09:30" in words(page.get("/settings/dams").text)
    send(page, "/settings/dams/mute", days="0")
    assert "muted until" not in words(page.get("/settings/dams").text)


def test_a_search_is_saved_found_again_and_deleted(page: Reader, news: News, store: Store) -> None:
    topic = news.topic()
    news.match(topic, news.event(topic), "Two gates", label="irrelevant", score=0.4)
    query = "words=gate&topic=dams&label=irrelevant&since=2026-03-01&until=2026-03-31&min_score=0.1"
    assert "Two gates" in page.get(f"/matches?{query}").text
    answer = send(page, f"/searches?{query}&kind=all", name=f" {HOSTILE}  ")
    address = answer.headers["Location"]
    again = page.get(address).headers["Location"]
    assert dict(p.split("=") for p in again.partition("?")[2].split("&")) == {
        "words": "gate", "topic": "dams", "label": "irrelevant", "since": "2026-03-01",
        "until": "2026-03-31", "min_score": "0.1", "kind": "all",
    }  # fmt: skip
    assert "Two gates" in page.get(again).text
    send(page, f"{address}/delete")
    assert store.read(lambda session: session.scalars(select(SavedSearch)).all()) == []
    assert page.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["label=x", "kind=x", "since=yesterday", "until=2026-02-30", "event=-1", "event=99999999999",
     "min_score=nan", "max_score=1e999", "page=0", "page=99999"],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused(page: Reader, query: str) -> None:
    assert page.get(f"/matches?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["words=%00", "words=" + "x" * 2000, "words=%ED%A0%80", "until=9999-12-31",
              "since=0001-01-01", "topic=%00", "words=%22%22", "words=-", "words=OR"]
)  # fmt: skip
def test_odd_searches_are_answered(page: Reader, news: News, query: str) -> None:
    topic = news.topic()
    news.match(topic, news.event(topic))
    assert page.get(f"/matches?{query}").status_code == 200


@pytest.mark.parametrize("query", ["since=2026-03-20&until=2026-03-01", "since=x", "page=x"])
def test_a_timeline_that_makes_no_sense_is_refused(page: Reader, news: News, query: str) -> None:
    news.topic()
    assert page.get(f"/topics/dams?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["range=all", "range=30", "range=x", "since=0001-01-01", "until=9999-12-31",
              "since=9999-01-01", "until=0001-01-01"]
)  # fmt: skip
def test_a_timeline_of_any_days_is_drawn(page: Reader, news: News, query: str) -> None:
    topic = news.topic()
    news.match(topic, news.event(topic))
    assert page.get(f"/topics/dams?{query}").status_code == 200


def test_the_value_of_feeds_and_which_to_drop(page: Reader, news: News, store: Store) -> None:
    news.feed("alpha")
    news.feed("beta")

    def note(session: Session) -> None:
        feeds = {feed.name: feed for feed in session.scalars(select(Feed))}
        since = "2025-12-20T00:00:00+00:00"
        value = {"since": since, "articles": 900, "matches": 12, "events": 5, "first": 3,
                 "alone": 1, "copies": 2, "lead": 7300.0}  # fmt: skip
        feeds["alpha"].value = value
        nothing = dict.fromkeys(("matches", "events", "first", "alone", "copies"), 0)
        feeds["beta"].value = value | nothing | {"lead": None}
        feeds["beta"].created_at = NOW.replace(year=2025)

    store.write(note)
    seen = words(page.get("/feeds").text)
    assert "12 matches in 5 events: first in 3, alone in 1, 2 copies, usually 2 h ahead" in seen
    assert "nothing relevant in 900 articles" in seen
    assert "You might drop it: " in seen


def test_many_are_counted_once_a_minute(
    page: Reader, news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (handlers.page, handlers.topics):
        monkeypatch.setattr(place, "MANY", 1)
    topic = news.topic()
    event = news.event(topic)
    seen = []
    for minutes in (0, 0.5, 1.1):
        news.match(topic, event)
        monkeypatch.setattr(page, "now", NOW + timedelta(minutes=minutes))
        html = page.get("/topics/dams").text
        judged = re.search(r"(\d+) articles? judged", words(html))
        drawn = re.search(r"Timeline, [^:]*: (\d+) match", html)
        seen.append((judged and judged[1], drawn and drawn[1]))
    assert seen == [("1", "1"), ("1", "1"), ("3", "3")]


def test_unknown_topics_have_no_pages(page: Reader) -> None:
    for kind in ("topics", "settings", "review", "quality", "drift", "rescore"):
        assert page.get(f"/{kind}/nothing").status_code == 404, kind


def test_a_topic_without_a_model_says_so(page: Reader, store: Store) -> None:
    store.write(
        Session.add,
        Topic(name="new", origin="command", created_at=NOW, channels=[],
              settings={"must": [], "exclude": [], "threshold": None, "match_budget": None,
                        "alert_since": None}),
    )  # fmt: skip
    assert "Not ready." in words(page.get("/quality/new").text)
    assert "The topic is fitted once its seeds are read." in words(page.get("/topics/new").text)
    assert "No seed." in words(page.get("/settings/new").text)
    assert "Nothing to ask." in words(page.get("/review/new").text)
