"""The match that stands for an event when it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement
from monitor import types
from monitor.domain.updates import together
from monitor.edge.store.articles import as_article
from monitor.edge.store.since import novelty_of

EARLY = timedelta(hours=12)
"""So long after the first report of an event one may stand for it: later ones comment."""
MOST = 50
"""Reports that are looked at."""


@dataclass(frozen=True, slots=True)
class Report:
    """What shows an event best, in words of its own."""

    judgement: int
    article: types.Article
    score: float
    nearest: types.NearestEvent | None
    """The nearest earlier event when this one opened."""
    novelty: types.Novelty
    """What all its reports brought that is new."""


def clearest_report(session: Session, event: int) -> Report | None:
    """The one that scores best of those that came first; None: the event has no match."""
    matches = (
        select(Judgement, Article)
        .join(Article)
        .where(
            Judgement.event_id == event,
            Judgement.seed.is_(None),
            Judgement.copy_of_id.is_(None),
        )
        .order_by(Article.published.asc().nulls_last(), Judgement.id)
        .limit(MOST)
    )
    rows = session.execute(matches).all()
    if not rows:
        return None
    begin = rows[0][1].published
    early = [
        (judgement, article)
        for judgement, article in rows
        if begin is None or (article.published is not None and article.published - begin <= EARLY)
    ]
    judgement, article = max(early, key=lambda one: one[0].score or 0.0)
    told = sorted((row[0] for row in rows), key=lambda row: (row.judged_at, row.id))
    return Report(
        judgement=judgement.id,
        article=as_article(article),
        score=judgement.score or 0.0,
        nearest=_nearest(session, event, told),
        novelty=together(novelty_of(row.novelty) for row in told),
    )


def _nearest(session: Session, event: int, told: Sequence[Judgement]) -> types.NearestEvent | None:
    for row in told:
        if row.nearest_event_id not in (None, event):
            other = session.get_one(Event, row.nearest_event_id)
            similarity = row.similarity or 0.0
            return types.NearestEvent(other.id, other.title, similarity, other.last_seen)
    return None
