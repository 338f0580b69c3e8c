"""The order of questions."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.review import CHANCE_EVERY, Candidate, review_order

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        judgement=st.integers(1, 1000),
        score=st.floats(-1, 1),
        threshold=st.floats(-1, 1),
    ),
    unique_by=lambda candidate: candidate.judgement,
    max_size=40,
)


def scored(*scores: float) -> list[Candidate]:
    return [Candidate(id, score, 0.3) for id, score in enumerate(scores, start=1)]


def ids(order: list[Candidate]) -> list[int]:
    return [candidate.judgement for candidate in order]


def test_the_nearest_to_the_threshold_come_first_from_either_side() -> None:
    assert ids(review_order(scored(0.9, 0.26, 0.31, -0.2))) == [3, 2, 4, 1]


def test_of_equally_near_ones_the_latest_comes_first() -> None:
    assert ids(review_order(scored(0.5, 0.5, 0.5))) == [3, 2, 1]


def test_each_candidate_is_near_the_threshold_of_its_own_model() -> None:
    assert ids(review_order([Candidate(1, 0.3, 0.1), Candidate(2, 0.5, 0.45)])) == [2, 1]


def test_every_fifth_question_is_left_to_chance_among_the_rejected() -> None:
    near, far = [0.31] * 50, [-0.5] * 50
    order = review_order(scored(*near, *far))
    assert [one.rejected for one in order[:10]] == [False, False, False, False, True] * 2


def test_chance_prefers_no_score() -> None:
    rejected = scored(*[0.3 - 0.001 * n for n in range(1, 201)])
    drawn = [review_order(rejected[n:], answered=4)[0].score for n in range(0, 200, 20)]
    assert len(set(drawn)) > 1
    assert min(drawn) < 0.2


def test_questions_answered_before_count() -> None:
    candidates = scored(0.31, 0.32, 0.9, -0.5)
    assert ids(review_order(candidates, answered=CHANCE_EVERY - 1))[0] == 4
    assert ids(review_order(candidates, answered=CHANCE_EVERY))[0] == 1


def test_without_a_rejected_one_the_nearest_is_asked_instead() -> None:
    assert ids(review_order(scored(0.9, 0.4), answered=CHANCE_EVERY - 1)) == [2, 1]


@given(CANDIDATES, st.integers(0, 30))
def test_every_candidate_is_asked_about_once(candidates: list[Candidate], answered: int) -> None:
    order = review_order(candidates, answered=answered)
    assert sorted(ids(order)) == sorted(ids(candidates))


@given(CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_that_of_the_candidates(
    candidates: list[Candidate], chance: Random
) -> None:
    shuffled = list(candidates)
    chance.shuffle(shuffled)
    assert review_order(shuffled) == review_order(candidates)
