"""How a day's few messages are spent on what scores best, without knowing what is still to come.

Pure: counts, scores and times in, verdicts out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

HISTORY = timedelta(days=14)
"""How far it looks back for what is usual."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a day's messages, beside what may still come that day."""

    left: int
    rest: float
    """Part of the day that is still to come, in [0, 1]."""
    scores: Sequence[float]
    """Of the new events of the last ``days`` days."""
    days: float
    """At least 1."""

    @property
    def expected(self) -> float:
        """New events that are still to come today, by the pace of the last days."""
        return len(self.scores) / self.days * self.rest

    @property
    def level(self) -> float:
        """The score from which on a new event is told now: as many of those still to come as there
        are messages left lie above it, if they are like the last ones.

        Minus infinity where there is room for all of them, infinity where there is none.
        """
        if self.left <= 0:
            return math.inf
        if self.expected <= self.left:
            return -math.inf
        ordered = sorted(self.scores)
        return ordered[math.floor((1 - self.left / self.expected) * len(ordered))]

    def takes(self, score: float) -> bool:
        """Whether a new event of this score is told now."""
        return score >= self.level

    @property
    def takes_update(self) -> bool:
        """Whether there is room for an update: it may use what new events will leave."""
        return self.left - self.expected >= 1
