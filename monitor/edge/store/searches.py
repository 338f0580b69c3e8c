"""Searches under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import SavedSearch
from monitor.domain.search import filter_from_dict, filter_to_dict
from monitor.errors import NotFound
from monitor.types import Filter, SavedSearchView


def save(session: Session, name: str, filter: Filter, now: datetime) -> int:
    """Its id; another one of that name is replaced, and keeps its id and its subscribers."""
    row = session.scalar(select(SavedSearch).where(SavedSearch.name == name))
    if row is None:
        row = SavedSearch(name=name)
        session.add(row)
    row.filter, row.created_at = filter_to_dict(filter), now
    session.flush()
    return row.id


def saved(session: Session) -> list[SavedSearchView]:
    """All of them, by name."""
    return list(map(_view, session.scalars(select(SavedSearch).order_by(SavedSearch.name))))


def saved_search(session: Session, id_or_name: int | str) -> SavedSearchView:
    """Raises NotFound."""
    column = SavedSearch.id if isinstance(id_or_name, int) else SavedSearch.name
    row = session.scalar(select(SavedSearch).where(column == id_or_name))
    if row is None:
        raise _none(id_or_name)
    return _view(row)


def forget(session: Session, name: str) -> None:
    """Raises NotFound."""
    gone = delete(SavedSearch).where(SavedSearch.name == name).returning(SavedSearch.id)
    if session.scalar(gone) is None:
        raise _none(name)


def _none(name: int | str) -> NotFound:
    return NotFound(f"no saved search {name}: see `monitor searches list`")


def _view(row: SavedSearch) -> SavedSearchView:
    return SavedSearchView(row.id, row.name, filter_from_dict(row.filter), row.created_at)
