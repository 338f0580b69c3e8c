"""Events that may be one, and events that have been merged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from models import Event, Judgement, Kinship
from monitor import types
from monitor.edge.store.statements import insert_new
from monitor.errors import NotFound

_MERGED = Kinship.moved.is_not(None)


def suggest(session: Session, event: int, other: int, log_odds: float, now: datetime) -> None:
    """Two events may be one; a second time changes nothing."""
    first, second = sorted((event, other))
    pair = {"event_id": first, "other_id": second, "log_odds": log_odds, "found_at": now}
    insert_new(session, Kinship, [pair], Kinship.id)


def merge(
    session: Session, event: Event, into: Event, log_odds: float | None, now: datetime
) -> None:
    """Matches and seeds of one event go over to another, which bears the earliest title.

    The emptied event stays, as a name of the other: see ``current``.  Lock the topic first.
    """
    moved = list(session.scalars(select(Judgement.id).where(Judgement.event_id == event.id)))
    going = update(Judgement).where(Judgement.event_id == event.id)
    session.execute(going.values(event_id=into.id))
    involved = or_(Kinship.event_id == event.id, Kinship.other_id == event.id)
    session.execute(delete(Kinship).where(involved, Kinship.moved.is_(None)))
    session.add(
        Kinship(event_id=into.id, other_id=event.id, log_odds=log_odds, found_at=now, moved=moved)
    )
    earlier = event.opened_at and (into.opened_at is None or event.opened_at < into.opened_at)
    if event.named > into.named or (earlier and event.named == into.named):
        into.title, into.named = event.title, event.named
    if earlier:
        into.opened_at = event.opened_at
    into.last_seen = _later(into.last_seen, event.last_seen)
    into.newest_at = _later(into.newest_at, event.newest_at)
    event.newest_at = None
    into.alarmed_at = into.alarmed_at or event.alarmed_at


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def as_it_goes_on(session: Session, event: int) -> Event:
    """Raises NotFound."""
    row = session.get(Event, current(session, event))
    if row is None:
        raise NotFound(f"no event {event}: see `monitor events list`")
    return row


def current(session: Session, event: int) -> int:
    """The event as which one goes on: itself, or the one that it was merged into."""
    while (
        into := session.scalar(select(Kinship.event_id).where(Kinship.other_id == event, _MERGED))
    ) is not None:
        event = into
    return event


def kin_of(session: Session, event: int) -> list[types.KinView]:
    """The events that may be the same as this one, and those merged into it, by number."""
    rows = session.execute(
        select(Event.id, Event.title, Kinship.log_odds, Kinship.moved)
        .select_from(Kinship)
        .join(
            Event,
            or_(
                and_(Kinship.event_id == event, Kinship.other_id == Event.id),
                and_(Kinship.other_id == event, Kinship.event_id == Event.id),
            ),
        )
        .order_by(Event.id)
    )
    return [
        types.KinView(id, title, log_odds, merged=moved is not None)
        for id, title, log_odds, moved in rows
    ]
