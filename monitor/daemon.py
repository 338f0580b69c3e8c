"""The processes that run for years: ``monitor run`` and ``monitor worker``."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor import app
from monitor.config import Config, web_passwords_of
from monitor.edge.store import alerts, health, migrations, topics
from monitor.edge.store.lock import daemon_lock
from monitor.edge.store.store import Store
from monitor.errors import ConfigError, MonitorError
from monitor.pipeline import Parts
from monitor.ports import Clock
from monitor.run.local import Engine
from monitor.sync import sync

if TYPE_CHECKING:
    from monitor.web import Access

log = logging.getLogger(__name__)

GRACE = 4.0
"""Seconds for a message in hand to be marked after SIGTERM."""

Reload = Callable[[], Config]


def run(config: Config, reload: Reload) -> None:
    """Follow the configuration's feeds and topics until SIGTERM or Ctrl-C.

    ``reload`` reads the configuration again, on SIGHUP.  Raises ConfigError, AlreadyRunning,
    StoreError.
    """
    with prepared(config, app.new_store(config)) as store:
        asyncio.run(_run(config, store, reload))


def run_once(config: Config) -> None:
    """Fetch all that is due now, judge it, deliver, and return.  Raises as ``run``."""
    with prepared(config, app.new_store(config)) as store:
        asyncio.run(_run_once(config, store))


def work(config: Config) -> None:
    """Take part in the work on a Postgres database, together with other workers."""
    from monitor.run import cluster

    store = app.new_store(config)
    cluster.require_postgres(store)
    with prepared(config, store, shared=True):
        cluster.create_queue(store)
        asyncio.run(_work(config, store))


@contextmanager
def prepared(
    config: Config, store: Store, *, shared: bool = False, clock: Clock = app.utc_now
) -> Iterator[Store]:
    """A database held by this process, migrated, and in step with the configuration.

    It is held first: a daemon that has to give way must not migrate the tables of another.
    """
    app.make_channels(config)  # a missing secret is said before anything is touched
    app.make_heartbeat(config)
    web_passwords_of(config)
    try:
        with daemon_lock(store, shared=shared):
            before, now = migrations.upgrade(store)
            if before != now:
                log.info("database: migrated from %s to %s", before or "nothing", now)
            sync(config, store, clock())
            following = store.read(health.following), len(config.topics)
            log.info("following %d feeds for %d topics, in %s", *following, config.path)
            if not shared:
                store.write(alerts.release_leases, clock())
            yield store
    finally:
        store.close()


async def _run_once(config: Config, store: Store) -> None:
    async with app.open_parts(config, store) as parts, signals() as stopping:
        engine = Engine(parts)
        draining = asyncio.create_task(engine.drain())
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait([draining, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await engine.stop(GRACE)
        await draining


async def _run(config: Config, store: Store, reload: Reload) -> None:
    async with app.open_parts(config, store) as parts:
        engine = Engine(parts)
        async with signals(lambda: resync(reload, engine)) as stopping:
            with page(config, parts):
                await follow(engine, config, stopping)


async def follow(engine: Engine, config: Config, stopping: asyncio.Event) -> None:
    """Tick until ``stopping``.  Due times live in the rows: the scheduler holds one job only."""
    tick = config.run.tick
    scheduler = AsyncIOScheduler(timezone="UTC")
    job = scheduler.add_job(
        engine.beat, _From(tick), max_instances=1, coalesce=True, misfire_grace_time=None
    )
    scheduler.start()
    stopped = asyncio.create_task(stopping.wait())
    try:
        await engine.tick()
        # The scheduler goes by the wall clock: set back, it would wait for the old time to return.
        while not (await asyncio.wait([stopped], timeout=tick.total_seconds()))[0]:
            if job.next_run_time > datetime.now(UTC) + 2 * tick:
                job.modify(next_run_time=datetime.now(UTC))
    finally:
        stopped.cancel()
        scheduler.shutdown(wait=False)
        await engine.stop(GRACE)


class _From(BaseTrigger):  # type: ignore[misc]
    """A time after now, whenever that is asked: after the clock has been set forward, an interval
    trigger would count all the ticks that it missed."""

    def __init__(self, gap: timedelta) -> None:
        self.gap = gap

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now if previous is None else max(now, previous + self.gap)


async def _work(config: Config, store: Store) -> None:
    from monitor.run import cluster

    async with app.open_parts(config, store, shared=True) as parts, signals() as stopping:
        with page(config, parts):
            await cluster.work(parts, stopping, GRACE)


@asynccontextmanager
async def signals(renew: Callable[[], None] | None = None) -> AsyncIterator[asyncio.Event]:
    """An event set by SIGTERM or Ctrl-C; a second one ends the process at once.

    ``renew`` is called in a thread on SIGHUP.
    """
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def stop(number: int) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        log.info("stopping")
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    if renew is not None:
        loop.add_signal_handler(signal.SIGHUP, loop.run_in_executor, None, renew)
    try:
        yield stopping
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)


def resync(reload: Reload, engine: Engine) -> None:
    """Bring feeds, topics, channels and rules up to date; a wrong configuration changes nothing.

    Where the page is, who may see it, and how many processes there are, changes at the next start.
    """
    parts = engine.parts
    try:
        config = reload()
        stored = parts.store.read(topics.channels_in_use)
        channels = app.make_channels(config, parts.clock, stored)
        heartbeat = app.make_heartbeat(config)
        sync(config, parts.store, parts.clock())
    except MonitorError as error:
        log.error("configuration not reloaded, the old one stays in force: %s", error)
        return
    old = parts.rules
    rules = replace(app.rules_of(config), review_url=old.review_url, public_url=old.public_url)
    engine.parts = replace(parts, channels=channels, rules=rules, heartbeat=heartbeat)
    log.info("configuration reloaded: feeds, topics, channels and rules are up to date")


@contextmanager
def page(config: Config, parts: Parts) -> Iterator[str]:
    """Serve the page in a thread of its own; gives its address, empty if there is none.

    Raises ConfigError if the port is taken, or for a password that cannot be had or used.
    """
    if not config.web.listen:
        yield ""
        return
    import uvicorn

    from monitor.web import create_app

    access = _access(config)
    listener = bind(config)
    listen = f"{config.web.listen.rpartition(':')[0]}:{listener.getsockname()[1]}"
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(parts, listen=listen, public_url=config.web.public_url, access=access),
            # What a request says of its sender could be made up to escape the waits after wrong
            # passwords: the sender is whoever has connected.
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="page")
    thread.start()
    log.info("page on http://%s", listen)
    try:
        yield f"http://{listen}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _access(config: Config) -> Access:
    from monitor.web import Access
    from monitor.web.passwords import Passwords

    given = web_passwords_of(config)
    if not given.editor:
        return Access(url=config.web.url)
    try:
        return Access(Passwords(given.editor, given.viewer), config.web.url)
    except ConfigError as error:
        raise config.error("[web] password, viewer_password", str(error)) from None


def bind(config: Config) -> socket.socket:
    """The socket of the page.  Raises ConfigError if the port is taken."""
    host, _, port = config.web.listen.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named: 40 ms an answer with it on.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), int(port)))
    except OSError as error:
        listener.close()
        raise config.error(
            "[web] listen", f"{config.web.listen}: {error.strerror}: choose another port"
        ) from None
    return listener
