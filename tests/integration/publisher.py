"""A publisher whose feed and pages a test changes at will."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import cycle, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Entry, Feed, Revision
from monitor import app
from monitor.commands import Poll
from monitor.edge.store import feeds
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.store import Store
from monitor.edge.workers import InlineWorkers
from monitor.errors import FetchError
from monitor.pipeline import Parts, Rules, handle
from monitor.run.local import Engine
from monitor.types import Document
from tests.integration.world import Clock, Recorder

START = datetime(2025, 6, 2, 8, tzinfo=UTC)
FEED = "http://paper.example/feed"
OPS = "ops"

_SENTENCES = """
The harbour council voted to repair the northern pier before the winter storms return.
Engineers measured cracks in its oldest pillars, and fishermen asked for a cheaper berth.
"""


def prose(words: int, start: int = 0) -> str:
    """Ordinary text of so many words."""
    return " ".join(islice(cycle(_SENTENCES.split()), start, start + words))


@dataclass(frozen=True)
class Item:
    """An entry of the feed and the page behind it."""

    id: str
    title: str
    text: str = prose(120)
    summary: str = "A short summary."
    path: str = ""
    guid: str = ""
    published: datetime = START

    @property
    def url(self) -> str:
        return f"http://paper.example/{self.path or self.id}"


@dataclass
class Publisher:
    """A Fetcher; ``answers`` replaces what an address says: a failure, or another document."""

    clock: Clock
    items: list[Item] = field(default_factory=list)
    answers: dict[str, FetchError | Document] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    moved_to: str | None = None
    """The feed's address redirects there for good."""

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        robots: bool = False,
    ) -> Document:
        self.asked.append(url)
        answer = self.answers.get(url)
        if isinstance(answer, FetchError):
            raise answer
        if answer is not None:
            return answer
        if url in (FEED, self.moved_to):
            return replace(self.feed(), moved_to=None if url == self.moved_to else self.moved_to)
        for item in self.items:
            if item.url == url:
                return self._page(item)
        raise FetchError(f"{url}: nothing there", permanent=True, status=404)

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        raise FetchError(f"{url} takes no forms", permanent=True)

    def feed(self) -> Document:
        items = "".join(
            f"<item><title>{escape(item.title)}</title><link>{item.url}</link>"
            f"<guid isPermaLink='false'>{item.guid or item.id}</guid>"
            f"<pubDate>{format_datetime(item.published)}</pubDate>"
            f"<description>{escape(item.summary)}</description></item>"
            for item in self.items
        )
        body = f"<rss version='2.0'><channel><title>The Paper</title>{items}</channel></rss>"
        return Document(FEED, 200, body.encode(), "application/rss+xml", self.clock())

    def _page(self, item: Item) -> Document:
        body = (
            f"<!doctype html><html lang=en><head><title>{escape(item.title)}</title></head><body>"
            f"<article><h1>{escape(item.title)}</h1><p>{escape(item.text)}</p></article></body>"
        )
        return Document(item.url, 200, body.encode(), "text/html; charset=utf-8", self.clock())

    def edit(self, id: str, **changes: str) -> None:
        """Change the item with this id, in the feed and on its page."""
        self.items = [replace(i, **changes) if i.id == id else i for i in self.items]  # type: ignore[arg-type]


@dataclass
class Desk:
    """A monitor that follows one publisher."""

    parts: Parts
    publisher: Publisher
    clock: Clock

    async def _poll(self) -> None:
        await handle(Poll(1, "paper.example"), self.parts)

    async def poll(self) -> None:
        """One poll now, whenever it is due."""
        self.parts.store.write(_make_due, self.clock())
        await self._poll()

    async def settle(self, **later: float) -> None:
        """Poll now, and do all that follows from it while time goes by."""
        await self.poll()
        self.parts.store.write(_make_due, self.clock() + timedelta(hours=20))
        await Engine(self.parts).drain()
        self.clock.move(**later or {"minutes": 1})
        await Engine(self.parts).drain()

    def row(self) -> Feed:
        return self.parts.store.write(lambda session: session.get_one(Feed, 1))

    def articles(self) -> list[Article]:
        return self.parts.store.write(
            lambda session: list(session.scalars(select(Article).order_by(Article.id)))
        )

    def revisions(self) -> list[Revision]:
        return self.parts.store.write(
            lambda session: list(session.scalars(select(Revision).order_by(Revision.id)))
        )

    def sightings(self) -> int:
        return self.parts.store.write(lambda session: len(session.scalars(select(Entry)).all()))

    def told(self) -> list[str]:
        """Kinds of alerts that have reached the channel for feeds."""
        recorder = self.parts.channels[OPS]
        assert isinstance(recorder, Recorder)
        return [delivery.alert.kind for delivery in recorder.sent]


def _make_due(session: Session, at: datetime) -> None:
    session.get_one(Feed, 1).next_poll_at = at


@contextmanager
def following(store: Store, *items: Item) -> Iterator[Desk]:
    """A monitor that follows the publisher's feed, and a channel that hears of feeds."""
    clock = Clock(START)
    store.write(feeds.sync_feeds, [FeedInput(FEED, "paper.example")], clock())
    publisher = Publisher(clock, list(items))
    workers = InlineWorkers()
    parts = Parts(
        store=store,
        fetcher=publisher,
        workers=workers,
        fitters=workers,
        channels={OPS: Recorder()},
        clock=clock,
        backgrounds=app.backgrounds,
        join=app.join_model,
        rules=Rules(timedelta(minutes=15), timedelta(days=30), "", tell=(OPS,)),
    )
    yield Desk(parts, publisher, clock)
