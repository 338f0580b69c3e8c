"""Whether feeds are well, and whether little news means that little happens or that little is seen.

Pure: counts and times in, verdicts out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

DEAD_AFTER = timedelta(days=1)
DEAD_FAILURES = 5
"""Polls that must have failed as well: a monitor that was off for a day has asked only once."""

WEEKS = 8
"""How far the usual volume of a weekday looks back."""
MIN_DAYS = 3
"""Earlier days that a usual volume needs."""
BLIND_SHARE = 0.5
"""Of the feeds: when more fail, little is seen whatever happens."""


def is_dead(failing_since: datetime | None, failures: int, now: datetime) -> bool:
    """Whether a feed has failed for so long that somebody should look."""
    if failing_since is None or failures < DEAD_FAILURES:
        return False
    return now - failing_since >= DEAD_AFTER


@dataclass(frozen=True, slots=True)
class Volume:
    """New articles of the last 24 hours beside what is usual at this time of the week."""

    articles: int
    usual: float | None
    """The median of the same 24 hours in earlier weeks; None while too little is known."""
    low: float | None
    """Below this is unusual."""
    verdict: Literal["usual", "quiet", "blind", "unknown"]
    """quiet: few articles though the feeds are well; blind: few articles, or none, because feeds
    cannot be read."""


def comparable(days: int) -> range:
    """Which of the last ``days`` periods of 24 hours (0 is the present one) that one is compared
    with: those whole weeks ago, or every one while there are fewer than three such weeks."""
    weeks = range(7, min(days, 7 * WEEKS + 1), 7)
    return weeks if len(weeks) >= MIN_DAYS else range(1, days)


def volume(today: int, earlier: Sequence[int], failing: int, feeds: int) -> Volume:
    """Compare the last 24 hours with those that are ``comparable``; ``failing`` of ``feeds``
    cannot be read.

    A count is low when it is three standard deviations below the usual one: of a Poisson count, or
    of the spread seen (1.48 x the median absolute deviation) where that is larger.
    """
    blind = feeds > 0 and failing > BLIND_SHARE * feeds
    if len(earlier) < MIN_DAYS:
        return Volume(today, None, None, "blind" if blind else "unknown")
    usual = float(median(earlier))
    spread = 1.48 * median(abs(count - usual) for count in earlier)
    low = max(0.0, usual - 3 * max(spread, math.sqrt(usual)))
    if today >= low and not (blind and today < usual):
        return Volume(today, usual, low, "usual")
    return Volume(today, usual, low, "blind" if blind or failing else "quiet")
