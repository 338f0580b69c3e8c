"""``monitor alerts``, and what mutes them."""

from __future__ import annotations

import json
from email import message_from_string, policy

from tests.integration.cli.conftest import Monitor

ALERT_KEYS = [
    "id",
    "kind",
    "topic",
    "event",
    "channel",
    "state",
    "attempts",
    "created_at",
    "sent_at",
    "error",
    "due_at",
]


def test_alerts(monitor: Monitor) -> None:
    rows = monitor.rows("alerts", "list")
    assert len(rows) == len(monitor.rows("events", "list"))
    assert all(list(row) == ALERT_KEYS for row in rows)
    assert {row["state"] for row in rows} == {"sent"}
    assert "new_event" not in monitor("alerts", "list", "--state", "dead").stdout
    monitor("alerts", "resend", rows[0]["id"])
    assert [row["id"] for row in monitor.rows("alerts", "list", "--state", "pending")] == [
        rows[0]["id"]
    ]
    assert "no alert 999" in monitor.error("alerts", "resend", 999)
    assert "x" in monitor("alerts", "list", "--state", "x", code=2).stderr


def test_alerts_test(fresh: Monitor) -> None:
    assert fresh("alerts", "test", "log").stdout == "sent to log\n"
    [line] = (fresh.folder / "alerts.jsonl").read_text().splitlines()
    assert json.loads(line)["kind"] == "test"
    assert 'no channel "nope"' in fresh.error("alerts", "test", "nope", code=2)
    assert "DESK_HOOK" in fresh.error("alerts", "test", "desk", code=2)
    fresh.rewrite('"alerts.jsonl"', '"config.toml/alerts.jsonl"')
    assert "alerts.jsonl" in fresh.error("alerts", "test", "log")


def test_all_that_is_dead_is_sent_again(monitor: Monitor) -> None:
    first, *_ = monitor.rows("alerts", "list")
    die = "UPDATE delivery SET state = 'dead', last_error = '550 no' WHERE id = ?"
    monitor.sql(die, first["id"])
    [dead] = monitor.rows("alerts", "list", "--state", "dead")
    assert (dead["id"], dead["error"]) == (first["id"], "550 no")
    assert monitor("alerts", "resend", "--dead", "--channel", "mail").stdout.startswith("0 alerts")
    assert monitor("alerts", "resend", "--dead").stdout.startswith("1 alert due again")
    assert monitor.rows("alerts", "list", "--state", "dead") == []
    for words in ([], [1, "--dead"], [1, "--channel", "log"]):
        assert "name one alert" in monitor.error("alerts", "resend", *words, code=2)


def test_a_preview_is_what_would_be_sent(monitor: Monitor) -> None:
    [event, *_] = monitor.rows("events", "list")
    [sent] = [
        json.loads(line)
        for line in (monitor.folder / "alerts.jsonl").read_text("utf-8").splitlines()
        if json.loads(line)["event"] == event["id"]
    ]
    [line] = monitor("alerts", "preview", event["id"], "--channel", "log").stdout.splitlines()
    shown = json.loads(line)
    own = ("id", "created_at")
    assert {k: v for k, v in shown.items() if k not in own} == {
        k: v for k, v in sent.items() if k not in own
    }
    before = (monitor.folder / "alerts.jsonl").read_bytes()
    message = monitor("alerts", "preview", event["id"], "--channel", "mail").stdout
    parsed = message_from_string(message, policy=policy.default)
    assert sent["title"] in str(parsed["Subject"])
    page = monitor.folder / "mail.html"
    monitor("alerts", "preview", event["id"], "--channel", "mail", "--output", page)
    assert page.read_text("utf-8").startswith("<!doctype html>")
    whole = monitor.folder / "mail.eml"
    monitor("alerts", "preview", event["id"], "--channel", "mail", "--output", whole)
    assert b"\r\nMessage-ID: <" in whole.read_bytes()
    assert (monitor.folder / "alerts.jsonl").read_bytes() == before, "nothing is sent"
    assert len(monitor.rows("alerts", "list")) == len(before.splitlines())


def test_the_preview_of_an_event_that_nobody_was_told_of(monitor: Monitor) -> None:
    [event, *_] = monitor.rows("events", "list")
    told = monitor("alerts", "preview", event["id"], "--channel", "log").stdout
    monitor.sql("DELETE FROM alert WHERE event_id = ?", event["id"])
    untold = monitor("alerts", "preview", event["id"], "--channel", "log").stdout
    facts = [json.loads(line) for line in (told, untold)]
    assert facts[0]["topic"] == facts[1]["topic"] == "cables"
    assert facts[1]["terms"]
    assert facts[0].keys() == facts[1].keys()
    assert facts[0]["outlets"] == facts[1]["outlets"]


def test_a_preview_that_cannot_be_says_why(monitor: Monitor) -> None:
    assert "no event 999" in monitor.error("alerts", "preview", 999, "--channel", "log")
    assert 'no channel "x"' in monitor.error("alerts", "preview", 1, "--channel", "x", code=2)
    event = monitor.rows("events", "list")[0]["id"]
    words = ("alerts", "preview", event, "--channel", "log", "--output", "x.html")
    assert "sends no HTML" in monitor.error(*words, code=2)


def test_events_and_topics_are_muted_for_a_time(monitor: Monitor) -> None:
    event = monitor.rows("events", "list")[0]["id"]
    assert "muted until" in monitor("events", "mute", event, "--for", "2h").stdout
    assert monitor.rows("events", "show", event)[0]["muted_until"]
    assert "muted until" in monitor("events", "show", event).stdout
    monitor("events", "unmute", event)
    assert monitor.rows("events", "show", event)[0]["muted_until"] is None
    monitor("topics", "mute", "cables")
    assert "muted until" in monitor("topics", "show", "cables").stdout
    monitor("topics", "unmute", "cables")
    assert "muted until" not in monitor("topics", "show", "cables").stdout
    assert "no event 999" in monitor.error("events", "mute", 999)
    assert "no topic x" in monitor.error("topics", "unmute", "x")
    assert "duration" in monitor("topics", "mute", "cables", "--for", "soon", code=2).stderr
    assert "too long" in monitor("topics", "mute", "cables", "--for", "99999999d", code=2).stderr
