"""The signed profile of a set of examples against news at large (Rocchio 1971)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from monitor.domain.model import Counts, Floats, Vocabulary

SAME_STORY = 0.85
"""Examples with at least this cosine tell the same story and count as one."""
SAME_EVENT = 0.35
"""From this cosine on two examples probably tell one event."""
NEGATIVE_WEIGHT = 0.1
"""Of the mean of the irrelevant examples, in the profile."""


class NewsAtLarge:
    """The average article and its spread, from document frequencies alone.

    If an article held each term independently with its share p, once, its mean vector would be
    p·idf / E|x| with E|x|² = sum of p·idf².
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        idf = vocabulary.weights[: len(vocabulary.columns)]
        share = np.exp(-idf)
        length = float(np.sqrt(share @ idf**2)) or 1.0
        self._idf = idf
        self.mean = np.zeros(vocabulary.width)
        self.mean[: len(idf)] = share * idf / length
        self._variance = share * (1 - share) * idf**2 / length**2

    def deviation(self, direction: Floats) -> float:
        """Standard deviation of the score of off-topic articles; real ones have longer tails."""
        known = direction[: len(self._variance)]
        return float(np.sqrt(known**2 @ self._variance))


class Examples:
    """Articles of the topic as unit vectors, retold stories sharing their weight, and articles
    that a person has said to be none of it."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        rows: Sequence[Counts],
        news: Floats,
        disliked: Sequence[Counts] = (),
    ) -> None:
        """``disliked``: with words."""
        self.vectors = vocabulary.vectors(rows)
        self.disliked = vocabulary.vectors(disliked)
        self.likeness: Floats = (self.vectors @ self.vectors.T).toarray()
        """Cosines, shape (examples, examples)."""
        self._news = news
        self._onto_news = self.vectors @ news
        same = (self.likeness >= SAME_STORY).sum(axis=1)  # 0 for a text without words
        self._weights = np.divide(1.0, same, out=np.zeros(len(same)), where=same > 0)
        total = self._weights.sum() or 1.0
        self._liked: Floats = self.vectors.T @ (self._weights / total) - news

    def direction(self) -> Floats:
        """The profile, unit length, shape (width,)."""
        profile = self._liked
        if number := self.disliked.shape[0]:
            profile = profile - NEGATIVE_WEIGHT / number * self.disliked.sum(axis=0)
        return np.asarray(profile / (np.linalg.norm(profile) or 1.0))

    def events(self) -> int:
        """How many different events the examples tell: groups linked by likeness."""
        return int(connected_components(csr_array(self.likeness >= SAME_EVENT))[0])

    def agreement(self) -> Floats:
        """Each example's score against the profile of the others, copies of it left out.

        Shape (examples,); NaN where no other example has words.
        """
        others = np.where(self.likeness >= SAME_STORY, 0.0, self._weights)
        total = others.sum(axis=1, keepdims=True)
        others = np.divide(others, total, out=np.full_like(others, np.nan), where=total > 0)
        dot = (others * self.likeness).sum(axis=1) - self._onto_news
        length = np.einsum("ij,jk,ik->i", others, self.likeness, others)
        length += self._news @ self._news - 2 * others @ self._onto_news
        return np.asarray(dot / np.sqrt(length))

    def objection(self) -> Floats:
        """Each disliked article's score against the profile without it and its copies.

        Shape (disliked,).  By the profile that they have taught all would score too low.
        """
        if not self.disliked.shape[0]:
            return np.zeros(0)
        likeness = (self.disliked @ self.disliked.T).toarray()
        others = (likeness < SAME_STORY).astype(np.float64)
        others *= NEGATIVE_WEIGHT / np.maximum(others.sum(axis=1, keepdims=True), 1)
        onto = self.disliked @ self._liked
        dot = onto - (others * likeness).sum(axis=1)
        length = np.einsum("ij,jk,ik->i", others, likeness, others)
        length += self._liked @ self._liked - 2 * others @ onto
        return np.asarray(dot / np.sqrt(length))
