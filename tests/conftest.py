"""Real databases for every test that wants one: SQLite files and a Postgres server of our own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from monitor.edge.store import migrations
from monitor.edge.store.store import Store
from tests.postgres import Databases, PostgresServer

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # as `monitor` does; numpy has not been imported yet

settings.register_profile("quick", max_examples=50)
settings.register_profile("thorough", max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A server with databases to borrow."""
    folder = Path(tempfile.mkdtemp(prefix="monitor-postgres-"))
    try:
        server = PostgresServer(folder)
        try:
            databases = Databases(server)
            yield databases
            databases.close()
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: Databases) -> Iterator[str]:
    """A migrated Postgres database without rows."""
    with postgres.lend() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def quick_databases() -> Iterator[None]:
    """SQLite in this process waits for no disk, as Postgres does not: no test cuts the power.
    A statement is compiled once for each kind of database, and not in each test again."""
    statements: LRUCache[Any, Any] = LRUCache(2000)
    patch = pytest.MonkeyPatch()
    # SQLAlchemy keeps what is compiled by dialect, of which each engine has one of its own.
    patch.setattr(DefaultDialect, "__hash__", lambda self: hash(type(self)))
    patch.setattr(DefaultDialect, "__eq__", lambda self, other: type(self) is type(other))

    def configure(connection: Connection) -> None:
        connection.execution_options(compiled_cache=statements)
        if connection.dialect.name == "sqlite":
            # Past SQLAlchemy, which would begin a transaction: there it has no effect.
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA synchronous=OFF")

    event.listen(Engine, "engine_connect", configure)
    yield
    event.remove(Engine, "engine_connect", configure)
    patch.undo()


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database without rows, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "monitor.db"
    store = Store(f"sqlite:///{path}")
    migrations.upgrade(store)
    store.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_file: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_file, tmp_path)}"


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A migrated database of each kind."""
    opened = Store(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close()
