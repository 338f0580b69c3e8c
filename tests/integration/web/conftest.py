"""The review page over a real database, asked in process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from models import Alert, Article, Delivery, Event, Feed, Judgement, Model, Topic
from monitor.domain.settings import settings_to_dict
from monitor.edge.store import views
from monitor.edge.store.standing import count_again
from monitor.edge.store.store import Store
from monitor.errors import NotFound, ParseError
from monitor.types import Explanation, LikeArticle, Term, TopicSettings
from monitor.web import create_app
from tests.templates import compiled_once

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
LISTEN = "127.0.0.1:8765"
BASE = f"http://{LISTEN}"
HOSTILE = "<script>alert(1)</script> & \"quotes\" 'too'"
LIKE = tuple(LikeArticle(at, f"Earlier {at}", 0.6 - at / 20, 0.01) for at in range(1, 8))
TERMS = tuple(Term(f"word{at}", 0.2 - at * 0.02) for at in range(15))


async def explain(parts: Any, judgement_id: int) -> Explanation:
    match = parts.store.read(views.match, judgement_id)
    if match.model == 2:
        raise NotFound("no model 2")
    if match.model == 3:
        raise ParseError("not a topic model: made by another version of the monitor")
    return Explanation(
        topic=match.topic, title=match.article.title, url=match.article.url,
        source=match.article.source, published=match.article.published, match=match.id,
        model=match.model, score=match.score, threshold=match.threshold, relevant=True, reason="",
        probability=0.97, terms=TERMS, neighbours=LIKE,
        nearest_seed="The first seed", nearest_seed_similarity=0.44,
        nearest_event=match.nearest_event, event=match.event, event_title=match.event_title,
        copy_of=match.copy_of,
    )  # fmt: skip


class News:
    """Rows for the tests, with as little ceremony as the tables allow."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, *rows: Any) -> None:
        self.store.write(Session.add_all, rows)

    def topic(self, name: str = "dams", **settings: Any) -> int:
        topic = Topic(name=name, origin="file", created_at=NOW, channels=["mail"],
                      settings=settings_to_dict(TopicSettings(**settings)))  # fmt: skip
        self.add(topic)
        self.add(Model(topic_id=topic.id, created_at=NOW, threshold=0.3, matches_a_day=0.25,
                       body=b""))  # fmt: skip
        return topic.id

    def event(
        self,
        topic: int,
        title: str = "A dam is filled",
        *,
        alarmed: bool = True,
        newest_at: datetime | None = NOW,
    ) -> int:
        opened = NOW - timedelta(days=1)
        event = Event(topic_id=topic, title=title, opened_at=opened, last_seen=NOW,
                      newest_at=newest_at, alarmed_at=opened if alarmed else None)  # fmt: skip
        self.add(event)
        return event.id

    def match(self, topic: int, event: int | None, title: str = "Gates closed", **more: Any) -> int:
        words = {
            name: more.pop(name)
            for name in ("text", "url", "published", "text_from", "author", "source")
            if name in more
        }
        key = f"https://news.example.org/{self.store.read(count)}"
        row: dict[str, Any] = {
            "key": key, "url": key, "host": "news.example.org", "state": "collected",
            "not_before": NOW, "first_seen_at": NOW, "title": title, "text": "One.\n\nTwo.",
            "text_from": "page", "published": NOW, "source": "Example News", "language": "en",
        }  # fmt: skip
        article = Article(**row | words)
        self.add(article)
        judged: dict[str, Any] = {
            "topic_id": topic, "article_id": article.id, "state": "judged", "not_before": NOW,
            "judged_at": NOW, "model_id": 1, "score": 0.5, "event_id": event,
        }  # fmt: skip
        judged |= more
        told_at = article.published or judged["judged_at"]
        judgement = Judgement(**{"told_at": told_at} | judged)
        self.add(judgement)
        self.store.write(count_again, [event] if event else [])
        return judgement.id

    def feed(self, name: str, **more: Any) -> int:
        url = f"https://{name}.example.org/rss"
        feed = Feed(name=name, url=url, host="", origin="file", tags=[], created_at=NOW,
                    next_poll_at=NOW + timedelta(minutes=12), **more)  # fmt: skip
        self.add(feed)
        return feed.id

    def alert(self, topic: int, event: int, *, not_before: datetime = NOW, **more: Any) -> None:
        alert = Alert(key=f"new_event:{event}", kind="new_event", topic_id=topic, event_id=event,
                      created_at=NOW, message={"title": HOSTILE})  # fmt: skip
        self.add(alert)
        self.add(
            Delivery(
                alert_id=alert.id, channel="mail", uid=f"u{event}", not_before=not_before, **more
            )
        )


def count(session: Session) -> int:
    return session.query(Article).count()


def words(html: str) -> str:
    """What a reader sees: no markup, single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


class Reader:
    """Asks the application in process, as a browser would, and follows no redirect."""

    def __init__(self, store: Any) -> None:
        rules = SimpleNamespace(review_url=BASE)
        parts: Any = SimpleNamespace(store=store, clock=self.clock, rules=rules)
        self.app = create_app(parts, listen=LISTEN, explain=explain)

        self.now = NOW

    def clock(self) -> datetime:
        return self.now

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._request(method, path, **more))

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


@pytest.fixture(scope="session", autouse=True)
def templates() -> Iterator[None]:
    """Compiled once, and not in each test."""
    with compiled_once():
        yield


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    store = Store(sqlite_url)
    yield store
    store.close()


@pytest.fixture
def news(store: Store) -> News:
    return News(store)


@pytest.fixture
def page(store: Store) -> Reader:
    return Reader(store)


@pytest.fixture
def ask() -> type[Reader]:
    """For a page of one's own over something with the store's methods."""
    return Reader
