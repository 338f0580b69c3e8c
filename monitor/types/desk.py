"""What the review desk asks for, and what it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from monitor.types.judged import Neighbour, Verdict
from monitor.types.shown import MatchView

Kind = Literal["matches", "rejected", "all"]
"""Which judgements: those above the threshold, those below, or both."""
Role = Literal["editor", "viewer"]
"""viewer: reads everything, changes nothing."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which judgements are wanted; what is left out does not matter."""

    words: str = ""
    """A search in title and text, as ``domain.search`` reads it."""
    topic: str | None = None
    event: int | None = None
    source: str = ""
    """The outlet's name, upper and lower case alike."""
    language: str = ""
    """ISO 639-1."""
    since: datetime | None = None
    until: datetime | None = None
    """Published (else judged) from ``since`` on and before ``until``."""
    min_score: float | None = None
    max_score: float | None = None
    label: Verdict | Literal["none", "any"] | None = None
    """``none``: without a label, ``any``: with one."""
    kind: Kind = "matches"


@dataclass(frozen=True, slots=True)
class Found:
    """A judgement that a search has found; ``match.event`` is 0 where it is none."""

    match: MatchView
    excerpt: str
    """Around the words that were found, they between U+E000 and U+E001; empty without words."""


@dataclass(frozen=True, slots=True)
class SavedSearchView:
    id: int
    name: str
    filter: Filter
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ActionView:
    """Something that a person did, and may undo."""

    id: int
    topic: str
    kind: Literal["label", "merge", "split", "rename"]
    words: str
    done_at: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A judgement that is worth asking about."""

    match: MatchView
    """``event`` is 0 where it did not match."""
    threshold: float
    probability: float | None
    excerpt: str
    """The beginning of its text."""
    event_title: str
    drawn: bool
    """Chance chose it among what was rejected."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was told of a topic, day by day: a timeline's data."""

    days: Sequence[date]
    """Every day from the first to the last, UTC."""
    events: Sequence[EventCoverage]
    """Those with most matches first."""
    others: Sequence[int]
    """Matches a day of all other events; as long as ``days``."""
    unread: Sequence[bool]
    """Days on which no article of any feed came in: the monitor was off, or cut off."""
    failing: Sequence[float]
    """Share of the feeds that could not be read that day, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class EventCoverage:
    """One event in a timeline."""

    id: int
    title: str
    opened_on: date
    """The day of its first match."""
    alarmed: bool
    """Whether it was worth an alert."""
    matches: Sequence[int]
    """A day; as long as the timeline's days."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, and where the truth lies with a probability of 90 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to be expected at one threshold."""

    threshold: float
    probability: float
    """Of being relevant, by the model, for an article that scores just that."""
    matches_a_day: float
    precision: Interval | None
    """Share of the matches that are relevant; None where there would be none."""
    recall: Interval | None
    """Share of the relevant that match."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a topic does, by its labels and by what chance has drawn among the rejected."""

    topic: str
    model: int
    since: datetime
    """Judgements from then on are counted."""
    articles: int
    """So many."""
    labels: int
    drawn: int
    """Labels of rejected articles that chance chose."""
    now: Expectation
    """At the threshold in force."""
    curve: Sequence[Expectation]
    """By rising threshold."""


@dataclass(frozen=True, slots=True)
class DriftWeek:
    """How near the matches of a week are to the seeds."""

    begins: date
    matches: int
    similarity: float | None
    """Median cosine of its matches (a sample of them) to their nearest seed; None without any."""


@dataclass(frozen=True, slots=True)
class Change:
    """What judging an article again would change."""

    match: int
    title: str
    source: str
    published: datetime | None
    before: float
    after: float
    """Scores."""
    label: Verdict | None
    """Its own, else that of what it copies."""
    becomes: Literal["match", "rejected"]
    probability: float
    """Of being relevant, by the score after."""
    neighbours: tuple[Neighbour, ...]
    """On which that score leans."""
    reason: str
    """Why a score above the threshold is rejected (must, exclude), in words."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """What judging again, by the model in force, would change."""

    topic: str
    model: int
    articles: int
    """So many were scored again: those whose text is still kept."""
    since: datetime | None
    """The oldest of them was judged then."""
    changes: Sequence[Change]
    """Those of the greatest difference first."""
