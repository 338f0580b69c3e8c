"""What was told of a topic, day by day, and on which days nothing could be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, extract, func, literal, select
from sqlalchemy.orm import Session

from models import Article, Event, Feed, Judgement, Outage
from models.base import UTCDateTime
from monitor import types
from monitor.edge.store.statements import topic_named
from monitor.edge.store.views import A_MATCH

DAY = timedelta(days=1)
MOST_OF_A_DAY = timedelta(hours=12)


def span(session: Session, topic: str) -> tuple[date, date] | None:
    """The days of the topic's first match and of its last; None: it has none.

    Raises NotFound.
    """
    told = select(Judgement.told_at).where(
        Judgement.topic_id == topic_named(session, topic).id, A_MATCH
    )
    first = session.scalar(told.order_by(Judgement.told_at).limit(1))
    last = session.scalar(told.order_by(Judgement.told_at.desc()).limit(1))
    return (day_of(first), day_of(last)) if first and last else None


def coverage(
    session: Session,
    topic: str,
    since: date,
    until: date,
    *,
    top: int = 12,
    now: datetime | None = None,
) -> types.Coverage:
    """A topic's matches, copies among them, on each day from ``since`` to ``until``, both included.

    The ``top`` events with most matches of the period are named.  A day that is not over by ``now``
    is not called unread; left out, all are over.  Raises NotFound.
    """
    number = topic_named(session, topic).id
    days = [since + place * DAY for place in range((until - since).days + 1)]
    now = min(now, _begin(until + DAY)) if now is not None else _begin(until + DAY)
    told, read = _day_by_day(session, number, days)
    totals = Counter(chain.from_iterable(told)).most_common(top)
    named = {event: [0] * len(days) for event, _ in totals}
    others = [0] * len(days)
    for place, events in enumerate(told):
        counts = Counter(filter(named.__contains__, events))
        others[place] = len(events) - counts.total()
        for event, count in counts.items():
            named[event][place] = count
    first = session.scalar(select(func.min(Article.first_seen_at)))
    return types.Coverage(
        days=days,
        events=_events(session, {int(event): counts for event, counts in named.items()}),
        others=others,
        unread=[
            not heard and first is not None and first < _begin(day) and _begin(day + DAY) <= now
            for day, heard in zip(days, read, strict=True)
        ],
        failing=_failing(session, days, now),
    )


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day_by_day(
    session: Session, topic: int, days: Sequence[date]
) -> tuple[list[list[str]], list[bool]]:
    """The events of each day's matches, one for every match, and whether any article came in.

    The events come as a text a day: neither database groups 100,000 of them in half the time.
    """
    first = select(literal(0).label("place")).cte("day", recursive=True)
    day = first.union_all(select(first.c.place + 1).where(first.c.place < len(days) - 1))
    begins, ends = (_midnight(session, days[0], day.c.place + after) for after in (0, 1))
    events = (
        select(func.aggregate_strings(cast(Judgement.event_id, String), ","))
        .where(Judgement.topic_id == topic, A_MATCH)
        .where(Judgement.told_at >= begins, Judgement.told_at < ends)
        .scalar_subquery()
    )
    seen = exists().where(Article.first_seen_at >= begins, Article.first_seen_at < ends)
    rows = session.execute(select(events, seen).select_from(day).order_by(day.c.place)).all()
    return [text.split(",") if text else [] for text, _ in rows], [bool(heard) for _, heard in rows]


def _midnight(session: Session, since: date, after: ColumnElement[int]) -> ColumnElement[Any]:
    """When a day began, so many days after another; UTC."""
    if session.get_bind().dialect.name == "postgresql":
        # In hours: a day is longer or shorter where the session's time zone sets its clocks.
        hours = func.make_interval(0, 0, 0, 0, 24 * after)
        return literal(_begin(since), UTCDateTime) + hours
    as_stored = "%Y-%m-%d 00:00:00.000000"
    later = cast(after, String) + " days"
    return func.strftime(as_stored, since.isoformat(), later, type_=UTCDateTime)


def _events(session: Session, counts: dict[int, list[int]]) -> list[types.EventCoverage]:
    """In their order."""
    told = select(Judgement.told_at).where(Judgement.event_id == Event.id, A_MATCH)
    began = told.order_by(Judgement.told_at).limit(1).scalar_subquery()
    rows = session.execute(
        select(Event.id, Event.title, Event.alarmed_at, began).where(Event.id.in_(counts))
    )
    found = {
        event: types.EventCoverage(event, title, day_of(told), alarmed is not None, counts[event])
        for event, title, alarmed, told in rows
        if told is not None
    }
    return [found[event] for event in counts]


def _failing(session: Session, days: Sequence[date], now: datetime) -> list[float]:
    """Share of the feeds that are polled which one outage kept away for most of the day."""
    active = Feed.state == "active"
    feeds = session.scalar(select(func.count()).where(active)) or 1
    failing = select(Feed.id, Feed.failing_since).where(active, Feed.failing_since.is_not(None))
    outages = (
        select(Outage.feed_id, Outage.began_at, Outage.ended_at)
        .join(Feed)
        .where(active, _lasted(session) > MOST_OF_A_DAY.total_seconds())
        .where(Outage.ended_at > _begin(days[0]), Outage.began_at < _begin(days[-1] + DAY))
    )
    away: list[set[int]] = [set() for _ in days]
    lasting = [(feed, since, now) for feed, since in session.execute(failing) if since]
    for feed, began, ended in [*lasting, *session.execute(outages)]:
        for place in _away_on(days[0], len(days), began, ended):
            away[place].add(feed)
    return [len(those) / feeds for those in away]


def _lasted(session: Session) -> ColumnElement[Any]:
    """Seconds."""
    if session.get_bind().dialect.name == "postgresql":
        return extract("epoch", Outage.ended_at - Outage.began_at)
    return 86400 * (func.julianday(Outage.ended_at) - func.julianday(Outage.began_at))


def _away_on(first: date, days: int, began: datetime, ended: datetime) -> Iterator[int]:
    """Of so many days those, by their places, of which most lies between the two times."""
    start = _begin(first)
    for place in range(max(0, (began - start).days), min(days, (ended - start).days + 1)):
        begins = start + place * DAY
        if min(ended, begins + DAY) - max(began, begins) > MOST_OF_A_DAY:
            yield place
