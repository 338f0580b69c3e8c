"""What a feed shows: new articles, known ones seen again, and known ones that have changed.

An article is known by its canonical address first.  Where the address is new, the item's guid may
still tell that a publisher has only moved the page: the feed has shown the same guid before, with
the same headline or date, and no longer shows the old address beside it.  A guid alone says too
little: some feeds give every item the same one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from sqlalchemy import Table, and_, bindparam, select, update
from sqlalchemy.orm import Session

from models import Article, Entry, Judgement, Topic
from monitor import types
from monitor.edge.store.revisions import open_revision
from monitor.edge.store.statements import DUE, READABLE, chunks, insert_new

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


@dataclass(frozen=True, slots=True)
class Shown:
    """What the document of a feed shows; the caller holds the feed's row."""

    feed: FeedRow
    entries: Sequence[types.Entry]
    hosts: Mapping[str, str]
    """Of the entries' addresses."""


def add_entries(
    session: Session,
    feed: FeedRow,
    entries: Sequence[types.Entry],
    hosts: Mapping[str, str],
    now: datetime,
) -> Sightings:
    """Keep what a feed's document shows; ``hosts``: of each address."""
    return add_shown(session, [Shown(feed, entries, hosts)], now)[0]


def add_shown(session: Session, shown: Sequence[Shown], now: datetime) -> list[Sightings]:
    """Keep what the documents of different feeds show, in as few statements as of one."""
    windows = [
        _Window(one.feed, {article_key(e.key): e for e in one.entries}, one.hosts) for one in shown
    ]
    if not any(window.by_key for window in windows):
        return [NOTHING] * len(windows)
    known = _Known()
    _look_up(session, known, windows, {key for window in windows for key in window.by_key})
    moved = _follow_moves(session, known, windows)
    _look_up(session, known, windows, moved)
    _add(session, known, windows, now)
    _sight(session, known, windows, now)
    edited = _note_edits(session, known, windows, now)
    readable = {row.id for row in known.articles.values() if row.state in READABLE}
    collected = {article for w in windows for article in w.sighted & readable}
    topics = tuple(make_judgements_due(session, collected, now))
    return [
        _sightings(window, known, edited, topics if window.sighted & readable else ())
        for window in windows
    ]


