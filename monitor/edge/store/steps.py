"""A database of one's own whose work is kept step by step, for what is long and may be stopped."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Transaction, event
from sqlalchemy.orm import Session

from monitor.edge.store.store import Store, in_words

P = ParamSpec("P")
T = TypeVar("T")

CACHE = 64 * 2**20
"""Bytes of the pages that a step has changed, before they are written ahead of its end."""


class StepStore(Store):
    """What is written stands once ``keep`` has returned, all of it or nothing.

    A process that is killed, or a machine without power, leaves the database as it was at the last
    ``keep``: each transaction is a savepoint in one that lasts until then, on one connection.
    SQLite only, one process only.
    """

    def __init__(self, url: str) -> None:
        """Raises ConfigError for an unusable URL; connects only when first used."""
        super().__init__(url)
        self._turn = RLock()
        self._open: tuple[Connection, Transaction] | None = None

        @event.listens_for(self.engine, "connect")
        def configure(connection: Any, _record: object) -> None:
            connection.execute(f"PRAGMA cache_size=-{CACHE // 1024}")

    def write(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A part of the step.  Raises StoreError when the database fails."""
        return self._part(function, *args, **kwargs)

    def read(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Sees what the step has written so far."""
        return self._part(function, *args, **kwargs)

    def _part(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self._turn, in_words():
            if self._open is None:
                connection = self.engine.connect()
                self._open = connection, connection.begin()
            session = Session(
                self._open[0], expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            with session, session.begin():
                return function(session, *args, **kwargs)

    def keep(self) -> None:
        """End the step.  Raises StoreError; then nothing of it stands."""
        with self._turn, in_words():
            if self._open is not None:
                connection, step = self._open
                self._open = None
                with connection:
                    step.commit()

    def close(self) -> None:
        """What has not been kept is gone."""
        with self._turn:
            if self._open is not None:
                self._open[0].close()
                self._open = None
        super().close()
