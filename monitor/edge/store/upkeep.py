"""What is done once an hour: retention, and times that a changed clock has made absurd."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Update, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

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


# Built once, and for no rows that a session has loaded: it need not look among them.
_NOW: BindParameter[datetime] = bindparam("now")
_FAR: BindParameter[datetime] = bindparam("far")


def _made_now(time: InstrumentedAttribute[Any], *conditions: Any) -> Update:
    """``time`` is set to now where all of this is so."""
    found = update(time.class_).where(*conditions).values({time: _NOW})
    return found.execution_options(synchronize_session=False)


_PAST = tuple(
    _made_now(column, column > _NOW)
    for column in (
        Feed.last_success_at,
        Feed.last_entry_at,
        Feed.failing_since,
        Alert.created_at,
        Revision.replaced_at,
        Digest.since,
    )
)
_TOPICS = select(Topic.id)
_JUDGED = _made_now(
    Judgement.judged_at, Judgement.topic_id == bindparam("topic"), Judgement.judged_at > _NOW
)
_MUTED = select(Topic.id).where(Topic.muted_until >= _FAR)
_HEARD = select(Alert.id).where(Alert.topic_id.is_(None) | Alert.topic_id.not_in(_MUTED))
_OPEN = or_(Event.muted_until.is_(None), Event.muted_until < _FAR)


def _put_off(time: InstrumentedAttribute[Any], *conditions: Any) -> Update:
    """What waits for a time too far away."""
    return _made_now(time, time > _FAR, *conditions)


_STUCK: Sequence[tuple[timedelta, Sequence[Update]]] = (
    (
        LONGEST_WAIT,
        (
            _put_off(Article.not_before, Article.state.in_(DUE)),
            _put_off(Judgement.not_before, Judgement.state == "pending"),
            _put_off(Delivery.not_before, Delivery.state.in_(("pending", "sending"))),
        ),
    ),
    (LONGEST_WAIT + LONGEST_LEASE, (_put_off(Subscription.not_before),)),
    (LONGEST_WAIT + REFIT_LATEST, (_put_off(Topic.fit_due_at),)),
    (
        LONGEST_WAIT + LONGEST_HELD,  # a person may mute for as long as they like
        (
            _put_off(Delivery.not_before, Delivery.state == "held", Delivery.alert_id.in_(_HEARD)),
            _put_off(Event.update_due_at, _OPEN),
            _put_off(Digest.due_at, Digest.topic_id.not_in(_MUTED)),
        ),
    ),
)
"""By the longest time that anything of the kind may wait."""


def unstick(session: Session, now: datetime, longest: timedelta) -> int:
    """Make due what waits for a time too far away: the clock has been set back meanwhile.

    ``longest``: between two polls of a feed that has no interval of its own.
    """
    _forget_the_future(session, now)
    changed = _unstick_feeds(session, now + LONGEST_WAIT, longest, now)
    for wait, statements in _STUCK:
        for statement in statements:
            moved = session.execute(statement, {"now": now, "far": now + wait})
            changed += int(moved.rowcount)  # type: ignore[attr-defined]
    return changed


def _forget_the_future(session: Session, now: datetime) -> None:
    """What is noted as past is past: a silence or failure that begins in ten years would be told
    then, and what is new since a message of that time would be told never."""
    for statement in _PAST:
        session.execute(statement, {"now": now})
    for topic in session.scalars(_TOPICS).all():  # by topic, as the index has it
        session.execute(_JUDGED, {"now": now, "topic": topic})


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
