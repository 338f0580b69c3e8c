"""Lists as people read them: a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list; the links are query strings, empty where there is nothing to link to."""

    items: Sequence[T]
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list to show: page ``number`` (from 1) of pages of ``size`` items."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many items come before it."""
        return (self.number - 1) * self.size

    @property
    def limit(self) -> int:
        """How many items to read from ``offset`` on: one more than are shown, to see if there are
        more."""
        return self.size + 1

    def cut(self, items: Sequence[T], query: QueryParams) -> Slice[T]:
        """The page out of the items from ``offset`` on; ``query`` is kept in the links."""
        return Slice(
            items=items[: self.size],
            newer=self._link(query, self.number - 1) if self.number > 1 else "",
            older=self._link(query, self.number + 1) if len(items) > self.size else "",
        )

    def _link(self, query: QueryParams, number: int) -> str:
        kept = [
            (name, value)
            for name, value in query.multi_items()
            if name not in ("page", "done") and value
        ]
        return "?" + urlencode([*kept, ("page", str(number))])
