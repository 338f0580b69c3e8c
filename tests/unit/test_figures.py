"""Figures as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.figures import chance, rate, rounded


@given(st.lists(st.floats(-1, 1), max_size=40))
def test_rounded_parts_add_up_to_the_rounded_sum(parts: list[float]) -> None:
    made = rounded(parts, 3)
    assert sum(made) == pytest.approx(sum(parts), abs=0.000501)
    assert all(abs(one - part) < 0.001 + 1e-12 for one, part in zip(made, parts, strict=True))
    assert all(round(one, 3) == one for one in made)


def test_the_largest_remainders_are_rounded_up() -> None:
    assert rounded([0.0014, 0.0016, -0.0004], 3) == [0.001, 0.002, 0.0]
    assert rounded([0.0004, 0.0004, 0.0004], 3) == [0.001, 0.0, 0.0]
    assert rounded([], 3) == []


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0, "under 1 %"), (0.01, "1 %"), (0.974, "97 %"), (0.99, "99 %"), (0.996, "over 99 %")],
)
def test_chances(probability: float, said: str) -> None:
    assert chance(probability) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0"), (0.05, "0.05"), (3.21, "3.2"), (120, "120")]
)
def test_rates(number: float, said: str) -> None:
    assert rate(number) == said
