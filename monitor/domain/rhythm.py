"""When a feed publishes: its rate by hour of the week, learnt from what its polls have shown.

Old entries count less, by half every ``HALF_LIFE``.  The rate of an hour of the week is the product
of the feed's mean, an hour-of-day factor, a weekday factor and a factor of its own.  Each is the
mean of a Gamma posterior of a Poisson count (Gelman et al., Bayesian Data Analysis, 2.6) with prior
mean 1, so few data leave it near 1: a new feed is flat, and the pattern comes with the entries.

Times inside are POSIX seconds, rates are entries per hour.  All is UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from monitor.domain.gaps import Gaps

HOUR = 3600.0
DAY = 24 * HOUR
WEEK_HOURS = 168
HALF_LIFE = 4 * WEEK_HOURS * HOUR
FIRST_WINDOW = 12 * WEEK_HOURS * HOUR
"""A new feed's entries say something about its habits as far back as this."""

PRIOR_ENTRIES = 0.5
PRIOR_RATE = 0.2
"""What is presumed of a feed before anything is known: weak, and about five entries a day."""
HOUR_SHAPE = 1.0
WEEKDAY_SHAPE = 4.0
SLOT_SHAPE = 12.0
"""Entries that must be expected before a factor of the pattern goes half-way to what was seen."""

BACKFILL = 2 * DAY
"""Entries dated so long before the last poll are an old stock that is put in, not news."""
DARK = 2 * DAY
"""After so long without a poll the window may have lost entries."""
FULL_WINDOW = 8
"""So many new entries after the dark tell that it is likely to have lost some."""

_POWERS = tuple(0.5 ** (age * HOUR / HALF_LIFE) for age in range(WEEK_HOURS))
_WEEK_DECAY = 0.5 ** (WEEK_HOURS * HOUR / HALF_LIFE)


