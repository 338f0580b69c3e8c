"""What a backtest has found: matches, events, alerts and when; and how two of them differ."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from monitor.edge.archive import Archived
from monitor.edge.store.replays import Announced
from monitor.run.plan import Plan, Replayed, published_at
from monitor.types import Coverage, EventCoverage

NAMED = 12
"""Events that a timeline names."""
DAY = timedelta(days=1)

Fate = Literal["said", "later", "digest", "waiting"]
"""said: at once; later: after quiet hours, or on the next day; digest: with others; waiting: it was
still held at the end."""


@dataclass(frozen=True, slots=True)
class Matched:
    """An article that would have matched."""

    id: str
    """In the archive."""
    title: str
    url: str
    source: str
    published: datetime
    score: float
    event: int
    copy: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What a channel would have been told of an alert."""

    channel: str
    fate: Fate
    at: datetime | None
    """None: not by the end."""


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert that would have been given."""

    kind: Literal["new_event", "update"]
    at: datetime
    event: int
    title: str
    url: str
    source: str
    outlets: int
    """That had reported the event by then."""
    changes: tuple[str, ...]
    """Of an update: what had changed."""
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a channel would have been sent."""

    channel: str
    at: datetime
    digest: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one run over one archive."""

    settings: tuple[str, ...]
    """What was set otherwise than it is, as KEY=VALUE."""
    articles: int
    first: datetime
    last: datetime
    """Of publication."""
    fits: int
    labels: int
    channels: tuple[str, ...]
    matches: tuple[Matched, ...]
    """In the order of publication."""
    titles: Mapping[int, str]
    """Of the events that have matches."""
    alerts: tuple[Alerted, ...]
    """In order; where the topic has channels, those that one of them would have heard."""
    sent: tuple[Sent, ...]
    """In order."""

    @property
    def days(self) -> list[date]:
        """Every day from the first article to the last, UTC."""
        first, last = _day(self.first), _day(self.last)
        return [first + place * DAY for place in range((last - first).days + 1)]

    @property
    def new_events(self) -> list[Alerted]:
        return [one for one in self.alerts if one.kind == "new_event"]

    @property
    def updates(self) -> list[Alerted]:
        return [one for one in self.alerts if one.kind == "update"]


@dataclass(frozen=True, slots=True)
class Daily:
    """How many a day, over all days."""

    median: float
    most_days: int
    """Not exceeded on 95 % of the days (nearest rank)."""
    most: int
    total: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What only one of two runs over one archive has found."""

    matches: tuple[tuple[Matched, ...], tuple[Matched, ...]]
    """Only of the first run, only of the second."""
    alerted: tuple[tuple[Alerted, ...], tuple[Alerted, ...]]
    """New events: an event of one run is one of the other if they share an article."""


def outcome(
    plan: Plan,
    settings: Sequence[str],
    replayed: Replayed,
    *,
    announced: Sequence[Announced],
    titles: Mapping[int, str],
) -> Outcome:
    """Put together what the replay of a plan has found; it holds an article at least."""
    archive, channels = plan.archive, tuple(plan.routing)
    matches = tuple(
        _matched(one, found.score or 0.0, int(found.event), found.duplicate_of is not None)
        for one, found in zip(archive, replayed.judged, strict=True)
        if found.event is not None
    )
    events = {one.event for one in matches}
    return Outcome(
        settings=tuple(settings),
        articles=len(archive),
        first=published_at(archive[0]),
        last=published_at(archive[-1]),
        fits=replayed.fits,
        labels=replayed.labels,
        channels=channels,
        matches=matches,
        titles={event: title for event, title in titles.items() if event in events},
        alerts=tuple(_alerted(one) for one in announced if one.heard or not channels),
        sent=tuple(Sent(one.channel, one.at, one.kind == "digest") for one in replayed.messages),
    )


def _matched(one: Archived, score: float, event: int, copy: bool) -> Matched:
    article = one.article
    return Matched(
        one.id, article.title, article.url, article.source, published_at(one), score, event, copy
    )


def _alerted(one: Announced) -> Alerted:
    said = one.said
    return Alerted(
        kind="update" if said.kind == "update" else "new_event",
        at=one.at,
        event=one.event,
        title=said.title,
        url=said.url,
        source=said.source,
        outlets=said.outlets,
        changes=said.changes,
        heard=tuple(
            Heard(its.channel, _fate(one.at, its.at, its.carried), its.at) for its in one.heard
        ),
    )


def _fate(found: datetime, said: datetime | None, carried: bool) -> Fate:
    if said is None:
        return "waiting"
    if carried:
        return "digest"
    return "later" if said > found else "said"


def daily(moments: Iterable[datetime], days: Sequence[date]) -> Daily:
    """How many of the moments fall on each of the days (UTC); what comes later counts to the last.

    ``days``: at least one, in order.
    """
    counted = Counter(min(_day(moment), days[-1]) for moment in moments)
    counts = sorted(counted[day] for day in days)
    usual = counts[math.ceil(0.95 * len(counts)) - 1]
    return Daily(statistics.median(counts), usual, counts[-1], sum(counts))


def coverage(found: Outcome) -> Coverage:
    """Its timeline; an archive knows nothing of feeds, so it is never blind."""
    days = found.days
    place = {day: number for number, day in enumerate(days)}
    counts: dict[int, list[int]] = {}
    for one in found.matches:
        counts.setdefault(one.event, [0] * len(days))[place[_day(one.published)]] += 1
    ranked = sorted(counts, key=lambda event: (-sum(counts[event]), event))
    alarmed = {one.event for one in found.new_events}
    return Coverage(
        days=days,
        events=[
            EventCoverage(
                id=event,
                title=found.titles.get(event, ""),
                opened_on=next(
                    day for day, count in zip(days, counts[event], strict=True) if count
                ),
                alarmed=event in alarmed,
                matches=counts[event],
            )
            for event in ranked[:NAMED]
        ],
        others=[sum(counts[event][n] for event in ranked[NAMED:]) for n in range(len(days))],
        unread=[False] * len(days),
        failing=[0.0] * len(days),
    )


def difference(before: Outcome, after: Outcome) -> Difference:
    """Of two runs over one archive."""
    return Difference(
        matches=(_unmatched(before, after), _unmatched(after, before)),
        alerted=(_untold(before, after), _untold(after, before)),
    )


def _unmatched(mine: Outcome, other: Outcome) -> tuple[Matched, ...]:
    known = {one.id for one in other.matches}
    return tuple(one for one in mine.matches if one.id not in known)


def _untold(mine: Outcome, other: Outcome) -> tuple[Alerted, ...]:
    told = {one.event for one in other.new_events}
    known = {one.id for one in other.matches if one.event in told}
    shared = {one.event for one in mine.matches if one.id in known}
    return tuple(one for one in mine.new_events if one.event not in shared)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
