"""Does a text repeat another?  Shingles and their containment (Broder 1997)."""

from __future__ import annotations

import zlib
from collections.abc import Set as AbstractSet
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.domain.blocks import Blocks
from monitor.domain.text import tokens
from monitor.types import Article

SHINGLE_WORDS = 3
LEAST_SHINGLES = 20
"""Shorter texts are never copies: stubs and bare headlines resemble one another."""
COPY_FROM = 0.58
"""Where one word in ten is another, .73 of the shingles are left on average, and in a text of
a hundred words hardly ever less than this.  Of four words each it would be .66, and boilerplate
that stubs of one site share comes to .55."""

_Integers: TypeAlias = npt.NDArray[np.int64]


def shingles(article: Article) -> frozenset[int]:
    """Hashes (CRC-32, the same in every process) of each three neighbouring words of the body."""
    words = [word.encode() for word in tokens(article.text)]
    neighbours = zip(*(words[i:] for i in range(SHINGLE_WORDS)), strict=False)
    return frozenset(map(zlib.crc32, map(b" ".join, neighbours)))


def containment(a: AbstractSet[int], b: AbstractSet[int]) -> float:
    """The share of the smaller set that the other holds, in [0, 1]; 0 if one is empty."""
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller else 0.0


def is_copy(a: AbstractSet[int], b: AbstractSet[int]) -> bool:
    """Whether one of two texts repeats most of the other."""
    return min(len(a), len(b)) >= LEAST_SHINGLES and containment(a, b) >= COPY_FROM


class Originals:
    """The texts so far, numbered from 0, to find the one that a new text repeats."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._postings: Blocks[tuple[_Integers, _Integers]] = Blocks(_merged)

    def add(self, text: AbstractSet[int]) -> None:
        """Take note of a text's shingles."""
        hashes = np.sort(np.fromiter(text, dtype=np.int64, count=len(text)))
        self._postings.append((hashes, np.full(len(hashes), len(self._sizes), dtype=np.int64)))
        self._sizes.append(len(text))

    def repeated(self, text: AbstractSet[int]) -> int | None:
        """The first text of which this one is a copy by :func:`is_copy`, or None."""
        if len(text) < LEAST_SHINGLES or not self._sizes:
            return None
        wanted = np.sort(np.fromiter(text, dtype=np.int64, count=len(text)))
        found = [owners[_positions(hashes, wanted)] for hashes, owners in self._postings]
        shared = np.bincount(np.concatenate(found))
        for one in np.flatnonzero(shared >= COPY_FROM * LEAST_SHINGLES).tolist():
            size = self._sizes[one]
            if size >= LEAST_SHINGLES and shared[one] >= COPY_FROM * min(size, len(text)):
                return int(one)
        return None


def _merged(
    older: tuple[_Integers, _Integers], newer: tuple[_Integers, _Integers]
) -> tuple[_Integers, _Integers]:
    hashes = np.concatenate([older[0], newer[0]])
    order = np.argsort(hashes, kind="stable")
    return hashes[order], np.concatenate([older[1], newer[1]])[order]


def _positions(hashes: _Integers, wanted: _Integers) -> _Integers:
    """Where the sorted ``hashes`` equal one of the sorted, distinct ``wanted``."""
    wanted = wanted[wanted <= hashes[-1]] if len(hashes) else wanted[:0]
    first = np.searchsorted(hashes, wanted, side="left")
    met = hashes[first] == wanted
    first = first[met]
    number = np.searchsorted(hashes, wanted[met], side="right") - first
    skipped = np.repeat(np.cumsum(number) - number, number)
    return np.asarray(np.repeat(first, number) + np.arange(number.sum()) - skipped)
