"""What feeds are worth, counted over all topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import Entry, Feed, Judgement
from monitor import types
from monitor.domain.value import PERIOD, Sighting, Tally, count_event, from_json, to_json
from monitor.edge.store.views import A_MATCH

_AT_ONCE = 2000
"""Rows in memory, of sightings that are read event by event."""


def count_value(
    session: Session, now: datetime, days: float = PERIOD / timedelta(days=1)
) -> dict[int, types.FeedValue]:
    """What each feed that is not removed has brought in so many days before ``now``, by its id."""
    since = now - timedelta(days=days)
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    for _, sightings in groupby(_sightings(session, since), key=itemgetter(0)):
        count_event(tallies, [one for _, one in sightings])
    # A sum, no column: SQLite would follow the index of feeds to each row, seven times as slow.
    feed = Entry.feed_id + 0
    seen = select(feed, func.count()).where(Entry.seen_at >= since).group_by(feed)
    articles = dict(session.execute(seen).all())
    feeds = session.scalars(select(Feed.id).where(Feed.state != "removed"))
    return {feed: tallies[feed].value(since, articles.get(feed, 0)) for feed in feeds}


def _sightings(session: Session, since: datetime) -> Iterator[tuple[int, Sighting]]:
    """Of matches told since then, with their events, by events."""
    query = (
        select(
            Judgement.event_id,
            Judgement.id,
            Judgement.copy_of_id,
            Entry.feed_id,
            Entry.seen_at,
            Entry.id.label("entry"),
        )
        .join(Entry, Entry.article_id == Judgement.article_id)
        .join(Feed, Feed.id == Entry.feed_id)
        .where(A_MATCH, Judgement.told_at >= since, Feed.state != "removed")
        .order_by(Judgement.event_id, Judgement.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    event_now, origins = 0, dict[int, int]()
    for row in session.execute(query):
        if row.event_id != event_now:
            event_now, origins = row.event_id, {}
        # Copies repeat an earlier judgement: where that is of the event, its origin is known.
        origins[row.id] = origins.get(row.copy_of_id, row.copy_of_id) or row.id
        yield row.event_id, Sighting(row.feed_id, origins[row.id], (row.seen_at, row.entry))


def save_value(session: Session, values: Mapping[int, types.FeedValue]) -> None:
    """As ``count_value`` gives them."""
    if values:
        rows = [{"id": feed, "value": to_json(value)} for feed, value in values.items()]
        session.execute(update(Feed), rows)


def value_of(stored: dict[str, Any] | None) -> types.FeedValue | None:
    """Of ``Feed.value``; None: it has not been counted yet."""
    return from_json(stored) if stored is not None else None
