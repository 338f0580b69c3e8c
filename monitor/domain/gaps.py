"""How regularly a feed publishes, once its hours are allowed for."""

from __future__ import annotations

from dataclasses import dataclass

PRIOR_GAPS = 10
"""How many gaps of a Poisson process (mean 1, mean square 2) are presumed at first."""
LONGEST_FADES = 0.15
"""The longest gaps lose a tenth when the rest loses half: a holiday is remembered, not for ever."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Times from one entry to the next, in entries that were to be expected meanwhile.

    On that scale the mean is 1 at any hour, and a Poisson process has an exponential distribution.
    """

    number: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    longest: float = 0.0
    longest_hours: float = 0.0
    """By the clock."""

    @property
    def burst(self) -> float:
        """How many entries come together, >= 1.

        If batches of b entries come at Poisson times, a gap g has E[g²] = 2 b E[g]².
        """
        number, total = self.number + PRIOR_GAPS, self.total + PRIOR_GAPS
        return max(1.0, (self.squares + 2 * PRIOR_GAPS) * number / (2 * total * total))

    def add(self, expected: float, hours: float) -> Gaps:
        """With one more, of ``expected`` entries and so many hours by the clock."""
        return Gaps(
            self.number + 1,
            self.total + expected,
            self.squares + expected * expected,
            max(self.longest, expected),
            max(self.longest_hours, hours),
        )

    def fade(self, factor: float) -> Gaps:
        """With all that is known made lighter by a factor in (0, 1]."""
        slower = factor**LONGEST_FADES
        return Gaps(
            self.number * factor,
            self.total * factor,
            self.squares * factor,
            self.longest * slower,
            self.longest_hours * slower,
        )
