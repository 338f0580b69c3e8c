"""Events as the desk shows them: how widely each is reported, who was first, what was new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Topic
from monitor import types
from monitor.domain.updates import together
from monitor.edge.store import outermost
from monitor.edge.store.since import novelty_of
from monitor.edge.store.statements import topic_named
from monitor.edge.store.views import event_views, matches_query

FIRST = 5
"""Reports of each event that say what was new in it."""


def event_cards(
    session: Session,
    topic: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
    offset: int = 0,
) -> list[types.EventCard]:
    """Events of a topic with news from ``since`` on and before ``until``, the latest news first."""
    topic_id = topic_named(session, topic).id
    chosen = select(Event.id, Event.originals).where(
        Event.topic_id == topic_id, Event.newest_at.is_not(None)
    )
    if since is not None:
        chosen = chosen.where(Event.newest_at >= since)
    if until is not None:
        began = func.coalesce(Event.opened_at, Event.newest_at)
        chosen = chosen.where(began < until)
    newest = chosen.order_by(Event.newest_at.desc(), Event.id.desc()).limit(limit).offset(offset)
    originals = dict(session.execute(newest).all())
    ids = list(originals)
    views, new = event_views(session, ids), _new(session, ids)
    return [types.EventCard(views[id], originals[id], *new[id]) for id in ids if id in views]


def _new(session: Session, events: Sequence[int]) -> dict[int, tuple[str, types.Novelty]]:
    """By event: the outlet that was first, and what its first reports had that was new."""
    rows = session.execute(
        select(Judgement.event_id, Article.source, Judgement.novelty)
        .join(Article)
        .where(Judgement.id.in_(outermost.first(session, events, FIRST)))
        .order_by(Judgement.event_id, Judgement.told_at, Judgement.id)
    ).all()
    found: dict[int, tuple[str, types.Novelty]] = dict.fromkeys(events, ("", types.Novelty()))
    for event in events:
        own = [(source, novelty) for id, source, novelty in rows if id == event]
        if own:
            found[event] = own[0][0], together(novelty_of(novelty) for _, novelty in own)
    return found


def told(session: Session, event: int, *, limit: int, offset: int = 0) -> list[types.Told]:
    """The matches of an event in the order in which they were told, with what each had new."""
    in_order = Judgement.told_at, Judgement.id
    own = select(Judgement.id).where(Judgement.event_id == event, Judgement.seed.is_(None))
    ids = session.scalars(own.order_by(*in_order).limit(limit).offset(offset)).all()
    query = matches_query().add_columns(Judgement.novelty, Judgement.told_at, Judgement.alarm)
    found = []
    for row in session.execute(query.where(Judgement.id.in_(ids)).order_by(*in_order)):
        *match, novelty, told_at, alarm = row
        found.append(types.Told(types.MatchView(*match), novelty_of(novelty), told_at, alarm))
    return found


def events_to_name(session: Session, topic: str, limit: int) -> list[tuple[int, str]]:
    """The latest events of a topic, number and title: to choose one from."""
    latest = (
        select(Event.id, Event.title)
        .join(Topic)
        .where(Topic.name == topic, Event.newest_at.is_not(None))
        .order_by(Event.newest_at.desc(), Event.id.desc())
        .limit(limit)
    )
    return [(id, title) for id, title in session.execute(latest)]
