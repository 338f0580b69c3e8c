"""What the quality of a topic is estimated from: its judgements, labels and matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from models import Judgement
from monitor import types
from monitor.edge.store.fits import newest_model
from monitor.edge.store.statements import topic_named
from monitor.edge.store.views import A_MATCH, judgements_query
from monitor.errors import NotFound

LIMIT = 20_000
"""Judgements that an estimate reads at most: what bounds its time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest judgements of a topic; no seeds."""

    probabilities: tuple[float, ...]
    """In [0, 1]; of a copy that of its original, of what must or exclude kept out 0."""
    since: datetime | None
    """When the oldest of them was made; None without any."""
    all: bool
    """Whether there are no more since the time asked for."""


@dataclass(frozen=True, slots=True)
class Basis:
    """As long as it is the same, so is what is estimated from it."""

    model: int
    judged_at: datetime | None
    """Of the newest judgement."""
    labels: int
    labelled_at: datetime | None
    """Of the newest label."""
    labelled: int | None
    """The newest judgement that has one."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What would match at one threshold and not at another."""

    newest: tuple[types.MatchView, ...]
    """``event`` is 0 where it is no match now."""
    total: int


def in_force(session: Session, name: str) -> tuple[int, int]:
    """Ids of a topic and of its model in force.  Raises NotFound."""
    topic = topic_named(session, name).id
    model = newest_model(session, topic)
    if model is None:
        raise NotFound(f"topic {name} has no model yet: start `monitor run` first")
    return topic, model


def basis(session: Session, name: str) -> Basis:
    """Raises NotFound."""
    topic, model = in_force(session, name)
    newest = select(func.max(Judgement.judged_at)).where(Judgement.topic_id == topic)
    labelled = select(func.count(), func.max(Judgement.labelled_at), func.max(Judgement.id)).where(
        Judgement.topic_id == topic, Judgement.label.is_not(None)
    )
    return Basis(model, session.scalar(newest), *session.execute(labelled).one())


def sample(session: Session, topic_id: int, since: datetime, limit: int = LIMIT) -> Judged:
    """What has been judged since, the newest ``limit`` of it."""
    original = aliased(Judgement)
    probability = func.coalesce(original.probability, Judgement.probability)
    judged = (
        select(probability, _kept_out(), Judgement.judged_at)
        .outerjoin(original, Judgement.copy_of_id == original.id)
        .where(*_judged(topic_id, since))
        .order_by(Judgement.judged_at.desc(), Judgement.id.desc())
        .limit(limit)
    )
    rows = session.execute(judged).all()
    return Judged(
        probabilities=tuple(0.0 if kept_out else p for p, kept_out, _ in rows),
        since=rows[-1][2] if rows else None,
        all=len(rows) < limit,
    )


def _kept_out() -> ColumnElement[bool]:
    """By must or exclude: it scored enough and is no match."""
    return and_(Judgement.last_error.is_not(None), Judgement.event_id.is_(None))


def _judged(topic_id: int, since: datetime) -> tuple[Any, ...]:
    return (
        Judgement.topic_id == topic_id,
        Judgement.judged_at >= since,
        Judgement.state == "judged",
        Judgement.seed.is_(None),
        Judgement.probability.is_not(None),
    )


def labels(session: Session, topic_id: int) -> list[tuple[float, bool, bool]]:
    """Every verdict on a judgement of the topic, old ones too: its probability, whether it is
    relevant, whether chance has drawn it among the rejected.

    Copies and their original have one together, the original's own before the others.
    """
    original = aliased(Judgement)
    told = func.coalesce(Judgement.copy_of_id, Judgement.id)
    rows = session.execute(
        select(
            told,
            func.coalesce(original.probability, Judgement.probability),
            Judgement.label,
            Judgement.drawn,
        )
        .outerjoin(original, Judgement.copy_of_id == original.id)
        .where(
            Judgement.topic_id == topic_id,
            Judgement.label.is_not(None),
            Judgement.seed.is_(None),
            Judgement.probability.is_not(None),
        )
        .order_by(Judgement.copy_of_id.is_(None), Judgement.id)
    )
    found = {
        id: (probability, verdict == "relevant", drawn) for id, probability, verdict, drawn in rows
    }
    return list(found.values())


def would_change(
    session: Session,
    topic_id: int,
    low: float,
    high: float,
    *,
    since: datetime,
    limit: int = 50,
    within: int = LIMIT,
) -> Changed:
    """What lies between two probabilities, ``high`` excluded, of the newest ``within`` judgements:
    what a threshold moved from one to the other would add or drop.  Without what must or exclude
    keeps out, which matches at no threshold."""
    newest = (
        select(
            Judgement.id, Judgement.judged_at, Judgement.probability, _kept_out().label("kept_out")
        )
        .where(*_judged(topic_id, since))
        .order_by(Judgement.judged_at.desc(), Judgement.id.desc())
        .limit(within)
        .subquery()
    )
    between = (
        newest.c.probability >= low,
        newest.c.probability < high,
        ~newest.c.kept_out,
    )
    total = session.scalar(select(func.count()).select_from(newest).where(*between)) or 0
    rows = session.execute(
        judgements_query()
        .join(newest, newest.c.id == Judgement.id)
        .where(*between)
        .order_by(newest.c.judged_at.desc(), Judgement.id.desc())
        .limit(limit)
    )
    return Changed(tuple(types.MatchView(**row._mapping) for row in rows), total)


def told_since(session: Session, topic_id: int, since: datetime) -> Sequence[tuple[int, datetime]]:
    """Matches that are no copies, with the time when each was told, in that order."""
    rows = session.execute(
        select(Judgement.id, Judgement.told_at)
        .where(
            Judgement.topic_id == topic_id,
            A_MATCH,
            Judgement.told_at >= since,
            Judgement.copy_of_id.is_(None),
        )
        .order_by(Judgement.told_at, Judgement.id)
    )
    return [(id, at) for id, at in rows if at is not None]
