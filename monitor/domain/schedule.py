"""When to try again, and when to poll next.  Pure: times in, times out."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_POLL_GAP = timedelta(hours=6)
"""A feed that fails is still asked this often."""
JITTER = 0.1
"""Part of a gap that chance may add, so that feeds that failed together do not return together."""

PAGE_RETRIES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Waits before the second to the fourth attempt at an article's page."""

DELIVERY_FIRST_WAIT = timedelta(seconds=30)
DELIVERY_LONGEST_WAIT = timedelta(hours=1)
DELIVERY_GIVE_UP = timedelta(days=7)

FIT_LONGEST_WAIT = timedelta(hours=6)
REFIT_YOUNG = timedelta(days=1)
REFIT_GROWN = timedelta(days=7)
GROWN = 500  # articles of the stream


def poll_retry(
    now: datetime,
    interval: timedelta,
    failures: int,
    *,
    retry_after: float | None = None,
    chance: float = 0.0,
) -> datetime:
    """When to ask a feed again after ``failures`` (>= 1) in a row.

    Each doubles the gap; a longer Retry-After (seconds) wins; ``chance`` in [0, 1) spreads them.
    """
    gap = min(interval * (1 << min(failures, 16)), max(interval, LONGEST_POLL_GAP))
    return now + max(gap * (1 + JITTER * chance), timedelta(seconds=retry_after or 0))


def page_retry(now: datetime, attempts: int, retry_after: float | None = None) -> datetime | None:
    """When to ask for a page again after ``attempts`` failures (>= 1); None: not again."""
    if attempts > len(PAGE_RETRIES):
        return None
    return now + max(PAGE_RETRIES[attempts - 1], timedelta(seconds=retry_after or 0))


def delivery_retry(
    now: datetime, created_at: datetime, attempts: int, retry_after: float | None = None
) -> datetime | None:
    """When to send again after ``attempts`` failures (>= 1); None: the message is given up."""
    if now - created_at > DELIVERY_GIVE_UP:
        return None
    wait = min(DELIVERY_FIRST_WAIT * (1 << min(attempts - 1, 16)), DELIVERY_LONGEST_WAIT)
    return now + max(wait, timedelta(seconds=retry_after or 0))


def fit_retry(now: datetime, attempts: int) -> datetime:
    """When to fit again after ``attempts`` failures (>= 1)."""
    return now + min(timedelta(minutes=1) * (1 << min(attempts - 1, 16)), FIT_LONGEST_WAIT)


def next_fit(now: datetime, stream: int) -> datetime:
    """Soon again while the monitor's own stream is young, later once it holds enough articles."""
    return now + (REFIT_GROWN if stream >= GROWN else REFIT_YOUNG)
