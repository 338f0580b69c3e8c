"""Bring a database to the tables this version needs, and refuse one that is newer.

Both databases run DDL inside a transaction, so a killed migration leaves the old state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

import monitor
from monitor.edge.store.engine import sqlite_file
from monitor.edge.store.store import Store, cannot_open
from monitor.errors import StoreError

ADVISORY_KEY = 0x6D6F6E69746F7231
"""Serialises migrations of one Postgres database."""


def script_location() -> Path:
    """The migrations: inside the package once installed, beside it in a working copy."""
    package = Path(monitor.__file__).parent
    installed = package / "_alembic"
    return installed if installed.is_dir() else package.parent / "alembic"


def head() -> str:
    """The newest revision that this version knows."""
    names = (path.name for path in (script_location() / "versions").glob("*.py"))
    return max(found[1] for name in names if (found := re.match(r"(\d{4})_", name)))


def current(connection: Connection) -> str | None:
    """The database's revision; None where there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(store: Store) -> tuple[str | None, str]:
    """Migrate to ``head``; returns (from, to).

    Raises StoreError if the database is newer than this program or cannot be opened.
    """
    file = sqlite_file(store.url)
    try:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        with _changing_tables(store) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_KEY})"))
            before = current(connection)
            _refuse_newer(before)
            if before != head():
                _alembic(connection, "upgrade", "head")
        return before, head()
    except DatabaseError as error:
        raise StoreError(cannot_open(store, error)) from error
    except OSError as error:
        raise StoreError(f"database: {file}: {error.strerror}") from error


def downgrade(store: Store, revision: str) -> None:
    """Go back to ``revision`` ("base" drops everything)."""
    with _changing_tables(store) as connection:
        _alembic(connection, "downgrade", revision)


@contextmanager
def _changing_tables(store: Store) -> Iterator[Connection]:
    """A transaction in which SQLite does not enforce foreign keys.

    SQLite changes a table by making it anew, and dropping the old one would delete, by cascade,
    all that refers to it (https://sqlite.org/lang_altertable.html, section 7).
    """
    with store.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")  # has no effect once a transaction has begun
        try:
            with connection.begin():
                yield connection
                _check_references(connection)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise StoreError(
            f"database: a row of {broken[0]} refers to one of {broken[2]} that is not there: "
            "nothing was changed; restore a backup, or report this"
        )


def require_current(store: Store) -> None:
    """Raises StoreError, with the remedy, unless the database is at ``head``."""
    file = sqlite_file(store.url)
    if file is not None and not file.exists():
        raise StoreError(f"database: {file} does not exist yet: run `monitor db upgrade`")
    try:
        with store.engine.connect().execution_options(reading=True) as connection:
            found = current(connection)
    except DatabaseError as error:
        raise StoreError(cannot_open(store, error)) from error
    _refuse_newer(found)
    if found != head():
        raise StoreError(
            f"database is at revision {found or 'none'}, this version needs {head()}: "
            "run `monitor db upgrade`"
        )


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > head():
        raise StoreError(
            f"database is at revision {found}, newer than the {head()} this version knows: "
            "install the newer monitor, or name another database in [database] url"
        )


def _alembic(connection: Connection, action: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(script_location()).replace("%", "%%"))
    config.attributes["connection"] = connection
    getattr(command, action)(config, revision)
