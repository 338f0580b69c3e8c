"""Lists as people read them: a page at a time, copies under their originals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from monitor.types import MatchView

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
    def limit(self) -> int:
        """How many items to read: those up to the page's end and one to see if there are more."""
        return self.number * self.size + 1

    def cut(self, items: Sequence[T], query: QueryParams) -> Slice[T]:
        """The page out of its ``limit`` first items; ``query`` is kept in the links."""
        end = self.number * self.size
        return Slice(
            items=items[end - self.size : end],
            newer=self._link(query, self.number - 1) if self.number > 1 else "",
            older=self._link(query, self.number + 1) if len(items) > end else "",
        )

    def _link(self, query: QueryParams, number: int) -> str:
        kept = [(name, value) for name, value in query.multi_items() if name != "page" and value]
        return "?" + urlencode([*kept, ("page", str(number))])


@dataclass(frozen=True, slots=True)
class Told:
    """A match and those that repeat its text."""

    match: MatchView
    copies: tuple[MatchView, ...]


def fold_copies(matches: Sequence[MatchView]) -> list[Told]:
    """Matches in their order, each copy under the first text it goes back to, if that is here."""
    known = {match.id: match for match in matches}
    copies: dict[int, list[MatchView]] = {match.id: [] for match in matches}
    tops = []
    for match in matches:
        origin = _origin(match, known)
        if origin is match:
            tops.append(match)
        else:
            copies[origin.id].append(match)
    return [Told(match, tuple(copies[match.id])) for match in tops]


def _origin(match: MatchView, known: dict[int, MatchView]) -> MatchView:
    # A text repeats an earlier judgement: ids fall along the chain, so it ends.
    while match.copy_of is not None and match.copy_of < match.id and match.copy_of in known:
        match = known[match.copy_of]
    return match
