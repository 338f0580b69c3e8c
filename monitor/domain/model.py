"""What judging needs of a topic, small enough to store: IDF, profile, threshold, seeds.

Imports scikit-learn: import this module only where articles are judged.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfTransformer

from monitor.errors import ParseError

FORMAT = 1
BUCKETS = 1 << 16
"""Columns shared, by hash, by the terms that the model does not know."""

Counts = Mapping[str, int]
Floats = npt.NDArray[np.float64]


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
    def columns(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(sorted(self.idf))}

    @cached_property
    def weights(self) -> Floats:
        """IDF by column, shape (width,)."""
        known = [self.idf[term] for term in self.columns]
        return np.concatenate([known, np.full(BUCKETS, self.unseen)])

    @property
    def width(self) -> int:
        return len(self.columns) + BUCKETS

    def column(self, term: str) -> int:
        known = self.columns.get(term)
        return len(self.columns) + zlib.crc32(term.encode()) % BUCKETS if known is None else known

    def counts(self, rows: Sequence[Counts]) -> csr_array:
        """Term counts as a matrix of shape (rows, width), each row in order of its columns."""
        ordered = [sorted((self.column(t), n) for t, n in row.items()) for row in rows]
        ends = np.cumsum([0, *map(len, ordered)])
        columns = np.array([c for row in ordered for c, _ in row], dtype=np.int32)
        numbers = np.array([n for row in ordered for _, n in row], dtype=np.float64)
        return csr_array((numbers, columns, ends), shape=(len(rows), self.width))

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
    counts: Counts


@dataclass(frozen=True)
class TopicModel:
    """A fitted topic.  Frozen: an article's score is a function of it and the article alone."""

    vocabulary: Vocabulary
    profile: Mapping[str, float]
    """Term -> signed weight, rounded to 1e-6; about unit length."""
    threshold: float
    """An article matches from this score on."""
    seeds: tuple[SeedCounts, ...]
    must: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @cached_property
    def direction(self) -> Floats:
        """The profile by column, shape (width,)."""
        weights = np.zeros(self.vocabulary.width)
        for term, weight in self.profile.items():
            weights[self.vocabulary.column(term)] = weight
        return weights

    @cached_property
    def seed_vectors(self) -> csr_array:
        """Unit vectors, shape (seeds, width)."""
        return self.vocabulary.vectors([seed.counts for seed in self.seeds])

    def to_bytes(self) -> bytes:
        """Compressed JSON; equal models give equal bytes, and floats survive exactly."""
        state = {"format": FORMAT, **asdict(self)}
        text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return zlib.compress(text.encode(), 9)

    @classmethod
    def from_bytes(cls, data: bytes) -> TopicModel:
        """Raises ParseError where the bytes are no model of this format."""
        try:
            return _model(json.loads(zlib.decompress(data)))
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise ParseError(f"not a topic model: {error}") from error


def _model(state: dict[str, Any]) -> TopicModel:
    if state.pop("format") != FORMAT:
        raise ValueError("made by another version of the monitor; fit the topic again")
    return TopicModel(
        vocabulary=Vocabulary(**state.pop("vocabulary")),
        seeds=tuple(SeedCounts(**seed) for seed in state.pop("seeds")),
        must=tuple(state.pop("must")),
        exclude=tuple(state.pop("exclude")),
        **state,
    )
