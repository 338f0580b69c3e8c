"""Feeds and what they bring."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from models import Article, Entry, Feed, Judgement, Topic
from monitor import types
from monitor.edge.store.statements import insert_new, one_at_a_time
from monitor.errors import NotFound

SYNC_KEY = 0x6D6F6E69746F7233
"""Several machines may bring the same configuration at once."""

KEY_LIMIT = 1000
"""Characters; Postgres refuses to index much longer values."""


@dataclass(frozen=True, slots=True)
class FeedForPoll:
    id: int
    url: str
    name: str
    interval: timedelta | None
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets the server, or us, tell that a feed has not changed."""

    etag: str | None
    last_modified: str | None
    body_hash: str | None


@dataclass(frozen=True, slots=True)
class PollOutcome:
    entries: int
    new: int
    """Entries this feed had not shown before."""
    hosts: tuple[str, ...]
    """Where new pages are due."""
    topics: tuple[int, ...]
    """For which a known page has become due for judging."""


@dataclass(frozen=True, slots=True)
class FeedInput:
    url: str
    host: str
    name: str = ""
    interval: timedelta | None = None
    tags: tuple[str, ...] = ()


def feed_for_poll(session: Session, feed_id: int, now: datetime) -> FeedForPoll | None:
    """The feed, if it is due."""
    row = session.get(Feed, feed_id)
    if row is None or row.state != "active" or row.next_poll_at > now:
        return None
    return FeedForPoll(
        id=row.id,
        url=row.url,
        name=row.name or row.url,
        interval=timedelta(seconds=row.interval) if row.interval else None,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        failures=row.failures,
    )


def save_poll(
    session: Session,
    feed_id: int,
    *,
    now: datetime,
    next_poll_at: datetime,
    validators: Validators | None,
    title: str = "",
    entries: Sequence[types.Entry] = (),
    host_of: dict[str, str] | None = None,
) -> PollOutcome:
    """A successful poll: entries and validators in one transaction, so that no crash between them
    can hide entries behind a 304.  ``validators`` None: unchanged."""
    feed = session.get(Feed, feed_id, with_for_update=True)
    if feed is None:
        return PollOutcome(0, 0, (), ())
    feed.next_poll_at = next_poll_at
    feed.last_success_at = now
    feed.failures = 0
    feed.last_error = None
    if validators is not None:
        feed.etag = validators.etag
        feed.last_modified = validators.last_modified
        feed.body_hash = validators.body_hash
    feed.name = feed.name or title
    return _add_entries(session, feed, entries, host_of or {}, now)


def save_poll_failure(
    session: Session, feed_id: int, *, next_poll_at: datetime, error: str
) -> None:
    session.execute(
        update(Feed)
        .where(Feed.id == feed_id)
        .values(next_poll_at=next_poll_at, failures=Feed.failures + 1, last_error=error)
    )


def _add_entries(
    session: Session,
    feed: Feed,
    entries: Sequence[types.Entry],
    hosts: dict[str, str],
    now: datetime,
) -> PollOutcome:
    by_key = {article_key(entry.key): entry for entry in entries}
    insert_new(
        session,
        Article,
        [_article_values(key, e, hosts.get(e.url, feed.host), now) for key, e in by_key.items()],
        Article.key,
    )
    known = session.execute(
        select(Article.id, Article.state, Article.host).where(Article.key.in_(by_key))
    ).all()
    sighted = insert_new(
        session,
        Entry,
        [{"feed_id": feed.id, "article_id": row.id, "seen_at": now} for row in known],
        Entry.article_id,
    )
    collected = [row.id for row in known if row.state == "collected" and row.id in sighted]
    return PollOutcome(
        entries=len(by_key),
        new=len(sighted),
        hosts=tuple(dict.fromkeys(row.host for row in known if row.state == "new")),
        topics=tuple(make_judgements_due(session, collected, now)),
    )


def _article_values(key: str, entry: types.Entry, host: str, now: datetime) -> dict[str, object]:
    return {
        "key": key,
        "url": entry.url,
        "host": host,
        "state": "new",
        "not_before": now,
        "first_seen_at": now,
        "title": entry.title,
        "feed_text": entry.text,
        "published": entry.published,
        "author": entry.author,
    }


def article_key(key: str) -> str:
    if len(key) <= KEY_LIMIT:
        return key
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def make_judgements_due(session: Session, articles: Iterable[int], now: datetime) -> list[int]:
    """Let every active topic judge these collected articles, once; returns the topics' ids.

    Articles that no feed carries (seeds) are judged by their own topic only.
    """
    carried = session.scalars(
        select(Entry.article_id).where(Entry.article_id.in_(list(articles))).distinct()
    ).all()
    topics = session.scalars(select(Topic.id).where(Topic.state == "active")).all()
    insert_new(
        session,
        Judgement,
        [
            {"topic_id": topic, "article_id": article, "state": "pending", "not_before": now}
            for article in carried
            for topic in topics
        ],
        Judgement.id,
    )
    return list(topics) if carried else []


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
        row.state = "active"
        row.next_poll_at = now


def set_feed_state(session: Session, url: str, state: str, now: datetime) -> None:
    """Pause or resume; a resumed feed is polled at once.  Raises NotFound."""
    row = _find(session, url)
    row.state = state
    if state == "active":
        row.next_poll_at = now


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
