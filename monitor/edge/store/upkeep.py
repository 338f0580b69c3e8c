"""What is done once an hour: retention, and times that a changed clock has made absurd."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Update, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from models import (
    Alert,
    Article,
    Delivery,
    Digest,
    Event,
    Feed,
    Judgement,
    Revision,
    Subscription,
    Topic,
)
from monitor.domain.schedule import REFIT_LATEST
from monitor.domain.websub import LONGEST_LEASE
from monitor.edge.store.statements import DUE

LONGEST_WAIT = timedelta(days=1, hours=1)
"""No wait of our own is longer: servers put us off for a day at most."""
LONGEST_HELD = timedelta(days=7)
"""What is held waits for a weekly digest at most, an update for its longest gap."""


def forget_offtopic(session: Session, before: datetime, limit: int = 5000) -> int:
    """Drop the text of articles collected before ``before`` that are no match, no seed, not
    labelled and wait for no judgement, what they said earlier included; returns how many (at most
    ``limit``)."""
    kept = exists().where(
        Judgement.article_id == Article.id,
        Judgement.event_id.is_not(None)
        | Judgement.seed.is_not(None)
        | Judgement.label.is_not(None)
        | (Judgement.state == "pending"),
    )
    old = (
        select(Article.id)
        .where(
            Article.state == "collected",
            Article.collected_at < before,
            Article.text.is_not(None),
            ~kept,
        )
        .order_by(Article.id)
        .limit(limit)
    )
    articles = session.scalars(old).all()
    session.execute(delete(Revision).where(Revision.article_id.in_(articles)))
    session.execute(update(Article).where(Article.id.in_(articles)).values(text=None))
    return len(articles)


def unstick(session: Session, now: datetime, longest: timedelta) -> int:
    """Make due what waits for a time too far away: the clock has been set back meanwhile.

    ``longest``: between two polls of a feed that has no interval of its own.
    """
    _forget_the_future(session, now)
    far = now + LONGEST_WAIT
    waiting = (
        (Article.not_before, Article.state.in_(DUE)),
        (Judgement.not_before, Judgement.state == "pending"),
        (Delivery.not_before, Delivery.state.in_(("pending", "sending"))),
    )
    changed = _unstick_feeds(session, far, longest, now)
    for column, condition in waiting:
        moved = session.execute(
            update(column.class_).where(condition, column > far).values({column: now})
        )
        changed += int(moved.rowcount)  # type: ignore[attr-defined]
    renewal = update(Subscription).where(Subscription.not_before > far + LONGEST_LEASE)
    refit = update(Topic).where(Topic.fit_due_at > far + REFIT_LATEST)
    untold = _unstick_words(far + LONGEST_HELD, now)
    for statement in (renewal.values(not_before=now), refit.values(fit_due_at=now), *untold):
        changed += int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
    return changed


def _unstick_words(far: datetime, now: datetime) -> list[Update]:
    """What is held, updates and digests; a person may mute for as long as they like."""
    muted = select(Topic.id).where(Topic.muted_until >= far)
    heard = Alert.topic_id.is_(None) | Alert.topic_id.not_in(muted)
    alerts = select(Alert.id).where(heard)
    held = Delivery.state == "held", Delivery.not_before > far, Delivery.alert_id.in_(alerts)
    open_ones = or_(Event.muted_until.is_(None), Event.muted_until < far)
    digests = Digest.due_at > far, Digest.topic_id.not_in(muted)
    return [
        update(Delivery).where(*held).values(not_before=now),
        update(Event).where(Event.update_due_at > far, open_ones).values(update_due_at=now),
        update(Digest).where(*digests).values(due_at=now),
    ]


def _forget_the_future(session: Session, now: datetime) -> None:
    """What is noted as past is past: a silence or failure that begins in ten years would be told
    then, and what is new since a message of that time would be told never."""
    for column in (
        Feed.last_success_at,
        Feed.last_entry_at,
        Feed.failing_since,
        Alert.created_at,
        Revision.replaced_at,
        Digest.since,
    ):
        session.execute(update(column.class_).where(column > now).values({column: now}))
    for topic in session.scalars(select(Topic.id)).all():  # by topic, as the index has it
        ahead = Judgement.topic_id == topic, Judgement.judged_at > now
        session.execute(update(Judgement).where(*ahead).values(judged_at=now))


def _unstick_feeds(session: Session, far: datetime, longest: timedelta, now: datetime) -> int:
    """A feed may be asked as rarely as its user wants."""
    rows = session.scalars(select(Feed).where(Feed.next_poll_at > far, Feed.state == "active"))
    stuck = [
        row
        for row in rows
        if row.next_poll_at > far + max(longest, timedelta(seconds=row.interval or 0))
    ]
    for row in stuck:
        row.next_poll_at = now
    return len(stuck)
