"""What a message says in Slack: within Block Kit's limits, and nothing formatted but our words."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import example, given

from monitor.domain import messages
from monitor.types import Alert, Novelty
from tests.unit.said import (
    ALERT,
    BARE,
    UPDATE,
    alerts,
    any_text,
    check_blocks,
    texts,
)


def test_a_test_message_in_slack_says_so_and_claims_no_event() -> None:
    said = json.dumps(messages.slack_blocks(replace(ALERT, kind="test")))
    assert "test message" in said
    assert "Test: Ash closes airport" in said
    assert "New event" not in said
    assert "Why it" not in said


@given(alerts(any_text))
@example(replace(ALERT, title="&" * 400, excerpt="<" * 900, terms=("&" * 200,) * 8))
@example(replace(ALERT, title="word & " * 100, url="https://a.example/" + "&" * 2990))
@example(replace(UPDATE, changes=("&" * 900,), novelty=Novelty(*[("<" * 99,) * 5] * 4)))
def test_slack_blocks_keep_block_kits_limits(alert: Alert) -> None:
    check_blocks(messages.slack_blocks(alert))
    check_blocks(messages.slack_blocks(alert, "uid-1"), "uid-1")
    assert 1 <= len(messages.slack_text(alert)) <= 3000


def test_slack_is_as_short_as_the_text() -> None:
    first, *others = texts(messages.slack_blocks(ALERT))
    assert first["text"] == "Ash closes airport"
    assert [text["text"].count("\n") for text in others] == [0, 2, 0, 0]


def test_a_title_too_long_for_slacks_header_is_said_whole_below() -> None:
    title = "Ash " * 60 + "closes airport"
    header, _, whole, *_ = texts(messages.slack_blocks(replace(ALERT, title=title)))
    assert header["text"].endswith("Ash A…")
    assert whole == {"type": "plain_text", "text": title, "emoji": False}


def test_slack_formats_nothing_that_comes_from_an_article() -> None:
    evil = "<!channel> <https://evil.example|click> *bold* @here & :fire:"
    alert = replace(
        BARE, topic=evil, title=evil, source=evil, excerpt=evil, terms=(evil,), nearest_seed=evil
    )
    formatted = [text for text in texts(messages.slack_blocks(alert)) if text["type"] == "mrkdwn"]
    assert [text["text"] for text in formatted] == [
        "12 outlets, 2 originals · <https://news.example/ash?a=1&amp;b=2|Article>"
        " · <http://127.0.0.1:8000/matches/9|Review>"
        " · <http://127.0.0.1:8000/matches/9?verdict=relevant|Relevant>"
        " · <http://127.0.0.1:8000/matches/9?verdict=irrelevant|Not relevant>",
    ]
    plain = [text for text in texts(messages.slack_blocks(alert)) if text["type"] == "plain_text"]
    assert all(text["emoji"] is False for text in plain)
    said = "".join(text["text"] for text in plain) + messages.slack_text(alert)
    assert "<" not in said
    assert "&lt;!channel&gt;" in said
    assert "*bold*" in said


def test_a_cut_in_slack_never_splits_an_escape() -> None:
    title = messages.slack_blocks(replace(ALERT, title="<" * 100))[0]["text"]["text"]
    assert title == "&lt;" * 37 + "…"


def test_a_link_too_long_for_slack_is_left_out() -> None:
    alert = replace(ALERT, url="https://a.example/" + "b" * 3000)
    last = texts(messages.slack_blocks(alert))[-1]["text"]
    assert "|Article>" not in last
    assert last.endswith("|Not relevant>")
    assert alert.url in messages.plain_text(alert)
