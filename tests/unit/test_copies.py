"""Repeated texts."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.copies import (
    LEAST_SHINGLES,
    SHINGLE_WORDS,
    Originals,
    containment,
    is_copy,
    shingles,
)
from monitor.types import Article


def article(text: str, title: str = "") -> Article:
    return Article("", title, text, None, "page")


def words(seed: int, number: int = 200) -> list[str]:
    """An invented text."""
    draw = random.Random(seed)
    return [
        f"{draw.choice('bdfgklmn')}{draw.choice('aeiou')}{draw.randrange(500)}"
        for _ in range(number)
    ]


def cut(text: list[str], start: int, end: int) -> frozenset[int]:
    return shingles(article(" ".join(text[start:end])))


def test_containment_is_of_the_smaller() -> None:
    assert containment({1, 2}, {2, 3, 4}) == 0.5
    assert containment(set(), {1}) == 0.0


@pytest.mark.parametrize(
    ("one", "copy"),
    [
        (words(1), words(1)),
        (words(1), words(1)[:100]),
        (words(1), words(1)[150:]),
        (words(1), words(2, 50) + words(1) + words(3, 50)),
        (words(1)[:100], words(1) + words(2)),
    ],
)
def test_whole_halved_and_wrapped_texts_are_copies(one: list[str], copy: list[str]) -> None:
    assert is_copy(shingles(article(" ".join(one))), shingles(article(" ".join(copy))))


@pytest.mark.parametrize("seed", range(20))
def test_a_text_with_every_tenth_word_another_is_a_copy(seed: int) -> None:
    draw = random.Random(seed)
    text = words(seed, 150)
    places = set(draw.sample(range(len(text)), 15))
    edited = [f"other{i}" if i in places else word for i, word in enumerate(text)]
    assert is_copy(cut(text, 0, 150), cut(edited, 0, 150))


def test_two_stories_that_share_half_of_their_text_are_not_copies() -> None:
    common = words(1, 150)
    assert not is_copy(
        cut(common + words(2, 150), 0, 300),
        cut(words(3, 150) + common, 0, 300),
    )


def test_case_and_punctuation_do_not_matter() -> None:
    text = " ".join(words(1))
    assert shingles(article(text)) == shingles(article(text.upper().replace(" ", ", ")))


def test_other_texts_and_stubs_are_not_copies() -> None:
    assert not is_copy(cut(words(1), 0, 200), cut(words(2), 0, 200))
    stub = cut(words(1), 0, LEAST_SHINGLES + SHINGLE_WORDS - 2)
    assert len(stub) == LEAST_SHINGLES - 1
    assert not is_copy(stub, stub)
    assert not is_copy(frozenset(), frozenset())


def test_hashes_are_the_same_in_every_process() -> None:
    code = (
        "from monitor.domain.copies import shingles; from monitor.types import Article;"
        "print(sorted(shingles(Article('', '', 'one two three four five', None, 'page'))))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(sorted(shingles(article("one two three four five"))))


def test_the_earliest_original_is_named() -> None:
    originals = Originals()
    for text in (words(2), words(1), words(1)[:150], words(3)):
        originals.add(shingles(article(" ".join(text))))
    assert originals.repeated(cut(words(1), 10, 190)) == 1
    assert originals.repeated(cut(words(4), 0, 200)) is None


@given(
    st.lists(st.frozensets(st.integers(0, 60), min_size=0, max_size=50), max_size=40),
    st.frozensets(st.integers(0, 60), max_size=50),
)
def test_the_index_finds_what_a_comparison_with_each_would(
    texts: list[frozenset[int]], new: frozenset[int]
) -> None:
    originals = Originals()
    for text in texts:
        originals.add(text)
    expected = next((i for i, text in enumerate(texts) if is_copy(text, new)), None)
    assert originals.repeated(new) == expected
