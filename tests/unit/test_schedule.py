"""Times in, times out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_fits_are_tried_again() -> None:
    assert schedule.fit_retry(NOW, 1) == NOW + timedelta(minutes=1)
    assert schedule.fit_retry(NOW, 60) == NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("stream", "grown", "worth"),
    [
        (0, 0, False),
        (99, 99, False),  # too few to say anything
        (100, 100, True),  # the first that may
        (150, 50, False),
        (200, 100, True),
        (300, 149, False),
        (300, 150, True),
        (2000, 999, False),
        (2000, 1000, True),
        (2000, 2000, True),
    ],
)
def test_a_fit_is_worth_it_when_half_of_what_it_reads_is_new(
    stream: int, grown: int, worth: bool
) -> None:
    assert schedule.worth_fitting(stream, grown) is worth


@pytest.mark.parametrize(
    ("stream", "span", "grown", "wait"),
    [
        (0, timedelta(), 0, schedule.REFIT_SOONEST),  # nothing is known of the pace
        (50, timedelta(hours=1), 0, schedule.REFIT_SOONEST),
        (1000, timedelta(hours=1), 0, schedule.REFIT_SOONEST),  # a fast stream
        (1000, timedelta(days=20), 0, timedelta(days=10)),  # 500 are missing
        (1000, timedelta(days=20), 300, timedelta(days=4)),
        (2000, timedelta(days=8), 0, timedelta(days=4)),
        (40, timedelta(days=4), 0, timedelta(days=10)),  # 100 are missing
        (2000, timedelta(days=3650), 0, schedule.REFIT_LATEST),
        (1, timedelta(), 0, schedule.REFIT_SOONEST),
        (2000, timedelta(days=8), 1500, schedule.REFIT_SOONEST),  # more than enough
    ],
)
def test_the_next_fit_is_looked_for_when_it_will_be_worth_it(
    stream: int, span: timedelta, grown: int, wait: timedelta
) -> None:
    assert schedule.next_fit(NOW, stream, span, grown) - NOW == wait


@given(
    st.integers(0, 2000),
    st.timedeltas(timedelta(), timedelta(days=5000)),
    st.integers(0, 2000),
)
def test_the_next_look_is_neither_soon_nor_never(stream: int, span: timedelta, grown: int) -> None:
    wait = schedule.next_fit(NOW, stream, span, grown) - NOW
    assert schedule.REFIT_SOONEST <= wait <= schedule.REFIT_LATEST
    assert wait <= schedule.next_fit(NOW, stream, span) - NOW
