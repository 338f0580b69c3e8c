"""How values look on the page: times, numbers, addresses, the terms of a score."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.domain.figures import chance, rate, rounded
from monitor.domain.marking import Segment, segments
from monitor.domain.messages.content import web_link
from monitor.types import EventView, LikeArticle, Term

_TEMPLATES = Path(__file__).parent / "templates"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = (("day", 86400), ("h", 3600), ("min", 60))
TERMS_SHOWN, ARTICLES_SHOWN = 12, 5
"""Parts of a score that have a line of their own."""
DIGITS = 3
_MINUS = "\N{MINUS SIGN}"


def environment(clock: Callable[[], datetime]) -> Environment:
    """The templates, with every value escaped unless a filter below has made it markup."""
    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {
        "when": lambda value: when(value, clock()),
        "period": lambda event: period(event, clock()),
        "distance": lambda value: distance(value, clock()),
        "number": number,
        "plural": plural,
        "web_link": web_link,
        "site": site,
        "paragraphs": paragraphs,
        "span": span,
        "lag": lambda time: span(time.total_seconds()),
        "day": lambda value: _calendar_day(value, clock().year),
        "segments": in_paragraphs,
        "hits": hits,
        "chance": chance,
        "rate": rate,
    }
    env.globals |= {"role": "viewer", "path": "/", "here": "/", "token": "", "done": None}
    env.tests["to_come"] = lambda value: value is not None and value > clock()
    return env


def when(value: datetime | None, now: datetime) -> Markup:
    """``21 Nov 07:14``, with the year unless it is that of ``now``; UTC.  None: undated."""
    if value is None:
        return Markup("undated")
    return _time(value, f"{_day(value, now)} {value.astimezone(UTC):%H:%M}")


def period(event: EventView, now: datetime) -> Markup:
    """From an event's first article to its last: ``21 Nov 07:14 – 09:30``."""
    first, last = event.opened_at, event.last_seen
    start = when(first, now)
    if first is None or last is None or first == last:
        return start
    same = _day(first, now) == _day(last, now)
    end = _time(last, f"{last.astimezone(UTC):%H:%M}") if same else when(last, now)
    return Markup("{} – {}").format(start, end)


def _day(value: datetime, now: datetime) -> str:
    return _calendar_day(value.astimezone(UTC), now.year)


def _calendar_day(value: date, this_year: int) -> str:
    year = "" if value.year == this_year else f" {value.year}"
    return f"{value.day} {_MONTHS[value.month - 1]}{year}"


def distance(value: datetime | None, now: datetime) -> Markup:
    """``in 12 min`` or ``3 h ago``.  None: never."""
    if value is None:
        return Markup("never")
    seconds = (value - now).total_seconds()
    for unit, size in _UNITS:
        if abs(seconds) >= size:
            count = int(abs(seconds) // size)
            words = plural(count, unit) if unit == "day" else f"{count} {unit}"
            return _time(value, f"in {words}" if seconds > 0 else f"{words} ago")
    return _time(value, "now")


def span(seconds: float) -> str:
    """``40 min``, ``3 h``, ``2 days``: a length of time, roughly."""
    for unit, size in _UNITS:
        if seconds >= size:
            count = round(seconds / size)
            return plural(count, unit) if unit == "day" else f"{count} {unit}"
    return "under a minute"


def _time(value: datetime, words: str) -> Markup:
    """``words``: of this module's making; a page has hundreds, and ``Markup.format`` is slow."""
    exact = value.astimezone(UTC).replace(tzinfo=None)
    second, minute = exact.isoformat(timespec="seconds"), exact.isoformat(" ", "minutes")
    return Markup(f'<time datetime="{second}Z" title="{minute} UTC">{words}</time>')


def number(value: float, digits: int = 2, sign: bool = False) -> str:
    """Fixed digits and a real minus; ``sign`` puts a plus before what is not negative."""
    rounded = round(value, digits) or 0.0  # no minus before a zero
    return f"{rounded:{'+' if sign else ''}.{digits}f}".replace("-", _MINUS)


def plural(count: int, one: str, many: str = "") -> str:
    """``1 match``, ``1,200 matches``; ``many`` where the plural is not ``one`` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def site(url: str) -> str:
    """The host of a web address as people say it; empty for anything else."""
    link = web_link(url)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else ""


def in_paragraphs(
    text: str, words: Sequence[str], sentences: Sequence[str], language: str
) -> list[list[Segment]]:
    """Each paragraph cut where a word that made the score, or a new sentence, begins or ends."""
    return [segments(one, words, sentences, language) for one in paragraphs(text)]


def hits(excerpt: str) -> Markup:
    """What a search found, marked: it stands between U+E000 and U+E001."""
    return Markup(str(escape(excerpt)).replace("\ue000", "<mark>").replace("\ue001", "</mark>"))


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a score and the length of its bar, in [-1, 1] of the longest."""

    name: str
    part: float
    """In thousandths, rounded so that the parts shown add up to the score shown."""
    length: float
    match: int | None = None
    """Of an earlier article: its judgement."""
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """The strongest terms, the nearest earlier articles, and the sums of all others; together
    they add up to the score."""

    terms: tuple[Bar, ...]
    others: int
    others_part: float
    articles: tuple[Bar, ...]
    other_articles: int
    other_articles_part: float
    total: float


def bars(terms: Sequence[Term], like: Sequence[LikeArticle] = ()) -> Bars:
    """``terms``: strongest first; ``like``: nearest first."""
    words, near = terms[:TERMS_SHOWN], like[:ARTICLES_SHOWN]
    others, other_articles = terms[TERMS_SHOWN:], like[ARTICLES_SHOWN:]
    parts = [*(one.part for one in words), *(one.part for one in near)]
    beyond = math.fsum(one.part for one in others)
    farther = math.fsum(one.part for one in other_articles)
    *figures, others_part, other_articles_part = rounded([*parts, beyond, farther], DIGITS)
    longest = max(map(abs, parts), default=0.0) or 1.0
    return Bars(
        terms=tuple(
            Bar(one.term, figure, one.part / longest)
            for one, figure in zip(words, figures, strict=False)
        ),
        others=len(others),
        others_part=others_part,
        articles=tuple(
            Bar(one.title, figure, one.part / longest, one.match, one.cosine)
            for one, figure in zip(near, figures[len(words) :], strict=True)
        ),
        other_articles=len(other_articles),
        other_articles_part=other_articles_part,
        total=math.fsum([*figures, others_part, other_articles_part]),
    )