@dataclass(frozen=True)
class Rhythm:
    """What is known of one feed; made by ``observe``."""

    start: float
    """The feed's entries are known from here on."""
    seen: float
    """The last successful poll."""
    epoch: float
    """The time at which an entry counts 1; later ones count more, earlier ones less."""
    counts: tuple[float, ...] = (0.0,) * WEEK_HOURS
    """Entries by hour of the week, Monday 00:00 UTC first."""
    last: float | None = None
    """The newest entry."""
    gaps: Gaps = field(default_factory=Gaps)

    @cached_property
    def rates(self) -> tuple[float, ...]:
        """Entries per hour, by hour of the week."""
        scale = 0.5 ** ((self.seen - self.epoch) / HALF_LIFE)
        counts = [count * scale for count in self.counts]
        hours = _exposure(self.start, self.seen)
        burst = self.gaps.burst
        mean = (sum(counts) + PRIOR_ENTRIES) / (sum(hours) + PRIOR_ENTRIES / PRIOR_RATE)
        shape = HOUR_SHAPE * burst
        by_hour = [
            (sum(counts[hour::24]) + shape) / (mean * sum(hours[hour::24]) + shape)
            for hour in range(24)
        ]
        shape, own = WEEKDAY_SHAPE * burst, SLOT_SHAPE * burst
        rates: list[float] = []
        for first in range(0, WEEK_HOURS, 24):
            seen, during = counts[first : first + 24], hours[first : first + 24]
            presumed = mean * sum(map(float.__mul__, by_hour, during))
            level = mean * (sum(seen) + shape) / (presumed + shape)
            for count, hour, factor in zip(seen, during, by_hour, strict=True):
                rate = level * factor
                rates.append(rate * (count + own) / (rate * hour + own))
        return tuple(rates)

    def expected(self, start: float, end: float) -> float:
        """Entries to be expected between two times; 0 if ``end`` is not later."""
        if end <= start:
            return 0.0
        weeks, rest = divmod(end - start, WEEK_HOURS * HOUR)
        total = weeks * sum(self.rates) if weeks else 0.0
        time, end = start, start + rest
        while time < end:
            until = min(end, (time // HOUR + 1) * HOUR)
            total += self.rates[slot(time)] * (until - time) / HOUR
            time = until
        return total

    def to_json(self) -> dict[str, Any]:
        """A JSON object of at most some 1.3 KB; counts in hundredths, -n for n zeros in a row."""
        gaps = self.gaps
        numbers = (gaps.number, gaps.total, gaps.squares, gaps.longest, gaps.longest_hours)
        return {
            "start": round(self.start),
            "seen": round(self.seen),
            "epoch": round(self.epoch),
            "last": None if self.last is None else round(self.last),
            "gaps": [round(number, 3) for number in numbers],
            "counts": _pack([round(100 * count) for count in self.counts]),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rhythm:
        """The inverse of ``to_json``, up to its rounding."""
        last = data["last"]
        return cls(
            start=float(data["start"]),
            seen=float(data["seen"]),
            epoch=float(data["epoch"]),
            counts=tuple(count / 100 for count in _unpack(data["counts"])),
            last=None if last is None else float(last),
            gaps=Gaps(*data["gaps"]),
        )


def _pack(numbers: Sequence[int]) -> list[int]:
    packed: list[int] = []
    for number in numbers:
        if number:
            packed.append(number)
        elif packed and packed[-1] < 0:
            packed[-1] -= 1
        else:
            packed.append(-1)
    return packed


def _unpack(packed: Sequence[int]) -> Iterator[int]:
    for number in packed:
        if number < 0:
            yield from (0,) * -number
        else:
            yield number


def _exposure(start: float, seen: float) -> list[float]:
    """Hours for which each hour of the week has been watched, older weeks counting less."""
    first, present = int(start // HOUR), int(seen // HOUR)
    weeks, rest = divmod(present - first + 1, WEEK_HOURS)
    fewer = (1 - _WEEK_DECAY**weeks) / (1 - _WEEK_DECAY)
    more = fewer + _WEEK_DECAY**weeks
    by_age = [power * more for power in _POWERS[:rest]]
    by_age += [power * fewer for power in _POWERS[rest:]]
    by_age.reverse()  # the eldest is the hour of the week that comes after the present one
    turn = WEEK_HOURS - 1 - slot(seen)
    hours = by_age[turn:] + by_age[:turn]
    hours[slot(seen)] -= 1 - (seen / HOUR - present)
    hours[slot(start)] -= (start / HOUR - first) * 0.5 ** ((seen - start) / HALF_LIFE)
    return hours


def slot(time: float) -> int:
    """Hour of the week, 0 to 167; the POSIX epoch was a Thursday."""
    return int(time // HOUR + 72) % WEEK_HOURS


# ---------------------------------------------------------------------------------- learning


def observe(
    rhythm: Rhythm | None,
    since: datetime | None,
    now: datetime,
    published: Sequence[datetime | None],
) -> Rhythm:
    """The rhythm after one more successful poll at ``now``.

    ``since``: the poll before, None at the first.  ``published``: the dates of the entries that are
    new, None for those without.  At the first poll these are the feed's whole window, which is
    taken as history; later an entry counts at its date if that lies since the last poll, else
    (no date, a late or a clumsy one) somewhere between the two polls; what is older than two days
    counts as one entry, however much of it is put in.
    """
    at = now.timestamp()
    dates = [None if date is None else min(date.timestamp(), at) for date in published]
    if since is None and rhythm is None:
        return _first(at, [date for date in dates if date is not None])
    known = rhythm or Rhythm(start=at, seen=at, epoch=at)
    before = min(at, known.seen if since is None else since.timestamp())
    exact = sorted(date for date in dates if date is not None and date > before)
    if at - before > DARK:
        known = _skip(known, exact[0] - before if len(exact) >= FULL_WINDOW else 0.0)
    return _add(_at(known, at), sorted(exact + _spread(dates, before, at)))


def _first(at: float, dates: Sequence[float]) -> Rhythm:
    """From the first window.  It begins at its eldest entry but a tenth, which may be pinned."""
    dates = sorted(dates)
    begin = max(dates[len(dates) // 10], at - FIRST_WINDOW) if dates else at
    if at - begin < HOUR:  # dates made on request
        return Rhythm(start=at, seen=at, epoch=at)
    history = [date for date in dates if date > begin]
    return _add(Rhythm(start=begin, seen=at, epoch=at), history)


def _skip(rhythm: Rhythm, seconds: float) -> Rhythm:
    """Leave out a time in which entries came and went unseen: history moves up to its end."""
    start, epoch = rhythm.start + seconds, rhythm.epoch + seconds
    return replace(rhythm, start=start, epoch=epoch, last=None)


def _at(rhythm: Rhythm, at: float) -> Rhythm:
    """Move on to ``at``, which is earlier than before if the clock was set back."""
    if rhythm.last is not None and rhythm.last > at:
        rhythm = replace(rhythm, last=None)  # a gap cannot begin in the future
    if at - rhythm.epoch < HALF_LIFE:
        return replace(rhythm, start=min(rhythm.start, at), seen=at, epoch=min(rhythm.epoch, at))
    factor = 0.5 ** ((at - rhythm.epoch) / HALF_LIFE)
    counts = tuple(count * factor for count in rhythm.counts)
    return replace(rhythm, seen=at, epoch=at, counts=counts, gaps=rhythm.gaps.fade(factor))


def _spread(dates: Sequence[float | None], before: float, at: float) -> list[float]:
    """Times between the polls for entries whose dates do not say when they appeared."""
    stale = [date for date in dates if date is not None and date <= before]
    late = sum(date > before - BACKFILL for date in stale)
    number = dates.count(None) + late + (late < len(stale))
    return [at - (at - before) * (i + 0.5) / number for i in range(number)]


def _add(rhythm: Rhythm, times: Sequence[float]) -> Rhythm:
    """Count entries, in order of time."""
    if not times:
        return rhythm
    counts = list(rhythm.counts)
    for time in times:
        counts[slot(time)] += 0.5 ** ((rhythm.epoch - time) / HALF_LIFE)
    known = replace(rhythm, counts=tuple(counts))
    gaps, last = rhythm.gaps, rhythm.last
    for time in times:
        if last is not None and time >= last:
            gaps = gaps.add(known.expected(last, time), (time - last) / HOUR)
        last = time if last is None else max(last, time)
    return replace(known, gaps=gaps, last=last)


# ---------------------------------------------------------------------------------- asking


def rate(rhythm: Rhythm, at: datetime) -> float:
    """Entries per hour that are to be expected at this time."""
    return rhythm.rates[slot(at.timestamp())]


def expected(rhythm: Rhythm, start: datetime, end: datetime) -> float:
    """Entries that are to be expected between two times; 0 if ``end`` is not later."""
    return rhythm.expected(start.timestamp(), end.timestamp())


def usual_gap(rhythm: Rhythm) -> timedelta:
    """The time from one entry to the next, on average over the week."""
    return timedelta(hours=WEEK_HOURS / sum(rhythm.rates))
