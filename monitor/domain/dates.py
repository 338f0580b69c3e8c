"""Dates as feeds and pages write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EARLIEST_YEAR = 1990
"""Before the web there was no news on it: earlier dates are a clock that was never set."""


def plausible(moment: datetime | None, now: datetime) -> datetime | None:
    """``moment`` in UTC (naive: taken as UTC), at most ``now``; None if it cannot be true."""
    if moment is None:
        return None
    try:
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    return min(aware, now) if aware.year >= _EARLIEST_YEAR else None


def parse_date(text: str) -> datetime | None:
    """Read an ISO 8601 (RFC 3339) or RFC 5322 date; None if it is neither."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
