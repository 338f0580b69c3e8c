"""A topic's timeline: what its bars, its legend and its table show; ``timeline_svg`` draws it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import shorten
from monitor.types import Coverage, EventCoverage

MOST_BARS = 120
COLOURS = 12
LEAST_FAILING = 0.05
"""Share of the feeds that is told of."""
TITLE_LENGTH = 40
"""Characters of an event's title; twice as many in the legend."""
DAY = timedelta(days=1)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a timeline: a day, or several in a row."""

    first: date
    last: date
    events: tuple[int, ...]
    """Matches of each named event, in their order."""
    others: int
    unread: float
    failing: float
    """Shares of its days, in [0, 1]."""
    opened: tuple[EventCoverage, ...]
    """Events whose first match came in it."""

    @property
    def matches(self) -> int:
        return sum(self.events) + self.others

    @property
    def period(self) -> str:
        return period(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend."""

    colour: str
    """The class of its bars."""
    title: str
    matches: int
    event: EventCoverage | None
    """None: all others together."""


@dataclass(frozen=True, slots=True)
class Row:
    """A bar, in words."""

    bar: Bar
    told: tuple[tuple[EventCoverage, int], ...]
    """Its named events and their matches, most first."""
    remarks: tuple[str, ...]


def bars(coverage: Coverage, most: int = MOST_BARS) -> list[Bar]:
    """At most about ``most``: of a day each, else of whole weeks, which begin on Mondays; the first
    and the last may be cut off by the period's ends."""
    days = _days_a_bar(len(coverage.days), most)
    # The ordinal 1 is a Monday.
    found = groupby(
        enumerate(coverage.days), key=lambda placed: (placed[1].toordinal() - 1) // days
    )
    return [_bar(coverage, [place for place, _ in placed]) for _, placed in found]


def _days_a_bar(days: int, most: int) -> int:
    if days <= most:
        return 1
    weeks = math.ceil(days / 7 / most)
    return 7 << (weeks - 1).bit_length()


def _bar(coverage: Coverage, places: Sequence[int]) -> Bar:
    begin, end = places[0], places[-1] + 1
    first, last = coverage.days[begin], coverage.days[end - 1]
    return Bar(
        first=first,
        last=last,
        events=tuple(sum(event.matches[begin:end]) for event in coverage.events),
        others=sum(coverage.others[begin:end]),
        unread=sum(coverage.unread[begin:end]) / len(places),
        failing=sum(coverage.failing[begin:end]) / len(places),
        opened=tuple(event for event in coverage.events if first <= event.opened_on <= last),
    )


def colours(events: Sequence[EventCoverage]) -> list[str]:
    """The class of each.  An event has the same in every timeline that shows it, unless another has
    taken it already; no two of ``COLOURS`` events share one."""
    taken: dict[int, int] = {}
    for event in sorted(one.id for one in events):
        free = (colour for colour in _probes(event) if colour not in taken.values())
        taken[event] = next(free, event % COLOURS)
    return [f"c{taken[event.id]}" for event in events]


def _probes(event: int) -> Iterator[int]:
    return ((event + step) % COLOURS for step in range(COLOURS))


def legend(coverage: Coverage) -> list[Key]:
    """The named events, most matches first, then the others, if there are any."""
    keys = [
        Key(colour, title_of(event, 2 * TITLE_LENGTH), sum(event.matches), event)
        for colour, event in zip(colours(coverage.events), coverage.events, strict=True)
    ]
    others = sum(coverage.others)
    return [*keys, Key("others", "other events", others, None)] if others else keys


def table(coverage: Coverage, most: int = MOST_BARS) -> list[Row]:
    """What the bars show, for those who do not see them; without those that show nothing."""
    rows = (Row(bar, told(coverage, bar), tuple(remarks(bar))) for bar in bars(coverage, most))
    return [row for row in rows if row.bar.matches or row.remarks]


def told(coverage: Coverage, bar: Bar) -> tuple[tuple[EventCoverage, int], ...]:
    """The named events of a bar and their matches, most first."""
    counted = [pair for pair in zip(coverage.events, bar.events, strict=True) if pair[1]]
    return tuple(sorted(counted, key=lambda pair: -pair[1]))


def remarks(bar: Bar) -> Iterator[str]:
    """When the monitor was blind."""
    if bar.unread:
        whole = bar.unread == 1
        yield "nothing was read" if whole else f"nothing was read on {bar.unread:.0%} of the days"
    if bar.failing >= LEAST_FAILING:
        yield f"{bar.failing:.0%} of the feeds could not be read"


def title_of(event: EventCoverage, length: int = TITLE_LENGTH) -> str:
    """In a line, and not endless."""
    return shorten(clean_line(event.title), length) or "(untitled)"


def period(first: date, last: date) -> str:
    """``12 Mar 2026``, ``9–15 Mar 2026``, ``27 Feb – 5 Mar 2026``."""
    end = f"{day_words(last)} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    begin = day_words(first) if first.year == last.year else f"{day_words(first)} {first.year}"
    return f"{begin} – {end}"


def day_words(day: date) -> str:
    """``12 Mar``."""
    return f"{day.day} {MONTHS[day.month - 1]}"
