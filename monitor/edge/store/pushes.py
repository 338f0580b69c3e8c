"""Documents that hubs push: kept until they have been read, and then like those of a poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import Feed, Push, Subscription
from monitor import types
from monitor.domain.rhythm import Rhythm, observe
from monitor.domain.websub import signature_valid
from monitor.edge.store.entries import NOTHING, Sightings, add_entries
from monitor.edge.store.polls import CONFIRMATIONS
from monitor.edge.store.subscriptions import end, hasten, held

MOST_WAITING = 50
"""Pushes of one feed; a poll makes up for the others."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a push.  ``dropped``: a poll of the feed will find what it brought."""

    verdict: Literal["taken", "dropped", "badly signed", "unknown"]
    feed: str = ""
    """The feed's name."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A waiting push; its document has the address at which the feed is polled."""

    id: int
    feed_id: int
    feed: str
    """The feed's name."""
    document: types.Document


def known(session: Session, token: str) -> bool:
    """Whether a hub may call us by this token."""
    return session.scalar(select(Subscription.id).where(Subscription.token == token)) is not None


def take(
    session: Session,
    token: str,
    *,
    content_type: str,
    body: bytes,
    signature: str,
    now: datetime,
) -> Receipt:
    """Keep a push if its hub has signed it (``signature``: the X-Hub-Signature header)."""
    found = held(session, token)
    if found is None:
        _end_unfollowed(session, token)
        return Receipt("unknown")
    feed, row = found
    name = feed.name or feed.url
    if not signature_valid(row.secret, body, signature):
        return Receipt("badly signed", name)
    row.last_push_at = now
    waiting = session.scalar(select(func.count()).where(Push.feed_id == feed.id)) or 0
    if waiting >= MOST_WAITING:
        hasten(feed, now)
        return Receipt("dropped", name)
    session.add(Push(feed_id=feed.id, received_at=now, content_type=content_type, body=body))
    return Receipt("taken", name)


def turn_away(session: Session, token: str, now: datetime) -> Receipt:
    """Of a push that is too large to be taken: its feed is polled instead."""
    found = held(session, token)
    if found is None:
        return Receipt("unknown")
    hasten(found[0], now)
    return Receipt("dropped", found[0].name or found[0].url)


def fed(session: Session, limit: int) -> list[tuple[int, str]]:
    """(feed, its host) of the followed feeds for which pushes wait."""
    waiting = select(Push.feed_id).distinct()
    feeds = select(Feed.id, Feed.host).where(Feed.id.in_(waiting), Feed.state == "active")
    return [(row.id, row.host) for row in session.execute(feeds.limit(limit))]


def next_push(session: Session, feed_id: int) -> Pushed | None:
    """The oldest push of a followed feed that has not been read."""
    row = session.execute(
        select(Push, Feed)
        .join(Feed, Push.feed_id == Feed.id)
        .where(Push.feed_id == feed_id, Feed.state == "active")
        .order_by(Push.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    push, feed = row
    moved = feed.moved_to if feed.moved_seen >= CONFIRMATIONS else None
    return Pushed(
        id=push.id,
        feed_id=feed.id,
        feed=feed.name or feed.url,
        document=types.Document(
            url=moved or feed.url,
            status=200,
            body=push.body,
            content_type=push.content_type,
            fetched_at=push.received_at,
        ),
    )


def save_push(
    session: Session,
    push: Pushed,
    entries: Sequence[types.Entry],
    hosts: Mapping[str, str],
    now: datetime,
) -> Sightings:
    """Keep what a push brought, as of a poll; ``hosts``: of the entries' addresses.

    What tells polls that nothing has changed stays as it is: a push holds some of the items only.
    """
    feed = session.get(Feed, push.feed_id, with_for_update=True)
    if feed is None or not _remove(session, push):
        return NOTHING
    sightings = add_entries(session, feed, entries, hosts, now)
    if sightings.new:
        feed.last_entry_at = now
        known = Rhythm.from_json(feed.rhythm) if feed.rhythm else None
        since = None if known else feed.last_success_at  # None: the last poll or push that it knows
        feed.rhythm = observe(known, since, now, sightings.published).to_json()
    return sightings


def drop_push(session: Session, push: Pushed, now: datetime) -> None:
    """Give up one that cannot be read: its feed is polled instead."""
    feed = session.get(Feed, push.feed_id, with_for_update=True)
    if feed is not None and _remove(session, push):
        hasten(feed, now)


def forget_unfollowed(session: Session) -> None:
    """Drop what waits for feeds that are not followed any more; a feed that is again, is polled."""
    unfollowed = select(Feed.id).where(Feed.state != "active")
    session.execute(delete(Push).where(Push.feed_id.in_(unfollowed)))


def _remove(session: Session, push: Pushed) -> bool:
    removed = session.execute(delete(Push).where(Push.id == push.id))
    return bool(removed.rowcount)  # type: ignore[attr-defined]


def _end_unfollowed(session: Session, token: str) -> None:
    """A feed that was paused or removed: once a hub has been told so, it may forget us."""
    feed_id = session.scalar(select(Subscription.feed_id).where(Subscription.token == token))
    if feed_id is not None:
        end(session, feed_id)
