"""The nouns: immutable, in the order in which they flow.  All times are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

# ------------------------------------------------------------------ fetched and parsed


@dataclass(frozen=True, slots=True)
class Document:
    """What an address answered.  ``status`` is 200 with a body, or 304 with an empty one."""

    url: str
    """The address that answered, after redirects."""
    status: int
    body: bytes
    content_type: str
    """The Content-Type header in lower case, parameters included; empty if there was none."""
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    """Where permanent redirects (301, 308) led, up to the first temporary one; None without any."""
    links: str = ""
    """The Link headers (RFC 8288), joined by commas."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, cleaned: no control characters, no markup, a plausible date or none."""

    key: str
    """Identity across feeds: the canonical URL, or ``guid:…`` where the item has no usable link."""
    url: str
    """The link as a person should follow it; empty where the item has none."""
    title: str
    text: str
    """The feed's own text (the longer of content and summary) as plain text."""
    published: datetime | None
    author: str = ""
    guid: str = ""
    """Identity within its feed, hashed; empty where the item has none, or shares it with others."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    title: str
    entries: tuple[Entry, ...]
    hub: str = ""
    """WebSub hub that the document names; empty without one."""
    self_url: str = ""
    """The address by which the hub knows the feed (``rel="self"``); empty if not named."""


TextFrom = Literal["page", "plain", "feed", "seed"]
"""``plain``: from the page too, by the cheap extractor, which is enough for what is off topic."""


@dataclass(frozen=True, slots=True)
class Article:
    """Text and metadata of one article, cleaned."""

    url: str
    title: str
    text: str
    published: datetime | None
    text_from: TextFrom
    source: str = ""
    """The outlet: the site's own name, else the host."""
    author: str = ""
    language: str = ""
    """ISO 639-1, or empty when unknown."""
    canonical_url: str = ""


# ------------------------------------------------------------------ judged


Verdict = Literal["relevant", "irrelevant"]


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """What a user may set on a topic beside its seeds and channels."""

    must: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    threshold: float | None = None
    match_budget: float | None = None
    """At most about this many matches a day."""
    alert_since: datetime | None = None
    """Events whose first match was published earlier open without an alert."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term's part in a score; the parts of all terms add up to the score."""

    term: str
    part: float


@dataclass(frozen=True, slots=True)
class Score:
    """Similarity of one article to a topic's profile, in [-1, 1]; the parts add up to it."""

    value: float
    relevant: bool
    terms: tuple[Term, ...]
    """Strongest first."""
    reason: str = ""
    """Why a score above the threshold is not relevant (must, exclude), in words."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a match belongs.  ``event`` None: it opens a new one."""

    event: int | None
    similarity: float
    """To the nearest event, in [0, 1]."""
    nearest_event: int | None
    """The nearest earlier event, joined or not."""
    copy_of: int | None = None
    """The judgement whose text this one repeats."""


# ------------------------------------------------------------------ said


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


# ------------------------------------------------------------------ shown (stable JSON keys)


@dataclass(frozen=True, slots=True)
class MatchView:
    id: int
    topic: str
    url: str
    title: str
    source: str
    published: datetime | None
    score: float
    event: int
    copy_of: int | None
    label: Verdict | None
    text_from: TextFrom


@dataclass(frozen=True, slots=True)
class EventView:
    id: int
    topic: str
    title: str
    opened_at: datetime | None
    last_seen: datetime | None
    matches: int
    sources: int


@dataclass(frozen=True, slots=True)
class AlertView:
    """One row per alert and channel; ``id`` is the delivery's."""

    id: int
    kind: str
    topic: str
    """Empty for an alert about a feed."""
    event: int | None
    channel: str
    state: Literal["pending", "sending", "sent", "dead"]
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str | None
    title: str = ""


Health = Literal["healthy", "failing", "silent", "new", "paused", "retired"]


@dataclass(frozen=True, slots=True)
class FeedView:
    url: str
    name: str
    state: Literal["active", "paused", "retired"]
    next_poll_at: datetime
    last_success_at: datetime | None
    failures: int
    last_error: str | None
    entries: int
    origin: Literal["file", "command"] = "file"
    tags: tuple[str, ...] = ()
    failing_since: datetime | None = None
    last_entry_at: datetime | None = None
    """When something was new last."""
    usual_gap: float | None = None
    """Seconds between entries, usually; None while unknown."""
    silent: bool = False
    """Nothing new for unusually long, by its own habit."""
    lost_at: datetime | None = None
    """When a poll last shared nothing with the one before: entries may have passed unseen."""
    moved_to: str | None = None
    """Where it is asked, if that is another address."""

    @property
    def health(self) -> Health:
        """Its state in a word."""
        if self.state != "active":
            return self.state
        if self.failures:
            return "failing"
        if self.silent:
            return "silent"
        return "healthy" if self.last_success_at else "new"


@dataclass(frozen=True, slots=True)
class SeedView:
    source: str
    title: str
    published: datetime | None
    words: int
    event: int | None
    state: Literal["new", "collected", "failed"]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class TopicView:
    name: str
    origin: Literal["file", "command"]
    state: Literal["active", "inactive"]
    """inactive: no longer in the configuration; nothing is judged, nothing is lost."""
    channels: tuple[str, ...]
    settings: TopicSettings
    model: int | None
    threshold: float | None
    articles: int
    """Judged so far."""
    matches: int
    events: int
    error: str | None
    seeds: tuple[SeedView, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class RevisionView:
    """An earlier version of an article, and what the next one changed."""

    replaced_at: datetime
    title: str
    text: str
    material: bool
    change: str


@dataclass(frozen=True, slots=True)
class MatchDetail:
    """One judgement with all that is stored about it; ``event`` None: it did not match."""

    id: int
    topic: str
    topic_id: int
    article: Article
    feeds: tuple[str, ...]
    score: float
    model: int
    threshold: float
    judged_at: datetime
    event: int | None
    event_title: str
    nearest_event: NearestEvent | None
    copy_of: int | None
    copy_of_title: str
    label: Verdict | None
    seed: bool
    judged: Article
    """The article as it was when judged: another than ``article`` if it has been edited since."""
    reason: str = ""
    revisions: tuple[RevisionView, ...] = ()
    """The oldest first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an article matched a topic, or did not."""

    topic: str
    title: str
    url: str
    source: str
    published: datetime | None
    match: int | None
    """The judgement's id; None for an article that is not stored."""
    model: int
    score: float
    threshold: float
    relevant: bool
    reason: str
    terms: tuple[Term, ...]
    """Strongest first; the parts add up to the score."""
    nearest_seed: str
    nearest_seed_similarity: float
    nearest_event: NearestEvent | None
    event: int | None
    event_title: str
    copy_of: int | None
