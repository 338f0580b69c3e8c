"""What is replayed, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor import app
from monitor.domain.join import JoinModel
from monitor.edge.archive import Archived
from monitor.types import Article, Routing, TopicSettings


@dataclass(frozen=True, slots=True)
class Seed:
    article: Article
    source: str
    """The file it came from, and its place there: no two seeds have the same."""
    id: str | None = None
    """In the archive."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is replayed, and how."""

    archive: Sequence[Archived]
    """In the order of publication, each with a date; without the seeds."""
    seeds: Sequence[Seed]
    settings: TopicSettings = field(default_factory=TopicSettings)
    all_relevant: bool = False
    """Relevance is not asked: every article goes into an event.  Seeds are not needed then."""
    labels: int = 0
    """Questions that are answered from the gold, one at a time, spread evenly over the archive."""
    routing: Mapping[str, Routing] = field(default_factory=dict)
    """What channels would hear, by name; nothing is sent."""
    step: timedelta | None = None
    """No longer than this is published at once: so finely are times of messages told."""
    backgrounds: Callable[[], bytes] = app.backgrounds
    join: Callable[[], JoinModel] = app.join_model


@dataclass(frozen=True, slots=True)
class Judged:
    """What was made of one article, as it stood after its batch; but ``event``: at the end."""

    id: str
    relevant: bool
    score: float | None
    """None where it could not be judged."""
    probability: float | None
    event: str | None
    new_event: bool
    """It opens its event."""
    alarm: bool
    """It is worth an alert."""
    duplicate_of: str | None
    """The archive's id of the original."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel would have been sent."""

    channel: str
    at: datetime
    kind: str
    """new_event | update | digest"""
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An event in a message: the only one, or one of a digest's."""

    kind: str
    """new_event | update | doubtful"""
    event: str
    id: str | None
    """The archive's, of the article that is shown."""


@dataclass(frozen=True, slots=True)
class Replayed:
    judged: tuple[Judged, ...]
    """In the order of judging."""
    fits: int
    labels: int
    """Questions that could be answered."""
    seconds: float
    """From the first article to the last."""
    messages: tuple[Message, ...] = ()
    """What channels would have heard, in order."""


def published_at(one: Archived) -> datetime:
    """Of an article that is replayed; those have a date."""
    if one.article.published is None:
        raise ValueError(f"{one.id} has no date")
    return one.article.published
