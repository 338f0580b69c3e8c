"""Texts with what matters in them told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.marking import Segment, segments


@pytest.mark.parametrize(
    ("text", "words", "language", "marked"),
    [
        ("Missiles glide; a missile turns.", ["missile"], "en", ["Missiles", "missile"]),
        ("The E.U. agreed.", ["eu"], "en", ["E.U."]),
        ("Joint-command talks.", ["joint-command"], "en", ["Joint-command"]),
        ("Die Raketen flogen.", ["rakete"], "de", ["Raketen"]),
        ("The and of", ["the"], "en", []),
        ("Nothing here", [], "en", []),
        ("A missile.", ["missile"], "", ["missile"]),
    ],
)
def test_words_are_found_in_all_their_forms(
    text: str, words: list[str], language: str, marked: list[str]
) -> None:
    found = segments(text, words, (), language)
    assert [one.text for one in found if one.matched] == marked


def test_new_sentences_are_told_apart_and_keep_their_marks() -> None:
    text = "Old news. A missile flew. More old news."
    assert segments(text, ["missile"], ["A missile flew."], "en") == [
        Segment("Old news. "),
        Segment("A ", new=True),
        Segment("missile", matched=True, new=True),
        Segment(" flew.", new=True),
        Segment(" More old news."),
    ]


def test_sentences_that_overlap_or_are_not_there_do_no_harm() -> None:
    found = segments("One two three.", (), ["One two", "two three", "four", ""], "en")
    assert [one.text for one in found if one.new] == ["One two"]


@given(
    st.text(),
    st.lists(st.text(max_size=8), max_size=4),
    st.lists(st.text(max_size=20), max_size=3),
    st.sampled_from(["", "en", "de", "ja", "zh", "xx"]),
)
def test_joined_it_is_the_text_again(
    text: str, words: list[str], sentences: list[str], language: str
) -> None:
    found = segments(text, words, [*sentences, text[2:7]], language)
    assert "".join(one.text for one in found) == text
