"""What is decided about an article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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
class Neighbour:
    """An earlier article like one that is judged."""

    judgement: int
    cosine: float
    """Likeness of the two, in [0, 1]."""
    score: float
    """Its own, without its neighbours, in [-1, 1]."""


@dataclass(frozen=True, slots=True)
class Score:
    """Similarity of one article to a topic's profile, in [-1, 1], leaning on its neighbours.

    The parts of its terms and of its neighbours add up to it.
    """

    value: float
    relevant: bool
    terms: tuple[Term, ...]
    """Strongest first."""
    reason: str = ""
    """Why a score above the threshold is not relevant (must, exclude), in words."""
    probability: float = 0.0
    """Of being relevant, in [0, 1]; .5 at the threshold."""
    neighbours: tuple[Neighbour, ...] = ()
    """Nearest first."""


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
    alarm: bool = False
    """Whether it is clearly about no event told before, but for the one that it joins: what it
    opens is worth an alert then, and what it joins is so once several outlets have reported it."""
    weighed: Mapping[str, float] | None = None
    """What speaks for (above 0) and against the nearest event: parts of its log-odds, as
    ``domain.join`` names them; None where nothing was weighed."""
    rivals: tuple[int, ...] = ()
    """Other events that it would be taken to report, were there not this one: they may be one."""


@dataclass(frozen=True, slots=True)
class Novelty:
    """What a match says that no earlier coverage of its topic said; all empty if nothing.

    At most five of each kind, as written, most telling first.
    """

    names: tuple[str, ...] = ()
    """People and organisations."""
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """With what they count or measure: "four people", "$40"."""
    sentences: tuple[str, ...] = ()
    """The one or two sentences that carry most of it, in the order of the article."""
