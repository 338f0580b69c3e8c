"""What to expect at a threshold, and whether matches move away from the seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv

from monitor.domain.drift import chance_of, slope, spread, trend
from monitor.domain.quality import Cut, Labelled, Sample, quality
from monitor.domain.review import Candidate, asked_by_chance, review_order
from monitor.types import DriftWeek, Interval, Quality

SINCE = datetime(2025, 6, 1, tzinfo=UTC)
HALF = Cut(0.2, 0.5)
STREAMS = 15
"""Of each kind."""
KINDS = {
    "calibrated": (0.0, 1.0),
    "overconfident": (-2.0, 0.8),
    "underconfident": (1.5, 1.5),
    "too many matches": (-3.0, 1.0),
    "nothing missed": (-1.3, 1.8),
}
"""Log-odds of the truth: height at the threshold and slope, over those of the model."""


@dataclass(frozen=True)
class Stream:
    """Articles that a model has judged, and the truth about them."""

    odds: np.ndarray
    relevant: np.ndarray

    @property
    def probabilities(self) -> list[float]:
        return (1 / (1 + np.exp(-self.odds))).tolist()

    @property
    def precision(self) -> float:
        return float(self.relevant[self.odds >= 0].mean())

    @property
    def recall(self) -> float:
        return float(self.relevant[self.odds >= 0].sum() / self.relevant.sum())

    def reviewed(self, number: int) -> list[Labelled]:
        """Answers to the first questions of the review queue."""
        candidates = [Candidate(n, odds, 0.0) for n, odds in enumerate(self.odds.tolist())]
        order = review_order(candidates)[:number]
        drawn = asked_by_chance(order)
        return [
            Labelled(
                self.probabilities[one.judgement],
                bool(self.relevant[one.judgement]),
                one.judgement in drawn,
            )
            for one in order
        ]


def stream(number: int, height: float, slope: float) -> Stream:
    """2,700 articles that are far from the topic for the most part, and 300 that may be of it."""
    chance = np.random.default_rng(number)
    odds = np.concatenate([chance.normal(-4, 0.9, 2700), chance.normal(0, 2.5, 300)])
    truth = 1 / (1 + np.exp(-(height + slope * odds)))
    return Stream(odds, chance.random(len(odds)) < truth)


def estimate(
    probabilities: Sequence[float], labels: Sequence[Labelled] = (), *cuts: Cut, days: float = 10
) -> Quality:
    sample = Sample(probabilities, days, SINCE)
    return quality("dams", 7, sample, labels, cuts=cuts, now=HALF)


def holds(interval: Interval | None, truth: float) -> bool:
    assert interval is not None
    return interval.low <= truth <= interval.high


def naive(labels: Sequence[Labelled]) -> tuple[Interval, Interval]:
    """Precision and recall as plain shares of the labels, with Jeffreys' intervals of 90 %."""
    right = [one for one in labels if one.relevant]
    matches = [one for one in labels if one.probability >= 0.5]
    both = sum(one.probability >= 0.5 for one in right)
    return _share(both, len(matches)), _share(both, len(right))


def _share(part: int, whole: int) -> Interval:
    bounds = betaincinv(part + 0.5, whole - part + 0.5, [0.05, 0.5, 0.95]).tolist()
    return Interval(bounds[1], bounds[0], bounds[2])


@pytest.mark.parametrize("answers", [30, 100])
def test_the_truth_lies_in_the_intervals_whether_or_not_the_model_is_calibrated(
    answers: int,
) -> None:
    held = {}
    for kind, (height, tilt) in KINDS.items():
        found = np.zeros(4)
        for number in range(STREAMS):
            one = stream(number, height, tilt)
            labels = one.reviewed(answers)
            now = estimate(one.probabilities, labels).now
            precision, recall = naive(labels)
            found += (
                holds(now.precision, one.precision),
                holds(now.recall, one.recall),
                holds(precision, one.precision),
                holds(recall, one.recall),
            )
        held[kind] = found / STREAMS
    shares = np.array(list(held.values()))
    assert shares[:, :2].min() >= 0.8, held
    assert shares[:, 2:].mean() < 0.5, held


def test_more_answers_make_it_surer() -> None:
    one = stream(1, 0.0, 1.0)
    few, many = (estimate(one.probabilities, one.reviewed(n)).now.recall for n in (10, 400))
    assert few and many
    assert many.high - many.low < 0.7 * (few.high - few.low)


def test_without_chance_recall_stays_open() -> None:
    probabilities = [0.03] * 5000 + [0.9] * 100
    near = [Labelled(0.9, True, False)] * 40
    looked_for = [Labelled(0.03, False, False)] * 40
    drawn = [Labelled(0.03, False, True)] * 40
    blind = estimate(probabilities, near).now.recall
    assert blind and blind.high - blind.low > 0.5
    assert estimate(probabilities, [*near, *looked_for]).now.recall == blind
    seen = estimate(probabilities, [*near, *drawn]).now.recall
    assert seen and seen.value > blind.value and seen.low > blind.low + 0.3


