"""A score leans on those of the nearest earlier articles: what is alike is relevant alike.

The cluster hypothesis (van Rijsbergen 1979, ch. 3), as scores regularised (Diaz, CIKM 2005).  An
article with no near neighbour keeps its own score; nothing is learnt from it, so nothing drifts.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from monitor.types import Neighbour

MOST = 0.9
"""The most that neighbours count of a score."""
HALF = 0.2
"""Sum of squared cosines at which they count half of that."""
DIGITS = 4
"""Cosines and scores of neighbours are rounded so before use: they are stored so."""
_PACKED = struct.Struct("<qhh")


def shares(neighbours: Sequence[Neighbour]) -> list[float]:
    """What part of a score each neighbour's score makes up; the article's own makes up the rest.

    Neighbours weigh by the squares of their cosines.
    """
    squares = [one.cosine**2 for one in neighbours]
    total = sum(squares) + HALF
    return [MOST * square / total for square in squares]


def leaning(own: float, neighbours: Sequence[Neighbour]) -> float:
    """A score: the article's own, in parts given up for those of its neighbours."""
    portions = shares(neighbours)
    lent = math.fsum(p * one.score for p, one in zip(portions, neighbours, strict=True))
    return (1 - math.fsum(portions)) * own + lent


def pack(neighbours: Sequence[Neighbour]) -> bytes:
    """Twelve bytes each."""
    scale = 10**DIGITS
    return b"".join(
        _PACKED.pack(one.judgement, round(one.cosine * scale), round(one.score * scale))
        for one in neighbours
    )


def unpack(data: bytes) -> tuple[Neighbour, ...]:
    """What ``pack`` was given.  Raises ValueError for other bytes."""
    if len(data) % _PACKED.size:
        raise ValueError("no packed neighbours")
    scale = 10**DIGITS
    return tuple(
        Neighbour(judgement, cosine / scale, score / scale)
        for judgement, cosine, score in _PACKED.iter_unpack(data)
    )
