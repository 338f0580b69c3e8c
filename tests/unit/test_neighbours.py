"""The nearest earlier articles: found, weighed, stored."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from monitor.domain import recent
from monitor.domain.model import Profile, Vocabulary
from monitor.domain.neighbours import DIGITS, MOST, pack, shares, unpack
from monitor.domain.recent import NEAREST, Recent
from monitor.types import Neighbour

rounded = st.integers(-(10**DIGITS), 10**DIGITS).map(lambda n: n / 10**DIGITS)
neighbours = st.builds(
    Neighbour,
    judgement=st.integers(0, 2**63 - 1),
    cosine=rounded.map(abs),
    score=rounded,
)


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there are many articles: the nearest of few are neighbours too."""
    monkeypatch.setattr(recent, "ONE_IN", 1)


PROFILE = Profile(Vocabulary({"a": 1.0, "b": 1.0, "c": 1.0}, unseen=9.0), {}, 0.0, 0.1)
A, B, C = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
AB = [0.6, 0.8, 0.0]


def rows(*vectors: list[float]) -> csr_array:
    wide = np.zeros((len(vectors), PROFILE.vocabulary.width))
    wide[:, :3] = np.array(vectors).reshape(-1, 3)
    return csr_array(wide)


def noted(*vectors: list[float], first: int = 1) -> Recent:
    """The scores are .01 of the judgements, which count from ``first``."""
    made = Recent(PROFILE)
    numbers = range(first, first + len(vectors))
    made.add(numbers, rows(*vectors), np.array([n / 100 for n in numbers]))
    return made


# ------------------------------------------------------------------ weights


@given(st.lists(neighbours, max_size=25))
def test_neighbours_never_make_up_all_of_a_score(some: list[Neighbour]) -> None:
    portions = shares(some)
    assert len(portions) == len(some)
    assert all(portion >= 0 for portion in portions)
    assert math.fsum(portions) < MOST
    assert all((portion > 0) == (one.cosine > 0) for portion, one in zip(portions, some))


def test_the_nearer_counts_for_more_and_many_for_more_than_one() -> None:
    near, far = Neighbour(1, 0.8, 0.5), Neighbour(2, 0.2, 0.5)
    one, other = shares([near, far])
    assert one > 10 * other
    assert sum(shares([near, near])) > sum(shares([near])) > sum(shares([far]))


# ------------------------------------------------------------------ stored


@given(st.lists(neighbours, max_size=25).map(tuple))
def test_packed_neighbours_come_back_exactly(some: tuple[Neighbour, ...]) -> None:
    data = pack(some)
    assert len(data) == 12 * len(some)
    assert unpack(data) == some
    assert shares(unpack(data)) == shares(some)


@pytest.mark.parametrize("data", [b"x", bytes(11), bytes(13)])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="neighbours"):
        unpack(data)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1)), min_size=1, max_size=30))
def test_what_is_found_can_be_stored(found: list[tuple[float, float]]) -> None:
    """Unit vectors at these cosines to a fourth, with these own scores."""
    made = Recent(PROFILE)
    vectors = [[cosine, math.sqrt(1 - cosine**2), 0.0] for cosine, _ in found]
    made.add(range(len(found)), rows(*vectors), np.array([score for _, score in found]))
    [near] = made.nearest([99], rows(A), np.zeros(1))
    assert unpack(pack(near)) == near
    assert [one.cosine for one in near] == sorted((one.cosine for one in near), reverse=True)
    assert all(0 < one.cosine <= 1 for one in near)


# ------------------------------------------------------------------ found


def test_the_first_article_has_no_neighbours() -> None:
    assert Recent(PROFILE).nearest([1], rows(A), np.zeros(1)) == [()]


def test_neighbours_come_nearest_first_and_those_unlike_are_none() -> None:
    [near] = noted(AB, C, A).nearest([9], rows(A), np.zeros(1))
    assert near == (Neighbour(3, 1.0, 0.03), Neighbour(1, 0.6, 0.01))
    [none] = noted(B, C).nearest([9], rows(A), np.zeros(1))
    assert none == ()


def test_of_a_batch_only_those_before_are_neighbours() -> None:
    near = noted(C).nearest([7, 8, 9], rows(A, AB, A), np.array([0.7, 0.8, 0.9]))
    assert near[0] == ()
    assert near[1] == (Neighbour(7, 0.6, 0.7),)
    assert near[2] == (Neighbour(7, 1.0, 0.7), Neighbour(8, 0.6, 0.8))


def test_an_edited_article_is_not_its_own_neighbour() -> None:
    [near] = noted(A, AB).nearest([2], rows(A), np.zeros(1))
    assert [one.judgement for one in near] == [1]


def test_an_article_judged_again_takes_the_place_of_its_earlier_text() -> None:
    made = noted(A, B)
    made.add([1], rows(C), np.array([0.5]))
    assert made.nearest([9, 10], rows(A, C), np.zeros(2)) == [(), (Neighbour(1, 1.0, 0.5),)]


def test_articles_without_words_are_nobodys_neighbours() -> None:
    near = noted([0, 0, 0]).nearest([8, 9], rows([0, 0, 0], [0, 0, 0]), np.zeros(2))
    assert near == [(), ()]


def test_only_so_many_count_and_of_equals_the_earliest_come_first() -> None:
    [near] = noted(*[A] * (NEAREST + 5)).nearest([99], rows(A), np.zeros(1))
    numbers = [one.judgement for one in near]
    assert len(numbers) == NEAREST
    assert numbers == sorted(numbers)


def test_the_oldest_beyond_the_window_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "WINDOW", 2)
    made = noted(A)
    made.add([2, 3], rows(AB, A), np.array([0.02, 0.03]))
    [near] = made.nearest([9], rows(A), np.zeros(1))
    assert [one.judgement for one in near] == [3, 2]


FEW = [(0, 0), (1, 1), (20, 1), (21, 2), (400, 20), (900, 20)]


@pytest.mark.parametrize(("there", "number"), FEW)
def test_among_few_articles_few_are_neighbours(
    monkeypatch: pytest.MonkeyPatch, there: int, number: int
) -> None:
    monkeypatch.setattr(recent, "ONE_IN", 20)
    [found] = noted(*[A] * there).nearest([1000], rows(A), np.zeros(1))
    assert len(found) == number
