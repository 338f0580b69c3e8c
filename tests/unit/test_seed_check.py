"""What is said of a topic's seeds."""

from __future__ import annotations

import pytest

from monitor.domain.seed_check import check_seeds
from monitor.types import Article
from tests.unit.stories import (
    INSEL_1,
    INSEL_2,
    OTHER_NEWS,
    POKAL,
    SEEDS,
    SHIPPED,
    SORREL_1,
    SORREL_2,
    article,
)


def problems(*seeds: Article) -> list[str]:
    return [" ".join(check.problems) for check in check_seeds(seeds, SHIPPED)]


def test_good_seeds_pass_the_check() -> None:
    checks = check_seeds(SEEDS, SHIPPED)
    assert [check.problems for check in checks] == [()] * 3
    assert [check.title for check in checks] == [seed.title for seed in SEEDS]
    assert all(check.similarity and check.similarity > 0.1 for check in checks)
    assert check_seeds([], SHIPPED) == []


def test_what_is_wrong_with_seeds_is_said() -> None:
    found = problems(SORREL_1, SORREL_2, SORREL_1, OTHER_NEWS[0], article("Volcano erupts"))
    assert found[0] == found[1] == ""
    assert found[2] == "repeats seed 1: counted once"
    assert "does not agree" in found[3]
    assert "too short: 2 different words" in found[4]


def test_a_seed_in_another_language_finds_articles_of_that_language() -> None:
    found = problems(*SEEDS, INSEL_1)
    assert found == ["", "", "", found[3]]
    assert "in another language (de) than most (en)" in found[3]
    assert "finds articles in that language only" in found[3]


def test_seeds_are_compared_within_their_language_and_named_by_their_place() -> None:
    checks = check_seeds([SORREL_1, INSEL_1, SORREL_2, POKAL, INSEL_2, INSEL_1, *SEEDS], SHIPPED)
    assert "repeats seed 2" in " ".join(checks[5].problems)
    assert "repeats seed 1" in " ".join(checks[6].problems)
    assert "does not agree" in " ".join(checks[3].problems)
    assert "does not agree" not in " ".join(checks[1].problems)
    assert all(check.similarity is not None for check in checks)


def test_a_lone_seed_of_a_language_has_nothing_to_agree_with() -> None:
    [lone] = check_seeds(SEEDS[:1], SHIPPED)
    assert (lone.similarity, lone.problems) == (None, ())
    *_, german = check_seeds([*SEEDS, INSEL_1], SHIPPED)
    assert german.similarity is None


@pytest.mark.parametrize("empty", [article(), article("the and of", "said … !")])
def test_a_seed_without_words_is_too_short_and_nothing_else(empty: Article) -> None:
    checks = check_seeds([empty, SORREL_1], SHIPPED)
    assert [check.similarity for check in checks] == [None, None]
    assert [check.problems for check in checks] == [("too short: 0 different words",), ()]
