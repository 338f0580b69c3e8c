"""A small news site over HTTP that publishes stories when told to, and takes Slack messages."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.integration.world import Story, page


class Newsstand(ThreadingHTTPServer):
    """``published``: how many of the stories, in order of time, are out."""

    daemon_threads = True

    def __init__(self, stories: list[Story]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stories = sorted(stories, key=lambda story: story.published)
        self.published = len(stories)
        self.messages: list[Any] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def feeds(self) -> list[str]:
        return [
            f"{self.address}/{slug}/feed.xml" for slug in sorted({s.slug for s in self.stories})
        ]

    def feed(self, slug: str) -> str:
        shown = [s for s in self.stories[: self.published] if s.slug == slug]
        items = "".join(
            f"<item><title>{escape(s.title)}</title><link>{self.address}/{s.slug}/{s.id}.html</link>"
            f"<guid>{s.id}</guid><pubDate>{format_datetime(s.published)}</pubDate>"
            f"<description>{escape(s.text[:120])}</description></item>"
            for s in shown
        )
        return f'<rss version="2.0"><channel><title>{slug}</title>{items}</channel></rss>'

    def config(self, folder: Path, *, interval: str = "1s", workers: int = 1) -> Path:
        """A configuration that follows this site with a topic on the stories' seeds."""
        seeds = Path(__file__).parent.parent / "data" / "story_seeds"
        text = f"""
[database]
url = "sqlite:///monitor.db"
[fetch]
allow_private = ["127.0.0.1"]
min_gap = "0s"
[run]
tick = "200ms"
workers = {workers}
[web]
listen = ""
[topics.story]
seeds = ["{seeds}"]
channels = ["log", "desk"]
threshold = 0.1
[channels.log]
type = "file"
path = "alerts.jsonl"
[channels.desk]
type = "slack"
webhook_url = "{self.address}/slack"
"""
        text += "".join(
            f'[[feeds]]\nurl = "{url}"\ninterval = "{interval}"\n' for url in self.feeds
        )
        path = folder / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed: that one has gone is nothing to speak of."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Newsstand
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        slug, _, name = self.path.removeprefix("/").partition("/")
        if name == "feed.xml":
            return self._answer(200, self.server.feed(slug), "application/rss+xml")
        out = self.server.stories[: self.server.published]
        for story in out:
            if name == f"{story.id}.html" and slug == story.slug:
                return self._answer(200, page(story), "text/html; charset=utf-8")
        return self._answer(404, "not here", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append(json.loads(body))
        self._answer(200, "ok", "text/plain")

    def _answer(self, status: int, text: str, content_type: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def serve(stories: list[Story]) -> Iterator[Newsstand]:
    stand = Newsstand(stories)
    thread = threading.Thread(target=stand.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stand
    finally:
        stand.shutdown()
        thread.join()
        stand.server_close()
