"""How widely events are reported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from models import Article, Judgement


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one event; outlets that copy one another are one original."""

    outlets: int
    originals: int
    score: float
    """Of its clearest match."""


def standings(session: Session, events: Collection[int]) -> dict[int, Standing]:
    """By event; those without a match are left out."""
    own = case((Judgement.copy_of_id.is_(None), Article.source))
    counted = (
        select(
            Judgement.event_id,
            func.count(Article.source.distinct()),
            func.count(own.distinct()),
            func.max(Judgement.score),
        )
        .join(Article)
        .where(Judgement.event_id.in_(events), Judgement.seed.is_(None))
        .group_by(Judgement.event_id)
    )
    rows = session.execute(counted) if events else ()
    return {
        event: Standing(outlets, max(originals, 1), score or 0.0)
        for event, outlets, originals, score in rows
        if event is not None
    }
