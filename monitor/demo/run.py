"""``monitor demo``: the real daemon on the invented world, with time running fast."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
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
interval = "3h"
[run]
tick = "250ms"
[web]
listen = "127.0.0.1:{port}"
[topics.demo]
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
"""


class FastClock:
    """Starts at ``start``, runs ``speed`` times as fast as the real one, and stops at ``end``."""

    def __init__(self, start: datetime, end: datetime, speed: float) -> None:
        self.start = start
        self.end = end
        self.speed = speed
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        passed = timedelta(seconds=(time.monotonic() - self._began) * self.speed)
        return min(self.start + passed, self.end)


def main(*, exit_at_end: bool, speed: float | None) -> None:
    """Run the demonstration until Ctrl-C, or until the world ends.  Raises MonitorError."""
    with TemporaryDirectory(prefix="monitor-demo-") as folder:
        asyncio.run(_demonstrate(Path(folder), exit_at_end, speed or SPEED))


async def _demonstrate(folder: Path, exit_at_end: bool, speed: float) -> None:
    world = World.load()
    clock = FastClock(world.start, world.end + AFTERWARDS, speed)
    async with world.serve(clock) as base, daemon.signals() as stopping:
        config = _write_config(folder, world, base)
        with daemon.prepared(config, app.new_store(config), clock=clock) as store:
            async with app.open_parts(config, store, clock=clock) as parts:
                with daemon.page(config, parts) as address:
                    log.info("demo: two weeks of news in %.0f s, in %s", _duration(clock), folder)
                    ending = asyncio.create_task(
                        _tell_the_end(world, parts, folder, address, stopping, exit_at_end)
                    )
                    await daemon.follow(Engine(parts), config, stopping)
                    ending.cancel()


def _write_config(folder: Path, world: World, base: str) -> Config:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    text = CONFIG.format(port=port, seeds=world.seeds_path.as_posix())
    text += "".join(FEED.format(base=base, slug=slug, name=name) for slug, name in world.feeds)
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, {})


def _duration(clock: FastClock) -> float:
    return (clock.end - clock.start).total_seconds() / clock.speed


async def _tell_the_end(
    world: World,
    parts: Parts,
    folder: Path,
    address: str,
    stopping: asyncio.Event,
    exit_at_end: bool,
) -> None:
    """Wait until every article has been judged and every alert sent; say what came of it."""
    while parts.clock() < world.end + AFTERWARDS or not await asyncio.to_thread(
        _finished, parts.store, len(world.articles)
    ):
        await asyncio.sleep(0.2)
    matches = await asyncio.to_thread(parts.store.read, views.matches)
    events = await asyncio.to_thread(parts.store.read, views.events)
    alerts = await asyncio.to_thread(parts.store.read, views.alerts)
    log.info(
        "demo: the world has ended: %d matches of %d articles, %d events, %d alerts in %s",
        len(matches),
        len(world.articles),
        len(events),
        len(alerts),
        folder / "alerts.jsonl",
    )
    if exit_at_end:
        stopping.set()
    else:
        log.info("demo: look at %s; Ctrl-C ends it", address)


def _finished(store: Store, articles: int) -> bool:
    [topic] = store.read(views.topics)
    sent = all(alert.state == "sent" for alert in store.read(views.alerts))
    return topic.articles >= articles and sent
