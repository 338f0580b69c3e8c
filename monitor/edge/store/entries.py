"""What a feed shows: new articles, known ones seen again, and known ones that have changed.

An article is known by its canonical address first.  Where the address is new, the item's guid may
still tell that a publisher has only moved the page: the feed has shown the same guid before, with
the same headline or date, and no longer shows the old address beside it.  A guid alone says too
little: some feeds give every item the same one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from models import Article, Entry, Judgement, Topic
from monitor import types
from monitor.edge.store.revisions import open_revision
from monitor.edge.store.statements import DUE, READABLE, insert_new

KEY_LIMIT = 1000
"""Characters; Postgres refuses to index much longer values."""
MAX_REVISIONS = 5
"""Some feeds change an item at each poll (counters, advertisements)."""
FIRST_REVISION = timedelta(minutes=10)
"""The least age of a text before it is fetched again; doubles with each revision."""
REVISED_WITHIN = timedelta(days=14)
"""Older articles are not fetched again."""


class FeedRow(Protocol):
    """What is asked of a feed whose row the caller holds."""

    @property
    def id(self) -> int: ...
    @property
    def host(self) -> str: ...
    @property
    def last_entry_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Sightings:
    entries: int
    new: int
    """Entries this feed had not shown before."""
    edited: int
    """Articles whose page is due again, because the feed shows them changed."""
    hosts: tuple[str, ...]
    """Where pages are due."""
    topics: tuple[int, ...]
    """For which a known page has become due for judging."""
    published: tuple[datetime | None, ...]
    """Of the new entries."""

    @property
    def all_new(self) -> bool:
        return 0 < self.entries == self.new


NOTHING = Sightings(0, 0, 0, (), (), ())


def add_entries(
    session: Session,
    feed: FeedRow,
    entries: Sequence[types.Entry],
    hosts: Mapping[str, str],
    now: datetime,
) -> Sightings:
    """Keep what a feed's document shows; ``hosts``: of each address."""
    if not entries:
        return NOTHING
    by_key = {article_key(entry.key): entry for entry in entries}
    known = _known(session, feed, by_key)
    moved = _moved(session, feed, by_key, known)
    for old, new in moved.items():
        by_key[old] = by_key.pop(new)
    known.update(_known(session, feed, moved))
    known.update(
        _add(session, feed, {k: e for k, e in by_key.items() if k not in known}, hosts, now)
    )
    shown = {row.id: by_key[key] for key, row in known.items()}
    sighted = _sight(session, feed, shown, now)
    before = {row.id: row.digest for row in known.values() if row.digest is not None}
    edited = _note_edits(session, feed, shown, before, now)
    collected = [r.id for r in known.values() if r.state in READABLE and r.id in sighted]
    return Sightings(
        entries=len(by_key),
        new=len(sighted),
        edited=len(edited),
        hosts=tuple(
            dict.fromkeys(r.host for r in known.values() if r.state in DUE or r.id in edited)
        ),
        topics=tuple(make_judgements_due(session, collected, now)),
        published=tuple(shown[article].published for article in sorted(sighted)),
    )


def article_key(key: str) -> str:
    if len(key) <= KEY_LIMIT:
        return key
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def make_judgements_due(session: Session, articles: Iterable[int], now: datetime) -> list[int]:
    """Let every active topic judge these collected articles, once; returns the topics' ids.

    Articles that no feed carries (seeds) are judged by their own topic only.
    """
    wanted = list(articles)
    if not wanted:
        return []
    carried = sorted(
        session.scalars(select(Entry.article_id).where(Entry.article_id.in_(wanted)).distinct())
    )
    active = select(Topic.id).where(Topic.state == "active").order_by(Topic.id)
    topics = session.scalars(active).all()
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


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    state: str
    host: str
    digest: str | None
    """Of what this feed showed of it last; None if it never did."""


_KNOWN = (
    select(Article.key, Article.id, Article.state, Article.host, Entry.digest)
    .outerjoin(Entry, and_(Entry.article_id == Article.id, Entry.feed_id == bindparam("feed")))
    .where(Article.key.in_(bindparam("keys", expanding=True)))
)


