"""A news world in memory: feeds and pages of an archive, channels that remember."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Alert, Article, Delivery, Event, Judgement
from monitor import app
from monitor.domain.seeds import read_seed
from monitor.edge.store import feeds, topics
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import FetchError
from monitor.pipeline import Parts, Rules
from monitor.types import Delivery as Message
from monitor.types import Document, Preview, TopicSettings
from tests.integration.remembering import RememberingWorkers, remembered_models

DATA = Path(__file__).parent.parent / "data"
CHANNELS = ("mail", "desk")
AFTER = datetime(2025, 7, 15, tzinfo=UTC)
"""When all of the archives has been published."""
ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
"""Of a test about what lies above SQL: once is enough."""
FALSE_FRIENDS = {"n07", "n08", "n19", "n27", "n30", "n42", "n48", "n52", "n54"}
"""Left out here: how well relevance is decided is for the tests of quality to say.  Whether these
match depends on what has been judged before them."""
SETTINGS = TopicSettings(threshold=0.1)
"""Fixed for the same reason."""


@dataclass(frozen=True)
class Story:
    id: str
    published: datetime
    title: str
    text: str
    source: str
    relevant: bool
    event: str | None

    @property
    def slug(self) -> str:
        return re.sub(r"\W+", "-", self.source.lower())

    @property
    def url(self) -> str:
        return f"http://{self.slug}.example/{self.id}.html"


def load(name: str) -> list[Story]:
    rows = [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
    return [
        Story(
            id=row["id"],
            published=datetime.fromisoformat(row["published"]),
            title=row["title"],
            text=row["text"],
            source=row["source"],
            relevant=bool(row.get("relevant", 1)),
            event=row.get("gold"),
        )
        for row in rows
        if row["id"] not in FALSE_FRIENDS
    ]


class Archive:
    """A Fetcher over stories: one RSS feed a source, one page a story; ``broken`` ones fail."""

    def __init__(self, stories: Iterable[Story], clock: Clock) -> None:
        self.clock = clock
        self.pages = {story.url: story for story in stories}
        self.by_feed: dict[str, list[Story]] = defaultdict(list)
        for story in self.pages.values():
            self.by_feed[f"http://{story.slug}.example/feed.xml"].append(story)
        self.broken: dict[str, FetchError] = {}
        self.asked: list[str] = []

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        robots: bool = False,
    ) -> Document:
        self.asked.append(url)
        await asyncio.sleep(0)
        if url in self.broken:
            raise self.broken[url]
        if url in self.by_feed:
            return self._feed(url)
        story = self.pages.get(url)
        if story is None or story.published > self.clock():
            raise FetchError(f"{url}: nothing there", permanent=True, status=404)
        return self._document(url, page(story), "text/html; charset=utf-8")

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        raise FetchError(f"{url} takes no forms", permanent=True)

    def _feed(self, url: str) -> Document:
        shown = [story for story in self.by_feed[url] if story.published <= self.clock()]
        items = "".join(
            f"<item><title>{escape(s.title)}</title><link>{s.url}</link><guid>{s.id}</guid>"
            f"<pubDate>{format_datetime(s.published)}</pubDate>"
            f"<description>{escape(s.text[:120])}</description></item>"
            for s in shown
        )
        title = escape(self.by_feed[url][0].source)
        body = f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
        return self._document(url, body, "application/rss+xml")

    def _document(self, url: str, body: str, content_type: str) -> Document:
        return Document(url, 200, body.encode(), content_type, self.clock())


def page(story: Story) -> str:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in story.text.split("\n\n"))
    return (
        f"<!doctype html><html lang=en><head><title>{escape(story.title)}</title>"
        f'<meta property="og:site_name" content="{escape(story.source)}"></head><body>'
        f"<nav><a href=/>Home</a> <a href=/sport>Sport</a></nav><article><h1>"
        f"{escape(story.title)}</h1>{paragraphs}</article><footer>All rights reserved</footer>"
        "</body></html>"
    )


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass
class Recorder:
    """A Channel that keeps what it is sent; ``failures`` are raised first, one a message."""

    sent: list[Message] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, delivery: Message) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(delivery)
        return f"taken-{len(self.sent)}"

    def preview(self, delivery: Message) -> Preview:
        return Preview(body=delivery.uid, suffix=".txt")


@contextmanager
def parts_for(
    store: Store,
    stories: Iterable[Story],
    clock: Clock,
    recorders: dict[str, Recorder] | None = None,
) -> Iterator[Parts]:
    workers = RememberingWorkers()
    with remembered_models():
        yield Parts(
            store=store,
            fetcher=Archive(stories, clock),
            workers=workers,
            fitters=workers,
            channels=recorders or {name: Recorder() for name in CHANNELS},
            clock=clock,
            backgrounds=app.backgrounds,
            join=app.join_model,
            rules=Rules(timedelta(minutes=15), timedelta(days=30), "http://127.0.0.1:8765"),
        )


def seed_inputs(folder: Path = DATA / "story_seeds") -> tuple[SeedInput, ...]:
    return tuple(
        SeedInput(source=file.name, article=read_seed(file.name, file.read_bytes()))
        for file in sorted(folder.iterdir())
    )


def set_up(
    store: Store, stories: Iterable[Story], now: datetime, settings: TopicSettings = SETTINGS
) -> None:
    """A topic on the seeds of the archive, and its feeds."""
    follow_feeds(store, stories, now)
    follow_topic(store, now, settings)


def follow_feeds(store: Store, stories: Iterable[Story], now: datetime) -> None:
    urls = {f"http://{story.slug}.example/feed.xml": story.slug for story in stories}
    inputs = [FeedInput(url, f"{slug}.example") for url, slug in sorted(urls.items())]
    store.write(feeds.sync_feeds, inputs, now)


def follow_topic(store: Store, now: datetime, settings: TopicSettings = SETTINGS) -> None:
    topic = TopicInput("story", CHANNELS, settings, seed_inputs())
    store.write(topics.sync_topics, [topic], now)


@dataclass(frozen=True)
class Outcome:
    """What the monitor made of an archive, without ids and times of its own."""

    articles: int
    scores: dict[str, float]
    events: frozenset[frozenset[str]]
    """Addresses of matches, by event."""
    alerts: tuple[tuple[str, str, str], ...]
    """(first title of the event, channel, state), of new events"""


def outcome(store: Store) -> Outcome:
    return store.read(_outcome)


def _outcome(session: Session) -> Outcome:
    scores: dict[str, float] = {}
    by_event: defaultdict[int, set[str]] = defaultdict(set)
    judged = select(Judgement, Article.url).join(Article).where(Judgement.seed.is_(None))
    for judgement, url in session.execute(judged):
        assert judgement.state == "judged", (judgement.state, judgement.last_error)
        scores[url] = round(judgement.score or 0, 9)
        if judgement.event_id:
            by_event[judgement.event_id].add(url)
    ledger = (
        select(Event.title, Delivery.channel, Delivery.state)
        .join(Alert, Alert.event_id == Event.id)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .where(Alert.kind == "new_event")
    )
    rows: Any = session.execute(ledger).all()
    return Outcome(
        articles=len(session.scalars(select(Article.id).where(Article.text_from != "seed")).all()),
        scores=scores,
        events=frozenset(frozenset(urls) for urls in by_event.values()),
        alerts=tuple(sorted(rows)),
    )
