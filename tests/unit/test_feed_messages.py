"""What an alert about a feed or a channel says, and that no field can say something else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.domain import messages
from monitor.domain.messages.feed import span
from monitor.types import ChannelAlert, FeedAlert
from tests.unit.said import (
    NOISE,
    Page,
    any_text,
    check_blocks,
    check_every_rendering,
    check_header,
    comes_back,
    delivery,
    hostile_text,
    moments,
    texts,
)

SINCE = datetime(2026, 11, 20, 6, tzinfo=UTC)
NOW = SINCE + timedelta(days=1, hours=2)
URL = "https://paper.example/feed?a=1&b=2"
FAILING = messages.feed_failing("The Paper", URL, "paper.example has a fault (HTTP 503)", SINCE)
KINDS = get_args(get_type_hints(FeedAlert)["kind"])
SAID = [
    FAILING,
    messages.feed_recovered("The Paper", URL, SINCE, NOW),
    messages.feed_silent("The Paper", URL, "usually it has about 5 entries a day", SINCE, NOW),
    messages.feed_moved("The Paper", URL, "https://press.example/new", followed=False, now=NOW),
    messages.feed_retired("The Paper", URL, "paper.example says that it is gone", NOW),
]
DEAD = messages.channel_dead("mail", "mail.example refuses it (550 no such user).", 3, SINCE)
EVIL = '"><script>alert(1)</script><!channel> <https://evil.example|click> *bold* {0}%s'


def alerts(text: st.SearchStrategy[str]) -> st.SearchStrategy[FeedAlert | ChannelAlert]:
    since = st.none() | moments
    about_feed = st.builds(
        FeedAlert,
        kind=st.sampled_from(KINDS),
        feed=text,
        url=text,
        title=text,
        detail=text,
        since=since,
    )
    return about_feed | st.builds(
        ChannelAlert,
        kind=st.just("channel_dead"),
        channel=text,
        title=text,
        detail=text,
        since=since,
    )


def hostile(text: str) -> FeedAlert:
    return FeedAlert("feed_moved", text, f"https://a.example/{text}", text, text, SINCE)


# ------------------------------------------------------------------ words


def test_the_plain_text_says_what_happened_since_when_and_what_can_be_done() -> None:
    assert messages.subject(FAILING) == "[feeds] The Paper cannot be read"
    assert messages.plain_text(FAILING) == (
        "The Paper cannot be read · A feed needs a look · since 2026-11-20 06:00 UTC\n\n"
        "paper.example has a fault (HTTP 503). News that only this feed carries is not seen. It is "
        "still asked now and then; `monitor feeds test` tries it at once, `monitor feeds pause` "
        "ends the asking.\n\n"
        f"Feed: {URL}\n"
    )


def test_each_kind_has_words_of_its_own() -> None:
    assert [alert.kind for alert in SAID] == list(KINDS)
    said = [messages.plain_text(alert) for alert in SAID]
    assert len(set(said)) == len(KINDS)
    assert ["A feed is back" in text for text in said] == [
        kind == "feed_recovered" for kind in KINDS
    ]
    assert "It could not be read for 1 day 2 hours." in said[1]
    assert "nothing new for 1 day 2 hours; usually it has about 5 entries a day" in said[2]
    assert "https://press.example/new. It is asked there from now on" in said[3]


def test_a_feed_that_has_moved_to_one_that_is_followed_is_said_to_be_retired() -> None:
    alert = messages.feed_moved("P", URL, "https://press.example/", followed=True, now=NOW)
    assert "so this one is retired" in alert.detail


def test_a_feed_without_a_name_is_called_by_its_address() -> None:
    alert = messages.feed_failing("", URL, "no", SINCE)
    assert (alert.feed, alert.title) == (URL, f"{URL} cannot be read")


def test_a_channel_that_refuses_says_how_much_is_lost_and_what_can_be_done() -> None:
    assert messages.subject(DEAD) == "[channels] mail refuses messages"
    assert messages.plain_text(DEAD) == (
        "mail refuses messages · A channel needs a look · since 2026-11-20 06:00 UTC\n\n"
        "mail.example refuses it (550 no such user). 3 messages to it have reached nobody: "
        "`monitor alerts list --state dead` shows what. Once the channel is mended, "
        "`monitor alerts resend --dead` sends again.\n"
    )
    assert "1 message to it has" in messages.channel_dead("mail", "no", 1, SINCE).detail


def test_a_long_error_leaves_room_for_the_remedy() -> None:
    alert = messages.channel_dead("mail", "no " * 2000, 1, SINCE)
    assert "resend --dead" in messages.plain_text(alert)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "a moment"),
        (timedelta(seconds=29), "a moment"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=1, minutes=59), "1 hour 59 minutes"),
        (timedelta(days=2, minutes=5), "2 days 5 minutes"),
        (timedelta(days=400, hours=3, minutes=5), "400 days 3 hours"),
    ],
)
def test_a_length_of_time_in_two_units(length: timedelta, words: str) -> None:
    assert span(SINCE, SINCE + length) == words


# ------------------------------------------------------------------ renderings


def test_the_line_of_json() -> None:
    assert messages.as_json(delivery(FAILING)) == {
        "version": 1,
        "id": "uid-1",
        "kind": "feed_failing",
        "feed": "The Paper",
        "url": URL,
        "title": "The Paper cannot be read",
        "detail": FAILING.detail,
        "since": "2026-11-20T06:00:00+00:00",
        "thread": None,
        "created_at": "2026-11-21T08:00:00+00:00",
    }


def test_the_line_of_json_about_a_channel() -> None:
    line = messages.as_json(delivery(DEAD))
    assert (line["kind"], line["channel"], line["detail"]) == ("channel_dead", "mail", DEAD.detail)


def test_the_page_has_the_same_facts_and_one_link() -> None:
    page = Page(messages.html(FAILING))
    for line in (FAILING.title, FAILING.detail, "since 2026-11-20 06:00 UTC"):
        assert line in page.text
    assert page.links == [URL]


def test_slack_has_the_same_facts_and_formats_the_link_only() -> None:
    found = texts(messages.slack_blocks(FAILING))
    assert [text["text"] for text in found] == [
        "The Paper cannot be read",
        "A feed needs a look · since 2026-11-20 06:00 UTC",
        FAILING.detail,
        "<https://paper.example/feed?a=1&amp;b=2|Feed>",
    ]
    assert [text["type"] for text in found] == ["plain_text"] * 3 + ["mrkdwn"]


def test_markup_in_any_field_stays_text() -> None:
    alert = hostile(EVIL)
    page = Page(messages.html(alert))
    assert page.tags <= {"html", "head", "meta", "title", "body", "div", "h1", "p", "a"}
    assert page.text.count("<script>") == 3  # the page's title, the headline, the detail
    formatted = [t for t in texts(messages.slack_blocks(alert)) if t["type"] == "mrkdwn"]
    assert len(formatted) == 1
    assert formatted[0]["text"].count("<") == formatted[0]["text"].count("|") == 1
    plain = [t["text"] for t in texts(messages.slack_blocks(alert)) if t["type"] == "plain_text"]
    assert not any("<" in text for text in [*plain, messages.slack_text(alert)])


def test_an_address_that_is_none_of_the_web_is_shown_nowhere() -> None:
    alert = replace(FAILING, url="javascript:alert(1)")
    shown = messages.plain_text(alert) + messages.html(alert)
    assert "javascript" not in shown + json.dumps(messages.slack_blocks(alert))
    assert messages.as_json(delivery(alert))["url"] == ""


@given(alerts(any_text))
@example(hostile(NOISE))
@example(hostile(""))
def test_every_alert_can_be_said_and_encoded(alert: FeedAlert | ChannelAlert) -> None:
    check_every_rendering(alert)


@given(alerts(any_text))
@example(hostile("&" * 9000))
@example(hostile(""))
@example(messages.channel_dead(EVIL, EVIL, 3, SINCE))
def test_slack_blocks_keep_block_kits_limits(alert: FeedAlert | ChannelAlert) -> None:
    check_blocks(messages.slack_blocks(alert, "uid-1"), "uid-1")
    assert 1 <= len(messages.slack_text(alert)) <= 3000


@given(hostile_text)
@example("=?utf-8?q?x=0D=0ABcc:_victim@example.org?=")
def test_every_subject_survives_as_one_header(title: str) -> None:
    check_header(messages.subject(replace(FAILING, title=title)))
    check_header(messages.subject(replace(DEAD, title=title)))


@given(alerts(st.text()))
@example(DEAD)
def test_a_stored_alert_comes_back_the_same(alert: FeedAlert | ChannelAlert) -> None:
    assert comes_back(alert)
