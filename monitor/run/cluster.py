"""Many machines: the same commands as procrastinate tasks on Postgres.

The engine may lose a command or run it twice; the rows do not mind.  ``lock`` is the command's
key, so that what must be serial is serial among all workers; ``queueing_lock`` is the command
itself, so that it waits in the queue once at most.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import make_url, text

from monitor.commands import Collect, Command, Deliver, Fit, Judge, Poll, Subscribe, Tell
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.errors import ConfigError
from monitor.pipeline import Parts, handle, upkeep

log = logging.getLogger(__name__)

CONCURRENCY = 16
"""Jobs at once in one worker."""
LOOK_AGAIN = 0.5
"""Seconds; nobody is told when a lock has become free, a waiting job is found by looking."""
SCHEMA = "procrastinate"
SWEEP = "* * * * * */5"
"""Every five seconds (cron with seconds last)."""
STALLED = timedelta(seconds=30)
"""Without a heartbeat for so long, a job's worker is dead."""
SCHEMA_KEY = 0x6D6F6E69746F7234

KINDS: dict[str, Callable[..., Command]] = {
    kind.__name__: kind for kind in (Poll, Collect, Judge, Tell, Fit, Deliver, Subscribe)
}


def require_postgres(store: Store) -> None:
    """Raises ConfigError on SQLite."""
    if store.engine.dialect.name != "postgresql":
        raise ConfigError(
            "[database] url: `monitor worker` needs Postgres: write postgresql://…, "
            "or use `monitor run` on one machine"
        )


def create_queue(store: Store) -> None:
    """procrastinate's own tables, in a schema of their own."""
    with store.engine.begin() as connection:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({SCHEMA_KEY})"))
        jobs = connection.execute(text(f"SELECT to_regclass('{SCHEMA}.procrastinate_jobs')"))
        if jobs.scalar() is not None:
            return
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
        driver: Any = connection.connection.driver_connection
        driver.execute(procrastinate.schema.SchemaManager.get_schema())  # holds % signs


async def work(parts: Parts, stopping: asyncio.Event, grace: float) -> None:
    """Take jobs until ``stopping``; ``grace``: seconds for those in hand to finish."""
    app = make_app(parts)
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                concurrency=CONCURRENCY,
                delete_jobs="always",
                fetch_job_polling_interval=LOOK_AGAIN,
                install_signal_handlers=False,
                shutdown_graceful_timeout=grace,
            )
        )
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait([worker, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def make_app(parts: Parts) -> procrastinate.App:
    """The queue with its tasks; open it with ``open_async`` before use."""
    app = procrastinate.App(connector=_connector(parts.store))

    async def send(command: Command) -> None:
        identity = asdict(command)
        name = type(command).__name__
        try:
            await step.configure(lock=command.key, queueing_lock=f"{name}:{identity}").defer_async(
                kind=name, identity=identity
            )
        except AlreadyEnqueued:
            log.debug("%s waits already", command)

    @app.task(name="step")
    async def step(kind: str, identity: dict[str, Any]) -> None:
        for hint in await handle(KINDS[kind](**identity), parts):
            await send(hint)

    @app.periodic(cron=SWEEP)
    @app.task(name="sweep", queueing_lock="sweep")
    async def sweep(timestamp: int) -> None:
        for command in await parts.store.look(pending, parts.clock()):
            await send(command)
        if parts.heartbeat is not None:
            await parts.heartbeat()

    @app.periodic(cron="* * * * *")
    @app.task(name="recover", queueing_lock="recover")
    async def recover(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=STALLED.total_seconds()
        ):
            await app.job_manager.retry_job(job)

    @app.periodic(cron="7 * * * *")
    @app.task(name="tidy", queueing_lock="tidy")
    async def tidy(timestamp: int) -> None:
        for command in await upkeep(parts):
            await send(command)

    return app


def _connector(store: Store) -> procrastinate.PsycopgConnector:
    url = make_url(store.url).set(drivername="postgresql")
    return procrastinate.PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False),
        kwargs={"options": f"-c search_path={SCHEMA}"},
    )
