"""The first or the latest matches of many events, without reading the others."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session, aliased

from models import Event, Judgement


def latest(session: Session, events: Sequence[int], each: int) -> list[int]:
    """Judgements, at most ``each`` of an event."""
    return _outermost(session, events, each, latest=True)


def first(session: Session, events: Sequence[int], each: int) -> list[int]:
    """As ``latest``, those that were told first; no copies."""
    return _outermost(session, events, each, latest=False)


def _outermost(session: Session, events: Sequence[int], each: int, *, latest: bool) -> list[int]:
    one = aliased(Judgement)
    told = select(one.id).where(one.event_id == Event.id, one.seed.is_(None))
    if latest:
        told = told.order_by(one.told_at.desc(), one.id.desc())
    else:
        told = told.where(one.copy_of_id.is_(None)).order_by(one.told_at, one.id)
    some = told.limit(each).correlate(Event).subquery()
    # A text for each event: the shortest way past both databases to so many of each.
    listed = select(func.aggregate_strings(cast(some.c.id, String), ",")).correlate(Event)
    texts = session.scalars(select(listed.scalar_subquery()).where(Event.id.in_(events)))
    return [int(id) for text in texts if text for id in text.split(",")]
