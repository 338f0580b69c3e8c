"""What is said to the user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class NearestEvent:
    id: int
    title: str
    similarity: float
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Alert:
    """What is to be said about an event: fixed in the transaction of its match."""

    kind: Literal["new_event", "test"]
    topic: str
    event: int
    title: str
    url: str
    source: str
    published: datetime | None
    score: float
    terms: tuple[str, ...]
    """The strongest shared terms, as words a person can read."""
    excerpt: str = ""
    """The first sentences of the article."""
    nearest_seed: str = ""
    nearest_event: NearestEvent | None = None
    review_url: str = ""


@dataclass(frozen=True, slots=True)
class FeedAlert:
    """What is to be said about a feed."""

    kind: Literal["feed_failing", "feed_recovered", "feed_silent", "feed_moved", "feed_retired"]
    feed: str
    """Its name, else its address."""
    url: str
    title: str
    """What happened, in a few words."""
    detail: str
    """Why, what it means, and what can be done."""
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert due on one channel.  ``uid`` is the same at each attempt."""

    id: int
    uid: str
    channel: str
    attempts: int
    created_at: datetime
    alert: Alert | FeedAlert
