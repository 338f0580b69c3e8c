"""What to expect at a threshold: matches a day, how many of them are right, how many are missed.

People label mostly what lies near the threshold, so the plain shares of their labels say little of
the rest.  The judgements are therefore parted into strata of the model's probability, and what the
labels of a stratum say is weighed by its size (post-stratification: Lohr, Sampling, 3rd ed., ch. 4;
of recall from labelled rejects: Webber, ACM TOIS 31(1), 2013).

The model's probabilities are not calibrated, but what is wrong with them is much the same
everywhere: their log-odds are off by a line (Platt 1999).  A share's posterior is a beta
distribution about that line, which is itself uncertain; all strata together teach it.

Imports scipy: import this module only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, logit

from monitor.types import Expectation, Interval, Quality

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

EDGES = (0.005, 0.01, 0.02, 0.04, 0.07, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.96)
"""Between strata of probability; 0.5 is the threshold of the model that judged."""
FAR = 0.2
"""Below, only labels that chance has drawn count: else people label there what they looked for."""
FARTHEST = 7.0
"""Log-odds are not believed beyond."""

SHIFT, SHIFT_DEVIATION = -1.0, 1.5
TILT, TILT_DEVIATION = 0.2, 0.4
"""The line before any label: normal prior of its height at the threshold, and of the logarithm of
its slope.  On 15 topics of the tune streams: median -1.3 (-5.1 to 2.7) and 0.2 (-0.4 to 1.0)."""
STRENGTH = 1.0
"""A stratum's share is as sure to lie on the line as if so many labels of its rarer kind had said
so: its deviation is about as large as the share itself."""

DRAWS = 2000
SEED = 20251121
BOUNDS = (0.05, 0.5, 0.95)
"""An interval of 90 %, and the median."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A person's verdict on one judgement."""

    probability: float
    """Of being relevant, by the model that judged it, in [0, 1]."""
    relevant: bool
    drawn: bool
    """Chance chose it among the rejected."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The judgements of some days."""

    probabilities: Sequence[float]
    """In [0, 1]; of a copy that of its original."""
    days: float
    since: datetime


@dataclass(frozen=True, slots=True)
class Cut:
    """A threshold, and the probability of an article that scores just that."""

    threshold: float
    probability: float


def quality(
    topic: str,
    model: int,
    sample: Sample,
    labels: Sequence[Labelled],
    *,
    cuts: Sequence[Cut],
    now: Cut,
) -> Quality:
    """What to expect at each of ``cuts``, by rising threshold, and at ``now``, the one in force.

    Equal input gives equal output: the draws behind the intervals have a fixed seed.  Values are
    posterior medians.
    """
    everything = [*cuts, now]
    cells = np.unique([*EDGES, *(one.probability for one in everything)])
    held = np.bincount(_place(cells, sample.probabilities), minlength=len(cells) + 1)
    stratum = _place(np.array(EDGES), [0.0, *cells])
    generator = np.random.default_rng(SEED)
    shares = _shares(sample.probabilities, labels, generator)
    relevant = generator.binomial(held, shares[:, stratum])
    # By cell -> from each cell's lower edge upwards.
    above = np.cumsum(relevant[:, ::-1], axis=1)[:, ::-1]
    matching = np.cumsum(held[::-1])[::-1]
    expected = [
        _expect(cut, sample.days, int(matching[place]), above[:, place], above[:, 0])
        for cut in everything
        for place in [int(np.searchsorted(cells, cut.probability)) + 1]
    ]
    return Quality(
        topic=topic,
        model=model,
        since=sample.since,
        articles=len(sample.probabilities),
        labels=len(labels),
        drawn=sum(one.drawn for one in labels),
        now=expected[-1],
        curve=expected[:-1],
    )


def _place(edges: Floats, probabilities: Sequence[float]) -> Integers:
    """Of each probability the number of edges at or below it."""
    return np.searchsorted(edges, np.asarray(probabilities, dtype=float), side="right")


def _shares(
    probabilities: Sequence[float], labels: Sequence[Labelled], generator: np.random.Generator
) -> Floats:
    """Draws from the posterior of the relevant share of each stratum, shape (DRAWS, strata)."""
    telling = [one for one in labels if one.drawn or one.probability >= FAR]
    right = _by_stratum([one.probability for one in telling if one.relevant])
    wrong = _by_stratum([one.probability for one in telling if not one.relevant])
    odds = _centres([*probabilities, *(one.probability for one in telling)])
    shifts, tilts = _lines()
    yes, no = _about(shifts[:, None] + np.exp(tilts)[:, None] * odds)
    likelihood = (betaln(yes + right, no + wrong) - betaln(yes, no)).sum(axis=1)
    unlikely = ((shifts - SHIFT) / SHIFT_DEVIATION) ** 2 + ((tilts - TILT) / TILT_DEVIATION) ** 2
    weight = likelihood - unlikely / 2
    chances = np.exp(weight - weight.max())
    line = generator.choice(len(chances), size=DRAWS, p=chances / chances.sum())
    return generator.beta(yes[line] + right, no[line] + wrong)


def _by_stratum(probabilities: Sequence[float]) -> Integers:
    return np.bincount(_place(np.array(EDGES), probabilities), minlength=len(EDGES) + 1)


def _centres(probabilities: Sequence[float]) -> Floats:
    """Mean log-odds of the judgements of each stratum; 0 of one without any."""
    found = np.asarray(probabilities, dtype=float)
    with np.errstate(divide="ignore"):
        odds = logit(found).clip(-FARTHEST, FARTHEST)
    places = _place(np.array(EDGES), probabilities)
    sums = np.bincount(places, weights=odds, minlength=len(EDGES) + 1)
    return np.asarray(sums / np.maximum(_by_stratum(probabilities), 1))


def _lines() -> tuple[Floats, Floats]:
    """A grid of lines: heights at the threshold, and logarithms of slopes."""
    steps = np.linspace(-3.5, 3.5, 41)
    shifts, tilts = np.meshgrid(SHIFT + SHIFT_DEVIATION * steps, TILT + TILT_DEVIATION * steps)
    return shifts.ravel(), tilts.ravel()


def _about(odds: Floats) -> tuple[Floats, Floats]:
    """Parameters of the beta distribution about shares of these log-odds."""
    share = expit(odds.clip(-2 * FARTHEST, 2 * FARTHEST))
    rarer = np.minimum(share, 1 - share)
    return STRENGTH * share / rarer, STRENGTH * (1 - share) / rarer


def _expect(
    cut: Cut, days: float, matching: int, right: Integers, relevant: Integers
) -> Expectation:
    """``right``, ``relevant``: draws of how many match rightly, and of how many there are at all;
    shape (DRAWS,)."""
    some = relevant > 0
    return Expectation(
        threshold=cut.threshold,
        probability=cut.probability,
        matches_a_day=matching / days,
        precision=_interval(right / matching) if matching else None,
        recall=_interval(right[some] / relevant[some]) if some.any() else None,
    )


def _interval(draws: Floats) -> Interval:
    low, middle, high = np.quantile(draws, BOUNDS).tolist()
    return Interval(middle, low, high)
