"""Articles to be judged again, and what a person wants changed by it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from models import Article, Judgement, Topic
from monitor import types
from monitor.domain.neighbours import pack
from monitor.edge.store.articles import as_article
from monitor.edge.store.fits import newest_model
from monitor.edge.store.retelling import retell
from monitor.edge.store.statements import chunks


@dataclass(frozen=True, slots=True)
class Before:
    """A judgement that stands, and its article as it is now."""

    judgement: int
    article: types.Article
    score: float
    judged_at: datetime
    matches: bool
    label: types.Verdict | None
    """Its own, else that of what it copies."""


def newest_judged(session: Session, topic_id: int, limit: int) -> list[Before]:
    """The articles judged last whose text is kept, in the order of judging; no seeds."""
    newest = (
        _standing(Article)
        .join(Article, Judgement.article_id == Article.id)
        .where(Judgement.topic_id == topic_id, Article.text.is_not(None))
        .order_by(Judgement.judged_at.desc(), Judgement.id.desc())
        .limit(limit)
    )
    return [
        Before(
            row.id,
            as_article(article),
            row.score or 0.0,
            row.judged_at,
            row.event_id is not None,
            label,
        )
        for row, label, article in reversed(session.execute(newest).all())
    ]


def _standing(*more: Any) -> Any:
    """Judgements that are made, each with the verdict that goes for it."""
    original = aliased(Judgement)
    label = func.coalesce(Judgement.label, original.label)
    return (
        select(Judgement, label, *more)
        .outerjoin(original, Judgement.copy_of_id == original.id)
        .where(
            Judgement.state == "judged",
            Judgement.judged_at.is_not(None),
            Judgement.seed.is_(None),
        )
    )


def apply_changes(
    session: Session, topic_id: int, model_id: int, changes: Sequence[types.Change], now: datetime
) -> int:
    """Do what a re-scoring by this model would change, in one transaction; returns how much of it.

    What has become a match is due for judging, which places it without an alert.  What has been
    rejected leaves its event.  Nothing is done by a model that is in force no more, nor to a
    judgement that has changed sides or labels since.
    """
    lock = select(Topic.id).where(Topic.id == topic_id).with_for_update(key_share=True)
    if session.scalar(lock) is None or newest_model(session, topic_id) != model_id:
        return 0
    wanted = {one.match: one for one in changes}
    rejected: dict[Judgement, types.Change] = {}
    matches: list[int] = []
    for some in chunks(wanted):
        for row, label in session.execute(_standing().where(Judgement.id.in_(some))):
            change = wanted[row.id]
            if label != change.label or row.topic_id != topic_id:
                continue
            if row.event_id is not None and change.becomes == "rejected":
                rejected[row] = change
            elif row.event_id is None and change.becomes == "match":
                matches.append(row.id)
    _reject(session, rejected, model_id, now)
    _judge_again(session, matches, now)
    return len(rejected) + len(matches)


def _reject(
    session: Session, rejected: dict[Judgement, types.Change], model_id: int, now: datetime
) -> None:
    events = {row.event_id for row in rejected if row.event_id is not None}
    for row, change in rejected.items():
        row.event_id = row.nearest_event_id = row.similarity = row.copy_of_id = None
        row.weighed = row.novelty = None
        row.alarm = row.quiet = False
        row.judged_at, row.model_id = now, model_id
        row.score, row.probability = change.after, change.probability
        row.neighbours, row.last_error = pack(change.neighbours), change.reason or None
    session.flush()
    original = aliased(Judgement)
    gone = exists().where(original.id == Judgement.copy_of_id, original.event_id.is_(None))
    for some in chunks(events):
        copies = update(Judgement).where(Judgement.event_id.in_(some), gone)
        session.execute(copies.values(copy_of_id=None))
    retell(session, events)


def _judge_again(session: Session, judgements: Iterable[int], now: datetime) -> None:
    for some in chunks(judgements):
        session.execute(
            update(Judgement)
            .where(Judgement.id.in_(some))
            .values(state="pending", not_before=now, attempts=0, last_error=None, quiet=True)
        )
