"""What Atom feeds need beside the views: when things were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Judgement
from monitor import types
from monitor.edge.store.since import novelty_of
from monitor.edge.store.statements import chunks, topic_named


def topic_since(session: Session, name: str) -> datetime:
    """When a topic was begun.  Raises NotFound."""
    return topic_named(session, name).created_at


def newest_of(session: Session, events: Sequence[int]) -> dict[int, datetime]:
    """When the latest match of each event was told; those without one are left out."""
    return {
        id: newest
        for some in chunks(events)
        for id, newest in session.execute(
            select(Event.id, Event.newest_at).where(Event.id.in_(some))
        )
        if newest is not None
    }


def told_of(
    session: Session, judgements: Sequence[int]
) -> dict[int, tuple[datetime, types.Novelty]]:
    """When each article was told (published, else judged), and what was new in it."""
    return {
        id: (told_at, novelty_of(novelty))
        for some in chunks(judgements)
        for id, told_at, novelty in session.execute(
            select(Judgement.id, Judgement.told_at, Judgement.novelty).where(Judgement.id.in_(some))
        )
        if told_at is not None
    }
