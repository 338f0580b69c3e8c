"""How alike are two stories of one topic?

S is a weighted mean of two cosines: one of plain TF-IDF, one with an IDF learned from the topic's
own stories, which takes weight from what all of them share and leaves what tells them apart.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy.sparse import csr_array, vstack

from monitor.domain.blocks import Blocks
from monitor.domain.model import Counts, Floats, Integers, Vocabulary

PRIOR_STORIES = 20
"""News at large counts as much as so many stories of the topic."""
TOPICAL = 0.6
"""Weight of the cosine with the topic's own IDF.  A narrow topic repeats its names in every story;
at one half its next event joined the one before."""

RARE_STORIES = 3
RARE_SHARE = 0.01
"""A term is rare in a topic if so many of its stories hold it, or such a share of them."""


class Stories:
    """Vectors of the stories told so far, each as weighted when it was told."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._shares = np.exp(-vocabulary.weights)
        self._told = 0
        self._frequencies = np.zeros(vocabulary.width)
        self._vectors: Blocks[csr_array] = Blocks(_stacked)
        self._query = np.zeros(2 * vocabulary.width)
        self._holders: defaultdict[int, list[int]] = defaultdict(list)
        """Stories by column."""
        self._last: tuple[Counts, int, csr_array] | None = None
        """A story is compared, then told: its vector is made once."""

    def add(self, counts: Counts) -> None:
        """Take note of a story: its vector by today's weights, then its terms for later ones."""
        vector = self._vector(counts)
        self._vectors.append(vector)
        columns = vector.indices[: vector.nnz // 2]
        for column in columns.tolist():
            self._holders[column].append(self._told)
        self._told += 1
        self._frequencies[columns] += 1

    def likeness(self, counts: Counts) -> Floats:
        """S of a text with each story, in [0, 1], shape (stories,), at least one."""
        vector = self._vector(counts)
        self._query[vector.indices] = vector.data
        likeness = [block @ self._query for block in self._vectors]
        self._query[vector.indices] = 0.0
        return np.asarray(np.concatenate(likeness).clip(0.0, 1.0))

    def rarity(self, counts: Counts) -> Floats:
        """The rare terms that a text shares with each story, shape (stories,): the sum of their
        weights by the topic's own IDF, in nats."""
        columns = self._vocabulary.counts([counts]).indices
        held = self._frequencies[columns]
        rare = (held > 0) & (held <= max(RARE_STORIES, RARE_SHARE * self._told))
        shared = np.zeros(self._told)
        weights = -np.log(self._topical(columns[rare]))
        for column, weight in zip(columns[rare].tolist(), weights.tolist(), strict=True):
            shared[self._holders[column]] += weight
        return shared

    def between(self, some: Integers, others: Integers) -> Floats:
        """S of stories told before, by their numbers, shape (some, others)."""
        told = vstack(list(self._vectors), format="csr")
        likeness = (told[some] @ told[others].T).toarray()
        return np.asarray(likeness.clip(0.0, 1.0))

    def _vector(self, counts: Counts) -> csr_array:
        """Both weightings side by side, shape (1, 2·width); a dot product of two such is S."""
        if self._last is None or self._last[0] is not counts or self._last[1] != self._told:
            self._last = (counts, self._told, self._weighted(counts))
        return self._last[2]

    def _weighted(self, counts: Counts) -> csr_array:
        row = self._vocabulary.counts([counts])
        tf = 1 + np.log(row.data)
        plain = tf * self._vocabulary.weights[row.indices]
        topical = -tf * np.log(self._topical(row.indices))
        halves = _unit(plain) * np.sqrt(1 - TOPICAL), _unit(topical) * np.sqrt(TOPICAL)
        data = np.concatenate(halves)
        columns = np.concatenate([row.indices, row.indices + self._vocabulary.width])
        return csr_array((data, columns, [0, len(data)]), shape=(1, 2 * self._vocabulary.width))

    def _topical(self, columns: Integers) -> Floats:
        """Shares of the topic's stories that hold the terms."""
        prior = PRIOR_STORIES * self._shares[columns]
        share = (self._frequencies[columns] + prior) / (self._told + PRIOR_STORIES)
        return np.asarray(share)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / (np.linalg.norm(vector) or 1.0))


def _stacked(older: csr_array, newer: csr_array) -> csr_array:
    return vstack([older, newer], format="csr")
