"""Work of one kind that shares transactions, because each has its price.

What comes while a transaction goes on goes into the next one.  Beyond that, only those who have
said that they are coming are waited for, and not for long: alone, nobody waits.  Where a
transaction fails, each piece of its work gets one of its own: a failure stays where it belongs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

PATIENCE = 0.1
"""Seconds for which work that shares a transaction waits for company, at most."""
MOST_TOGETHER = 16
"""Pieces of work in one transaction."""

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """``do`` does all that it is given, or nothing.  Lives on one event loop at a time."""

    def __init__(self, do: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        """``do``: all of the given in one transaction; gives a result for each, in order."""
        self._do = do
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._coming = 0
        """Those who have said so; they count until they have their result, or leave."""
        self._here = 0
        """Those without a result."""
        self._working: asyncio.Task[None] | None = None
        self._enough: asyncio.Future[None] | None = None

    @contextmanager
    def coming(self) -> Iterator[None]:
        """Within it, at most one piece of work is brought."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            self._look_round()

    async def __call__(self, one: T) -> R:
        """Returns once it is committed.  Raises what its own work raises."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, done))
        self._here += 1
        try:
            if self._working is None or self._working.done():
                self._working = asyncio.create_task(self._work())
            self._look_round()
            return await done
        finally:
            self._here -= 1

    def _complete(self) -> bool:
        return len(self._waiting) >= MOST_TOGETHER or self._here >= self._coming

    def _look_round(self) -> None:
        if self._enough is not None and not self._enough.done() and self._complete():
            self._enough.set_result(None)

    async def _work(self) -> None:
        while self._waiting:
            if not self._complete():
                self._enough = asyncio.get_running_loop().create_future()
                await asyncio.wait([self._enough], timeout=PATIENCE)
                self._enough = None
            batch = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            wanted = [(one, done) for one, done in batch if not done.done()]  # not cancelled
            if wanted:
                await self._settle(wanted)

    async def _settle(self, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._do([one for one, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is for those who wait
            if len(batch) > 1:
                for each in batch:
                    await self._settle([each])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
        else:
            for (_, done), result in zip(batch, results, strict=True):
                if not done.done():
                    done.set_result(result)
