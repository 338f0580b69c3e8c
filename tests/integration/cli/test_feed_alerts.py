"""``monitor alerts`` with alerts about feeds, which have neither topic nor event."""

from __future__ import annotations

import json

from tests.integration.cli.conftest import Monitor

ERROR = "feed.example has a fault of its own (HTTP 503)"


def dead_for_two_days(monitor: Monitor) -> None:
    monitor.rewrite("[run]\n", '[run]\nops_channels = ["log"]\n')
    monitor.sql(
        "UPDATE feed SET failures = 9, failing_since = datetime('now', '-2 days'), "
        "next_poll_at = '2020-01-01 00:00:00.000000' WHERE url LIKE '%/gone'"
    )


def test_a_dead_feed_is_told_listed_and_sent(monitor: Monitor) -> None:
    dead_for_two_days(monitor)
    monitor("run", "--once")
    [row] = [row for row in monitor.rows("alerts", "list") if row["kind"] == "feed_failing"]
    assert (row["topic"], row["event"], row["channel"], row["state"]) == ("", None, "log", "sent")
    shown = monitor("alerts", "list").stdout
    assert "cannot be read" in shown
    lines = (monitor.folder / "alerts.jsonl").read_text().splitlines()
    told = json.loads(lines[-1])
    assert (told["kind"], told["url"]) == ("feed_failing", f"{monitor.server}/gone")
    monitor("run", "--once")
    assert (monitor.folder / "alerts.jsonl").read_text().splitlines() == lines


def test_without_channels_for_feeds_it_is_listed_as_failing_only(monitor: Monitor) -> None:
    dead_for_two_days(monitor)
    monitor.rewrite('ops_channels = ["log"]\n', "")
    monitor("run", "--once")
    assert all(row["kind"] == "new_event" for row in monitor.rows("alerts", "list"))


def test_an_unknown_channel_for_feeds_is_said_at_once(monitor: Monitor) -> None:
    monitor.rewrite("[run]\n", '[run]\nops_channels = ["pager"]\n')
    line = monitor.error("alerts", "list", code=2)
    assert "[run] ops_channels" in line
    assert "pager" in line
