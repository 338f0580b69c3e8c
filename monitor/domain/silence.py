"""Whether a feed is silent against its own habit.

Silence is measured in entries that the feed's rhythm would have had meanwhile, so that nights and
weekends count for little.  It is unusual when it is all of these: longer than chance makes it once
in ``YEARS`` years if bursts of the feed's usual size came at Poisson times; clearly longer on that
scale than the longest gap of recent months; and no shorter than a day by the clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from monitor.domain.rhythm import Rhythm, usual_gap

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEARS = 100
BEYOND_LONGEST = 1.5
SHORTEST = DAY
KNOWN_FOR = 14 * DAY
KNOWN_BURSTS = 10
"""Less is too little to speak of a habit: two weekends, and so many bursts in recent weeks."""


@dataclass(frozen=True)
class Silence:
    """Made by ``silence``; only ``lasts`` costs nothing."""

    before: Rhythm
    """The habit of the time before: the silence is not part of it."""
    start: float
    end: float
    """As far as polls have shown it: what nobody has asked for is no silence.  POSIX seconds."""

    @property
    def lasts(self) -> timedelta:
        return timedelta(seconds=max(0.0, self.end - self.start))

    @cached_property
    def expected(self) -> float:
        """Entries that would have come meanwhile by habit."""
        return self.before.expected(self.start, self.end)

    @cached_property
    def unusual(self) -> bool:
        return self.lasts >= SHORTEST and _unusual(self.before, self.expected)

    @cached_property
    def habit(self) -> str:
        """What is usual, in words: ``usually it has about 12 entries a day, …``."""
        return _habit(self.before)


def silence(rhythm: Rhythm, last_entry_at: datetime, now: datetime) -> Silence:
    """Judge the time since the last entry; ``now`` later than the last poll counts as the poll."""
    start, end = last_entry_at.timestamp(), min(now.timestamp(), rhythm.seen)
    before = replace(rhythm, seen=max(rhythm.start, min(start, end)))
    return Silence(before, start, end)


def _unusual(rhythm: Rhythm, waited: float) -> bool:
    gaps = rhythm.gaps
    known = timedelta(seconds=rhythm.seen - rhythm.start)
    if known < KNOWN_FOR or gaps.number < KNOWN_BURSTS * gaps.burst:
        return False
    bursts = YEARS * 365 * DAY / (usual_gap(rhythm) * gaps.burst)
    by_chance = gaps.burst * math.log(max(math.e, bursts))
    return waited > max(by_chance, BEYOND_LONGEST * gaps.longest)


def _habit(rhythm: Rhythm) -> str:
    a_day = DAY / usual_gap(rhythm)
    often = "an entry a month or fewer"
    for number, span in ((a_day, "day"), (7 * a_day, "week"), (30 * a_day, "month")):
        if number >= 1.5:
            often = f"about {number:.0f} entries a {span}"
            break
    longest = timedelta(hours=rhythm.gaps.longest_hours)
    unit, name = (DAY, "days") if longest >= 2 * DAY else (HOUR, "hours")
    return (
        f"usually it has {often}, of late never more than {math.ceil(longest / unit)} {name} apart"
    )
