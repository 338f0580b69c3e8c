"""Subscriptions to feeds' hubs.  Whoever changes one, or its pushes, holds the feed's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import cast

from sqlalchemy import BindParameter, ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from models import Feed, Subscription
from monitor.domain import websub
from monitor.domain.websub import Offer, Standing

SECRET_BYTES = 32
SOONEST = timedelta(minutes=5)
"""Between a poll that succeeded and one that a hub's failure calls for."""
PUSH_GRACE = timedelta(minutes=10)
"""An entry younger than this may be on its way from the hub."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A due subscription; ``ask``: the hub is to be asked, and its verification is awaited."""

    feed: str
    """The feed's name."""
    hub: str
    topic: str
    token: str
    secret: str
    ask: bool
    trouble: str | None
    """What has come to light."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    feed: str
    hub: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Denied:
    feed: str
    error: str


def trusted(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether the hub of the row of ``Feed`` can be relied on: its lease goes on, it has pushed,
    and nothing speaks against it."""
    return exists().where(
        Subscription.feed_id == Feed.id,
        Subscription.state == "active",
        Subscription.lease_until > now,
        Subscription.last_push_at.is_not(None),
        Subscription.last_error.is_(None),
    )


def polled_rarely(session: Session, feed_id: int, now: datetime) -> bool:
    """Whether a poll now and then is enough, because the hub pushes."""
    return bool(session.scalar(select(trusted(now)).select_from(Feed).where(Feed.id == feed_id)))


def offer(session: Session, feed_id: int, offered: Offer | None, now: datetime) -> None:
    """What the feed's document offers: another hub or topic is subscribed to anew, no hub ends it.

    The caller holds the feed's row, and has read the whole document.
    """
    row = _of_feed(session, feed_id)
    if (
        row is not None
        and offered is not None
        and (row.hub, row.topic)
        == (
            offered.hub,
            offered.topic,
        )
    ):
        return
    if row is not None:
        end(session, feed_id)
    if offered is not None:
        standing = websub.wanted(now)
        session.add(
            Subscription(
                feed_id=feed_id,
                hub=offered.hub,
                topic=offered.topic,
                token=token_urlsafe(SECRET_BYTES),
                secret=token_urlsafe(SECRET_BYTES),
                state=standing.state,
                not_before=standing.not_before,
            )
        )


def end(session: Session, feed_id: int) -> None:
    """Forget the subscription: its callback is unknown from now on, and so the hub stops."""
    session.execute(select(Feed.id).where(Feed.id == feed_id).with_for_update())
    session.execute(delete(Subscription).where(Subscription.feed_id == feed_id))


def unpushed(
    session: Session, feed_id: int, published: Sequence[datetime | None], now: datetime
) -> bool:
    """Tell of the new entries that a poll has found (their times); True if the hub should have
    pushed one of them and did not.

    Then it is not trusted until it has renewed the lease and pushed again.  The caller holds the
    feed's row.
    """
    row = _of_feed(session, feed_id)
    if row is None or not _relied_on(row):
        return False
    late = [when for when in published if when is None or when < now - PUSH_GRACE]
    if late:
        row.last_push_at = None
        row.last_error = f"the feed had {len(late)} entries that the hub had not pushed"
    return bool(late)


def due(session: Session, now: datetime, limit: int) -> list[tuple[int, str]]:
    """(feed, its hub) of the subscriptions that have a turn."""
    rows = session.execute(
        select(Subscription.feed_id, Subscription.hub)
        .join(Feed)
        .where(Subscription.not_before <= now, Feed.state == "active")
        .order_by(Subscription.not_before)
        .limit(limit)
    )
    return [(row.feed_id, row.hub) for row in rows]


def take_turn(session: Session, feed_id: int, now: datetime, chance: float) -> Turn | None:
    """Move a due subscription on; None if it is not due (any more)."""
    feed = session.get(Feed, feed_id, with_for_update=True)
    row = _of_feed(session, feed_id)
    if feed is None or feed.state != "active" or row is None or row.not_before > now:
        return None
    before = _standing(row)
    standing, ask = websub.turn(before, now, chance)
    _put(feed, row, standing, now)
    return Turn(
        feed=feed.name or feed.url,
        hub=row.hub,
        topic=row.topic,
        token=row.token,
        secret=row.secret,
        ask=ask,
        trouble=standing.error if standing.error != before.error else None,
    )


def fail(
    session: Session,
    token: str,
    error: str,
    now: datetime,
    *,
    permanent: bool,
    retry_after: float | None,
    chance: float,
) -> None:
    """The hub did not take a request."""
    if found := held(session, token):
        feed, row = found
        standing = websub.failed(
            _standing(row),
            error,
            now,
            permanent=permanent,
            retry_after=retry_after,
            chance=chance,
        )
        _put(feed, row, standing, now)


def confirm(
    session: Session,
    token: str,
    topic: str,
    *,
    lease_seconds: str,
    now: datetime,
    chance: float,
) -> Confirmed | None:
    """The hub asks whether we have subscribed; None: no, or not for so short a lease."""
    found = held(session, token)
    lease = websub.lease_of(lease_seconds)
    if found is None or lease is None:
        return None
    feed, row = found
    standing = websub.verified(_standing(row), lease, now, chance)
    if standing is None or standing.lease_until is None or row.topic != topic:
        return None
    _put(feed, row, standing, now)
    return Confirmed(feed.name or feed.url, row.hub, standing.lease_until)


def deny(session: Session, token: str, topic: str, reason: str, now: datetime) -> Denied | None:
    """The hub refuses, now or after all; None if it was not asked for this."""
    found = held(session, token)
    if found is None or found[1].topic != topic:
        return None
    feed, row = found
    standing = websub.denied(websub.without_secrets(reason, row.secret, row.token), now)
    _put(feed, row, standing, now)
    return Denied(feed.name or feed.url, standing.error or "")


def held(session: Session, token: str) -> tuple[Feed, Subscription] | None:
    """The followed feed whose hub calls us by this token, its row held, and its subscription."""
    feed_id = session.scalar(select(Subscription.feed_id).where(Subscription.token == token))
    if feed_id is None:
        return None
    feed = session.get(Feed, feed_id, with_for_update=True)
    row = session.scalar(select(Subscription).where(Subscription.token == token))
    if feed is None or feed.state != "active" or row is None:
        return None
    return feed, row


def hasten(feed: Feed, now: datetime) -> None:
    """Poll soon what a hub was relied on for; a server that fails keeps its rest."""
    if not feed.failures:
        soon = max(now, feed.last_success_at + SOONEST) if feed.last_success_at else now
        feed.next_poll_at = min(feed.next_poll_at, soon)


def _of_feed(session: Session, feed_id: int) -> Subscription | None:
    return session.scalar(select(Subscription).where(Subscription.feed_id == feed_id))


def _relied_on(row: Subscription) -> bool:
    return row.state == "active" and row.last_push_at is not None and row.last_error is None


def _standing(row: Subscription) -> Standing:
    return Standing(
        state=cast(websub.State, row.state),
        attempts=row.attempts,
        not_before=row.not_before,
        lease_until=row.lease_until,
        error=row.last_error,
    )


def _put(feed: Feed, row: Subscription, standing: Standing, now: datetime) -> None:
    before = _relied_on(row)
    row.state, row.attempts = standing.state, standing.attempts
    row.not_before, row.lease_until = standing.not_before, standing.lease_until
    row.last_error = standing.error
    if before and not _relied_on(row):
        hasten(feed, now)
