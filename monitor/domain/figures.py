"""Figures as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def rounded(parts: Sequence[float], digits: int) -> list[float]:
    """Parts of a sum, each rounded up or down, so that they add up to the rounded sum.

    The method of largest remainders (Hamilton 1792).
    """
    scaled = [part * 10**digits for part in parts]
    whole = [math.floor(part) for part in scaled]
    missing = round(math.fsum(scaled)) - sum(whole)
    order = sorted(range(len(parts)), key=lambda i: whole[i] - scaled[i])
    for place in order[:missing]:
        whole[place] += 1
    return [part / 10**digits for part in whole]


def chance(probability: float) -> str:
    """A probability in [0, 1] in percent: ``97 %``, ``under 1 %``, ``over 99 %``."""
    if probability < 0.01:
        return "under 1 %"
    return "over 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def rate(number: float) -> str:
    """How many a day, roughly: ``0.05``, ``3.2``, ``120``."""
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"
