"""Times in, times out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain import schedule

NOW = datetime(2025, 6, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("failures", "retry_after", "minutes"),
    [(1, None, 30), (2, None, 60), (9, None, 360), (99, None, 360), (1, 7200, 120)],
)
def test_failing_feeds_are_asked_less_often(
    failures: int, retry_after: float | None, minutes: int
) -> None:
    wait = schedule.poll_retry(NOW, QUARTER, failures, retry_after=retry_after) - NOW
    assert wait == timedelta(minutes=minutes)


def test_feeds_that_failed_together_do_not_return_together() -> None:
    waits = {schedule.poll_retry(NOW, QUARTER, 1, chance=n / 4) - NOW for n in range(4)}
    assert len(waits) == 4
    assert max(waits) < 1.1 * min(waits)


def test_a_feed_with_a_long_interval_keeps_it_when_it_fails() -> None:
    assert schedule.poll_retry(NOW, timedelta(days=1), 5) - NOW == timedelta(days=1)


def test_pages_are_asked_for_four_times() -> None:
    waits = [schedule.page_retry(NOW, attempts) for attempts in (1, 2, 3)]
    assert [w - NOW for w in waits if w] == list(schedule.PAGE_RETRIES)
    assert schedule.page_retry(NOW, 4) is None
    assert schedule.page_retry(NOW, 1, retry_after=86_400) == NOW + timedelta(days=1)


def test_messages_are_tried_for_a_week() -> None:
    first = schedule.delivery_retry(NOW, NOW, 1)
    assert first == NOW + timedelta(seconds=30)
    assert schedule.delivery_retry(NOW, NOW, 50) == NOW + timedelta(hours=1)
    assert schedule.delivery_retry(NOW, NOW, 1, retry_after=600) == NOW + timedelta(minutes=10)
    assert schedule.delivery_retry(NOW + timedelta(days=8), NOW, 1) is None


def test_fits_are_tried_again_and_grow_rare_with_the_stream() -> None:
    assert schedule.fit_retry(NOW, 1) == NOW + timedelta(minutes=1)
    assert schedule.fit_retry(NOW, 60) == NOW + timedelta(hours=6)
    assert schedule.next_fit(NOW, 10) < schedule.next_fit(NOW, 5000)
