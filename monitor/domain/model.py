"""What judging needs of a topic, small enough to store: by language IDF, profile and threshold.

Imports scikit-learn: import this module only where articles are judged.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfTransformer

from monitor.domain.formats import MODEL_FORMAT
from monitor.errors import ParseError
from monitor.types import Article

BUCKETS = 1 << 16
"""Columns shared, by hash, by the terms that the model does not know."""

STEEPNESS = 3.5
"""Of the probability's curve, fitted to the tune streams together."""
LEAST_DISTANCE = 1e-3
MOST_STEPS = 30.0

Counts = Mapping[str, int]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Columns(dict[str, int]):
    """Term -> column: the known terms; any other is counted in one of ``BUCKETS`` behind them."""

    def __missing__(self, term: str) -> int:
        return len(self) + zlib.crc32(term.encode()) % BUCKETS


@dataclass(frozen=True)
class Vocabulary:
    """Inverse document frequency of the known terms; ``unseen`` is that of all others.

    A known term has its own column, in alphabetical order; unknown ones follow in hashed columns,
    so that names never met before count too and a row does not depend on its neighbours.
    """

    idf: Mapping[str, float]
    """Term -> -ln(share of articles that hold it), in nats, rounded to .01."""
    unseen: float

    @cached_property
    def columns(self) -> Columns:
        return Columns({term: column for column, term in enumerate(sorted(self.idf))})

    @cached_property
    def weights(self) -> Floats:
        """IDF by column, shape (width,)."""
        known = [self.idf[term] for term in self.columns]
        return np.concatenate([known, np.full(BUCKETS, self.unseen)])

    @property
    def width(self) -> int:
        return len(self.columns) + BUCKETS

    def counts(self, rows: Sequence[Counts]) -> csr_array:
        """Term counts as a matrix of shape (rows, width), each row in order of its columns."""
        lengths = [len(row) for row in rows]
        column_of = self.columns.__getitem__
        found = chain.from_iterable(map(column_of, row) for row in rows)
        columns = np.fromiter(found, dtype=np.int32, count=sum(lengths))
        found = chain.from_iterable(row.values() for row in rows)
        numbers = np.fromiter(found, dtype=np.float64, count=sum(lengths))
        order = np.lexsort((numbers, columns, np.repeat(np.arange(len(rows)), lengths)))
        ends = np.cumsum([0, *lengths])
        return csr_array((numbers[order], columns[order], ends), shape=(len(rows), self.width))

    def vectors(self, rows: Sequence[Counts]) -> csr_array:
        """Unit TF-IDF vectors, (1 + ln tf)·idf, shape (rows, width); an empty row stays zero."""
        if not rows:
            return self.counts(rows)
        transformer = TfidfTransformer(norm="l2", sublinear_tf=True)
        transformer.idf_ = self.weights
        return csr_array(transformer.transform(self.counts(rows)))


@dataclass(frozen=True)
class SeedCounts:
    """What is kept of a seed, to say which one an article resembles."""

    title: str
    language: str
    counts: Counts


@dataclass(frozen=True)
class Profile:
    """A topic in one language."""

    vocabulary: Vocabulary
    weights: Mapping[str, float]
    """Term -> signed weight, rounded to 1e-6; about unit length."""
    level: float
    """What off-topic articles score."""
    threshold: float
    """An article matches from this score on."""

    @cached_property
    def direction(self) -> Floats:
        """The weights by column, shape (width,)."""
        direction = np.zeros(self.vocabulary.width)
        for term, weight in self.weights.items():
            direction[self.vocabulary.columns[term]] = weight
        return direction

    def probability(self, score: float) -> float:
        """That an article of this score is relevant, in [0, 1]: a logistic curve through .5 at the
        threshold, in units of the threshold's distance from what off-topic articles score."""
        distance = max(self.threshold - self.level, LEAST_DISTANCE)
        steps = STEEPNESS * (score - self.threshold) / distance
        return 1 / (1 + math.exp(-max(-MOST_STEPS, min(MOST_STEPS, steps))))


@dataclass(frozen=True)
class TopicModel:
    """A fitted topic.  Frozen: an article's own score is a function of it and the article alone."""

    profiles: Mapping[str, Profile]
    """By the languages of the seeds (ISO 639-1): an article is compared in its own."""
    main: str
    """The language of most seeds, in which articles of unknown language are read."""
    seeds: tuple[SeedCounts, ...]
    must: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    matches_a_day: float | None = None
    """As many as in the stream that it was fitted to; None without one."""

    @property
    def threshold(self) -> float:
        """That of the main language."""
        return self.profiles[self.main].threshold

    def threshold_for(self, article: Article) -> float:
        """That of the article's language; infinite where there is no profile of it."""
        profile = self.profiles.get(self.language(article))
        return math.inf if profile is None else profile.threshold

    def language(self, article: Article) -> str:
        """In which language an article is read; there may be no profile of it."""
        return article.language[:2].lower() or self.main

    @cached_property
    def seed_vectors(self) -> Mapping[str, csr_array]:
        """Unit vectors by language, shape (seeds of the language, width), in order."""
        return {
            language: profile.vocabulary.vectors(
                [seed.counts for seed in self.seeds if seed.language == language]
            )
            for language, profile in self.profiles.items()
        }

    def to_bytes(self) -> bytes:
        """Compressed JSON; equal models give equal bytes, and floats survive exactly."""
        state = {"format": MODEL_FORMAT, **_fields(self)}
        state["profiles"] = {
            language: _fields(profile) | {"vocabulary": _fields(profile.vocabulary)}
            for language, profile in self.profiles.items()
        }
        state["seeds"] = [_fields(seed) for seed in self.seeds]
        text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return zlib.compress(text.encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> TopicModel:
        """Raises ParseError where the bytes are no model of this format."""
        try:
            return _model(json.loads(zlib.decompress(data)))
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise ParseError(f"not a topic model: {error}") from error


def _fields(one: Vocabulary | SeedCounts | Profile | TopicModel) -> dict[str, Any]:
    """As ``dataclasses.asdict``, which would copy all below as well."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _model(state: dict[str, Any]) -> TopicModel:
    if state.pop("format") != MODEL_FORMAT:
        raise ValueError(
            "made by another version of the monitor: wait for the topic's next fit; "
            "what was judged before can no longer be explained"
        )
    profiles = {
        language: Profile(vocabulary=Vocabulary(**profile.pop("vocabulary")), **profile)
        for language, profile in state.pop("profiles").items()
    }
    return TopicModel(
        profiles=profiles,
        seeds=tuple(SeedCounts(**seed) for seed in state.pop("seeds")),
        must=tuple(state.pop("must")),
        exclude=tuple(state.pop("exclude")),
        **state,
    )
