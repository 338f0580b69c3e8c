"""The databases that ``tools/bench_page.py`` asks: filled in bulk, once, and kept in a folder."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from page_rows import Size, World, batches
from sqlalchemy import select, text

from models import Event
from monitor.edge.store import migrations
from monitor.edge.store.standing import count_again
from monitor.edge.store.store import Store
from tests.postgres import PostgresServer

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_SEQUENCE = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), (SELECT max(id) FROM {0}))"


@contextmanager
def sqlite(work: Path, size: Size) -> Iterator[str]:
    """The URL of a file in ``work``."""
    path = work / "page.db"
    if not path.exists():
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        _migrate(f"sqlite:///{making}")
        _fill_sqlite(making, World(size))
        _count(f"sqlite:///{making}")
        making.rename(path)
    yield f"sqlite:///{path}"


def _fill_sqlite(path: Path, world: World) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-500000"):
        connection.execute(f"PRAGMA {pragma}")
    triggers = connection.execute(_TRIGGERS).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("BEGIN")
    for name, columns, rows in world.tables():
        marks = ",".join("?" * len(columns.split(",")))
        connection.executemany(f"INSERT INTO {name}({columns}) VALUES ({marks})", rows)
    connection.execute("COMMIT")
    connection.execute("INSERT INTO article_fts(article_fts) VALUES ('rebuild')")
    for _, statement in triggers:
        connection.execute(statement)
    connection.close()


@contextmanager
def postgres(_: Path, size: Size) -> Iterator[str]:
    """The URL of a database on a server of our own, which ends with this program; its files are
    kept nowhere, as the server is a throw-away one."""
    folder = Path(tempfile.mkdtemp(prefix="page-postgres-"))
    server = PostgresServer(folder)
    try:
        server.execute("CREATE DATABASE page")
        url = server.url("page")
        _migrate(url)
        _fill_postgres(url, World(size))
        _count(url)
        yield url
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _fill_postgres(url: str, world: World) -> None:
    store = Store(url)
    with store.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_article_fts"))
        connection.execute(text("SET TimeZone = 'UTC'"))
        driver = connection.connection.driver_connection
        assert driver is not None
        for name, columns, rows in world.tables():
            with driver.cursor().copy(f"COPY {name}({columns}) FROM STDIN") as copy:
                for some in batches(rows):
                    for row in some:
                        copy.write_row(row)
            if name != "host":
                connection.execute(text(_SEQUENCE.format(name)))
        connection.execute(text("SET maintenance_work_mem = '1GB'"))
        connection.execute(text("CREATE INDEX ix_article_fts ON article USING gin (search)"))
    store.close()


def _count(url: str) -> None:
    """How widely each event is reported, as judging would have noted it."""
    store = Store(url)
    store.write(lambda session: count_again(session, session.scalars(select(Event.id))))
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    store.close()


def _migrate(url: str) -> None:
    store = Store(url)
    migrations.upgrade(store)
    store.close()
