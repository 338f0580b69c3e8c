"""What a feed is worth: whether anything would be missed without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from monitor.types import FeedValue

PERIOD = timedelta(days=90)
"""Over which value is counted."""
YOUNG = timedelta(days=30)
"""A feed that has been followed for less is given time."""
FEW_ARTICLES, FEW_MATCHES = 50, 5
"""With fewer there is nothing to say about a feed."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A match of an event, as one feed brought it."""

    feed: int
    text: int
    """The same for matches that repeat one another."""
    order: tuple[datetime, int]
    """When, and what of the same time came before what."""


@dataclass(slots=True)
class Tally:
    """Of one feed, over all events so far."""

    matches: int = 0
    events: int = 0
    first: int = 0
    alone: int = 0
    copies: int = 0
    leads: list[float] = field(default_factory=list)

    def value(self, since: datetime, articles: int) -> FeedValue:
        return FeedValue(
            since=since,
            articles=articles,
            matches=self.matches,
            events=self.events,
            first=self.first,
            alone=self.alone,
            copies=self.copies,
            lead=median(self.leads) if self.leads else None,
        )


def count_event(tallies: Mapping[int, Tally], sightings: Sequence[Sighting]) -> None:
    """Add one event's sightings, at least one, to the tallies of their feeds.

    Exactly one feed is first; of an event that no other feed reported too.
    """
    brought: dict[int, tuple[tuple[datetime, int], int]] = {}
    reported: dict[int, tuple[datetime, int]] = {}
    for one in sorted(sightings, key=lambda one: one.order):
        tally = tallies[one.feed]
        tally.matches += 1
        _, by = brought.setdefault(one.text, (one.order, one.feed))
        tally.copies += by != one.feed
        reported.setdefault(one.feed, one.order)
    for feed in reported:
        tallies[feed].events += 1
    winner, *others = reported.items()
    tallies[winner[0]].first += 1
    if not others:
        tallies[winner[0]].alone += 1
        return
    lead = others[0][1][0] - winner[1][0]
    tallies[winner[0]].leads.append(lead.total_seconds())


def to_json(value: FeedValue) -> dict[str, Any]:
    return asdict(value) | {"since": value.since.isoformat()}


def from_json(stored: Mapping[str, Any]) -> FeedValue:
    """As ``to_json`` wrote it."""
    return FeedValue(**{**stored, "since": datetime.fromisoformat(stored["since"])})


def why_drop(value: FeedValue, followed_since: datetime) -> str:
    """Why nothing would be missed without a feed, in words; empty: keep it.

    Every event has one feed that was first.  So all feeds that this speaks against may be dropped
    together, and still each event of the period would have been reported.
    """
    if followed_since > value.since + PERIOD - YOUNG or value.articles < FEW_ARTICLES:
        return ""
    since = f"since {max(value.since, followed_since):%Y-%m-%d}"
    if not value.matches:
        return f"none of its {value.articles:,} articles {since} was relevant"
    if value.first or value.matches < FEW_MATCHES:
        return ""
    if value.copies == value.matches:
        return f"all its {value.matches:,} matches {since} repeat what other feeds had brought"
    return f"other feeds were before it at all {value.events:,} events that it reported {since}"
