"""What commands and pages show; its fields are the keys of their JSON, and stable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from monitor.types.judged import Neighbour, Novelty, Term, TopicSettings, Verdict
from monitor.types.messages import NearestEvent
from monitor.types.news import Article, TextFrom


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
    alarmed_at: datetime | None
    """When it was found worth an alert; None: it may be no new event."""
    muted_until: datetime | None = None
    """Its threads hear nothing before; a time that has passed means nothing."""


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event in few words."""

    event: EventView
    originals: int
    """Of its sources, those that reported it in words of their own."""
    first: str
    """The outlet that was first."""
    novelty: Novelty
    """What its first reports said that was new."""


@dataclass(frozen=True, slots=True)
class Told:
    """A match as a part of its event."""

    match: MatchView
    novelty: Novelty
    told_at: datetime
    alarm: bool
    """Whether it made the event worth an alert."""


@dataclass(frozen=True, slots=True)
class KinView:
    """An event that may be the same as another, or has been merged into it."""

    event: int
    title: str
    log_odds: float | None
    """That the two are one; None where a person said so."""
    merged: bool


DeliveryState = Literal["held", "pending", "sending", "sent", "carried", "dead"]
"""held: to be said later, with others; carried: said in a message that carries several."""


@dataclass(frozen=True, slots=True)
class AlertView:
    """One row per alert and channel; ``id`` is the delivery's."""

    id: int
    kind: str
    topic: str
    """Empty for an alert about a feed."""
    event: int | None
    channel: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str | None
    due_at: datetime | None = None
    """Of what is held or pending: not before then."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class FeedValue:
    """What a feed has brought a topic or all of them, lately."""

    since: datetime
    articles: int
    matches: int
    events: int
    """Events that it reported at all."""
    first: int
    """Of these, those that it reported before every other feed."""
    alone: int
    """Of these, those that no other feed reported."""
    copies: int
    """Matches that repeat a text another feed had brought before."""
    lead: float | None
    """Median seconds by which it was before the next feed, where it was first; None: never."""


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
    value: FeedValue | None = None
    """What it has brought lately; None: not counted yet."""
    drop: str = ""
    """Why nothing would be missed without it, in words; empty: keep it."""

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
    id: int = 0
    """Of its judgement."""
    uploaded: bool = False
    """Added by a person, not by the configuration."""


@dataclass(frozen=True, slots=True)
class TopicView:
    name: str
    origin: Literal["file", "command"]
    state: Literal["active", "inactive"]
    """inactive: no longer in the configuration; nothing is judged, nothing is lost."""
    channels: tuple[str, ...]
    muted_until: datetime | None
    """What it has to say is held until then; a time that has passed means nothing."""
    settings: TopicSettings
    model: int | None
    threshold: float | None
    matches_a_day: float | None
    """To be expected, by the stream that the model was fitted to; None without one."""
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
    probability: float | None
    neighbours: tuple[Neighbour, ...]
    weighed: Mapping[str, float] | None
    """By which it was placed."""
    novelty: Novelty | None
    reason: str = ""
    revisions: tuple[RevisionView, ...] = ()
    """The oldest first."""


@dataclass(frozen=True, slots=True)
class LikeArticle:
    """An earlier article on which a score leans."""

    match: int
    title: str
    cosine: float
    part: float
    """Of the score."""


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
    threshold: float | None
    """None: there is no seed in the article's language."""
    relevant: bool
    reason: str
    probability: float
    """Of being relevant, in [0, 1]."""
    terms: tuple[Term, ...]
    """Strongest first; their parts and those of ``neighbours`` add up to the score."""
    neighbours: tuple[LikeArticle, ...]
    nearest_seed: str
    nearest_seed_similarity: float
    nearest_event: NearestEvent | None
    event: int | None
    event_title: str
    copy_of: int | None
    placing: tuple[tuple[str, float], ...] = ()
    """What spoke for (above 0) or against the nearest event: parts of the log-odds, which add up;
    it is joined from 0 on."""
    novelty: Novelty | None = None
