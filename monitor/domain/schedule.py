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
REFIT_SOONEST = timedelta(hours=2)
REFIT_LATEST = timedelta(days=30)
REFIT_FROM = 100
"""So many new articles make another fit worth its time; later, half as many as a fit reads."""


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
    now: datetime, since: datetime, attempts: int, retry_after: float | None = None
) -> datetime | None:
    """When to send again after ``attempts`` failures (>= 1) of a message that has been due since
    ``since``; None: it is given up."""
    if now - since > DELIVERY_GIVE_UP:
        return None
    wait = min(DELIVERY_FIRST_WAIT * (1 << min(attempts - 1, 16)), DELIVERY_LONGEST_WAIT)
    return now + max(wait, timedelta(seconds=retry_after or 0))


def fit_retry(now: datetime, attempts: int) -> datetime:
    """When to fit again after ``attempts`` failures (>= 1)."""
    return now + min(timedelta(minutes=1) * (1 << min(attempts - 1, 16)), FIT_LONGEST_WAIT)


def worth_fitting(stream: int, grown: int) -> bool:
    """Whether ``grown`` new articles, in a sample of now ``stream``, may move a model."""
    return grown >= max(REFIT_FROM, stream / 2)


def next_fit(now: datetime, stream: int, span: timedelta, grown: int = 0) -> datetime:
    """When to look again whether a fit is worth it: when it will be, by the pace of a stream that
    brought ``stream`` articles in ``span``, of them ``grown`` since the last fit."""
    missing = max(REFIT_FROM, stream / 2) - grown
    wait = REFIT_SOONEST
    if stream:
        wait = max(span, timedelta(minutes=1)) * (missing / stream)
    return now + min(max(wait, REFIT_SOONEST), REFIT_LATEST)
