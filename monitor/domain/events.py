"""Which happening does a match report?  One pass: a copy, an event already told, or a new one.

Imports scikit-learn: import this module only where matches are placed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from monitor.domain.copies import Originals, shingles
from monitor.domain.join import TIME_PENALTY, Features, JoinModel, rule
from monitor.domain.model import Floats, Integers, TopicModel
from monitor.domain.overlap import Overlap
from monitor.domain.stories import Stories
from monitor.domain.text import terms
from monitor.types import Article, Placement

CANDIDATES = 6
SLEEPERS = 3
"""Events that are looked at closely: the best by linkage and gap, and the best by linkage and rare
terms, however long they have been silent."""
RARE_COUNTS = 0.01
"""Linkage for each e-fold of rare terms shared, among the latter."""
EARLIER_COVERAGE_DAYS = 28.0
"""How long before a match an undated seed is taken to have appeared."""
LATEST_STORIES = 10
"""Of the smaller of two events, so many are compared with the stories of the other."""
CLEARLY = 4.0
"""Log-odds by which an article that joins an event is clearly of none other."""
RIVAL = 0.35
RIVAL_STORIES = 20
"""In a young topic there is nothing else to be like: that counts as so much likeness to a rival,
which shrinks as if these were stories of the topic."""
KINDS = ("title", "numbers")
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """What placing needs of an article, whatever the model."""

    language: str
    """Empty if unknown."""
    counts: Mapping[str, int]
    shingles: frozenset[int]
    keys: Mapping[str, frozenset[str]]
    """By kind: the terms of the title, the numbers."""


def prepare(article: Article) -> Prepared:
    """Count an article's terms and hash its shingles."""
    counts = dict(terms(article))
    keys = {
        "title": frozenset(terms(replace(article, text=""))),
        "numbers": frozenset(term for term in counts if term[0].isdecimal()),
    }
    return Prepared(article.language[:2].lower(), counts, shingles(article), keys)


