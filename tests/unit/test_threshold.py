"""Where scores are cut, without an oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from monitor.domain.threshold import (
    HIGHEST_LEVEL,
    MANY_EVENTS,
    NARROW_LEVEL,
    STREAM_FROM,
    USUAL_LEVEL,
    Floats,
    Level,
    answered,
    background_level,
    budget_cut,
    cut,
    topic_level,
)

THEORY = Level(-0.01, 0.008)
LEVEL = 0.25
"""What the seeds say that articles of the topic score."""


def news(count: int, seed: int = 1) -> Floats:
    """Off-topic scores: about normal, with a tail to the right."""
    draw = np.random.default_rng(seed)
    return draw.normal(-0.01, 0.012, count) + draw.exponential(0.012, count)


def topic(count: int, seed: int = 2, centre: float = 0.3) -> Floats:
    return np.random.default_rng(seed).normal(centre, 0.06, count).clip(centre / 2, 1)


def judged(off: Floats, on: Floats) -> tuple[float, float]:
    """The part of the topic that matches, and of the rest."""
    threshold = cut(THEORY, LEVEL, np.concatenate([off, on]))
    return float((on >= threshold).mean()), float((off >= threshold).mean())


@pytest.mark.parametrize(
    ("off", "on", "found", "false"),
    [
        (news(4999), topic(1), 1.0, 0.001),  # one in five thousand
        (news(2000), topic(20), 0.9, 0.002),
        (news(1800), topic(200), 0.9, 0.005),
        (news(1000), topic(1000), 0.9, 0.005),  # half of the stream
        (news(150), topic(150), 0.9, 0.01),
        (news(1900), topic(100, centre=0.5), 0.9, 0.002),  # far above what the seeds promise
    ],
)
def test_the_topic_is_parted_from_the_rest(
    off: Floats, on: Floats, found: float, false: float
) -> None:
    matched, wrong = judged(off, on)
    assert matched >= found
    assert wrong <= false


WEAK = 0.07
"""Seeds that hardly agree with one another."""


def weak_topic(count: int) -> Floats:
    """Articles as unlike one another as those of a war."""
    return np.random.default_rng(4).normal(0.055, 0.025, count)


def low_news(count: int) -> Floats:
    """Scores as theory has them, but for a tail."""
    draw = np.random.default_rng(5)
    return draw.normal(-0.015, 0.008, count) + draw.exponential(0.006, count)


def test_a_topic_that_is_most_of_the_stream_is_cut_low() -> None:
    off, on = low_news(300), weak_topic(700)
    threshold = cut(THEORY, WEAK, np.concatenate([off, on]))
    assert (on >= threshold).mean() > 0.8
    assert (off >= threshold).mean() < 0.15
    rare = cut(THEORY, WEAK, np.concatenate([low_news(1900), weak_topic(20)]))
    assert rare > threshold + 0.01, "a rare one must be clearer"


def test_a_wire_that_is_all_near_the_topic_is_not_taken_for_it() -> None:
    """Its lowest scores lie above those of news at large: it is another stream, not the topic."""
    wire = np.concatenate([news(300) + 0.02, weak_topic(700)])
    threshold = cut(THEORY, WEAK, wire)
    assert (wire >= threshold).mean() < 0.25


def test_the_background_is_found_beneath_a_topic_that_is_most_of_the_stream() -> None:
    mostly = np.concatenate([low_news(250), topic(750)])
    assert background_level(THEORY, mostly).mean == pytest.approx(THEORY.mean, abs=0.005)


@pytest.mark.parametrize(
    ("agreement", "same_as"),
    [([0.3, 0.3, 0.0, 0.0, 0.0], [0.0] * 5), ([0.2, 0.2, 0.2, 0.2, 0.0], [0.16] * 5)],
)
def test_a_few_seeds_that_agree_do_not_raise_the_level(
    agreement: list[float], same_as: list[float]
) -> None:
    levels = [topic_level(np.array(some), events=9) for some in (agreement, same_as)]
    assert levels[0] == pytest.approx(levels[1])


NONE = np.zeros(0)
ANSWERS = arrays.arrays(np.float64, st.integers(0, 12), elements=st.floats(-0.1, 0.5))


def test_answers_move_the_threshold_their_way_and_more_of_them_move_it_further() -> None:
    below, above = np.full(3, 0.07), np.full(3, 0.13)
    assert answered(0.1, 0.0, NONE, NONE) == pytest.approx(0.1)
    assert answered(0.1, 0.0, above, below) == pytest.approx(0.1, abs=0.01), "as was expected"
    lower = [answered(0.1, 0.0, np.repeat(below, n), NONE) for n in (0, 1, 3, 10, 50)]
    higher = [answered(0.1, 0.0, NONE, np.repeat(above, n)) for n in (0, 1, 3, 10, 50)]
    assert lower == sorted(lower, reverse=True)
    assert higher == sorted(higher)
    assert lower[-1] < 0.07
    assert higher[-1] > 0.13


@pytest.mark.parametrize("stray", [-0.05, 0.0, 0.02])
def test_a_few_strays_hardly_move_the_threshold(stray: float) -> None:
    """Relevant articles that score like news at large: an odd text, or a slip."""
    clear = np.full(5, 0.2)
    assert answered(0.1, 0.0, np.append(clear, [stray] * 3), NONE) > 0.09


@given(ANSWERS, ANSWERS, st.floats(-0.1, 0.5))
def test_an_answer_never_moves_the_threshold_the_other_way(
    right: Floats, wrong: Floats, one: float
) -> None:
    threshold = answered(0.1, -0.01, right, wrong)
    assert answered(0.1, -0.01, np.append(right, one), wrong) <= threshold + 1e-9
    assert answered(0.1, -0.01, right, np.append(wrong, one)) >= threshold - 1e-9
    assert -0.01 < threshold < 0.4


def test_another_story_that_is_somewhat_alike_is_left_out() -> None:
    """A second hump between the news at large and the topic."""
    other = np.random.default_rng(3).normal(0.075, 0.015, 150)
    threshold = cut(THEORY, LEVEL, np.concatenate([news(1600), other, topic(250)]))
    assert (other >= threshold).mean() < 0.1
    assert (topic(250) >= threshold).mean() > 0.9


@pytest.mark.parametrize("count", [0, 1, STREAM_FROM - 1])
def test_a_short_stream_says_nothing(count: int) -> None:
    assert cut(THEORY, LEVEL, topic(count)) == cut(THEORY, LEVEL, np.zeros(0))


@pytest.mark.parametrize("value", [-0.3, 0.0, 0.2, 1.0])
@pytest.mark.parametrize("deviation", [0.0, 1e-9, 0.01])
def test_equal_scores_are_all_background(value: float, deviation: float) -> None:
    threshold = cut(Level(0.0, deviation), LEVEL, np.full(500, value))
    assert math.isfinite(threshold)
    assert threshold > value or value >= LEVEL


def test_the_cut_is_clear_of_the_background_whatever_the_seeds_say() -> None:
    threshold = cut(THEORY, USUAL_LEVEL / 2, news(3000))
    assert (news(3000, seed=9) >= threshold).mean() < 0.01


def test_a_topic_whose_articles_score_higher_is_cut_higher() -> None:
    thresholds = [cut(THEORY, level, np.zeros(0)) for level in (0.1, 0.2, 0.3, 0.4)]
    assert thresholds == sorted(set(thresholds))


scores = arrays.arrays(
    np.float64, st.integers(0, 400), elements=st.floats(-1, 1), fill=st.nothing()
)
levels = st.builds(Level, mean=st.floats(-0.5, 0.5), deviation=st.floats(0, 0.2))


@given(levels, st.floats(USUAL_LEVEL / 2, HIGHEST_LEVEL), scores)
def test_any_scores_have_a_finite_cut(theory: Level, level: float, some: Floats) -> None:
    assert math.isfinite(cut(theory, level, some))


@given(levels, st.floats(USUAL_LEVEL / 2, HIGHEST_LEVEL), st.floats(-1, 1), st.floats(0, 1e-6))
def test_scores_that_hardly_differ_have_a_finite_cut(
    theory: Level, level: float, value: float, step: float
) -> None:
    some = value + step * np.arange(STREAM_FROM + 50, dtype=np.float64)
    assert math.isfinite(cut(theory, level, some))


# ------------------------------------------------------------------ levels


def test_the_topics_level_is_shrunk_and_bounded() -> None:
    nothing = topic_level(np.array([np.nan]), events=1)
    assert nothing == topic_level(np.zeros(0), events=0) == USUAL_LEVEL
    one, many = (topic_level(np.full(n, 0.2), events=1) for n in (1, 9))
    assert USUAL_LEVEL < one < many < 0.2
    assert topic_level(np.full(50, 0.9), events=MANY_EVENTS - 1) == NARROW_LEVEL
    assert topic_level(np.full(50, 0.9), events=MANY_EVENTS) == HIGHEST_LEVEL
    assert topic_level(np.full(50, -0.9), events=9) > 0


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_the_background_is_found_whatever_the_share_of_the_topic(share: float) -> None:
    on = int(2000 * share)
    level = background_level(THEORY, np.concatenate([news(2000 - on), topic(on)]))
    assert level.mean == pytest.approx(float(np.median(news(2000))), abs=0.02)
    assert level.deviation == THEORY.deviation


# ------------------------------------------------------------------ budget


@given(scores, st.floats(0, 500))
def test_no_more_match_than_the_budget_allows(some: Floats, allowed: float) -> None:
    threshold = budget_cut(some, allowed)
    assert (some >= threshold).sum() <= allowed
    assert threshold == -1.0 or len(some) > int(allowed)


def test_the_budget_is_used_up() -> None:
    some = np.arange(100) / 100
    assert (some >= budget_cut(some, 7.9)).sum() == 7
    assert (some >= budget_cut(some, 0)).sum() == 0
    assert (some >= budget_cut(some, 100)).sum() == 100
