"""A review desk with a past: an archive judged by the real handlers, served to a real browser."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor import app
from monitor.edge.archive import in_order, read_archive, read_seeds
from monitor.edge.store import migrations
from monitor.edge.store.pending import pending_decisions
from monitor.edge.store.store import Store
from monitor.pipeline import Parts, handle
from monitor.run.plan import Plan, Seed
from monitor.run.replay import Nowhere, Player, VirtualClock
from tests.e2e.serving import served

ROOT = Path(__file__).parent.parent.parent
ARCHIVE, SEEDS = ROOT / "monitor/demo/world.jsonl", ROOT / "monitor/demo/seeds"
TOPIC = "replay"


def fill(file: Path) -> datetime:
    """Judge the archive into a SQLite file; returns the time at its end."""
    read, _ = in_order(read_archive(ARCHIVE))
    lines = [
        replace(one, article=replace(one.article, url=f"https://news.example/{one.id}"))
        for one in read
    ]
    seeds = [
        Seed(article, f"{SEEDS}:{number}", id)
        for number, (id, article) in enumerate(read_seeds(SEEDS), start=1)
    ]
    store = Store(f"sqlite:///{file}")
    try:
        migrations.upgrade(store)
        player = Player(Plan(lines, seeds), store)
        finished(player.play(lambda judged: None))
        return player.clock()
    finally:
        store.close()


def finished(work: Coroutine[Any, Any, Any]) -> None:
    """In a thread: where a browser is driven, this one has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


class Desk:
    """A copy of a filled database, its parts, and where its page is."""

    def __init__(self, filled: Path, folder: Path, now: datetime) -> None:
        shutil.copy(filled, folder / "desk.db")
        self.store = Store(f"sqlite:///{folder / 'desk.db'}")
        self.clock = VirtualClock(now)
        self.parts: Parts = app.replay_parts(
            self.store,
            Nowhere(),
            clock=self.clock,
            backgrounds=app.backgrounds,
            join=app.join_model,
        )
        self.address = ""

    def work(self) -> None:
        """Do what is due, as the daemon would within seconds."""

        async def drain() -> None:
            while due := self.store.read(pending_decisions, self.clock()):
                for command in due:
                    await handle(command, self.parts)

        finished(drain())


@contextmanager
def open_desk(filled: Path, folder: Path, now: datetime) -> Iterator[Desk]:
    """With its page on a free port."""
    from monitor.web import create_app

    desk = Desk(filled, folder, now)
    page = served(lambda listen: create_app(desk.parts, listen=listen))
    with closing(desk.store), page as desk.address:
        yield desk