def test_it_counts_and_repeats_itself() -> None:
    probabilities = [0.1] * 80 + [0.5] * 5 + [0.8] * 15
    labels = [Labelled(0.5, True, False), Labelled(0.1, False, True)]
    cuts = [Cut(0.1, 0.1), Cut(0.2, 0.5), Cut(0.3, 0.8), Cut(0.4, 0.99)]
    found = estimate(probabilities, labels, *cuts)
    assert found == estimate(probabilities, labels, *cuts)
    assert (found.articles, found.labels, found.drawn, found.model) == (100, 2, 1, 7)
    assert [one.matches_a_day for one in found.curve] == [10, 2, 1.5, 0]
    assert found.now == found.curve[1]
    assert found.curve[-1].precision is None
    assert found.curve[-1].recall == Interval(0, 0, 0)
    assert found.curve[0].recall == Interval(1, 1, 1)


def test_nothing_judged_is_nothing_known() -> None:
    now = estimate([]).now
    assert (now.matches_a_day, now.precision, now.recall) == (0, None, None)


@given(
    st.lists(st.floats(0, 1), max_size=60),
    st.lists(st.builds(Labelled, st.floats(0, 1), st.booleans(), st.booleans()), max_size=20),
    st.lists(st.floats(0, 1), max_size=5),
)
def test_it_is_in_bounds_whatever_comes(
    probabilities: list[float], labels: list[Labelled], cuts: list[float]
) -> None:
    found = estimate(probabilities, labels, *(Cut(p, p) for p in sorted(cuts)))
    recalls = [one.recall.value for one in found.curve if one.recall]
    assert recalls == sorted(recalls, reverse=True)
    for one in (found.now, *found.curve):
        for its in filter(None, (one.precision, one.recall)):
            assert 0 <= its.low <= its.value <= its.high <= 1


# ------------------------------------------------------------------ drift


def weeks(*similarities: float | None) -> list[DriftWeek]:
    first = date(2025, 3, 3)
    return [DriftWeek(first + timedelta(weeks=n), 9, s) for n, s in enumerate(similarities)]


@pytest.mark.parametrize(
    ("similarities", "words"),
    [
        ((0.4, 0.39, 0.36, 0.37, 0.33, 0.31, 0.3, 0.28), "moving away"),
        ((0.4, None, 0.36, 0.35, 0.33, None, 0.3, 0.28), "moving away"),
        ((0.3, 0.33, 0.29, 0.31, 0.3, 0.32, 0.31, 0.3), "steady"),
        ((0.28, 0.3, 0.31, 0.33, 0.36, 0.37, 0.39, 0.4), "steady"),
        ((0.4, 0.399, 0.398, 0.397, 0.396, 0.395, 0.394, 0.393), "steady"),
        ((0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.1), "steady"),
        ((0.3,) * 8, "steady"),
        ((0.0,) * 8, "steady"),
        ((0.9, 0.7, 0.5, 0.3, 0.1), "too few"),
        ((0.9, None, None, 0.7, 0.5, 0.3, 0.1), "too few"),
        ((), "too few"),
    ],
)
def test_drift_in_words(similarities: tuple[float | None, ...], words: str) -> None:
    assert trend(weeks(*similarities)) == words


def test_a_slope_is_not_moved_by_an_odd_week() -> None:
    assert slope([(0, 1.0), (1, 2.0), (2, 90.0), (3, 4.0), (4, 5.0)]) == 1.0


def test_a_trend_is_as_rare_as_the_tables_say() -> None:
    """All ten in order: S = 45, z = 3.94 (Kendall); ties make it likelier."""
    assert chance_of(list(range(10))) == pytest.approx(8.3e-5, rel=0.02)
    assert chance_of([1, 2, 2, 3, 3, 3]) > chance_of([1, 2, 3, 4, 5, 6])
    assert chance_of([1, 1, 1]) == 1


def test_chance_alone_seldom_looks_like_drift() -> None:
    chance = np.random.default_rng(3)
    alarms = sum(
        trend(weeks(*chance.normal(0.3, 0.08, 13).tolist())) == "moving away" for _ in range(400)
    )
    assert alarms <= 0.05 * 400


@given(st.lists(st.integers(), max_size=50), st.integers(1, 20))
def test_a_spread_is_even(found: list[int], number: int) -> None:
    places = spread(list(range(len(found))), number)
    assert len(places) == min(len(found), number)
    gaps = np.diff([*places, len(found)])
    assert len(gaps) == 0 or gaps.max() - gaps.min() <= 1
