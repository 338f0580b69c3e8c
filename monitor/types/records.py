"""Views as JSON has them, where that is not as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from monitor.types.judged import Neighbour, Novelty, Verdict
from monitor.types.messages import NearestEvent
from monitor.types.news import TextFrom
from monitor.types.shown import MatchDetail, RevisionView

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """All that is stored about a judgement: the keys of a ``MatchView``, then the others; those of
    the article beside those of the judgement."""

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
    text: str
    """Empty once it is no longer kept."""
    author: str
    language: str
    """ISO 639-1, or empty when unknown."""
    canonical_url: str
    topic_id: int
    feeds: tuple[str, ...]
    """Those that brought it."""
    model: int
    """The one that judged it."""
    threshold: float
    """Of that model."""
    judged_at: datetime
    event_title: str
    nearest_event: NearestEvent | None
    copy_of_title: str
    seed: bool
    """An example of the topic, no match."""
    probability: float | None
    """Of being relevant, by the model; .5 at the threshold."""
    neighbours: tuple[Neighbour, ...]
    """The earlier articles that the score leans on, the nearest first."""
    weighed: Mapping[str, float] | None
    """What spoke for (above 0) and against the nearest event: parts of the log-odds."""
    novelty: Novelty | None
    """What no earlier coverage of the topic said."""
    reason: str
    """Why it did not match in spite of its score; or empty."""
    revisions: tuple[RevisionView, ...]
    """The oldest first."""

    @classmethod
    def of(cls, detail: MatchDetail) -> MatchRecord:
        return taken(cls, detail, detail.article)


def taken(shape: type[T], *sources: Any, **more: Any) -> T:
    """An instance of the dataclass ``shape``: ``more``, and each other field from the first of the
    ``sources`` that has it."""
    wanted = [field.name for field in fields(shape) if field.name not in more]  # type: ignore[arg-type]
    found = {
        name: next(getattr(source, name) for source in sources if hasattr(source, name))
        for name in wanted
    }
    return shape(**found, **more)
