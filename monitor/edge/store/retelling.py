"""Events that have lost or gained articles other than by judging: what their rows tell of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement
from monitor.edge.store.standing import count_again


def retell(session: Session, events: Iterable[int]) -> None:
    """Title, times and counts of these events by the articles that they hold now.

    A title that a person gave stays; an event that holds nothing keeps its title and dates.
    """
    session.flush()
    changed = list(events)
    for event in session.scalars(select(Event).where(Event.id.in_(changed))):
        _retell(session, event)
    count_again(session, changed)


def _retell(session: Session, event: Event) -> None:
    told = select(func.max(Judgement.told_at)).where(
        Judgement.event_id == event.id, Judgement.seed.is_(None)
    )
    event.newest_at = session.scalar(told)
    dates = select(func.min(Article.published), func.max(Article.published), func.count())
    earliest, latest, held = session.execute(
        dates.join(Judgement).where(Judgement.event_id == event.id)
    ).one()
    if not held:
        return
    event.opened_at, event.last_seen = earliest, latest
    if not event.named:
        event.title = session.scalars(
            select(Article.title)
            .join(Judgement)
            .where(Judgement.event_id == event.id)
            .order_by(Article.published.asc().nulls_last(), Judgement.id)
            .limit(1)
        ).one()
