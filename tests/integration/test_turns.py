"""Turns at hosts: in one process, and among machines through the database."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Host
from monitor.edge.fetch.turns import Turns
from monitor.edge.store import hosts
from monitor.edge.store.hosts import HostTurns
from monitor.edge.store.store import Store
from tests.integration.servers import run

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOST = "news.example"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def rows(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Host)) or 0


# ------------------------------------------------------------------ in the database


def test_a_host_is_taken_by_one_and_free_after_the_gap(store: Store) -> None:
    assert store.write(hosts.take, HOST, 45, NOW) == (0.0, later(45))
    assert store.write(hosts.take, HOST, 45, later(5)) == (40.0, later(45))
    store.write(hosts.give_back, HOST, later(45), 2.5, later(10))
    assert store.write(hosts.take, HOST, 45, later(12)) == (0.5, later(12.5))
    assert store.write(hosts.take, HOST, 45, later(12.5)) == (0.0, later(57.5))


def test_hosts_are_free_of_one_another(store: Store) -> None:
    for name in ("a.example", "b.example"):
        assert store.write(hosts.take, name, 45, NOW)[0] == 0.0


def test_the_turn_of_one_who_died_ends_by_itself(store: Store) -> None:
    store.write(hosts.take, HOST, 45, NOW)
    assert store.write(hosts.take, HOST, 45, later(44.9))[0] == pytest.approx(0.1)
    assert store.write(hosts.take, HOST, 45, later(45))[0] == 0.0


def test_who_overran_the_lease_takes_nothing_from_the_next(store: Store) -> None:
    _, ours = store.write(hosts.take, HOST, 45, NOW)
    _, theirs = store.write(hosts.take, HOST, 45, later(50))
    store.write(hosts.give_back, HOST, ours, 1.0, later(51))
    assert store.write(hosts.take, HOST, 45, later(53)) == (42.0, theirs)


def test_the_clock_is_the_databases(store: Store) -> None:
    before = datetime.now(UTC)
    wait, until = store.write(hosts.take, HOST, 45)
    assert wait == 0.0
    assert before + timedelta(seconds=44) < until < datetime.now(UTC) + timedelta(seconds=46)
    store.write(hosts.give_back, HOST, until, 0.0)
    assert store.write(hosts.take, HOST, 45)[0] == 0.0


def test_of_many_who_ask_at_once_one_is_first(store: Store) -> None:
    with ThreadPoolExecutor(12) as pool:
        waits = [
            done.result()[0]
            for done in [pool.submit(store.write, hosts.take, HOST, 45) for _ in range(24)]
        ]
    assert waits.count(0.0) == 1
    assert all(0 < wait < 46 for wait in waits if wait)


def test_hosts_that_nobody_asks_are_forgotten(store: Store) -> None:
    for number, age in enumerate([0, 3600, 90_000, 200_000]):
        store.write(hosts.take, f"{number}.example", 45, later(-age))
    store.write(hosts.forget_idle, NOW)
    assert store.read(rows) == 2


# ------------------------------------------------------------------ among machines


def test_machines_take_turns_with_a_pause_between(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four processes' worth of turns on one database, each with two who ask."""
    monkeypatch.setattr("monitor.edge.fetch.turns._LOOK_AGAIN", 0.02)
    gap = 0.05
    held: list[tuple[float, float]] = []

    async def ask(turns: Turns) -> None:
        async with turns.turn(HOST):
            started = time.monotonic()
            await asyncio.sleep(0.01)
            held.append((started, time.monotonic()))

    async def story() -> None:
        machines = [Turns(lambda host: gap, shared=HostTurns(store), lease=30) for _ in range(4)]
        await asyncio.gather(*(ask(turns) for turns in machines * 2))

    run(story)
    assert len(held) == 8
    assert min(start - end for (_, end), (start, _) in pairwise(sorted(held))) >= gap * 0.9


def test_a_turn_is_given_back_by_who_is_cancelled_or_fails(store: Store) -> None:
    async def story() -> None:
        turns = Turns(lambda host: 0.0, shared=HostTurns(store), lease=30)
        has_it = asyncio.Event()

        async def hold() -> None:
            async with turns.turn(HOST):
                has_it.set()
                await asyncio.Event().wait()

        holder = asyncio.create_task(hold())
        await has_it.wait()
        assert (await store(hosts.take, HOST, 30))[0] > 20
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
        with pytest.raises(ZeroDivisionError):
            async with turns.turn(HOST):
                raise ZeroDivisionError
        assert (await store(hosts.take, HOST, 30))[0] == 0.0

    run(story)


# ------------------------------------------------------------------ in one process


def test_idle_hosts_are_forgotten() -> None:
    async def story() -> None:
        turns = Turns(lambda host: 0.0)
        for number in range(3000):
            async with turns.turn(f"host-{number}"):
                pass
        assert len(turns._hosts) <= 1025

    run(story)


def test_it_is_known_whether_the_next_turn_is_wanted() -> None:
    async def story() -> None:
        turns = Turns(lambda host: 0.0)
        async with turns.turn(HOST) as wanted:
            assert not wanted()
            other = asyncio.create_task(turns.turn("other.example").__aenter__())
            await asyncio.sleep(0)
            assert not wanted()
            next_one = asyncio.create_task(turns.turn(HOST).__aenter__())
            await asyncio.sleep(0)
            assert wanted()
        await asyncio.gather(other, next_one)

    run(story)
