"""Rows of feeds, locked while what polls have found is written.

Columns rather than objects of the session: those take longer than all else in a poll that finds a
few entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from models import Feed


@dataclass(slots=True)
class Held:
    """What a poll changes of a feed's row, and what it asks of it."""

    id: int
    url: str
    name: str
    host: str
    state: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    items: bytes | None
    next_poll_at: datetime
    rhythm: dict[str, Any] | None
    last_success_at: datetime | None
    last_entry_at: datetime | None
    lost_at: datetime | None
    failures: int
    failing_since: datetime | None
    last_error: str | None
    kills: int
    moved_to: str | None
    moved_seen: int


_TABLE = cast("Table", Feed.__table__)
_HELD = (
    select(*(_TABLE.c[field.name] for field in fields(Held)))
    .where(_TABLE.c.id.in_(bindparam("feeds", expanding=True)))
    .order_by(_TABLE.c.id)  # in one order everywhere: no deadlock
    .with_for_update()
)
_WRITTEN = tuple(field.name for field in fields(Held) if field.name not in {"id", "url"})
_SAVED = update(_TABLE).where(_TABLE.c.id == bindparam("feed"))


def hold(session: Session, feeds: Sequence[int]) -> dict[int, Held]:
    """Lock the rows of these feeds; by id, those that exist."""
    rows = session.connection().execute(_HELD, {"feeds": feeds})
    return {row.id: Held(*row) for row in rows}


def write(session: Session, feeds: Sequence[Held]) -> None:
    """Put what has changed into the rows."""
    if feeds:
        rows = [
            {"feed": feed.id, **{name: getattr(feed, name) for name in _WRITTEN}} for feed in feeds
        ]
        session.connection().execute(_SAVED, rows)
