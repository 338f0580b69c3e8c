"""A transaction at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from monitor.edge.store.engine import open_engine
from monitor.edge.store.together import Together
from monitor.errors import StoreError

WIDTH = 10
"""Transactions at once on Postgres."""

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Store:
    """Runs functions of a ``Session``, each as one transaction.

    The functions live beside this module, by subject; they are the only code that knows SQL.
    """

    def __init__(self, url: str) -> None:
        """Raises ConfigError for an unusable URL; connects only when first used."""
        self.url = url
        self.engine: Engine = open_engine(url)
        self._reader = self.engine.execution_options(reading=True)
        # SQLite has one writer at a time: the others wait better in a queue than at its lock.
        alone = self.engine.dialect.name == "sqlite"
        self._writers = ThreadPoolExecutor(1 if alone else WIDTH, thread_name_prefix="write")
        self._readers = ThreadPoolExecutor(2 if alone else WIDTH, thread_name_prefix="read")
        self._written: dict[Callable[..., Any], Together[Any, Any]] = {}
        self._read: dict[Callable[..., Any], Together[Any, Any]] = {}

    def write(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One transaction that may change rows.  Raises StoreError when the database fails."""
        with in_words(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            return function(session, *args, **kwargs)

    def read(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One transaction that only reads: on SQLite it takes no write lock."""
        with in_words(), Session(self._reader, autoflush=False) as session, session.begin():
            return function(session, *args, **kwargs)

    async def __call__(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``write`` in a thread.  Once asked for it is done, even if the caller is cancelled."""
        work = partial(self.write, function, *args, **kwargs)
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._writers, work))

    async def look(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``read`` in a thread: it waits for no writer's turn."""
        work = partial(self.read, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def together(self, function: Callable[[Session, Sequence[T]], Sequence[R]]) -> Together[T, R]:
        """``write`` of a function that takes many and gives a result for each: always the same."""
        found: Together[T, R] | None = self._written.get(function)
        if found is None:
            found = self._written[function] = Together(lambda many: self(function, many))
        return found

    def look_together(
        self, function: Callable[[Session, Sequence[T]], Sequence[R]]
    ) -> Together[T, R]:
        """As ``together``, of a function that only reads."""
        found: Together[T, R] | None = self._read.get(function)
        if found is None:
            found = self._read[function] = Together(lambda many: self.look(function, many))
        return found

    def close(self) -> None:
        """Returns once what has been asked for is done."""
        for threads in (self._writers, self._readers):
            threads.shutdown()
        self.engine.dispose()


@contextmanager
def in_words() -> Iterator[None]:
    """Failures of the database itself as StoreError; mistakes of ours pass through."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        if type(error) not in (DatabaseError, OperationalError, InterfaceError):
            raise
        raise StoreError(f"database: {reason(error)}") from error


def reason(error: DBAPIError) -> str:
    """What the driver says, in one line."""
    return str(error.orig).strip().splitlines()[0]


def cannot_open(store: Store, error: DBAPIError) -> str:
    """That the database cannot be reached, why, and what to do; without its password."""
    shown = store.engine.url.render_as_string(hide_password=True)
    return f"database {shown} cannot be opened: {reason(error)}: check [database] url"
