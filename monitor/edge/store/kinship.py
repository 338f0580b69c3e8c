"""Events that may be one, and events that have been merged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from models import Event, Judgement, Kinship
from monitor import types
from monitor.edge.store.retelling import retell
from monitor.edge.store.standing import count_again
from monitor.edge.store.statements import chunks, insert_new
from monitor.errors import NotFound

_MERGED = Kinship.moved.is_not(None)


def suggest(session: Session, event: int, other: int, log_odds: float, now: datetime) -> None:
    """Two events may be one; a second time changes nothing."""
    first, second = sorted((event, other))
    pair = {"event_id": first, "other_id": second, "log_odds": log_odds, "found_at": now}
    insert_new(session, Kinship, [pair], Kinship.id)


def merge(
    session: Session, event: Event, into: Event, log_odds: float | None, now: datetime
) -> Kinship:
    """Matches and seeds of one event go over to another, which bears the earliest title.

    The emptied event stays, as a name of the other: see ``current``.  Lock the topic first.
    """
    moved = list(session.scalars(select(Judgement.id).where(Judgement.event_id == event.id)))
    going = update(Judgement).where(Judgement.event_id == event.id)
    session.execute(going.values(event_id=into.id))
    session.execute(delete(Kinship).where(*_suggested(event.id)))
    merged = Kinship(
        event_id=into.id, other_id=event.id, log_odds=log_odds, found_at=now, moved=moved
    )
    session.add(merged)
    earlier = event.opened_at and (into.opened_at is None or event.opened_at < into.opened_at)
    if event.named > into.named or (earlier and event.named == into.named):
        into.title, into.named = event.title, event.named
    if earlier:
        into.opened_at = event.opened_at
    into.last_seen = _later(into.last_seen, event.last_seen)
    into.newest_at = _later(into.newest_at, event.newest_at)
    event.newest_at = None
    into.alarmed_at = into.alarmed_at or event.alarmed_at
    count_again(session, [event.id, into.id])
    return merged


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _suggested(event: int) -> tuple[ColumnElement[bool], ...]:
    involved = or_(Kinship.event_id == event, Kinship.other_id == event)
    return involved, Kinship.moved.is_(None), Kinship.apart.is_(False)


def suggestions(session: Session, event: int) -> list[Kinship]:
    """What ``suggest`` has noted of an event; a merge forgets it."""
    return list(session.scalars(select(Kinship).where(*_suggested(event))))


def unmerge(session: Session, merged: Kinship, name: str = "") -> tuple[Event, list[Event]]:
    """Undo a merge: what went over goes back, as far as it is still where it went, with the copies
    of it that have come since.

    ``name``: what a person had named the other event before; empty: nothing.  Returns the event
    that is one again, and those that it was part of: first the one that it was merged into, last
    the one as which that goes on.  Lock the topic first.
    """
    gone = session.get_one(Event, merged.other_id)
    others = [session.get_one(Event, one) for one in _lineage(session, merged.event_id)]
    session.delete(merged)
    session.flush()
    for some in chunks(merged.moved or ()):
        copies = and_(Judgement.copy_of_id.in_(some), Judgement.judged_at > merged.found_at)
        there = Judgement.event_id == others[-1].id
        going = update(Judgement).where(there, or_(Judgement.id.in_(some), copies))
        session.execute(going.values(event_id=gone.id))
    for other in others:
        _give_back(session, gone, other, name)
    retell(session, [gone.id, *(other.id for other in others)])
    return gone, others


def _give_back(session: Session, gone: Event, other: Event, name: str) -> None:
    """What an event has from the one merged into it, and not from its own articles."""
    if gone.named and other.named and other.title == gone.title:
        other.title, other.named = name or other.title, bool(name)
    if other.alarmed_at is not None and other.alarmed_at == gone.alarmed_at:
        worth = or_(Judgement.alarm, Judgement.seed.is_not(None))
        own = exists().where(Judgement.event_id == other.id, worth)
        if not session.scalar(select(own)):
            other.alarmed_at = None


def set_apart(session: Session, event: int, other: int, now: datetime) -> None:
    """A person says that two events are two.  Lock the topic first."""
    first, second = sorted((event, other))
    pair = select(Kinship).where(Kinship.event_id == first, Kinship.other_id == second)
    row = session.scalar(pair) or Kinship(event_id=first, other_id=second)
    row.apart, row.log_odds, row.found_at = True, None, now
    session.add(row)


def apart(session: Session, event: int, other: int) -> list[Kinship]:
    """Where a person has said that two events are two: of themselves, or of events that have been
    merged into them since.  Empty: they may be one."""
    here, there = (names(session, one) for one in (event, other))
    between = or_(
        and_(Kinship.event_id.in_(here), Kinship.other_id.in_(there)),
        and_(Kinship.event_id.in_(there), Kinship.other_id.in_(here)),
    )
    return list(session.scalars(select(Kinship).where(Kinship.apart, between)))


def as_it_goes_on(session: Session, event: int) -> Event:
    """Raises NotFound."""
    row = session.get(Event, current(session, event))
    if row is None:
        raise NotFound(f"no event {event}: see `monitor events list`")
    return row


def current(session: Session, event: int) -> int:
    """The event as which one goes on: itself, or the one that it was merged into."""
    return _lineage(session, event)[-1]


def merge_of(session: Session, event: int) -> Kinship | None:
    """How an event became part of another; None: it is one."""
    return session.scalar(select(Kinship).where(Kinship.other_id == event, _MERGED))


def _lineage(session: Session, event: int) -> list[int]:
    """An event, the one that it was merged into, and so on to the one that goes on."""
    line = [event]
    into = select(Kinship.event_id).where(_MERGED)
    while (next_ := session.scalar(into.where(Kinship.other_id == line[-1]))) is not None:
        line.append(next_)
    return line


def names(session: Session, event: int) -> set[int]:
    """An event, and all that have been merged into it."""
    found = new = {event}
    while new:
        merged = select(Kinship.other_id).where(Kinship.event_id.in_(new), _MERGED)
        new = set(session.scalars(merged)) - found
        found = found | new
    return found


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
        .where(Kinship.apart.is_(False))
        .order_by(Event.id)
    )
    return [
        types.KinView(id, title, log_odds, merged=moved is not None)
        for id, title, log_odds, moved in rows
    ]
