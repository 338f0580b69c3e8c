"""Dead or alive, quiet or blind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.health import comparable, is_dead, volume

NOW = datetime(2025, 6, 1, tzinfo=UTC)
STEADY = [100, 104, 96, 99, 103, 101, 98, 100]


@pytest.mark.parametrize(
    ("hours", "failures", "dead"),
    [(30, 5, True), (30, 4, False), (23, 50, False), (24, 5, True), (None, 9, False)],
)
def test_a_feed_is_dead_after_a_day_of_several_failures(
    hours: int | None, failures: int, dead: bool
) -> None:
    since = None if hours is None else NOW - timedelta(hours=hours)
    assert is_dead(since, failures, NOW) is dead


@pytest.mark.parametrize(
    ("today", "failing", "verdict"),
    [
        (99, 0, "usual"),
        (75, 0, "usual"),
        (400, 0, "usual"),
        (40, 0, "quiet"),
        (40, 1, "blind"),
        (0, 9, "blind"),
        (95, 6, "blind"),
        (101, 6, "usual"),
    ],
)
def test_few_articles_are_quiet_or_blind(today: int, failing: int, verdict: str) -> None:
    assert volume(today, STEADY, failing, feeds=10).verdict == verdict


@pytest.mark.parametrize(
    ("days", "compared"),
    [
        (0, []),
        (1, []),
        (5, [1, 2, 3, 4]),
        (21, list(range(1, 21))),
        (22, [7, 14, 21]),
        (400, [7, 14, 21, 28, 35, 42, 49, 56]),
    ],
)
def test_weekdays_are_compared_with_their_like_once_there_are_enough(
    days: int, compared: list[int]
) -> None:
    assert list(comparable(days)) == compared


def test_a_new_monitor_claims_nothing() -> None:
    assert volume(3, [4, 5], 0, 10).verdict == "unknown"
    assert volume(0, [], 9, 10).verdict == "blind"
    assert volume(0, [], 0, 0).verdict == "unknown"
