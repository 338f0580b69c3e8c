"""When to poll a feed next, so that entries wait as little as a budget of polls allows.

For a fixed number of polls the total delay from publication to poll is least when the frequency is
proportional to the square root of rate times weight (Sia, Cho and Cho, Efficient Monitoring
Algorithm for Fast News Alerts, IEEE TKDE 19(7), 2007).  At a steady rate r, polls every T hours
make the entries of one interval wait r T²/2 hours together; so the rule is the same as to poll
whenever that total reaches one level²/2 that all feeds share, T = level / sqrt(r).  Said this way
it holds for rates that change as well: what was published before a quiet night does not wait for
the morning.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from monitor.domain.rhythm import HOUR, Rhythm, slot

STEPS = 100
"""Halvings: more than a float has bits."""


def load(rhythm: Rhythm, weight: float = 1.0) -> float:
    """Polls per hour that the feed gets at level 1: the mean over the week of sqrt(weight·rate)."""
    return math.sqrt(weight) * sum(map(math.sqrt, rhythm.rates)) / len(rhythm.rates)


def level_for(
    loads: Sequence[float], polls_per_hour: float, shortest: timedelta, longest: timedelta
) -> float:
    """The level at which feeds with these loads are polled so often together.

    Between 0 (every feed at ``shortest``; also if the budget allows more) and infinity (every feed
    at ``longest``; also if the budget does not allow even that).
    """
    ordered = sorted(loads)
    sums = [0.0, *accumulate(ordered)]
    least, most = timedelta(hours=1) / longest, timedelta(hours=1) / shortest
    if polls_per_hour <= least * len(ordered):
        return math.inf
    if polls_per_hour >= most * len(ordered):
        return 0.0

    def polls(level: float) -> float:
        slow, fast = bisect_left(ordered, least * level), bisect_right(ordered, most * level)
        between = (sums[fast] - sums[slow]) / level
        return slow * least + between + (len(ordered) - fast) * most

    low, high = 0.0, ordered[-1] / least
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if polls(middle) > polls_per_hour else (low, middle)
    return high


def next_due(
    rhythm: Rhythm,
    now: datetime,
    level: float,
    *,
    shortest: timedelta,
    longest: timedelta,
    weight: float = 1.0,
) -> datetime:
    """When to poll again a feed that was polled at ``now``; between ``shortest`` and ``longest``
    from then."""
    wait = timedelta(seconds=_wait(rhythm, now.timestamp(), level, weight, longest.total_seconds()))
    return now + min(max(wait, shortest), longest)


def _wait(rhythm: Rhythm, now: float, level: float, weight: float, longest: float) -> float:
    """Seconds until the entries to be expected have waited level²/2 hours together."""
    left, unread = level * level / 2, 0.0
    time = now
    while time < now + longest:
        until = (time // HOUR + 1) * HOUR
        hours, rate = (until - time) / HOUR, weight * rhythm.rates[slot(time)]
        waited = unread * hours + rate * hours * hours / 2
        if waited >= left:
            root = math.sqrt(unread * unread + 2 * rate * left)
            return time - now + (HOUR * 2 * left / (root + unread) if root else 0.0)
        left, unread, time = left - waited, unread + rate * hours, until
    return longest
