"""The articles judged last, among which the neighbours of the next are found.

Imports scipy: import this module only where articles are judged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from monitor.domain.model import Floats, Profile
from monitor.domain.neighbours import DIGITS
from monitor.types import Neighbour

WINDOW = 2000
"""Articles of the stream among which neighbours are looked for."""
NEAREST = 20
ONE_IN = 20
"""At most one in so many articles: among few, the nearest are not near."""
LEAST_COSINE = 0.5 * 10**-DIGITS


class Recent:
    """The articles of one language judged last, as unit vectors under one profile."""

    def __init__(self, profile: Profile) -> None:
        self._vectors = csr_array((0, profile.vocabulary.width))
        self._scores: Floats = np.zeros(0)
        self._judgements: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def add(self, judgements: Sequence[int], vectors: csr_array, scores: Floats) -> None:
        """Take note of articles, in the order of judging; the oldest beyond the window go, and
        earlier versions of these."""
        stale = np.isin(self._judgements, judgements)
        if stale.any():
            self._vectors = csr_array(self._vectors[~stale])
            self._scores, self._judgements = self._scores[~stale], self._judgements[~stale]
        self._vectors = csr_array(vstack([self._vectors, vectors], format="csr")[-WINDOW:])
        self._scores = np.concatenate([self._scores, scores])[-WINDOW:]
        self._judgements = np.concatenate([self._judgements, judgements])[-WINDOW:].astype(np.int64)

    def nearest(
        self, judgements: Sequence[int], vectors: csr_array, scores: Floats
    ) -> list[tuple[Neighbour, ...]]:
        """The neighbours of each article, nearest first, of a batch in the order of judging: an
        article's neighbours are noted articles, earlier versions of the batch's own left out, and
        those before it in the batch.

        ``vectors``: unit, shape (batch, width); ``scores``: their own, shape (batch,).
        """
        everyone = np.concatenate([self._judgements, judgements]).astype(np.int64)
        owned = np.concatenate([self._scores, scores])
        noted = (self._vectors @ vectors.T).toarray().T  # so round, the smaller one is turned
        stale = np.isin(self._judgements, judgements)
        noted[:, stale] = 0.0
        others = int((~stale).sum())
        likeness = np.hstack([noted, np.tril((vectors @ vectors.T).toarray(), -1)])
        found = []
        for place, row in enumerate(likeness):
            number = min(NEAREST, -(-(others + place) // ONE_IN))
            some = np.argpartition(-row, number - 1)[:number] if number else np.arange(0)
            best = some[np.lexsort((everyone[some], -row[some]))]
            near = zip(
                everyone[best].tolist(), row[best].tolist(), owned[best].tolist(), strict=True
            )
            found.append(
                tuple(
                    Neighbour(judgement, min(1.0, round(cosine, DIGITS)), round(score, DIGITS))
                    for judgement, cosine, score in near
                    if cosine >= LEAST_COSINE
                )
            )
        return found
