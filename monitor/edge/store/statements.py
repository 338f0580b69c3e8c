"""SQL that both databases have and SQLAlchemy spells twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Executable, Row, Select, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Base, Topic
from monitor.errors import NotFound

T = TypeVar("T")

CHUNK = 500
"""Rows in one statement: SQLite takes 32,766 parameters, Postgres 65,535."""

DUE = ("new", "edited")
"""States of an article whose page is to be fetched."""
UPLOADED = "upload:"
"""How ``Judgement.seed`` of a seed begins that a person has added."""
READABLE = ("collected", "edited")
"""States of an article that has a text to judge."""


def insert_new(
    session: Session,
    table: type[Base],
    rows: Sequence[dict[str, Any]],
    *returning: InstrumentedAttribute[Any],
) -> list[Row[Any]]:
    """Insert the rows that break no unique constraint; ``returning`` of those inserted."""
    inserted: list[Row[Any]] = []
    if rows:
        statement = _insert(session.get_bind().dialect.name, table, returning)
        for some in chunks(rows):
            inserted += session.connection().execute(statement, some)
    return inserted


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """In their order, as many at a time as one statement takes."""
    rest = iter(values)
    while some := list(islice(rest, CHUNK)):
        yield some


@cache
def _insert(
    dialect: str, table: type[Base], returning: tuple[InstrumentedAttribute[Any], ...]
) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table.__table__).on_conflict_do_nothing().returning(*returning)  # type: ignore[arg-type]


def one_at_a_time(session: Session, key: int) -> None:
    """Let no other transaction with this key run beside this one, to its end.

    SQLite has one writer at a time as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def ask_for_fit(session: Session, topics: Iterable[int], now: datetime) -> None:
    """Something that a topic's model depends on has changed."""
    session.execute(
        update(Topic)
        .where(Topic.id.in_(list(topics)))
        .values(fit_due_at=now, fit_asked=Topic.fit_asked + 1)
    )


def topic_named(session: Session, name: str, *, lock: bool = False) -> Topic:
    """``lock``: for this transaction alone.  Raises NotFound."""
    query = select(Topic).where(Topic.name == name)
    found = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if found is None:
        raise NotFound(f"no topic {name}: see `monitor topics list`")
    return found


def lock_topic(session: Session, of: Select[Any]) -> Topic | None:
    """The topic of that id, for this transaction alone."""
    lock = select(Topic).where(Topic.id == of.scalar_subquery())
    return session.scalar(lock.with_for_update(key_share=True))
