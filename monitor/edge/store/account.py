"""What a topic's report tells of a period: its figures, its events and their matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement
from monitor import types
from monitor.edge.store.statements import topic_named
from monitor.edge.store.views import A_MATCH, novelty_of

_OUTLETS = func.count(Article.source.distinct())
_OWN_TEXT = func.count(case((Judgement.copy_of_id.is_(None), Article.source)).distinct())


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a topic's matches in a period."""

    matches: int
    events: int
    outlets: int
    copies: int


@dataclass(frozen=True, slots=True)
class EventAccount:
    """An event, and what was told of it in a period."""

    id: int
    title: str
    alarmed: bool
    first: datetime
    last: datetime
    matches: int
    outlets: int
    originals: int
    """Outlets with a text of their own; at least 1."""
    novelty: types.Novelty | None
    """What its first report in the period brought that was new."""
    told: tuple[types.MatchView, ...]
    """The earliest of its matches, in their order."""


def figures(session: Session, topic: str, begin: datetime, end: datetime) -> Figures:
    """Matches told from ``begin`` on and before ``end``.  Raises NotFound."""
    query = (
        select(
            func.count(),
            func.count(Judgement.event_id.distinct()),
            _OUTLETS,
            func.count(Judgement.copy_of_id),
        )
        .select_from(Judgement)
        .join(Article, Judgement.article_id == Article.id)
        .where(*_of(topic_named(session, topic).id, begin, end))
    )
    return Figures(*session.execute(query).one())


def events_told(
    session: Session, topic: str, begin: datetime, end: datetime, *, most: int, matches: int
) -> list[EventAccount]:
    """The ``most`` events with the latest news told from ``begin`` on and before ``end``, those
    first, each with its first ``matches`` matches of that period.  Raises NotFound."""
    number = topic_named(session, topic).id
    within = _of(number, begin, end)
    told = Judgement.told_at
    newest = (
        select(Judgement.event_id, func.max(told).label("newest"))
        .where(*within)
        .group_by(Judgement.event_id)
        .order_by(func.max(told).desc(), Judgement.event_id.desc())
        .limit(most)
        .subquery()
    )
    chosen = select(newest.c.event_id)
    query = (
        select(
            Event.id, Event.title, Event.alarmed_at, func.min(told), newest.c.newest,
            func.count(), _OUTLETS, _OWN_TEXT,
        )
        .select_from(newest)
        .join(Event, Event.id == newest.c.event_id)
        .join(Judgement, Judgement.event_id == Event.id)
        .join(Article, Judgement.article_id == Article.id)
        .where(*within)
        .group_by(Event.id, newest.c.newest)
        .order_by(newest.c.newest.desc(), Event.id.desc())
    )  # fmt: skip
    reports = _reports(session, topic, (*within, Judgement.event_id.in_(chosen)), matches)
    return [
        EventAccount(
            id=event,
            title=title,
            alarmed=alarmed is not None,
            first=first,
            last=last,
            matches=count,
            outlets=outlets,
            originals=max(originals, 1),
            novelty=reports[event][0],
            told=tuple(reports[event][1]),
        )
        for event, title, alarmed, first, last, count, outlets, originals in session.execute(query)
    ]


def _of(topic: int, begin: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    told = Judgement.told_at
    return Judgement.topic_id == topic, A_MATCH, told >= begin, told < end


def _reports(
    session: Session, topic: str, which: Sequence[ColumnElement[bool]], most: int
) -> dict[int, tuple[types.Novelty | None, list[types.MatchView]]]:
    """By event: what its first match brought, and its first ``most`` matches."""
    place = func.row_number().over(
        partition_by=Judgement.event_id, order_by=(Judgement.told_at, Judgement.id)
    )
    placed = select(Judgement.id, place.label("place")).where(*which).subquery()
    query = (
        select(
            Judgement.novelty, Judgement.id, literal(topic).label("topic"), Article.url,
            Article.title, Article.source, Article.published, Judgement.score,
            Judgement.event_id.label("event"), Judgement.copy_of_id.label("copy_of"),
            Judgement.label, Article.text_from,
        )
        .join(placed, placed.c.id == Judgement.id)
        .join(Article, Judgement.article_id == Article.id)
        .where(placed.c.place <= most)
        .order_by(Judgement.event_id, placed.c.place)
    )  # fmt: skip
    found: dict[int, tuple[types.Novelty | None, list[types.MatchView]]] = {}
    for row in session.execute(query):
        view: dict[str, Any] = {**row._mapping}
        novelty = novelty_of(view.pop("novelty"))
        found.setdefault(row.event, (novelty, []))[1].append(types.MatchView(**view))
    return found
