"""A topic's timeline drawn: bars a day, stacked by event, as SVG without style and script.

Where it is shown, its classes are given their looks: ``c0`` to ``c11`` and ``others`` (the bars),
``bin`` (what is met by the pointer), ``new`` (a sign above; ``alarmed``: worth an alert),
``unread`` and ``failing`` (shades behind), ``hatch``, ``grid`` and ``label`` (those that are
``fine`` may go where there is little room).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from html import escape
from itertools import groupby

from monitor.domain.timeline import Bar, bars, colours, day_words, period, remarks, title_of, told
from monitor.types import Coverage

DAY = timedelta(days=1)

Link = Callable[[date, date, int | None], str]
"""The address to which a bar leads, by its first day and its last; or the sign of a new event, by
the event too, if it is one alone.  Empty: nowhere."""


def draw(coverage: Coverage, *, link: Link | None = None, name: str = "timeline") -> str:
    """The timeline as an SVG element, as wide as what it stands in; empty for no days.

    ``name`` begins its ids: it is to be another for each on a page.  All text is escaped.
    """
    shown = bars(coverage)
    if not shown:
        return ""
    scale = _Scale(len(shown), max(bar.matches for bar in shown))
    total = sum(bar.matches for bar in shown)
    days = "day" if len(shown) == len(coverage.days) else "period"
    label = escape(
        f"Timeline, {period(shown[0].first, shown[-1].last)}: {_matches(total)}, "
        f"at most {max(bar.matches for bar in shown):,} a {days}"
    )
    return "".join(
        (
            f'<svg class="timeline" role="{"group" if link else "img"}" aria-label="{label}" '
            f'width="100%" height="{_HEIGHT}">',
            _DEFINITIONS.format(name=escape(name)),
            *_shades(shown, scale, escape(name)),
            *_grid(scale),
            f'<svg y="{_TOP}" width="100%" height="{_PLOT}" '
            f'viewBox="0 0 {10 * scale.bars} {scale.top}" preserveAspectRatio="none">',
            *_stacks(coverage, shown, scale),
            *(_hit(coverage, bar, place, link) for place, bar in enumerate(shown)),
            "</svg>",
            *_signs(shown, scale, link, escape(name)),
            *_dates(shown, scale),
            "</svg>",
        )
    )


_TOP, _PLOT, _FOOT = 18, 180, 24
"""Heights in pixels: room for the signs of new events, the bars, the dates."""
_HEIGHT = _TOP + _PLOT + _FOOT
_DEFINITIONS = (
    '<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="hatch" d="M0 0v6" stroke-width="2"/></pattern>'
    '<path id="{name}-new" d="M-4 0h8l-4 -7z"/></defs>'
)


class _Scale:
    """``bars`` side by side; matches up to ``top``, with a line at each ``step``."""

    def __init__(self, bars: int, highest: int) -> None:
        self.bars = bars
        self.step = next(step for step in _round_numbers() if 4 * step >= highest)
        self.top = self.step * max(1, math.ceil(highest / self.step))

    def across(self, place: float) -> str:
        """Of the whole width, in percent."""
        return f"{100 * place / self.bars:.2f}".rstrip("0").rstrip(".") + "%"

    def down(self, matches: int) -> int:
        """Pixels from the top."""
        return _TOP + round(_PLOT * (1 - matches / self.top))


def _round_numbers() -> Iterator[int]:
    size = 1
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10


def _shades(shown: Sequence[Bar], scale: _Scale, name: str) -> Iterator[str]:
    """Times in which the monitor was blind, behind the bars."""
    for failing, begin, end in _runs([round(bar.failing, 1) for bar in shown]):
        yield _shade("failing", scale, begin, end, f'fill-opacity="{failing}"')
    for unread, begin, end in _runs([round(bar.unread, 1) for bar in shown]):
        yield _shade(
            "unread", scale, begin, end, f'fill="url(#{name}-hatch)" fill-opacity="{unread}"'
        )


def _runs(values: Sequence[float]) -> Iterator[tuple[float, int, int]]:
    """The same value several times in a row, if it is above 0, and where it begins and ends."""
    begin = 0
    for value, same in groupby(values):
        end = begin + len(list(same))
        if value:
            yield value, begin, end
        begin = end


def _shade(kind: str, scale: _Scale, begin: int, end: int, look: str) -> str:
    return (
        f'<rect class="{kind}" x="{scale.across(begin)}" y="{_TOP}" '
        f'width="{scale.across(end - begin)}" height="{_PLOT}" {look}/>'
    )


def _grid(scale: _Scale) -> Iterator[str]:
    for matches in range(0, scale.top + 1, scale.step):
        y = scale.down(matches)
        yield f'<line class="grid" x2="100%" y1="{y}" y2="{y}"/>'
        if matches:
            yield f'<text class="label" y="{y - 4}">{matches:,}</text>'


def _stacks(coverage: Coverage, shown: Sequence[Bar], scale: _Scale) -> Iterator[str]:
    """A path for each event, with a thick line in each bar that it is in: as long as its matches,
    in the units of the plot."""
    below = [0] * len(shown)
    series = [[bar.events[event] for bar in shown] for event in range(len(coverage.events))]
    series.append([bar.others for bar in shown])
    for colour, counts in zip([*colours(coverage.events), "others"], series, strict=True):
        steps = []
        for place, count in enumerate(counts):
            below[place] += count
            if count:
                steps.append(f"M{10 * place + 5} {scale.top - below[place]}v{count}")
        if steps:
            yield f'<path class="{colour}" stroke-width="8" d="{"".join(steps)}"/>'


def _hit(coverage: Coverage, bar: Bar, place: int, link: Link | None) -> str:
    """What is met by a pointer, or by the keyboard, anywhere above or below a bar."""
    said = f"{bar.period}: {_matches(bar.matches)}"
    lines = [*(f"{count:,} of “{title_of(event)}”" for event, count in told(coverage, bar))]
    lines = [*lines[:_TOLD], *([f"and {len(lines) - _TOLD} more"] if len(lines) > _TOLD else [])]
    about = escape("\n".join((said, *lines, *remarks(bar))), quote=False)
    area = f'<rect class="bin" x="{10 * place}" width="10" height="100%"/>'
    address = link(bar.first, bar.last, None) if link and bar.matches else ""
    return _linked(address, said, f"<title>{about}</title>{area}")


def _linked(address: str, said: str, drawn: str) -> str:
    if not address:
        return f"<g>{drawn}</g>"
    return f'<a href="{escape(address)}" aria-label="{escape(said)}">{drawn}</a>'


_TOLD = 3
"""Events that are named at a bar."""


def _signs(shown: Sequence[Bar], scale: _Scale, link: Link | None, name: str) -> Iterator[str]:
    """A triangle above each bar in which named events begin."""
    for place, bar in enumerate(shown):
        if not bar.opened:
            continue
        alarmed = " alarmed" if any(event.alarmed for event in bar.opened) else ""
        titles = ", ".join(f"“{title_of(event)}”" for event in bar.opened)
        said = f"New on {bar.period}: {titles}"
        sign = (
            f'<use class="new{alarmed}" href="#{name}-new" x="{scale.across(place + 0.5)}" '
            f'y="{scale.down(bar.matches) - 3}"/>'
        )
        event = bar.opened[0].id if len(bar.opened) == 1 else None
        address = link(bar.first, bar.last, event) if link else ""
        yield _linked(address, said, f"<title>{escape(said, quote=False)}</title>{sign}")


def _dates(shown: Sequence[Bar], scale: _Scale) -> Iterator[str]:
    """Round dates below the bars; every other one may be left out."""
    y = _TOP + _PLOT + 16
    if len(shown) <= _FEW:
        for place, bar in enumerate(shown):
            words, x = day_words(bar.first), scale.across(place + 0.5)
            fine = " fine" if place % 2 else ""
            yield f'<text class="label{fine}" x="{x}" y="{y}" text-anchor="middle">{words}</text>'
        return
    for number, (where, words) in enumerate(_round_dates(shown)):
        x = scale.across(where)
        fine = " fine" if number % 2 else ""
        yield f'<line class="grid{fine}" x1="{x}" x2="{x}" y1="{y - 16}" y2="{y - 10}"/>'
        yield f'<text class="label{fine}" x="{x}" y="{y}">{words}</text>'


_FEW, _MOST_DATES, _LAST_DATE = 10, 9, 0.9
"""Bars that each have a date; dates below more of them, and where along the axis they end, so that
none is cut off."""


def _round_dates(shown: Sequence[Bar]) -> list[tuple[float, str]]:
    """Where they are, in bars from the left, and their words: Mondays, else firsts and middles of
    months, else firsts of months, else of years."""
    first, last = shown[0].first, shown[-1].last
    days = [first + after * DAY for after in range((last - first).days + 1)]
    if len(days) <= 7 * _MOST_DATES:
        dated = [(day, day_words(day)) for day in days if day.weekday() == 0]
    elif len(days) <= 15 * _MOST_DATES:
        dated = [(day, day_words(day)) for day in days if day.day in (1, 15)]
    elif len(days) <= 366 * 2:
        dated = [(day, _month_words(day)) for day in days if day.day == 1]
    else:
        dated = [(day, str(day.year)) for day in days if (day.day, day.month) == (1, 1)]
    every = math.ceil(len(dated) / _MOST_DATES)
    placed = ((_place(shown, day), words) for day, words in dated[::every])
    return [(where, words) for where, words in placed if where <= _LAST_DATE * len(shown)]


def _place(shown: Sequence[Bar], day: date) -> float:
    place = next(place for place, bar in enumerate(shown) if day <= bar.last)
    bar = shown[place]
    return place + (day - bar.first) / (bar.last + DAY - bar.first)


def _month_words(day: date) -> str:
    return day_words(day).split()[1] if day.month > 1 else str(day.year)


def _matches(count: int) -> str:
    return f"{count:,} {'match' if count == 1 else 'matches'}"
