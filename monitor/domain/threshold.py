"""Where to cut a topic's scores without being told any right answer.

The cut lies part of the way from what off-topic articles score to what articles of the topic do.
A mixture of two Gaussians fitted to the stream's scores was tried as well: it was no better, and
took the long tail of off-topic news for the topic where the topic is rare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

USUAL_LEVEL = 0.14
"""What an article of the topic scores, before the seeds say anything about it."""
HIGHEST_LEVEL = 0.45
NARROW_LEVEL = 0.27
"""The highest level of seeds that tell fewer than ``MANY_EVENTS`` different events: they agree on
what happened then, and the topic's next event will agree less."""
MANY_EVENTS = 4
SHARE_OF_WAY = 0.5
LEAST_DEVIATIONS = 6.0
"""The least distance from the background, in deviations of a model with independent terms: real
off-topic news has a longer tail."""
STREAM_FROM = 100
"""Fewer articles say too little about what the background scores."""

ROUNDING = 1e-9
"""Equal scores, summed in another order, differ by less."""


@dataclass(frozen=True, slots=True)
class Level:
    """Mean and standard deviation of the scores of off-topic articles."""

    mean: float
    deviation: float


def topic_level(agreement: Floats, events: int) -> float:
    """What articles of the topic score, from the seeds' leave-one-out scores (NaN: unknown) and
    the number of different events that they tell.

    Their mean, shrunk to the usual level as if by one more seed, and bounded.
    """
    known = agreement[~np.isnan(agreement)]
    level = (known.sum() + USUAL_LEVEL) / (len(known) + 1)
    highest = HIGHEST_LEVEL if events >= MANY_EVENTS else NARROW_LEVEL
    return float(np.clip(level, USUAL_LEVEL / 2, highest))


def background_level(theory: Level, scores: Floats) -> Level:
    """The theory, centred on the median of the stream's scores once there are enough of them."""
    if len(scores) < STREAM_FROM:
        return theory
    return Level(float(np.median(scores)), theory.deviation)


def cut(background: Level, level: float) -> float:
    """The threshold: half-way up to the topic's level, but clear of the background."""
    way = SHARE_OF_WAY * (level - background.mean)
    return background.mean + max(way, LEAST_DEVIATIONS * background.deviation)


def budget_cut(scores: Floats, allowed: float) -> float:
    """The lowest threshold that lets at most ``allowed`` of these scores match; -1 if all may."""
    ordered = np.sort(scores)[::-1]
    number = int(allowed)
    return float(ordered[number]) + ROUNDING if number < len(ordered) else -1.0
