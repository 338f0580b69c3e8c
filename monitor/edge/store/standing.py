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
    matches: int


def standings(session: Session, events: Collection[int]) -> dict[int, Standing]:
    """By event; those without a match are left out."""
    if not events:
        return {}
    own = func.count(case((Judgement.copy_of_id.is_(None), 1))).label("own")
    # So written, the index of all matches does not offer itself, along which Postgres would walk.
    no_seed = func.coalesce(Judgement.seed, "") == ""
    # First by outlet: of thousands of matches both databases are slow to count distinct ones.
    by_outlet = (
        select(
            Judgement.event_id,
            func.count().label("matches"),
            own,
            func.max(Judgement.score).label("score"),
        )
        .join(Article)
        .where(Judgement.event_id.in_(events), no_seed)
        .group_by(Judgement.event_id, Article.source)
        .subquery()
    )
    counted = select(
        by_outlet.c.event_id,
        func.count(),
        func.count(case((by_outlet.c.own > 0, 1))),
        func.max(by_outlet.c.score),
        func.sum(by_outlet.c.matches),
    ).group_by(by_outlet.c.event_id)
    return {
        event: Standing(outlets, max(originals, 1), score or 0.0, int(matches))
        for event, outlets, originals, score, matches in session.execute(counted)
        if event is not None
    }
