"""What an alert says, and that no title can make a message say something else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.domain import messages
from monitor.domain.messages.content import moment, shorten, web_link
from monitor.types import Alert, Novelty, Thread
from tests.unit.said import (
    ALERT,
    BARE,
    EARLIER,
    NOISE,
    UPDATE,
    Page,
    alerts,
    any_text,
    check_every_rendering,
    check_header,
    comes_back,
    delivery,
    hostile_text,
    texts,
)

# ------------------------------------------------------------------ words


def test_an_alert_is_five_lines_and_its_links() -> None:
    assert messages.plain_text(ALERT) == (
        "Ash closes airport · New event in Volcanoes · Example News · 2026-11-21 07:14 UTC\n\n"
        "Why it matched: ash, eruption · nearest seed “Etna erupts” · score 0.42\n\n"
        "Why it is new: nearest earlier event “Flights resume” · similarity 0.21 · 2026-05-03"
        " · New: Ada Ash, Bo Bell, Cy Cole, Catania, two years, $40\n\n"
        "Ada Ash closed Catania for two years. It costs $40.\n\n"
        "12 outlets, 2 originals\n\n"
        "Article: https://news.example/ash?a=1&b=2\n"
        "Review: http://127.0.0.1:8000/matches/9\n"
        "Relevant: http://127.0.0.1:8000/matches/9?verdict=relevant\n"
        "Not relevant: http://127.0.0.1:8000/matches/9?verdict=irrelevant\n"
    )


def test_an_update_says_first_what_has_changed() -> None:
    assert messages.plain_text(replace(UPDATE, review_url="")) == (
        "25 outlets by now · new names, places · Update in Volcanoes\n\n"
        "Airport opens again · Example News · 2026-11-21 07:14 UTC\n\n"
        "New: Ada Ash, Bo Bell, Cy Cole, Catania, two years, $40\n\n"
        "Ada Ash closed Catania for two years. It costs $40.\n\n"
        "26 outlets, 1 original\n\n"
        "Article: https://news.example/ash?a=1&b=2\n"
    )


def test_an_update_that_names_no_change_still_says_what_it_is() -> None:
    assert messages.plain_text(replace(UPDATE, changes=("",))).startswith("More is known · Update")


def test_what_is_not_known_leaves_no_gap() -> None:
    bare = replace(
        BARE, source="", published=None, excerpt="", terms=(), nearest_seed="", review_url=""
    )
    assert messages.plain_text(replace(bare, nearest_event=None, title=" ", outlets=1)) == (
        "(untitled) · New event in Volcanoes\n\n"
        "Why it matched: score 0.42\n\n"
        "Why it is new: the first event of this topic\n\n"
        "1 outlet\n\n"
        "Article: https://news.example/ash?a=1&b=2\n"
    )


def test_without_new_sentences_the_article_speaks_from_its_beginning() -> None:
    assert "\n\nAll flights were cancelled on Friday.\n\n" in messages.plain_text(BARE)
    assert ALERT.excerpt not in messages.plain_text(ALERT)


def test_an_earlier_event_without_a_date_is_told_without_one() -> None:
    undated = replace(BARE, nearest_event=replace(EARLIER, last_seen=None))
    assert "“Flights resume” · similarity 0.21\n" in messages.plain_text(undated)


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("http://a.example/m/1", "http://a.example/m/1?verdict=relevant"),
        ("http://a.example/m/1?a=b#c", "http://a.example/m/1?a=b&verdict=relevant#c"),
    ],
)
def test_the_answer_is_asked_of_the_page_of_the_match(page: str, link: str) -> None:
    assert f"\nRelevant: {link}\n" in messages.plain_text(replace(ALERT, review_url=page))


@pytest.mark.parametrize("alert", [ALERT, UPDATE, BARE, replace(ALERT, kind="test")])
def test_the_page_and_slack_tell_the_same_facts_as_the_text(alert: Alert) -> None:
    page = Page(messages.html(alert))
    slack = " ".join(text["text"] for text in texts(messages.slack_blocks(alert)))
    lines = messages.plain_text(alert).splitlines()
    for fact in (fact for line in lines for fact in line.split(" · ")):
        label, colon, rest = fact.partition(": ")
        said = label if rest.startswith("http") else label + colon + rest
        assert said in " ".join(page.text.split())
        assert said in slack
    links = [rest for _, _, rest in (line.partition(": ") for line in lines) if "://" in rest]
    assert page.links == links


def test_the_page_leaves_colours_to_the_readers_mode() -> None:
    page = messages.html(ALERT)
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "background" not in page
    assert set(re.findall(r"[\";]color:([^;\"]*)", page)) == {"inherit"}


@pytest.mark.parametrize("render", [messages.subject, messages.plain_text, messages.html])
def test_a_test_message_says_so(render) -> None:  # type: ignore[no-untyped-def]
    assert "test message" in render(replace(ALERT, kind="test")).lower()
    assert "test message" not in render(ALERT).lower()


def test_a_test_message_needs_no_topic() -> None:
    alert = replace(ALERT, kind="test", topic="")
    assert messages.subject(alert) == "Test message: Ash closes airport"
    assert "the channel works" in messages.plain_text(alert)


@pytest.mark.parametrize(("kind", "told"), [("new_event", 12), ("update", 10), ("test", 6)])
def test_markup_in_any_field_stays_text_in_the_page(
    kind: Literal["new_event", "update", "test"], told: int
) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=y>&amp;{0}%s'
    page = Page(
        messages.html(
            replace(
                ALERT,
                kind=kind,
                topic=evil,
                title=evil,
                source=evil,
                terms=(evil,),
                nearest_seed=evil,
                nearest_event=replace(EARLIER, title=evil),
                novelty=Novelty((evil,), (evil + "2",), (evil + "3",), (evil,)),
                changes=(evil,),
                url="https://a.example/" + evil,
                review_url="https://b.example/" + evil,
            )
        )
    )
    ours = {"html", "head", "meta", "title", "body", "div", "h1", "p", "strong", "a", "br"}
    assert page.tags <= ours
    assert page.text.count("<script>") == told


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("HTTP://a.example/", "HTTP://a.example/"),
        ("https://ä.example/ü", "https://ä.example/ü"),
        (" https://a.example/\n", "https://a.example/"),
        ("https://a.example/a|b>c\"d'e f", "https://a.example/a%7Cb%3Ec%22d%27e%20f"),
        ("https://a.example\\@b.example", "https://a.example%5C@b.example"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("//a.example/b", ""),
        ("https:///b", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(url: str, link: str) -> None:
    assert web_link(url) == link


def test_a_refused_address_is_shown_nowhere() -> None:
    alert = replace(ALERT, url="javascript:alert(1)", review_url="data:,x")
    assert "javascript" not in messages.plain_text(alert) + messages.html(alert)
    assert "javascript" not in json.dumps(messages.slack_blocks(alert))
    line = messages.as_json(delivery(alert))
    assert (line["url"], line["review_url"]) == ("", "")


def test_an_address_in_the_page_is_not_read_as_an_entity() -> None:
    url = "https://a.example/?a=1&lt;b&amp;c"
    assert Page(messages.html(replace(ALERT, url=url))).links[0] == url


@given(hostile_text, hostile_text)
@example(f"a{NOISE}b", NOISE)
@example("=?utf-8?q?x=0D=0ABcc:_victim@example.org?=", "=?utf-8?b?DQpCY2M6IHg=?=")
@example("=" * 200 + "?", "")
def test_every_subject_survives_as_one_header(title: str, topic: str) -> None:
    alert = replace(ALERT, title=title, topic=topic)
    check_header(messages.subject(alert))
    check_header(messages.subject(UPDATE, Thread(("uid-0",), "", alert)))


def test_an_update_answers_the_first_message_by_its_subject() -> None:
    thread = Thread(("uid-0",), "", replace(ALERT, title="long " * 50))
    assert messages.subject(UPDATE, thread) == f"Re: {messages.subject(thread.alert)}"
    assert messages.subject(UPDATE) == "[Volcanoes] Update: Airport opens again"


@given(alerts(any_text))
@example(replace(ALERT, title=NOISE, topic=NOISE, url=f"https://a.example/{NOISE}", terms=(NOISE,)))
@example(replace(UPDATE, changes=(NOISE, "ß"), novelty=Novelty((NOISE,), (NOISE,), (NOISE,))))
def test_every_alert_can_be_said_and_encoded(alert: Alert) -> None:
    check_every_rendering(alert)


@given(alerts(st.text()))
@example(ALERT)
def test_a_stored_alert_comes_back_the_same(alert: Alert) -> None:
    assert comes_back(alert)


def test_a_record_of_an_earlier_version_is_read() -> None:
    added = {"match", "outlets", "originals", "novelty", "changes"}
    record = {
        key: value for key, value in messages.alert_to_dict(ALERT).items() if key not in added
    }
    read = messages.alert_from_dict(record)
    assert read == replace(BARE, match=0, outlets=1, originals=1)


@pytest.mark.parametrize(
    ("record", "error"),
    [({}, KeyError), ({"kind": "poem"}, KeyError), ({"kind": "test"}, TypeError)],
)
def test_a_record_of_something_else_is_refused(
    record: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        messages.alert_from_dict(record)


def test_the_line_of_json() -> None:
    assert messages.as_json(delivery(ALERT)) == {
        "version": 1,
        "id": "uid-1",
        "kind": "new_event",
        "topic": "Volcanoes",
        "event": 7,
        "match": 9,
        "title": "Ash closes airport",
        "url": "https://news.example/ash?a=1&b=2",
        "source": "Example News",
        "published": "2026-11-21T07:14:51+00:00",
        "score": 0.4249,
        "terms": ["ash", "eruption"],
        "excerpt": "All flights were cancelled on Friday.",
        "nearest_seed": "Etna erupts",
        "nearest_event": {
            "id": 3,
            "title": "Flights resume",
            "similarity": 0.2149,
            "last_seen": "2026-05-03T09:30:00+00:00",
        },
        "review_url": "http://127.0.0.1:8000/matches/9",
        "outlets": 12,
        "originals": 2,
        "novelty": {
            "names": ["Ada Ash", "Bo Bell", "Cy Cole", "Di Dow"],
            "places": ["Catania"],
            "numbers": ["two years", "$40"],
            "sentences": ["Ada Ash closed Catania for two years.", "It costs $40.", "A third."],
        },
        "changes": [],
        "correction": False,
        "thread": None,
        "created_at": "2026-11-21T08:00:00+00:00",
    }


def test_the_line_of_json_of_an_update_names_the_first_message() -> None:
    line = messages.as_json(delivery(UPDATE, Thread(("uid-0", "uid-5"), "C1:2", ALERT)))
    assert (line["id"], line["thread"]) == ("uid-1", "uid-0")
    assert line["changes"] == ["25 outlets by now", "new names, places"]


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 5, "short"),
        ("these words", 9, "these…"),
        ("these words fit", 12, "these words…"),
        ("a longerword", 8, "a longe…"),
        ("日本語の長い見出し", 5, "日本語の…"),
    ],
)
def test_shorten_cuts_between_words_if_it_can(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
    assert len(short) <= limit


def test_moments_are_told_in_utc_to_the_minute() -> None:
    assert moment(datetime(2026, 1, 2, 3, 4, 59, tzinfo=UTC)) == "2026-01-02 03:04 UTC"
    assert moment(datetime.min.replace(tzinfo=UTC)) == "0001-01-01 00:00 UTC"
    assert moment(None) == ""