@dataclass(frozen=True, slots=True)
class Told:
    """A match, or a seed, that was placed before."""

    judgement: int
    event: int
    seed: bool
    published: datetime | None
    source: str
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that a match may report."""

    event: int
    linkage: float
    features: Features
    log_odds: float


class Coverage:
    """What has been told of a topic so far, in the order of telling.

    Times are those of publication, so a replayed stream is placed as a live one.  Stories are
    compared with those of their own language; copies with all.
    """

    def __init__(self, model: TopicModel, join: JoinModel, told: Iterable[Told] = ()) -> None:
        self._model = model
        self._join = join
        self._originals = Originals()
        self._copied: list[tuple[int, int]] = []
        """Judgement and event of each original."""
        self._languages: dict[str, _Language] = {}
        for one in told:
            self.add(one)

    def add(self, told: Told) -> None:
        """Take note of a match or seed that has been placed."""
        self._originals.add(told.prepared.shingles)
        self._copied.append((told.judgement, told.event))
        self._of(told.prepared).add(told)

    def place(
        self, prepared: Prepared, published: datetime | None, *, seed: bool = False
    ) -> Placement:
        """Where an article belongs.  Nothing is noted: call :meth:`add` once it is decided.

        A copy goes where its original is.  Another article joins the event of the highest log-odds
        from 0 on, else it opens a new one.  ``seed``: it is itself a seed; without a date it is as
        old as the others.
        """
        original = self._originals.repeated(prepared.shingles)
        candidates = self.candidates(prepared, published, seed=seed)
        if original is not None:
            copied, event = self._copied[original]
            linkage = next((c.linkage for c in candidates if c.event == event), 1.0)
            return Placement(event, linkage, event, copied)
        if not candidates:
            return Placement(event=None, similarity=0.0, nearest_event=None, alarm=True)
        best = candidates[0]
        joins = best.log_odds >= 0
        rivals = [one.event for one in candidates[1:] if joins and rule(one.features) >= 0]
        others = max((one.log_odds for one in candidates[joins:]), default=-math.inf)
        return Placement(
            best.event if joins else None,
            best.linkage,
            best.event,
            alarm=others <= (best.log_odds - CLEARLY if joins else self._join.alarm_below),
            weighed=dict(self._join.parts(best.features)),
            rivals=tuple(rivals),
        )

    def kinship(self, event: int, other: int) -> float:
        """Log-odds that two events are one: of the rule, on average over the latest stories of the
        smaller; -inf if they share no language."""
        return max(
            (told.kinship(event, other) for told in self._languages.values()), default=-math.inf
        )

    def merge(self, event: int, into: int) -> None:
        """Take the stories of an event for those of another."""
        self._copied = [(told, into if its == event else its) for told, its in self._copied]
        for told in self._languages.values():
            told.merge(event, into)

    def candidates(
        self, prepared: Prepared, published: datetime | None, *, seed: bool = False
    ) -> list[Candidate]:
        """The events that an article may report, the likeliest first; copies aside."""
        return self._of(prepared).candidates(prepared, published, seed=seed)

    def _of(self, prepared: Prepared) -> _Language:
        language = prepared.language
        if language not in self._model.profiles:
            language = self._model.main
        if language not in self._languages:
            self._languages[language] = _Language(self._model, self._join, language)
        return self._languages[language]


class _Language:
    """The stories told in one language."""

    def __init__(self, model: TopicModel, join: JoinModel, language: str) -> None:
        self._join = join
        self._stories = Stories(model.profiles[language].vocabulary)
        self._overlaps = {kind: Overlap() for kind in KINDS}
        self._ids: dict[int, int] = {}
        """Event id -> its number, counted from 0; stories hold the number."""
        self._events: Integers = np.zeros(0, dtype=np.int64)
        self._seeds: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._days: Floats = np.zeros(0)
        """By story: days since 1970, NaN where unknown."""

    def add(self, told: Told) -> None:
        number = self._ids.setdefault(told.event, len(self._ids))
        self._events = np.append(self._events, number)
        self._seeds = np.append(self._seeds, told.seed)
        self._days = np.append(self._days, _days(told.published))
        self._stories.add(told.prepared.counts)
        for kind, overlap in self._overlaps.items():
            overlap.add(told.prepared.keys[kind])

    def kinship(self, event: int, other: int) -> float:
        if event not in self._ids or other not in self._ids:
            return -math.inf
        members = [np.flatnonzero(self._events == self._ids[one]) for one in (event, other)]
        few, many = sorted(members, key=len)
        few = few[-LATEST_STORIES:]
        likeness = self._stories.between(few, many)
        linkage = (likeness.max(axis=1) + likeness.mean(axis=1)) / 2
        closest = many[likeness.argmax(axis=1)]
        gaps = np.nan_to_num(np.abs(self._days[few] - self._days[closest]))
        pairs = zip(linkage.tolist(), np.log1p(gaps).tolist(), strict=True)
        return math.fsum(rule({"linkage": near, "gap": gap}) for near, gap in pairs) / len(few)

    def merge(self, event: int, into: int) -> None:
        names = list(self._ids)
        told = [into if names[number] == event else names[number] for number in self._events]
        self._ids.clear()
        self._events = np.array(
            [self._ids.setdefault(one, len(self._ids)) for one in told], dtype=np.int64
        )

    def candidates(
        self, prepared: Prepared, published: datetime | None, *, seed: bool
    ) -> list[Candidate]:
        events = self._events
        if not len(events):
            return []
        likeness = self._stories.likeness(prepared.counts)
        linkage, closest = _linkage(likeness, events)
        gaps, silences = self._gaps(_days(published), closest, events, seed)
        scores = linkage - TIME_PENALTY * np.log1p(gaps)
        rare = np.log1p(_greatest(self._stories.rarity(prepared.counts), events))
        sleepers = np.argsort(-(linkage + RARE_COUNTS * rare), kind="stable")[:SLEEPERS]
        awake = np.argsort(-scores, kind="stable")[:CANDIDATES]
        chosen = np.array(list(dict.fromkeys([*awake.tolist(), *sleepers.tolist()])))
        best = likeness[closest[chosen]]
        overlaps = {
            kind: _greatest(overlap.likeness(prepared.keys[kind]), events)
            for kind, overlap in self._overlaps.items()
        }
        ids = list(self._ids)
        least = RIVAL * RIVAL_STORIES / (RIVAL_STORIES + len(events))
        found = []
        for place, event in enumerate(chosen):
            rival = float(np.delete(best, place).max(initial=least))
            features = {
                "likeness": float(best[place]),
                "linkage": float(linkage[event]),
                **{kind: float(values[event]) for kind, values in overlaps.items()},
                "rare": float(rare[event]),
                "gap": float(np.log1p(gaps[event])),
                "silence": float(np.log1p(silences[event])),
                "portion": float(best[place]) / (float(best[place]) + rival),
            }
            odds = self._join.log_odds(features)
            found.append(Candidate(ids[event], float(linkage[event]), features, odds))
        return sorted(found, key=lambda one: -one.log_odds)

    def _gaps(
        self, day: float, closest: Integers, events: Integers, seed: bool
    ) -> tuple[Floats, Floats]:
        """Days between an article and each event's closest, and newest, story, shape (events,).

        An undated match is taken to be as new as the newest; an undated story to be as new as
        the newest of its event, failing that, if a seed, as earlier coverage.
        """
        days, seeds = self._days, self._seeds
        if np.isnan(day) and not seed:
            day = _newest(days[~seeds])
        newest = np.full(len(closest), -np.inf)
        np.maximum.at(newest, events, np.where(np.isnan(days), -np.inf, days))
        told = np.where(np.isnan(days[closest]), newest, days[closest])
        unknown = np.where(seeds[closest] & (not seed), EARLIER_COVERAGE_DAYS, 0.0)
        gaps, silences = np.abs(day - told), np.abs(day - newest)
        return (
            np.where(np.isfinite(gaps), gaps, unknown),
            np.where(np.isfinite(silences), silences, unknown),
        )


def _linkage(likeness: Floats, events: Integers) -> tuple[Floats, Integers]:
    """For each event ½ max S + ½ mean S over its stories, and its story of the greatest S."""
    order = np.argsort(likeness, kind="stable")
    closest = np.zeros(events.max() + 1, dtype=np.int64)
    closest[events[order]] = order  # the last write, so the greatest, stays
    mean = np.bincount(events, likeness) / np.bincount(events)
    return (likeness[closest] + mean) / 2, closest


def _greatest(values: Floats, events: Integers) -> Floats:
    greatest = np.zeros(events.max() + 1)
    np.maximum.at(greatest, events, values)
    return greatest


def _days(moment: datetime | None) -> float:
    return float("nan") if moment is None else moment.timestamp() / _DAY


def _newest(days: Floats) -> float:
    known = days[~np.isnan(days)]
    return float(known.max()) if len(known) else float("nan")
