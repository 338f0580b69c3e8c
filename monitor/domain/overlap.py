"""How much of what one story holds does another hold too?"""

from __future__ import annotations

import zlib
from collections.abc import Set as AbstractSet

import numpy as np
from scipy.sparse import csr_array, vstack

from monitor.domain.blocks import Blocks
from monitor.domain.model import Floats

BUCKETS = 1 << 16
PRIOR_STORIES = 20
"""A key never met counts as if in ``PRIOR_SHARE`` of so many stories."""
PRIOR_SHARE = 0.005


class Overlap:
    """Sets of keys (words of titles, numbers) of the stories so far; what many hold weighs less."""

    def __init__(self) -> None:
        self._told = 0
        self._frequencies = np.zeros(BUCKETS)
        self._vectors: Blocks[csr_array] = Blocks(_stacked)
        self._query = np.zeros(BUCKETS)

    def add(self, keys: AbstractSet[str]) -> None:
        """Take note of a story, weighted as of now."""
        vector = self._vector(keys)
        self._vectors.append(vector)
        self._told += 1
        self._frequencies[vector.indices] += 1

    def likeness(self, keys: AbstractSet[str]) -> Floats:
        """Cosine with each story's set, in [0, 1], shape (stories,), at least one."""
        vector = self._vector(keys)
        self._query[vector.indices] = vector.data
        likeness = [block @ self._query for block in self._vectors]
        self._query[vector.indices] = 0.0
        return np.asarray(np.concatenate(likeness).clip(0.0, 1.0))

    def _vector(self, keys: AbstractSet[str]) -> csr_array:
        columns = np.unique([zlib.crc32(key.encode()) % BUCKETS for key in sorted(keys)])
        columns = columns.astype(np.int32)
        share = self._frequencies[columns] + PRIOR_STORIES * PRIOR_SHARE
        weights = -np.log(share / (self._told + PRIOR_STORIES))
        data = weights / (np.linalg.norm(weights) or 1.0)
        return csr_array((data, columns, [0, len(data)]), shape=(1, BUCKETS))


def _stacked(older: csr_array, newer: csr_array) -> csr_array:
    return vstack([older, newer], format="csr")
