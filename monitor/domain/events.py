"""Which happening does a match report?  One pass: a copy, an event already told, or a new one.

Imports scikit-learn: import this module only where matches are placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from monitor.domain.copies import Originals, shingles
from monitor.domain.model import Floats, TopicModel
from monitor.domain.stories import Stories
from monitor.domain.text import terms
from monitor.types import Article, Placement

JOIN_FROM = 0.13
"""An event is joined from this score on."""
TIME_PENALTY = 0.07
"""Off the score for each e-fold of the days since the event's most similar story."""
EARLIER_COVERAGE_DAYS = 28.0
"""How long before a match an undated seed is taken to have appeared."""
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """What placing needs of an article, whatever the model."""

    counts: Mapping[str, int]
    shingles: frozenset[int]


def prepare(article: Article) -> Prepared:
    """Count an article's terms and hash its shingles."""
    return Prepared(dict(terms(article)), shingles(article))


@dataclass(frozen=True, slots=True)
class Told:
    """A match, or a seed, that was placed before."""

    judgement: int
    event: int
    seed: bool
    published: datetime | None
    source: str
    prepared: Prepared


class Coverage:
    """What has been told of a topic so far, in the order of telling.

    Times are those of publication, so a replayed stream is placed as a live one.
    """

    def __init__(self, model: TopicModel, told: Iterable[Told] = ()) -> None:
        self._stories = Stories(model.vocabulary)
        self._originals = Originals()
        self._ids: dict[int, int] = {}
        """Event id -> its number, counted from 0; stories hold the number."""
        self._judgements: list[int] = []
        self._events: list[int] = []
        self._seeds: list[bool] = []
        self._days: list[float] = []
        """By story: days since 1970, NaN where unknown."""
        for one in told:
            self.add(one)

    def add(self, told: Told) -> None:
        """Take note of a match or seed that has been placed."""
        self._judgements.append(told.judgement)
        self._events.append(self._ids.setdefault(told.event, len(self._ids)))
        self._seeds.append(told.seed)
        self._days.append(_days(told.published))
        self._stories.add(told.prepared.counts)
        self._originals.add(told.prepared.shingles)

    def place(
        self, prepared: Prepared, published: datetime | None, *, seed: bool = False
    ) -> Placement:
        """Where an article belongs.  Nothing is noted: call :meth:`add` once it is decided.

        A copy goes where its original is.  Another article joins the event of the highest score
        ½ max S + ½ mean S - .07·ln(1 + days) if that is enough, else it opens a new one.  ``seed``:
        it is itself a seed; without a date it is as old as the others.
        """
        if not self._judgements:
            return Placement(event=None, similarity=0.0, nearest_event=None)
        ids = list(self._ids)
        events = np.array(self._events)
        similarity, closest = _linkage(self._stories.likeness(prepared.counts), events)
        original = self._originals.repeated(prepared.shingles)
        if original is not None:
            event = events[original]
            copied = self._judgements[original]
            return Placement(ids[event], float(similarity[event]), ids[event], copied)
        gaps = self._gaps(_days(published), closest, events, seed)
        scores = similarity - TIME_PENALTY * np.log1p(gaps)
        best = int(scores.argmax())
        joined = ids[best] if scores[best] >= JOIN_FROM else None
        return Placement(joined, float(similarity[best]), ids[best])

    def _gaps(
        self, day: float, closest: npt.NDArray[np.int64], events: npt.NDArray[np.int64], seed: bool
    ) -> Floats:
        """Days between an article and each event's closest story, shape (events,).

        An undated match is taken to be as new as the newest; an undated story to be as new as
        the newest of its event, failing that, if a seed, as earlier coverage.
        """
        days = np.array(self._days)
        seeds = np.array(self._seeds)
        if np.isnan(day) and not seed:
            day = _newest(days[~seeds])
        newest = np.full(len(closest), -np.inf)
        np.maximum.at(newest, events, np.where(np.isnan(days), -np.inf, days))
        told = np.where(np.isnan(days[closest]), newest, days[closest])
        gaps = np.abs(day - told)
        unknown = np.where(seeds[closest] & (not seed), EARLIER_COVERAGE_DAYS, 0.0)
        return np.where(np.isfinite(gaps), gaps, unknown)


def _linkage(
    likeness: Floats, events: npt.NDArray[np.int64]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """For each event ½ max S + ½ mean S over its stories, and its story of the greatest S."""
    order = np.argsort(likeness, kind="stable")
    closest = np.zeros(events.max() + 1, dtype=np.int64)
    closest[events[order]] = order  # the last write, so the greatest, stays
    mean = np.bincount(events, likeness) / np.bincount(events)
    return (likeness[closest] + mean) / 2, closest


def _days(moment: datetime | None) -> float:
    return float("nan") if moment is None else moment.timestamp() / _DAY


def _newest(days: Floats) -> float:
    known = days[~np.isnan(days)]
    return float(known.max()) if len(known) else float("nan")
