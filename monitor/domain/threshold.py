"""Where to cut a topic's scores without being told any right answer.

The cut lies part of the way from what off-topic articles score to what articles of the topic do;
where the scores of the stream show a gap near there, in the gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from monitor.domain.model import STEEPNESS

Floats = npt.NDArray[np.float64]

USUAL_LEVEL = 0.14
"""What an article of the topic scores, before the seeds say anything about it."""
HIGHEST_LEVEL = 0.45
NARROW_LEVEL = 0.27
"""The highest level of seeds that tell fewer than ``MANY_EVENTS`` different events: they agree on
what happened then, and the topic's next event will agree less."""
MANY_EVENTS = 4
SHARE_OF_WAY = 0.5
LEAST_DEVIATIONS = 5.0
"""The least distance from the background, in deviations of a model with independent terms: real
off-topic news has a longer tail."""
STREAM_FROM = 100
"""Fewer articles say too little about what the background scores."""

BACKGROUND_QUANTILE = 0.3
"""Of the stream's scores: their centre where up to half of the stream is on the topic."""
LOW_QUANTILE = 0.05
_QUANTILES_APART = 1.1
"""Deviations between these two quantiles of a normal distribution."""
NEWSLIKE = -0.8
"""The lowest scores lie so many deviations from the theory's mean, or lower, in a stream that is
news at large, but for the topic; in a wire on one trade all lie higher."""
NEWSLIKE_CENTRE = 0.5
"""The centre of such a stream is no higher above that mean, whatever part of it is on the topic."""

MUCH = 0.3
"""In such a stream, so great a part that scores above the background is the topic: it is not
rare, and the cut lies lower."""
MUCH_WAY = 0.3
MUCH_DEVIATIONS = 3.0
"""In place of ``SHARE_OF_WAY`` and ``LEAST_DEVIATIONS``."""
GAP_FROM = 5.0
"""No gap is looked for nearer to the background, in deviations of the stream's scores."""
GAP_FROM_SHARE = 0.8
"""Nor so many times the distance of the usual cut near, but where a single seed leaves the topic's
level to guesswork."""
GAP_UP_TO = 2.2
"""Nor so many times the distance of the usual cut away."""
GAP_DEPTH = 1.5
"""Scores lie so many times denser somewhere above a gap."""
GAP_DISTANCE = 0.7
"""How far a gap may be from the usual cut, as a deviation of the logarithm."""
LEAST_ABOVE = 10
LEAST_SHARE_ABOVE = 0.003
"""So many articles, and so great a share of them, lie above a gap beyond the usual cut."""
LOWER_LEAST_ABOVE = 20
LOWER_LEAST_SHARE_ABOVE = 0.06
LOWER_STREAM_FROM = 300
"""The same for a gap before it, which lets in more; in a shorter stream there may be none."""
_BANDWIDTH = 0.12
_STEP = 0.05

RARE_QUANTILE = 0.998
"""Without a gap the topic is rare: this part of the stream's scores should lie below the cut."""
RARE_WAY = 1.5
"""For which the cut goes so many times the usual way at most."""

MOVE_DEVIATION = 0.1
"""Of the logarithm of the threshold's distance from the background, before a person answers: what
is asked about lies near the threshold, and a few dozen such answers say little of it."""
STRAY = 0.1
"""Answers that tell nothing of the threshold: of odd texts, slips.  No single one moves it far."""
MOST_MOVE = 1.0
MOVES = 101

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

    Their mean or median, the lower (some may tell one event), shrunk to the usual level as if by
    one more seed, and bounded.
    """
    known = agreement[~np.isnan(agreement)]
    centre = min(known.mean(), np.median(known)) if len(known) else USUAL_LEVEL
    level = (centre * len(known) + USUAL_LEVEL) / (len(known) + 1)
    highest = HIGHEST_LEVEL if events >= MANY_EVENTS else NARROW_LEVEL
    return float(np.clip(level, USUAL_LEVEL / 2, highest))


def background_level(theory: Level, scores: Floats) -> Level:
    """The theory, centred on the stream's scores once there are enough of them."""
    if len(scores) < STREAM_FROM:
        return theory
    centre = float(np.quantile(scores, BACKGROUND_QUANTILE))
    if _newslike(theory, scores):
        centre = min(centre, theory.mean + NEWSLIKE_CENTRE * theory.deviation)
    return Level(centre, theory.deviation)


