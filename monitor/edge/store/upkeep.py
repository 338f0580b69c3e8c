"""What is done once an hour: retention, and times that a changed clock has made absurd."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from models import Article, Delivery, Feed, Judgement, Topic
from monitor.domain.schedule import REFIT_GROWN
from monitor.edge.store.statements import DUE

LONGEST_WAIT = timedelta(days=1, hours=1)
"""No wait of our own is longer: servers put us off for a day at most."""


def forget_offtopic(session: Session, before: datetime, limit: int = 5000) -> int:
    """Drop the text of articles collected before ``before`` that are no match, no seed, not
    labelled and wait for no judgement; returns how many (at most ``limit``)."""
    kept = exists().where(
        Judgement.article_id == Article.id,
        Judgement.event_id.is_not(None)
        | Judgement.seed.is_not(None)
        | Judgement.label.is_not(None)
        | (Judgement.state == "pending"),
    )
    old = (
        select(Article.id)
        .where(Article.collected_at < before, Article.text.is_not(None), ~kept)
        .limit(limit)
    )
    changed = session.execute(update(Article).where(Article.id.in_(old)).values(text=None))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def unstick(session: Session, now: datetime) -> int:
    """Make due what waits for a time too far away: the clock has been set back meanwhile."""
    far = now + LONGEST_WAIT
    waiting = (
        (Article.not_before, Article.state.in_(DUE)),
        (Judgement.not_before, Judgement.state == "pending"),
        (Delivery.not_before, Delivery.state.in_(("pending", "sending"))),
    )
    changed = _unstick_feeds(session, far, now)
    for column, condition in waiting:
        moved = session.execute(
            update(column.class_).where(condition, column > far).values({column: now})
        )
        changed += int(moved.rowcount)  # type: ignore[attr-defined]
    refit = update(Topic).where(Topic.fit_due_at > far + REFIT_GROWN).values(fit_due_at=now)
    return changed + int(session.execute(refit).rowcount)  # type: ignore[attr-defined]


def _unstick_feeds(session: Session, far: datetime, now: datetime) -> int:
    """A feed may be asked as rarely as its user wants."""
    rows = session.scalars(select(Feed).where(Feed.next_poll_at > far, Feed.state == "active"))
    stuck = [row for row in rows if row.next_poll_at > far + timedelta(seconds=row.interval or 0)]
    for row in stuck:
        row.next_poll_at = now
    return len(stuck)
