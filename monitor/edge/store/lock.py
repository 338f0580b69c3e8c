"""One daemon to a database: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from monitor.edge.store.engine import sqlite_file
from monitor.edge.store.store import Store, cannot_open
from monitor.errors import AlreadyRunning, StoreError

ADVISORY_KEY = 0x6D6F6E69746F7232


@contextmanager
def daemon_lock(store: Store, *, shared: bool = False) -> Iterator[None]:
    """Hold the database: ``shared`` among workers (Postgres), else alone.

    Raises AlreadyRunning if somebody else holds it, StoreError if it cannot be reached.
    """
    file = sqlite_file(store.url)
    if file is None:
        with _advisory_lock(store, shared):
            yield
        return
    path = file.with_name(file.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise StoreError(f"database: {path}: {error.strerror}") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise AlreadyRunning(
                f"another monitor (process {holder}) already runs on {file}: "
                "stop it first, or name another database in [database] url"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


@contextmanager
def _advisory_lock(store: Store, shared: bool) -> Iterator[None]:
    """A session-level lock: Postgres drops it when the connection ends."""
    function = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
    with _connect(store) as connection:
        connection.detach()  # back in the pool it would keep the lock
        if not connection.execute(text(f"SELECT {function}({ADVISORY_KEY})")).scalar():
            raise AlreadyRunning(
                "another monitor already runs on this database: stop it first "
                "(`monitor run` works alone, `monitor worker` together with other workers)"
            )
        yield


def _connect(store: Store) -> Connection:
    try:
        return store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except DatabaseError as error:
        raise StoreError(cannot_open(store, error)) from error
