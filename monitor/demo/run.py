"""``monitor demo``: the real daemon on the invented world, with time running fast."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import app, daemon
from monitor.config import Config, load
from monitor.demo.world import World
from monitor.edge.store import views
from monitor.edge.store.store import Store
from monitor.pipeline import Parts
from monitor.run.local import Engine

log = logging.getLogger(__name__)

SPEED = 30_000.0
"""Virtual seconds in a real one: two weeks in some forty seconds."""
AFTERWARDS = timedelta(hours=12)
"""How long the world's clock runs on after its last article."""

CONFIG = """\
[database]
url = "sqlite:///monitor.db"
[fetch]
allow_private = ["127.0.0.1"]
min_gap = "0s"
[run]
tick = "250ms"
[web]
listen = "127.0.0.1:{port}"
[topics.demo]
threshold = 0.2
seeds = ["{seeds}"]
channels = ["log"]
[channels.log]
type = "file"
path = "alerts.jsonl"
"""
FEED = """\
[[feeds]]
url = "{base}/{slug}/feed"
name = "{name}"
interval = "3h"
"""


class FastClock:
    """Stands at ``start`` until it is let go, then runs ``speed`` times as fast as the real one,
    and stops at ``end``."""

    def __init__(self, start: datetime, end: datetime, speed: float) -> None:
        self.start = start
        self.end = end
        self.speed = speed
        self._began: float | None = None

    def go(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        if self._began is None:
            return self.start
        passed = timedelta(seconds=(time.monotonic() - self._began) * self.speed)
        return min(self.start + passed, self.end)


def main(*, exit_at_end: bool, speed: float | None) -> None:
    """Run the demonstration until Ctrl-C, or until the world ends.  Raises MonitorError."""
    world = World.load()
    clock = FastClock(world.start, world.end + AFTERWARDS, speed or SPEED)
    with TemporaryDirectory(prefix="monitor-demo-") as folder:
        asyncio.run(Demonstration(world, clock, Path(folder), exit_at_end).run())


@dataclass(frozen=True)
class Demonstration:
    world: World
    clock: FastClock
    folder: Path
    exit_at_end: bool

    async def run(self) -> None:
        async with self.world.serve(self.clock) as base, daemon.signals() as stopping:
            config = self._configure(base)
            store = app.new_store(config)
            with daemon.prepared(config, store, clock=self.clock):
                async with app.open_parts(config, store, clock=self.clock) as parts:
                    with daemon.page(config, parts) as address:
                        await self._follow(parts, config, stopping, address)

    async def _follow(
        self, parts: Parts, config: Config, stopping: asyncio.Event, address: str
    ) -> None:
        seconds = (self.clock.end - self.clock.start).total_seconds() / self.clock.speed
        log.info("demo: two weeks of news in %.0f s, in %s", seconds, self.folder)
        ending = asyncio.create_task(self._tell_the_end(parts.store, address, stopping))
        try:
            await daemon.follow(Engine(parts), config, stopping)
        finally:
            ending.cancel()

    def _configure(self, base: str) -> Config:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        text = CONFIG.format(port=port, seeds=self.world.seeds_path.as_posix())
        for slug, name in self.world.feeds:
            text += FEED.format(base=base, slug=slug, name=name)
        path = self.folder / "config.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, {})

    async def _tell_the_end(self, store: Store, address: str, stopping: asyncio.Event) -> None:
        """Let time go once the seeds are understood; wait until every article has been judged and
        every alert sent; say what came of it."""
        while not await asyncio.to_thread(self._ready, store):  # noqa: ASYNC110 (rows tell)
            await asyncio.sleep(0.1)
        self.clock.go()
        while not await asyncio.to_thread(self._finished, store):  # noqa: ASYNC110 (rows tell)
            await asyncio.sleep(0.2)
        matches = await asyncio.to_thread(store.read, views.matches)
        events = await asyncio.to_thread(store.read, views.events)
        alerts = await asyncio.to_thread(store.read, views.alerts)
        log.info(
            "demo: the world has ended: %d matches of %d articles, %d events, %d alerts and "
            "%d updates in %s",
            len(matches),
            len(self.world.articles),
            len(events),
            sum(alert.kind == "new_event" for alert in alerts),
            sum(alert.kind == "update" for alert in alerts),
            self.folder / "alerts.jsonl",
        )
        if self.exit_at_end:
            stopping.set()
        else:
            log.info("demo: look at %s; Ctrl-C ends it", address)

    def _ready(self, store: Store) -> bool:
        [topic] = store.read(views.topics)
        return topic.model is not None

    def _finished(self, store: Store) -> bool:
        [topic] = store.read(views.topics)
        sent = all(alert.state == "sent" for alert in store.read(views.alerts))
        judged = topic.articles >= len(self.world.articles)
        return self.clock() >= self.clock.end and judged and sent
