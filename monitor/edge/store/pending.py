"""What is due now, derived from the rows: a lost hint is found again here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from models import Article, Delivery, Feed, Judgement, Model, Topic
from monitor.commands import Collect, Command, Deliver, Fit, Judge, Poll, Subscribe, Tell
from monitor.domain.formats import MODEL_FORMAT
from monitor.domain.urls import host_of
from monitor.edge.store import pushes, subscriptions
from monitor.edge.store.statements import DUE, READABLE
from monitor.edge.store.threads import topics_to_tell

LIMIT = 1000  # commands of a kind at once

# Built once: to build them takes longer than a small database to answer them.
_NOW: BindParameter[datetime] = bindparam("now")
_POLLS = (
    select(Feed.id, Feed.host)
    .where(Feed.state == "active", Feed.next_poll_at <= _NOW)
    .order_by(Feed.next_poll_at)
    .limit(LIMIT)
)
_COLLECTIONS = (
    select(Article.host)
    .where(Article.state.in_(DUE), Article.not_before <= _NOW)
    .distinct()
    .limit(LIMIT)
)
_FITS = select(Topic.id).where(Topic.state == "active", Topic.fit_due_at <= _NOW).limit(LIMIT)
_WAITING = (
    select(Judgement.id)
    .join(Article)
    .where(
        Judgement.topic_id == Topic.id,
        Judgement.state == "pending",
        Judgement.not_before <= _NOW,
        Article.state.in_(READABLE),
    )
)
_FITTED = select(Model.id).where(Model.topic_id == Topic.id, Model.format == MODEL_FORMAT)
_JUDGEMENTS = (
    select(Topic.id)
    .where(Topic.state == "active", _FITTED.exists(), _WAITING.exists())
    .limit(LIMIT)
)
_OLDEST = (
    select(func.min(Delivery.id))
    .where(Delivery.state.in_(("pending", "sending")))
    .group_by(Delivery.channel)
)
_DELIVERIES = (
    select(Delivery.channel)
    .where(Delivery.id.in_(_OLDEST), Delivery.not_before <= _NOW)
    .limit(LIMIT)
)


def pending(session: Session, now: datetime) -> list[Command]:
    """Every command that has something to do at ``now``; those that empty the line come first."""
    return [
        *_deliveries(session, now),
        *pending_words(session, now),
        *pending_decisions(session, now),
        *_collections(session, now),
        *_polls(session, now),
        *_subscriptions(session, now),
    ]


def pending_decisions(session: Session, now: datetime) -> list[Command]:
    """Of these, the commands that need nobody else: fits and judging."""
    return [*_fits(session, now), *_judgements(session, now)]


def pending_words(session: Session, now: datetime) -> list[Command]:
    """Of these, what is to be said by the passing of time."""
    return [Tell(topic) for topic in topics_to_tell(session, now, LIMIT)]


def _polls(session: Session, now: datetime) -> list[Command]:
    """Feeds whose hubs have pushed come first."""
    feeds = [*pushes.fed(session, LIMIT), *session.execute(_POLLS, {"now": now})]
    return [*dict.fromkeys(Poll(feed, host) for feed, host in feeds)]


def _subscriptions(session: Session, now: datetime) -> list[Command]:
    due = subscriptions.due(session, now, LIMIT)
    return [Subscribe(feed, host_of(hub)) for feed, hub in due]


def _collections(session: Session, now: datetime) -> list[Command]:
    return [Collect(host) for host in session.scalars(_COLLECTIONS, {"now": now})]


def _fits(session: Session, now: datetime) -> list[Command]:
    return [Fit(topic) for topic in session.scalars(_FITS, {"now": now})]


def _judgements(session: Session, now: datetime) -> list[Command]:
    return [Judge(topic) for topic in session.scalars(_JUDGEMENTS, {"now": now})]


def _deliveries(session: Session, now: datetime) -> list[Command]:
    """Channels whose oldest open delivery is due: each channel's messages keep their order."""
    return [Deliver(channel) for channel in session.scalars(_DELIVERIES, {"now": now})]
