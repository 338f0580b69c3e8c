"""What is said to the user."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from monitor.types.judged import Novelty


@dataclass(frozen=True, slots=True)
class NearestEvent:
    id: int
    title: str
    similarity: float
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Alert:
    """What is to be said about an event: fixed in the transaction of its match.

    ``title``, ``url``, ``source`` and ``published`` are those of one match.
    """

    kind: Literal["new_event", "update", "test"]
    topic: str
    event: int
    title: str
    """Of the clearest match so far; of an update, of the match that brought it."""
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
    """The nearest earlier one when the event opened."""
    review_url: str = ""
    """Of the match; empty where there is no page."""
    match: int = 0
    """Its judgement; 0 of none."""
    outlets: int = 1
    """How many report the event."""
    originals: int = 1
    """How many of them in words of their own: copies of one another count once."""
    novelty: Novelty = field(default_factory=Novelty)
    """What no earlier coverage of the topic said."""
    changes: tuple[str, ...] = ()
    """Of an update: what has changed since the last message, in words."""
    correction: bool = False
    """Of an update: what has been said was wrong."""


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
class ChannelAlert:
    """That a channel refuses what is sent to it: said on another."""

    kind: Literal["channel_dead"]
    channel: str
    title: str
    """What happened, in a few words."""
    detail: str
    """Why, what it means, and what can be done."""
    since: datetime | None


@dataclass(frozen=True, slots=True)
class DigestItem:
    """An event in a digest; the match that speaks for it."""

    kind: Literal["new_event", "update", "doubtful"]
    """doubtful: it may be no new event, so nobody was woken."""
    event: int
    title: str
    url: str
    source: str
    published: datetime | None
    score: float
    outlets: int
    originals: int
    changes: tuple[str, ...] = ()
    """Of an update: what has changed, in words."""
    review_url: str = ""
    match: int = 0
    """Its judgement; 0 of none."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What has come together for one channel since the last time."""

    kind: Literal["digest"]
    topic: str
    since: datetime
    until: datetime
    items: tuple[DigestItem, ...]
    """New events, updates, doubtful events; among each the best-scored first."""
    omitted: int
    """Further ones that are only on the page."""
    articles: int
    """Read since."""
    feeds: int
    """Followed now."""
    failing: int
    """Of these: they cannot be read at present."""
    review_url: str = ""


Said = Alert | FeedAlert | ChannelAlert | Digest


@dataclass(frozen=True, slots=True)
class Thread:
    """What has been sent before about the same event, on the same channel."""

    uids: tuple[str, ...]
    """Of those messages, the first one first; at least one."""
    receipt: str
    """What the channel answered to the first: its own name for the message; may be empty."""
    alert: Alert
    """What the first one said, its numbers as they are now."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert due on one channel.  ``uid`` is the same at each attempt."""

    id: int
    uid: str
    channel: str
    attempts: int
    created_at: datetime
    alert: Said
    queued_at: datetime | None = None
    """When it was made due: from then on patience with its channel is counted."""
    thread: Thread | None = None
    """Of an update; None where nothing has been sent that it could follow."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what a channel would send."""

    body: str
    suffix: str
    """Of a file that holds it: ``.eml``, ``.json``, ``.txt``."""
    html: str = ""
    """The part that is HTML, for a browser; empty without one."""
