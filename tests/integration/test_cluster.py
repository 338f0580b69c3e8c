"""Two workers on Postgres, hints doubled and dropped at random, agree with one process."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import procrastinate
import pytest
from procrastinate.exceptions import AlreadyEnqueued

from monitor.commands import Command
from monitor.edge.store import migrations
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.errors import ConfigError
from monitor.pipeline import Parts, handle
from monitor.run import cluster
from monitor.run.local import Engine
from tests.integration.world import (
    AFTER,
    CHANNELS,
    Clock,
    Outcome,
    Recorder,
    follow_feeds,
    follow_topic,
    load,
    outcome,
    parts_for,
)

STORIES = load("stories.jsonl")
TELLINGS = load("tellings.jsonl")
ARCHIVE = [*STORIES, *TELLINGS]

Told = tuple[Outcome, list[int]]
"""The outcome, and how many messages each channel was given."""


@pytest.fixture
def unreliable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hint is lost, given twice or given once, with equal chance."""
    chance = random.Random(20_250_602)

    async def handle_badly(command: Command, parts: Parts) -> list[Command]:
        hints = await handle(command, parts)
        return [hint for hint in hints for _ in range(chance.randrange(3))]

    monkeypatch.setattr(cluster, "handle", handle_badly)


@pytest.fixture
def two_workers(postgres_url: str) -> Iterator[list[Parts]]:
    """Each with its own connections, and recorders that both share."""
    clock = Clock(AFTER)
    recorders = {name: Recorder() for name in CHANNELS}
    with ExitStack() as stack:
        made = []
        for _ in range(2):
            store = Store(postgres_url)
            stack.callback(store.close)
            made.append(stack.enter_context(parts_for(store, ARCHIVE, clock, recorders)))
        follow_feeds(made[0].store, ARCHIVE, clock())
        cluster.create_queue(made[0].store)
        yield made


async def work_until_quiet(workers: list[Parts]) -> None:
    apps = [cluster.make_app(parts) for parts in workers]
    async with apps[0].open_async(), apps[1].open_async():
        for _ in range(200):
            if not workers[0].store.read(pending, workers[0].clock()):
                return
            with suppress(AlreadyEnqueued):  # a worker's own, at a full five seconds
                await apps[0].configure_task("sweep").defer_async(timestamp=0)
            await asyncio.gather(*(_empty(app) for app in apps))
    raise AssertionError("the workers never came to an end")


async def _empty(app: procrastinate.App) -> None:
    await app.run_worker_async(
        wait=False, concurrency=6, install_signal_handlers=False, delete_jobs="always"
    )


def alone(url: str) -> Told:
    """The outcome in one process.

    A score leans on what has been judged before, so the topic comes when all has been collected:
    then the order of judging is that of publication.
    """
    store = Store(url)
    clock = Clock(AFTER)
    follow_feeds(store, ARCHIVE, clock())
    recorders = {name: Recorder() for name in CHANNELS}
    with parts_for(store, ARCHIVE, clock, recorders) as parts:
        asyncio.run(Engine(parts).drain())
        follow_topic(store, clock())
        asyncio.run(Engine(parts).drain())
    found = outcome(store)
    store.close()
    return found, [len(recorder.sent) for recorder in recorders.values()]


@pytest.fixture(scope="module")
def on_sqlite(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What one process makes of it on SQLite."""
    return alone(f"sqlite:///{shutil.copy(sqlite_file, tmp_path_factory.mktemp('alone'))}")


@pytest.mark.usefixtures("unreliable")
def test_three_ways_of_running_agree(two_workers: list[Parts], on_sqlite: Told) -> None:
    asyncio.run(work_until_quiet(two_workers))
    follow_topic(two_workers[0].store, two_workers[0].clock())
    asyncio.run(work_until_quiet(two_workers))
    together = outcome(two_workers[0].store)
    sends = [len(r.sent) for r in two_workers[0].channels.values() if isinstance(r, Recorder)]
    assert (together, sends) == on_sqlite
    assert sends == [len(together.events)] * len(CHANNELS)


def test_postgres_alone_agrees_with_sqlite(on_sqlite: Told, postgres_url: str) -> None:
    assert alone(postgres_url) == on_sqlite


def test_the_queue_is_made_once(postgres_url: str) -> None:
    store = Store(postgres_url)
    cluster.create_queue(store)
    cluster.create_queue(store)
    migrations.require_current(store)
    store.close()


def test_a_worker_wants_postgres(sqlite_url: str) -> None:
    with pytest.raises(ConfigError, match="needs Postgres"):
        cluster.require_postgres(Store(sqlite_url))