def _known(session: Session, feed: FeedRow, keys: Collection[str]) -> dict[str, _Known]:
    if not keys:
        return {}
    rows = session.connection().execute(_KNOWN, {"feed": feed.id, "keys": list(keys)})
    return {r.key: _Known(r.id, r.state, r.host, r.digest) for r in rows}


def _add(
    session: Session,
    feed: FeedRow,
    entries: Mapping[str, types.Entry],
    hosts: Mapping[str, str],
    now: datetime,
) -> dict[str, _Known]:
    """New articles, by key."""
    values = {
        key: _article_values(key, entry, hosts.get(entry.url, feed.host), now)
        # In one order everywhere: two feeds that show the same must not wait for each other.
        for key, entry in sorted(entries.items())
    }
    rows = insert_new(session, Article, list(values.values()), Article.key, Article.id)
    added = {r.key: _Known(r.id, "new", values[r.key]["host"], None) for r in rows}
    if len(added) < len(values):  # another worker has been faster
        added |= _known(session, feed, values.keys() - added.keys())
    return added


_OF_GUIDS = (
    select(Entry.guid, Article.key, Article.title, Article.published)
    .join(Article, Entry.article_id == Article.id)
    .where(Entry.feed_id == bindparam("feed"), Entry.guid.in_(bindparam("guids", expanding=True)))
    .order_by(Entry.id)
)


def _moved(
    session: Session, feed: FeedRow, by_key: Mapping[str, types.Entry], known: Collection[str]
) -> dict[str, str]:
    """Keys of articles of this feed that have another address now -> the keys of those."""
    by_guid = {e.guid: key for key, e in by_key.items() if e.guid and key not in known}
    if not by_guid or feed.last_entry_at is None:
        return {}
    rows = session.connection().execute(_OF_GUIDS, {"feed": feed.id, "guids": list(by_guid)})
    moved: dict[str, str] = {}
    for row in rows:
        key = by_guid[row.guid]
        item = by_key[key]
        same = item.title == row.title or (row.published and item.published == row.published)
        if same and row.key not in by_key and key not in moved.values():
            moved[row.key] = key
    return moved


def _sight(
    session: Session, feed: FeedRow, shown: Mapping[int, types.Entry], now: datetime
) -> set[int]:
    """Note sightings; returns the articles that are new to this feed."""
    rows = insert_new(
        session,
        Entry,
        [
            {
                "feed_id": feed.id,
                "article_id": article,
                "seen_at": now,
                "guid": entry.guid,
                "digest": _digest(entry),
            }
            for article, entry in shown.items()
        ],
        Entry.article_id,
    )
    return {article for (article,) in rows}


def _note_edits(
    session: Session,
    feed: FeedRow,
    shown: Mapping[int, types.Entry],
    before: Mapping[int, str],
    now: datetime,
) -> set[int]:
    """Make the pages of changed entries due again, their present text kept; returns which."""
    changed = {id: e for id, e in shown.items() if id in before and before[id] != _digest(e)}
    if not changed:
        return set()
    for article, entry in changed.items():
        session.execute(
            update(Entry)
            .where(Entry.feed_id == feed.id, Entry.article_id == article)
            .values(digest=_digest(entry), guid=entry.guid)
        )
    rows = session.scalars(
        select(Article)
        .where(
            Article.id.in_([id for id in changed if before[id]]),
            Article.state.in_(DUE)
            | and_(
                Article.text.is_not(None),
                Article.revisions < MAX_REVISIONS,
                Article.first_seen_at > now - REVISED_WITHIN,
            ),
        )
        .order_by(Article.id)
    ).all()
    edited = {row.id for row in rows if row.state not in DUE}
    for row in rows:
        if row.id in edited:
            open_revision(session, row, now)
            settled = (row.collected_at or now) + FIRST_REVISION * 2**row.revisions
            row.state, row.attempts, row.not_before = "edited", 0, max(now, settled)
            row.revisions += 1
        entry = changed[row.id]
        row.title = entry.title or row.title
        row.url = entry.url or row.url
        row.feed_text = entry.text
    return edited


def _digest(entry: types.Entry) -> str:
    """Of what a reader sees, without spacing."""
    told = " ".join(f"{entry.title} {entry.text}".split())
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _article_values(key: str, entry: types.Entry, host: str, now: datetime) -> dict[str, Any]:
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
