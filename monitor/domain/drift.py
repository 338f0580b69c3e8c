"""Are a topic's matches moving away from its seeds?

A rank test for trend (Mann, Econometrica 13, 1945; Kendall 1975), which asks nothing of the
distribution, and the median of all slopes between two weeks (Theil 1950; Sen, JASA 63, 1968), which
single odd weeks do not move.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from statistics import NormalDist, median
from typing import Literal, TypeVar

from monitor.types import DriftWeek

LEAST_WEEKS = 6
"""Weeks with matches; fewer tell no trend from chance."""
SIGNIFICANT = 0.05
"""A trend that chance makes rarer than so often, on both sides together."""
NOTICEABLE = 0.1
"""Part of the usual similarity that has been lost over the whole time."""

T = TypeVar("T")

Trend = Literal["moving away", "steady", "too few"]


def trend(weeks: Sequence[DriftWeek]) -> Trend:
    """In words; ``weeks`` in order."""
    seen = [(week, one.similarity) for week, one in enumerate(weeks) if one.similarity is not None]
    if len(seen) < LEAST_WEEKS:
        return "too few"
    values = [value for _, value in seen]
    lost = -slope(seen) * (seen[-1][0] - seen[0][0])
    falls = chance_of(values) < SIGNIFICANT and lost > NOTICEABLE * median(values)
    return "moving away" if falls else "steady"


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Theil and Sen's: the median slope between two points of different x."""
    return median((d - b) / (c - a) for (a, b), (c, d) in combinations(points, 2))


def chance_of(values: Sequence[float]) -> float:
    """The p-value of Mann and Kendall's test on at least three values in order, two-sided: normal
    approximation, corrected for ties and continuity."""
    rises = sum((b > a) - (b < a) for a, b in combinations(values, 2))
    ties = sum(_pairs(held) for held in Counter(values).values())
    deviation = math.sqrt((_pairs(len(values)) - ties) / 18)
    if not rises or not deviation:
        return 1.0
    return 2 * (1 - NormalDist().cdf((abs(rises) - 1) / deviation))


def _pairs(number: int) -> int:
    """n(n - 1)(2n + 5)"""
    return number * (number - 1) * (2 * number + 5)


def spread(found: Sequence[T], number: int) -> list[T]:
    """At most ``number`` of these, evenly from the first to the last."""
    if len(found) <= number:
        return list(found)
    return [found[place * len(found) // number] for place in range(number)]
