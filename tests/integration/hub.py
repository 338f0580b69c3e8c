"""A hub on this machine, and the monitor that subscribes there, without its polls."""

from __future__ import annotations

import asyncio
import hmac
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Entry, Feed, Push, Subscription
from monitor import app
from monitor.commands import Subscribe
from monitor.domain.websub import Offer
from monitor.edge.store import feeds, subscriptions
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.edge.workers import InlineWorkers
from monitor.pipeline import Parts, Rules, handle
from monitor.pipeline.subscribe import read_pushes
from monitor.web import create_app
from tests.integration.servers import fetching

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PUBLIC = "https://monitor.example.org"
FEED = "http://news.example/feed.xml"
LEASE = timedelta(days=10)
RSS = "application/rss+xml; charset=UTF-8"


def document(*numbers: int) -> bytes:
    items = "".join(
        f"<item><title>Story {at}</title><link>http://news.example/{at}</link></item>"
        for at in numbers
    )
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


class Hub:
    """Takes subscriptions at ``url``, verifies before it answers, and pushes when told to."""

    def __init__(self, page: tuple[str, int]) -> None:
        self.page = page
        self.status = 202
        self.verifies = True
        self.echoes = False
        """Its answers repeat what it was sent."""
        self.lease = str(int(LEASE.total_seconds()))
        self.asked: list[dict[str, str]] = []
        self.verifications: list[tuple[int, bytes]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hub.asked.append(dict(parse_qsl(body.decode())))
                if hub.status == 202 and hub.verifies:
                    hub.verify()
                said = body if hub.echoes else b""
                self.send_response(hub.status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def call(
        self, method: str, query: dict[str, str], body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """As a proxy passes it on: to the page's own port, under the public name."""
        address = urlsplit(self.asked[-1]["hub.callback"])
        host = headers.pop("host", address.netloc)
        path = headers.pop("path", address.path)
        line = http.client.HTTPConnection(*self.page, timeout=10)
        named = {"Host": host} | {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            line.request(method, f"{path}?{urlencode(query)}", body, named)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            line.close()

    def get(self, **more: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        query = {
            "hub.mode": "subscribe",
            "hub.topic": self.asked[-1]["hub.topic"],
            "hub.challenge": "c0ffee",
            "hub.lease_seconds": self.lease,
        }
        named = {f"hub.{name}": text for name, text in more.items()}
        return self.call("GET", query | named)

    def verify(self) -> None:
        status, _, body = self.get()
        self.verifications.append((status, body))

    def push(self, body: bytes, method: str = "sha256", **headers: str) -> int:
        made = hmac.new(self.asked[-1]["hub.secret"].encode(), body, method).hexdigest()
        named = {"content_type": RSS, "x_hub_signature": f"{method}={made}"} | headers
        return self.call("POST", {}, body, **{k: v for k, v in named.items() if v})[0]


class Desk:
    """The monitor: a page in a thread of its own, and commands that the test runs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        workers: Any = InlineWorkers()
        self.parts = Parts(
            store=store,
            fetcher=workers,  # another one for each run: see below
            workers=workers,
            fitters=workers,
            channels={},
            clock=lambda: self.now,
            backgrounds=bytes,
            join=app.join_model,
            rules=Rules(timedelta(minutes=15), timedelta(days=30), "", public_url=PUBLIC),
        )

    def run(self) -> list[Any]:
        """Carry out the subscriptions that are due, and read what was pushed; the hints."""

        async def due() -> list[Any]:
            hints: list[Any] = []
            async with fetching() as fetcher:
                parts = replace(self.parts, fetcher=fetcher)
                for command in self.store.write(pending, self.now):
                    if isinstance(command, Subscribe):
                        hints += await handle(command, parts)
                return [*hints, *await read_pushes(1, parts)]

        return asyncio.run(due())

    def row(self) -> Subscription:
        found = self.store.write(Session.scalar, select(Subscription))
        assert found is not None
        return found

    def feed(self) -> Feed:
        found = self.store.write(Session.get, Feed, 1)
        assert found is not None
        return found

    def titles(self) -> list[str]:
        shown = select(Article.title).join(Entry).order_by(Entry.id)
        return list(self.store.read(lambda session: session.scalars(shown).all()))

    def waiting(self) -> int:
        return len(self.store.read(lambda session: session.scalars(select(Push.id)).all()))

    def trusted(self) -> bool:
        return self.store.read(subscriptions.polled_rarely, 1, self.now)

    def polled(self, *published: datetime | None) -> bool:
        """A poll that found entries with these dates new."""
        self.store.write(poll_later, self.now)
        return self.store.write(subscriptions.unpushed, 1, published, self.now)


def poll_later(session: Session, now: datetime) -> None:
    feed = session.get_one(Feed, 1)
    feed.last_success_at, feed.next_poll_at = now, now + timedelta(hours=6)


def one_feed(store: Store, hub: str) -> None:
    store.write(feeds.sync_feeds, [FeedInput(FEED, "news.example", name="News")], NOW)
    store.write(poll_later, NOW)
    store.write(subscriptions.offer, 1, Offer(hub, FEED), NOW)


@contextmanager
def serving_page(desk: Desk) -> Iterator[tuple[str, int]]:
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()[:2]
    app = create_app(desk.parts, listen=f"{host}:{port}", public_url=PUBLIC)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield host, port
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
