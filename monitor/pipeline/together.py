"""Small writes of the same kind, committed together.

Each caller waits until its own write is committed.  Those that come while a transaction is being
committed go into the next one: nobody waits for company, but many share the price of a commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from monitor.edge.store.store import Store

T = TypeVar("T")


class Together(Generic[T]):
    """``save`` writes all that it is given, or nothing.  Lives on one event loop at a time."""

    def __init__(self, store: Store, save: Callable[[Session, Sequence[T]], None]) -> None:
        self._store = store
        self._save = save
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def __call__(self, one: T) -> None:
        """Returns once it is committed.  Raises StoreError when the database fails."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((one, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._store(self._save, [one for one, _ in batch])
            except Exception as error:  # noqa: BLE001 - it is for those who wait
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)
