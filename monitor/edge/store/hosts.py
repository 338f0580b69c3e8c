"""Turns at hosts among machines: a row a host says when the next request may start.

Times are the database's: the clocks of the machines may differ.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Host
from monitor.edge.store.store import Store

KEPT = timedelta(days=1)
"""A host that nobody has asked for so long needs no row."""


class HostTurns:
    """The turns of all machines on one database; implements ``edge.fetch.SharedTurns``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, host: str, lease: float) -> tuple[float, datetime]:
        return await self._store(take, host, lease)

    async def give_back(self, host: str, until: datetime, gap: float) -> None:
        await self._store(give_back, host, until, gap)


def take(
    session: Session, host: str, lease: float, now: datetime | None = None
) -> tuple[float, datetime]:
    """Take the host's turn for ``lease`` seconds if it is free.

    Returns the seconds until it is free, 0.0 if the turn is ours now, and when that time ends.
    """
    now = now or _now(session)
    until = now + timedelta(seconds=lease)
    values: dict[str, Any] = {"name": host, "free_at": until}
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(Host).values(values)
    taken = insert.on_conflict_do_update(
        index_elements=[Host.name], set_={"free_at": until}, where=Host.free_at <= now
    )
    if session.scalar(taken.returning(Host.name)) is not None:
        return 0.0, until
    free_at = session.scalar(select(Host.free_at).where(Host.name == host)) or now
    return max((free_at - now).total_seconds(), 0.001), free_at


def give_back(
    session: Session, host: str, until: datetime, gap: float, now: datetime | None = None
) -> None:
    """End the turn that was taken until ``until``: the host is free in ``gap`` seconds.

    If its lease has ended, somebody else may have the turn, and nothing changes.
    """
    now = now or _now(session)
    session.execute(
        update(Host)
        .where(Host.name == host, Host.free_at == until)
        .values(free_at=now + timedelta(seconds=gap))
    )


def forget_idle(session: Session, now: datetime | None = None) -> None:
    """Drop the rows of hosts that have been free for long, and those that are taken for absurdly
    long: the database's clock has been set back."""
    now = now or _now(session)
    session.execute(delete(Host).where((Host.free_at < now - KEPT) | (Host.free_at > now + KEPT)))


def _now(session: Session) -> datetime:
    """The database's time; SQLite has that of this machine."""
    if session.get_bind().dialect.name == "postgresql":
        now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)
    return datetime.now(UTC)