def _sightings(
    window: _Window, known: _Known, edited: Collection[int], topics: tuple[int, ...]
) -> Sightings:
    rows = [known.articles[key] for key in window.by_key]
    shown = {row.id: entry for row, entry in zip(rows, window.by_key.values(), strict=True)}
    changed = window.changed.keys() & edited
    due = [row.host for row in rows if row.state in DUE or row.id in changed]
    return Sightings(
        entries=len(rows),
        new=len(window.sighted),
        edited=len(changed),
        hosts=tuple(dict.fromkeys(due)),
        topics=topics,
        published=tuple(shown[article].published for article in sorted(window.sighted)),
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
class _Article:
    id: int
    state: str
    host: str


@dataclass(slots=True)
class _Known:
    """What has been read of the database."""

    articles: dict[str, _Article] = field(default_factory=dict)
    """By key."""
    digests: dict[tuple[int, int], str] = field(default_factory=dict)
    """(feed, article) -> of what the feed showed of it last."""


@dataclass(slots=True)
class _Window:
    """What one feed shows, and what has been found out about it."""

    feed: FeedRow
    by_key: dict[str, types.Entry]
    hosts: Mapping[str, str]
    sighted: set[int] = field(default_factory=set)
    """Articles that are new to this feed."""
    changed: dict[int, types.Entry] = field(default_factory=dict)
    """By article: entries that say something else than before."""


_KNOWN = (
    select(Article.key, Article.id, Article.state, Article.host, Entry.feed_id, Entry.digest)
    .outerjoin(
        Entry,
        and_(
            Entry.article_id == Article.id,
            Entry.feed_id.in_(bindparam("feeds", expanding=True)),
        ),
    )
    .where(Article.key.in_(bindparam("keys", expanding=True)))
)


def _look_up(
    session: Session, known: _Known, windows: Sequence[_Window], keys: Iterable[str]
) -> None:
    feeds = [window.feed.id for window in windows]
    for some in chunks(keys):
        for r in session.connection().execute(_KNOWN, {"feeds": feeds, "keys": some}):
            known.articles[r.key] = _Article(r.id, r.state, r.host)
            if r.digest is not None:
                known.digests[r.feed_id, r.id] = r.digest


_OF_GUIDS = (
    select(Entry.feed_id, Entry.guid, Article.key, Article.title, Article.published)
    .join(Article, Entry.article_id == Article.id)
    .where(
        Entry.feed_id.in_(bindparam("feeds", expanding=True)),
        Entry.guid.in_(bindparam("guids", expanding=True)),
    )
    .order_by(Entry.id)
)


def _follow_moves(session: Session, known: _Known, windows: Sequence[_Window]) -> list[str]:
    """Put entries whose articles have another address now under the keys of those; returns the
    keys."""
    asked = {
        (window.feed.id, entry.guid): (window, key)
        for window in windows
        if window.feed.last_entry_at is not None
        for key, entry in window.by_key.items()
        if entry.guid and key not in known.articles
    }
    moved: list[str] = []
    taken: set[tuple[int, str]] = set()
    for some in chunks(asked):  # of few feeds each: every feed is asked for every guid
        feeds, guids = {feed for feed, _ in some}, {guid for _, guid in some}
        asks = {"feeds": list(feeds), "guids": list(guids)}
        for row in session.connection().execute(_OF_GUIDS, asks).all():
            window, key = asked.get((row.feed_id, row.guid), (None, ""))
            if window is None or (row.feed_id, key) in taken or row.key in window.by_key:
                continue
            item = window.by_key[key]
            same_date = row.published and item.published == row.published
            if item.title == row.title or same_date:
                window.by_key[row.key] = window.by_key.pop(key)
                taken.add((row.feed_id, key))
                moved.append(row.key)
    return moved


def _add(session: Session, known: _Known, windows: Sequence[_Window], now: datetime) -> None:
    """Insert the articles that are new."""
    new: dict[str, dict[str, Any]] = {}
    for window in windows:
        for key, entry in window.by_key.items():
            if key not in known.articles and key not in new:
                host = window.hosts.get(entry.url, window.feed.host)
                new[key] = _article_values(key, entry, host, now)
    # In one order everywhere: two workers that add the same must not wait for each other.
    values = [row for _, row in sorted(new.items())]
    for row in insert_new(session, Article, values, Article.key, Article.id):
        known.articles[row.key] = _Article(row.id, "new", new.pop(row.key)["host"])
    _look_up(session, known, windows, new)  # another worker has been faster


def _sight(session: Session, known: _Known, windows: Sequence[_Window], now: datetime) -> None:
    """Note what each feed shows for the first time, and what it has changed."""
    unseen: dict[tuple[int, int], dict[str, Any]] = {}
    for window in windows:
        for key, entry in window.by_key.items():
            article, digest = known.articles[key].id, _digest(entry)
            before = known.digests.get((window.feed.id, article))
            if before is None:
                unseen[window.feed.id, article] = {
                    "feed_id": window.feed.id,
                    "article_id": article,
                    "seen_at": now,
                    "guid": entry.guid,
                    "digest": digest,
                }
            elif before != digest:
                window.changed[article] = entry
    by_feed = {window.feed.id: window.sighted for window in windows}
    rows = insert_new(session, Entry, list(unseen.values()), Entry.feed_id, Entry.article_id)
    for row in rows:
        by_feed[row.feed_id].add(row.article_id)


_SHOWN_ANEW = (
    update(cast("Table", Entry.__table__))
    .where(Entry.feed_id == bindparam("feed"), Entry.article_id == bindparam("article"))
    .values(digest=bindparam("says"), guid=bindparam("called"))
)


def _note_edits(
    session: Session, known: _Known, windows: Sequence[_Window], now: datetime
) -> set[int]:
    """Make the pages of changed entries due again, their present text kept; returns which."""
    shown = [
        {"feed": w.feed.id, "article": article, "says": _digest(entry), "called": entry.guid}
        for w in windows
        for article, entry in w.changed.items()
    ]
    if not shown:
        return set()
    session.connection().execute(_SHOWN_ANEW, shown)
    changed: dict[int, types.Entry] = {}
    for window in windows:
        for article, entry in window.changed.items():
            if known.digests[window.feed.id, article]:
                changed[article] = entry
    edited: set[int] = set()
    for some in chunks(sorted(changed)):
        edited |= _edit(session, {article: changed[article] for article in some}, now)
    session.flush()  # what reads articles by other ways than the session must see it
    return edited


def _edit(session: Session, changed: Mapping[int, types.Entry], now: datetime) -> set[int]:
    rows = session.scalars(
        select(Article)
        .where(
            Article.id.in_(list(changed)),
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
