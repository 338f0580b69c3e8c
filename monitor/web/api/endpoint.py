"""An endpoint: what both the routes and the OpenAPI document are made of."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar
from urllib.parse import urlencode

from monitor.web.api.asked import MAX_OFFSET, Asking, Change, Listing
from monitor.web.api.shapes import Page

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.pipeline import Parts

G = TypeVar("G", bound=Asking)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked(Generic[G]):
    """A request that makes sense."""

    given: G
    """Of GET the query, of POST the body."""
    now: datetime
    page: str
    """Where the page is, for messages; empty where there is none."""
    path: str
    id: int = 0
    name: str = ""
    """As in the path, where one is there."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    path: str
    """As Starlette writes it: ``/api/matches/{id:int}``."""
    summary: str
    answer: Callable[[Parts, Asked[Any]], Awaitable[object]]
    result: Any
    """The type of the answer."""
    given: type[Asking] = Asking
    raises: frozenset[int] = frozenset()
    """Statuses of failures beside those that any request may meet."""

    @property
    def method(self) -> Literal["GET", "POST"]:
        return "POST" if issubclass(self.given, Change) else "GET"

    @property
    def documented_path(self) -> str:
        """``/api/matches/{id}``"""
        return re.sub(r"\{(\w+):\w+\}", r"{\1}", self.path)

    @property
    def operation(self) -> str:
        """Its name, made of the path: ``get_matches_id``."""
        return self.method.lower() + "".join(
            f"_{part}" for part in re.findall(r"\w+", self.documented_path)[1:]
        )

    @property
    def placed(self) -> str | None:
        """What the path names: ``id``, ``name`` or nothing."""
        found = re.search(r"\{(\w+):", self.path)
        return found[1] if found else None


def read(
    function: Callable[[Session, Asked[G]], T],
) -> Callable[[Parts, Asked[G]], Awaitable[T]]:
    """In one transaction that only reads."""

    async def answer(parts: Parts, asked: Asked[G]) -> T:
        return await parts.store.look(function, asked)

    return answer


def write(
    function: Callable[[Session, Asked[G]], T],
) -> Callable[[Parts, Asked[G]], Awaitable[T]]:
    """In one transaction that changes something."""

    async def answer(parts: Parts, asked: Asked[G]) -> T:
        return await parts.store(function, asked)

    return answer


def paged(asked: Asked[Any], rows: Sequence[T]) -> Page[T]:
    """``rows``: those asked for, and one more if there are more."""
    given: Listing = asked.given
    after = given.offset + given.limit
    if len(rows) <= given.limit or after > MAX_OFFSET:
        return Page(tuple(rows[: given.limit]), None)
    query = given.model_dump(mode="json", exclude_unset=True) | {"offset": after}
    return Page(tuple(rows[: given.limit]), f"{asked.path}?{urlencode(query)}")
