"""What is answered, beside the views of ``monitor.types``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

from monitor.types import (
    EventView,
    FeedView,
    Health,
    KinView,
    MatchView,
    TextFrom,
    TopicSettings,
    Verdict,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list."""

    items: tuple[T, ...]
    next: str | None
    """Where the list goes on; null at its end, and where ``offset`` would grow too large."""


@dataclass(frozen=True, slots=True)
class Start:
    """What there is."""

    version: str
    """Of the monitor."""
    links: dict[str, str]
    """Addresses by what is there."""


@dataclass(frozen=True, slots=True)
class FeedRecord(FeedView):
    """A feed, and how it fares."""

    health: Health = field(kw_only=True)
    """Its state in a word."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A judgement that was found: the keys of a ``MatchView``, and where its words were found."""

    id: int
    topic: str
    url: str
    title: str
    source: str
    published: datetime | None
    score: float
    event: int | None
    """None: it did not match."""
    copy_of: int | None
    label: Verdict | None
    text_from: TextFrom
    excerpt: str
    """Around the words that were found, they between U+E000 and U+E001; empty without words."""


@dataclass(frozen=True, slots=True)
class EventRecord(EventView):
    """An event and its matches."""

    members: tuple[MatchView, ...] = ()
    """The newest first."""
    kin: tuple[KinView, ...] = ()
    """Events that may be the same, and those merged into it."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic without its seeds."""

    name: str
    origin: Literal["file", "command"]
    state: Literal["active", "inactive"]
    channels: tuple[str, ...]
    muted_until: datetime | None
    settings: TopicSettings
    model: int | None
    """The one in force; None: it has not been fitted yet."""
    threshold: float | None
    matches_a_day: float | None
    """To be expected."""
    articles: int
    """Judged so far."""
    matches: int
    events: int
    error: str | None
