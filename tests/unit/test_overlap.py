"""Sets of keys of stories, compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.overlap import Overlap

WORDS = [
    "heron",
    "cable",
    "gulf",
    "dam",
    "pier",
    "ferry",
    "mast",
    "hull",
    "anchor",
    "strait",
    "buoy",
    "tide",
]
KEYS = st.frozensets(st.sampled_from(WORDS), max_size=8)


def overlap(*told: set[str]) -> Overlap:
    made = Overlap()
    for keys in told:
        made.add(keys)
    return made


def test_equal_sets_are_alike_and_others_are_not() -> None:
    told = overlap({"heron", "cable"}, {"dam"}, set())
    assert told.likeness({"heron", "cable"}) == pytest.approx([1, 0, 0])
    assert told.likeness(set()) == pytest.approx([0, 0, 0])


def test_what_is_shared_counts_for_more_the_rarer_it_is() -> None:
    told = overlap(*[{"cable"}] * 30, {"heron", "cable"})
    rare, common = told.likeness({"heron", "gulf"})[-1], told.likeness({"cable", "gulf"})[-1]
    assert 0 < common < rare < 1


def test_asking_notes_nothing() -> None:
    told = overlap({"heron"}, {"dam"})
    first = told.likeness({"heron", "dam"})
    told.likeness({"dam"})
    assert told.likeness({"heron", "dam"}).tolist() == first.tolist()


@given(st.lists(KEYS, min_size=1, max_size=12), KEYS)
def test_any_sets_have_a_likeness_in_the_order_of_telling(
    told: list[frozenset[str]], asked: frozenset[str]
) -> None:
    made = overlap(*map(set, told))
    likeness = made.likeness(asked)
    assert likeness.shape == (len(told),)
    assert ((likeness >= 0) & (likeness <= 1)).all()
    for keys, its in zip(told, likeness, strict=True):
        assert (its > 0) == bool(keys & asked)