def _newslike(theory: Level, scores: Floats) -> bool:
    lowest = np.quantile(scores, LOW_QUANTILE)
    return bool(lowest <= theory.mean + NEWSLIKE * theory.deviation)


def cut(theory: Level, level: float, scores: Floats, *, guessed: bool = False) -> float:
    """The threshold: half-way up to the topic's level, but clear of the background, lower where
    much of the stream is above; or the gap between the stream's scores that is nearest and
    deepest.  ``guessed``: no seed says anything of the level."""
    background = background_level(theory, scores)
    deviation = max(background.deviation, ROUNDING)
    way = max(SHARE_OF_WAY * (level - background.mean), LEAST_DEVIATIONS * deviation)
    if len(scores) < STREAM_FROM:
        return background.mean + way
    low = max(MUCH_WAY * (level - background.mean), MUCH_DEVIATIONS * deviation)
    much = _newslike(theory, scores) and np.mean(scores >= background.mean + low) >= MUCH
    way = low if much else way
    spread = (background.mean - np.quantile(scores, LOW_QUANTILE)) / _QUANTILES_APART
    unit = max(float(spread), deviation / 4)
    least = MUCH_DEVIATIONS if much else GAP_FROM
    if not guessed:
        least = max(least, GAP_FROM_SHARE * way / unit)
    gap = _gap((scores - background.mean) / unit, way / unit, least)
    if gap is not None:
        return background.mean + gap * unit
    if much:
        return background.mean + way
    rare = float(np.quantile(scores, RARE_QUANTILE)) - background.mean
    return background.mean + float(np.clip(rare, way, RARE_WAY * way))


def _gap(steps: Floats, usual: float, least: float) -> float | None:
    """The gap in positive distances from the background, in deviations of it; None if there is
    none worth the name.  Distances count by their logarithms: the topic's spread with its level.
    """
    logs = np.log(steps[steps > 1])
    if not len(logs):
        return None
    centre, lowest = math.log(usual), math.log(least)
    grid = np.arange(lowest, max(float(logs.max()), centre) + math.log(GAP_UP_TO), _STEP)
    density = np.exp(-0.5 * ((logs - grid[:, None]) / _BANDWIDTH) ** 2).sum(axis=1)
    above = np.maximum.accumulate(density[::-1])[::-1]
    depth = np.log((above + 0.5) / (density + 0.5))
    padded = np.concatenate([[np.inf], density, [np.inf]])
    hollow = (density <= padded[:-2]) & (density <= padded[2:])
    held = len(logs) - np.searchsorted(np.sort(logs), grid, side="right")
    lower = max(LOWER_LEAST_ABOVE, LOWER_LEAST_SHARE_ABOVE * len(steps))
    if len(steps) < LOWER_STREAM_FROM:
        lower = math.inf
    higher = max(LEAST_ABOVE, LEAST_SHARE_ABOVE * len(steps))
    enough = held >= np.where(grid < centre, lower, higher)
    fits = hollow & enough & (depth >= math.log(GAP_DEPTH)) & (grid <= centre + math.log(GAP_UP_TO))
    if not fits.any():
        return None
    worth = depth - (grid - centre) ** 2 / (2 * GAP_DISTANCE**2)
    return math.exp(float(grid[np.where(fits, worth, -np.inf).argmax()]))


def answered(threshold: float, background: float, right: Floats, wrong: Floats) -> float:
    """The threshold moved to where a person's answers are likeliest, but not far without many.

    ``right``, ``wrong``: scores of articles said to be relevant, and not.  The posterior mode, by
    the logistic curve of the probability, but for strays; a priori the logarithm of the threshold's
    distance from the background is normal about the present one.
    """
    moves = np.linspace(-MOST_MOVE, MOST_MOVE, MOVES)
    ways = (threshold - background) * np.exp(moves)[:, None]
    above = [(scores - background).clip(0) for scores in (right, wrong)]
    yes, no = (STEEPNESS * (scores / ways - 1) for scores in above)
    curves = (expit(yes), expit(-no))
    likelihood = sum(np.log(STRAY + (1 - 2 * STRAY) * curve).sum(axis=1) for curve in curves)
    best = (likelihood - moves**2 / (2 * MOVE_DEVIATION**2)).argmax()
    return background + float(ways[best, 0])


def budget_cut(scores: Floats, allowed: float) -> float:
    """The lowest threshold that lets at most ``allowed`` of these scores match; -1 if all may."""
    ordered = np.sort(scores)[::-1]
    number = int(allowed)
    return float(ordered[number]) + ROUNDING if number < len(ordered) else -1.0
