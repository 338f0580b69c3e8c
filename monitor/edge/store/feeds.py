"""The list of feeds, as the configuration and the user's commands keep it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from models import Entry, Feed
from monitor.domain.urls import host_of
from monitor.edge.store.statements import one_at_a_time
from monitor.errors import NotFound

SYNC_KEY = 0x6D6F6E69746F7233
"""Several machines may bring the same configuration at once."""


@dataclass(frozen=True, slots=True)
class FeedInput:
    url: str
    host: str
    name: str = ""
    interval: timedelta | None = None
    tags: tuple[str, ...] = ()


def sync_feeds(session: Session, feeds: Iterable[FeedInput], now: datetime) -> None:
    """Make the database's feeds of origin ``file`` those of the configuration."""
    one_at_a_time(session, SYNC_KEY)
    wanted = {feed.url: feed for feed in feeds}
    rows = {row.url: row for row in session.scalars(select(Feed))}
    for url, feed in wanted.items():
        if url in rows:
            _change(rows[url], feed, "file", now)
        else:
            session.add(_new_feed(feed, "file", now))
    for url, row in rows.items():
        if row.origin == "file" and url not in wanted:
            row.state = "removed"


def add_feed(session: Session, feed: FeedInput, now: datetime) -> bool:
    """Add a feed by command; False if it was there already."""
    row = session.scalar(select(Feed).where(Feed.url == feed.url))
    if row is None:
        session.add(_new_feed(feed, "command", now))
        return True
    added = row.state == "removed"
    if added:
        _change(row, feed, "command", now)
    return added


def _new_feed(feed: FeedInput, origin: str, now: datetime) -> Feed:
    return Feed(
        url=feed.url,
        host=feed.host,
        name=feed.name,
        origin=origin,
        tags=list(feed.tags),
        interval=feed.interval.total_seconds() if feed.interval else None,
        created_at=now,
        next_poll_at=now,
    )


def _change(row: Feed, feed: FeedInput, origin: str, now: datetime) -> None:
    row.origin = origin
    row.name = feed.name or row.name
    row.tags = list(feed.tags)
    row.interval = feed.interval.total_seconds() if feed.interval else None
    if row.state == "removed":
        _follow(row, now)


def _follow(row: Feed, now: datetime) -> None:
    """From now on, at the user's own address, whatever became of it before."""
    row.state = "active"
    row.next_poll_at = now
    row.failures, row.failing_since = 0, None
    row.moved_to, row.moved_seen, row.host = None, 0, host_of(row.url)


def set_feed_state(session: Session, url: str, state: str, now: datetime) -> None:
    """Pause or resume; a resumed feed is polled at once.  Raises NotFound."""
    row = _find(session, url)
    row.state = state
    if state == "active":
        _follow(row, now)


def remove_feed(session: Session, url: str) -> None:
    """Forget a feed; one that brought entries is kept, unpolled and unlisted.  Raises NotFound."""
    row = _find(session, url)
    if session.scalar(select(exists().where(Entry.feed_id == row.id))):
        row.state = "removed"
    else:
        session.execute(delete(Feed).where(Feed.id == row.id))


def _find(session: Session, url: str) -> Feed:
    row = session.scalar(select(Feed).where(Feed.url == url, Feed.state != "removed"))
    if row is None:
        raise NotFound(f"no feed {url}: see `monitor feeds list`")
    return row
