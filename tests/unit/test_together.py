"""Writes committed together: each caller hears of its own, and a failure ends with its batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from monitor.errors import StoreError
from monitor.pipeline.together import Together


class FakeStore:
    """Commits a batch when it is let; what holds ``bad`` fails as a whole."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, save: Any, batch: Sequence[str]) -> None:
        self.batches.append([*batch])
        await self.go.wait()
        if "bad" in batch:
            raise StoreError("database: the disk is full")


def together(store: FakeStore) -> Together[str]:
    return Together(store, lambda session, batch: None)  # type: ignore[arg-type]


async def until_held(store: FakeStore, count: int) -> None:
    while len(store.batches) < count:  # noqa: ASYNC110 - as many turns of the loop as it takes
        await asyncio.sleep(0)


def test_what_comes_during_a_commit_goes_into_the_next() -> None:
    async def run() -> list[list[str]]:
        store = FakeStore()
        store.go.clear()
        write = together(store)
        tasks = [asyncio.create_task(write("a"))]
        await until_held(store, 1)
        tasks += [asyncio.create_task(write(one)) for one in "bcd"]
        await asyncio.sleep(0)
        assert not any(task.done() for task in tasks)
        store.go.set()
        await asyncio.gather(*tasks)
        await write("e")
        return store.batches

    assert asyncio.run(run()) == [["a"], ["b", "c", "d"], ["e"]]


def test_a_failure_reaches_each_caller_of_its_batch_and_no_other() -> None:
    async def run() -> list[object]:
        store = FakeStore()
        store.go.clear()
        write = together(store)
        tasks = [asyncio.create_task(write("first"))]
        await until_held(store, 1)
        tasks += [asyncio.create_task(write(one)) for one in ("b", "bad", "c")]
        await asyncio.sleep(0)
        store.go.set()
        await until_held(store, 2)
        tasks.append(asyncio.create_task(write("last")))
        told = await asyncio.gather(*tasks, return_exceptions=True)
        assert store.batches == [["first"], ["b", "bad", "c"], ["last"]]
        return [type(one) for one in told]

    none = type(None)
    assert asyncio.run(run()) == [none, StoreError, StoreError, StoreError, none]


def test_a_caller_that_gives_up_does_not_disturb_the_others() -> None:
    async def run() -> None:
        store = FakeStore()
        store.go.clear()
        write = together(store)
        tasks = [asyncio.create_task(write(one)) for one in "abc"]
        await until_held(store, 1)
        tasks[1].cancel()
        store.go.set()
        told = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in told] == [type(None), asyncio.CancelledError, type(None)]
        assert store.batches == [["a", "b", "c"]]

    asyncio.run(run())


@pytest.mark.parametrize("first", ["ok", "bad"])
def test_it_serves_one_event_loop_after_another(first: str) -> None:
    store = FakeStore()
    write = together(store)
    if first == "bad":
        with pytest.raises(StoreError):
            asyncio.run(write(first))
    else:
        asyncio.run(write(first))
    asyncio.run(write("later"))
    assert store.batches == [[first], ["later"]]
