"""Times of a person's day: when a digest is due, when it is quiet, when a day begins.

Given by the clock of the person's time zone, told in UTC.  Where a clock is set forward, a time
that it skips comes an hour later; where it is set back, a time that it shows twice is the first.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.types import Routing

DAY = timedelta(days=1)


def digest_after(routing: Routing, moment: datetime) -> datetime:
    """The first time after ``moment`` at which a digest is due: daily, or once a week."""
    zone = ZoneInfo(routing.timezone)
    day = moment.astimezone(zone).date() - DAY
    while True:
        due = _at(day, routing.at, zone)
        if due > moment and (routing.mode != "weekly" or day.weekday() == routing.weekday):
            return due
        day += DAY


def quiet_until(routing: Routing, now: datetime) -> datetime | None:
    """When the quiet hours end in which ``now`` lies; None: it lies in none."""
    if routing.quiet is None:
        return None
    zone = ZoneInfo(routing.timezone)
    begin, end = routing.quiet
    local = now.astimezone(zone)
    clock = local.time()
    inside = begin <= clock < end if begin < end else (clock >= begin or clock < end)
    if not inside:
        return None
    day = local.date() if clock < end else local.date() + DAY
    return _after(now, day, end, zone)


def day_of(routing: Routing, now: datetime) -> tuple[datetime, datetime]:
    """When the day began in which ``now`` lies, and when the next one begins."""
    zone = ZoneInfo(routing.timezone)
    today = now.astimezone(zone).date()
    return _at(today, time(), zone), _after(now, today + DAY, time(), zone)


def _after(now: datetime, day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first time after ``now``, which may lie between the two that a clock set back shows."""
    first = _at(day, clock, zone)
    return first if first > now else _at(day, clock, zone, fold=1)


def _at(day: date, clock: time, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC)
