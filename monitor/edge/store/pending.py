"""What is due now, derived from the rows: a lost hint is found again here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article, Delivery, Feed, Judgement, Model, Topic
from monitor.commands import Collect, Command, Deliver, Fit, Judge, Poll, Subscribe, Tell
from monitor.domain.formats import MODEL_FORMAT
from monitor.domain.urls import host_of
from monitor.edge.store import pushes, subscriptions
from monitor.edge.store.statements import DUE, READABLE
from monitor.edge.store.threads import topics_to_tell

LIMIT = 1000  # commands of a kind at once


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
    due = (
        select(Feed.id, Feed.host)
        .where(Feed.state == "active", Feed.next_poll_at <= now)
        .order_by(Feed.next_poll_at)
        .limit(LIMIT)
    )
    feeds = [*pushes.fed(session, LIMIT), *session.execute(due)]
    return [*dict.fromkeys(Poll(feed, host) for feed, host in feeds)]


def _subscriptions(session: Session, now: datetime) -> list[Command]:
    due = subscriptions.due(session, now, LIMIT)
    return [Subscribe(feed, host_of(hub)) for feed, hub in due]


def _collections(session: Session, now: datetime) -> list[Command]:
    due = (
        select(Article.host)
        .where(Article.state.in_(DUE), Article.not_before <= now)
        .distinct()
        .limit(LIMIT)
    )
    return [Collect(host) for host in session.scalars(due)]


def _fits(session: Session, now: datetime) -> list[Command]:
    due = select(Topic.id).where(Topic.state == "active", Topic.fit_due_at <= now).limit(LIMIT)
    return [Fit(topic) for topic in session.scalars(due)]


def _judgements(session: Session, now: datetime) -> list[Command]:
    waiting = (
        select(Judgement.id)
        .join(Article)
        .where(
            Judgement.topic_id == Topic.id,
            Judgement.state == "pending",
            Judgement.not_before <= now,
            Article.state.in_(READABLE),
        )
    )
    fitted = select(Model.id).where(Model.topic_id == Topic.id, Model.format == MODEL_FORMAT)
    due = select(Topic.id).where(Topic.state == "active", fitted.exists(), waiting.exists())
    return [Judge(topic) for topic in session.scalars(due.limit(LIMIT))]


def _deliveries(session: Session, now: datetime) -> list[Command]:
    """Channels whose oldest open delivery is due: each channel's messages keep their order."""
    oldest = (
        select(func.min(Delivery.id))
        .where(Delivery.state.in_(("pending", "sending")))
        .group_by(Delivery.channel)
    )
    due = select(Delivery.channel).where(Delivery.id.in_(oldest), Delivery.not_before <= now)
    return [Deliver(channel) for channel in session.scalars(due.limit(LIMIT))]
