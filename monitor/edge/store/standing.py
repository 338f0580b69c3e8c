"""How widely events are reported: counted from their matches, and kept with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from models import Article, Event, Judgement
from monitor.edge.store.statements import chunks


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
    return {
        event: Standing(outlets, max(originals, 1), score or 0.0, int(matches))
        for event, outlets, originals, score, matches in session.execute(
            _STANDINGS, {"events": list(events)}
        )
        if event is not None
    }


def _counted() -> Select[Any]:
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
        .where(Judgement.event_id.in_(bindparam("events", expanding=True)), no_seed)
        .group_by(Judgement.event_id, Article.source)
        .subquery()
    )
    return select(
        by_outlet.c.event_id,
        func.count(),
        func.count(case((by_outlet.c.own > 0, 1))),
        func.max(by_outlet.c.score),
        func.sum(by_outlet.c.matches),
    ).group_by(by_outlet.c.event_id)


_STANDINGS = _counted()


def count_again(session: Session, events: Iterable[int]) -> dict[int, Standing]:
    """``standings`` of events whose matches have changed, kept in their rows for those who look."""
    found: dict[int, Standing] = {}
    for some in chunks(sorted(set(events))):
        # Who counts at the same time waits, and counts this too.
        rows = select(Event.id).where(Event.id.in_(some)).order_by(Event.id)
        there = session.scalars(rows.with_for_update(key_share=True)).all()
        known = standings(session, there)
        if there:
            session.execute(update(Event), [_counts(event, known.get(event)) for event in there])
        found |= known
    return found


def _counts(event: int, known: Standing | None) -> dict[str, int]:
    counted = known or Standing(0, 0, 0.0, 0)
    return {
        "id": event,
        "matches": counted.matches,
        "outlets": counted.outlets,
        "originals": counted.originals,
    }
