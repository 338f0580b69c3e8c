"""The invented world: its articles, its seeds, and a local server that publishes them in time.

The articles run from 3 to 16 March 2025 and know nothing of the real world.  Two countries quarrel
about a dam: three events of that topic, told by several outlets, lie among other news.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib.resources import files
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from monitor.demo.articles import OUTLETS, DemoArticle, load_articles
from monitor.demo.site import Site
from monitor.ports import Clock


@dataclass(frozen=True, slots=True)
class World:
    articles: tuple[DemoArticle, ...]
    """Oldest first."""

    @classmethod
    def load(cls) -> World:
        return cls(load_articles())

    @property
    def start(self) -> datetime:
        """The midnight before the first article, UTC."""
        first = self.articles[0].published
        return datetime.combine(first.date(), time(), first.tzinfo)

    @property
    def end(self) -> datetime:
        """The midnight after the last article, UTC."""
        last = self.articles[-1].published
        return datetime.combine(last.date(), time(), last.tzinfo) + timedelta(days=1)

    @property
    def seeds_path(self) -> Path:
        """The folder of example articles, about an earlier event of the topic."""
        return Path(str(files("monitor.demo"))) / "seeds"

    @property
    def feeds(self) -> list[tuple[str, str]]:
        """(slug, outlet name); a feed's address is ``{base_url}/{slug}/feed``."""
        return [(outlet.slug, outlet.name) for outlet in OUTLETS]

    def app(self, clock: Clock, base_url: str) -> Starlette:
        """The site as it is at the time of ``clock``; its links begin with ``base_url``."""
        return Site(self.articles, clock, base_url).app()

    @asynccontextmanager
    async def serve(self, clock: Clock) -> AsyncIterator[str]:
        """Serve on a free port of 127.0.0.1 while the context lasts; gives the base URL."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            config = uvicorn.Config(
                self.app(clock, base_url),
                log_config=None,
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
            server = _Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield base_url
            finally:
                server.should_exit = True
                await serving


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program that the server is part of."""
        yield
