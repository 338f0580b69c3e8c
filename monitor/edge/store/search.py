"""Searching the judgements: as people see them, how many there are, and what to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Model, Topic
from monitor.domain.clean import clean_line
from monitor.edge.store.finding import page
from monitor.edge.store.snippets import excerpts
from monitor.edge.store.statements import chunks
from monitor.edge.store.views import A_MATCH, VIEW
from monitor.types import Filter, Found, MatchView

CHOICES = 50
"""Outlets or languages to choose from."""
RECENT = 2000
"""The newest matches, in which they are looked for."""

_FURTHER = (
    Event.title.label("event_title"),
    Article.author,
    Article.language,
    Judgement.probability,
    Model.threshold,
    Judgement.judged_at,
    Judgement.told_at,
)


def search(session: Session, filter: Filter, *, limit: int | None, offset: int = 0) -> list[Found]:
    """Those that a filter asks for, the newest first; neither seeds nor what is yet to be judged.

    A topic or an event that is not there has none.
    """
    return _found(session, filter, page(session, filter, limit=limit, offset=offset))


def search_and_count(
    session: Session, filter: Filter, *, limit: int, offset: int = 0, at_most: int
) -> tuple[list[Found], int]:
    """As ``search``, and how many there are; no further than ``at_most``."""
    ids = page(session, filter, limit=max(limit, at_most - offset), offset=offset)
    told = offset + len(ids) if ids or not offset else count(session, filter, at_most)
    return _found(session, filter, ids[:limit]), min(told, at_most)


def count(session: Session, filter: Filter, at_most: int) -> int:
    """How many a filter asks for; no further than ``at_most``."""
    return len(page(session, filter, limit=at_most))


def _found(session: Session, filter: Filter, ids: Sequence[int]) -> list[Found]:
    found: list[Found] = []
    for some in chunks(ids):
        rows = _rows(session, some, Article.id.label("article"), *VIEW)
        pieces = excerpts(session, filter.words, [row["article"] for row in rows])
        for row in rows:
            excerpt = pieces.get(row.pop("article"), "")
            found.append(Found(MatchView(**row), excerpt))
    return found


def to_export(
    session: Session,
    filter: Filter,
    *,
    limit: int,
    after: tuple[datetime, int] | None = None,
    texts: bool = False,
) -> list[dict[str, Any]]:
    """As ``search``, with all that is exported of each, by name; ``event`` None where it is none.

    ``after``: the ``told_at`` and ``id`` of the last one read, to go on behind it.  So a long
    export is many short transactions, and on SQLite nobody waits for it in order to write.
    """
    ids = page(session, filter, limit=limit, after=after)
    text = (Article.text,) if texts else ()
    rows = _rows(session, ids, *VIEW, *_FURTHER, *text)
    return [row | {"event": row["event"] or None} for row in rows]


def _rows(session: Session, ids: Sequence[int], *columns: Any) -> list[dict[str, Any]]:
    """Of these judgements, in this order."""
    query = (
        select(*columns)
        .select_from(Judgement)
        .join(Article, Judgement.article_id == Article.id)
        .join(Topic, Judgement.topic_id == Topic.id)
        .outerjoin(Event, Judgement.event_id == Event.id)
        .outerjoin(Model, Judgement.model_id == Model.id)
        .where(Judgement.id.in_(ids))
    )
    rows = {row.id: dict(row._mapping) for row in session.execute(query)}
    return [rows[id] for id in ids]


def choices(session: Session, topic: str | None = None) -> tuple[list[str], list[str]]:
    """The outlets that the newest matches come from and their languages (ISO 639-1), the commonest
    first."""
    recent = select(Judgement.article_id).where(A_MATCH)
    if topic is not None:
        number = select(Topic.id).where(Topic.name == clean_line(topic))
        recent = recent.where(Judgement.topic_id == session.scalar(number))
    newest = recent.order_by(Judgement.told_at.desc()).limit(RECENT).subquery()
    columns = select(Article.source, Article.language)
    rows = session.execute(columns.join(newest, newest.c.article_id == Article.id)).all()
    return _commonest(row[0] for row in rows), _commonest(row[1] for row in rows)


def _commonest(values: Iterable[str]) -> list[str]:
    counts = Counter(filter(None, values))
    return sorted(counts, key=lambda value: (-counts[value], value))[:CHOICES]
