"""The small archives are judged no worse than before."""

from __future__ import annotations

import pytest

from tests.quality.baseline import ARCHIVES, floors, measure, renewed


@pytest.mark.parametrize("name", list(ARCHIVES))
def test_no_figure_is_below_its_floor(name: str) -> None:
    reached = measure(name)
    below = {
        key: (reached[key], floor) for key, floor in floors()[name].items() if reached[key] < floor
    }
    assert not below, f"(reached, floor): {below}; make baseline MORE=--lower-baseline lowers them"


def test_a_floor_falls_only_if_told() -> None:
    assert renewed({"f1": 0.8}, {"f1": 0.9}, lower=False) == {"f1": 0.9}
    assert renewed({"f1": 0.8}, {"f1": 0.7}, lower=True) == {"f1": 0.7}
    with pytest.raises(ValueError, match=r"f1 0\.8 -> 0\.7"):
        renewed({"f1": 0.8}, {"f1": 0.7}, lower=False)
