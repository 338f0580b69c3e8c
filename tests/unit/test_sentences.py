"""Sentences as written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.sentences import LONGEST, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("No end", ["No end"]),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Smith met Dr. Jones. They left.", ["Mr. Smith met Dr. Jones.", "They left."]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        ("It left the U.S. The talks went on.", ["It left the U.S.", "The talks went on."]),
        ("John F. Kennedy spoke. People came.", ["John F. Kennedy spoke.", "People came."]),
        ("On Jan. 5 it rose 3.5 percent. Why?", ["On Jan. 5 it rose 3.5 percent.", "Why?"]),
        ("In Tyrone, Mo. He fled.", ["In Tyrone, Mo.", "He fled."]),
        ("“We won.” She smiled.", ["“We won.”", "She smiled."]),
        ("Wait… what? Yes.", ["Wait… what?", "Yes."]),
        ("Sold to foo.com. next week", ["Sold to foo.com. next week"]),
        ("It ended that morning.Two men fled.", ["It ended that morning.", "Two men fled."]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("A line is wrapped\nby its writer. End.", ["A line is wrapped\nby its writer.", "End."]),
        (
            "会談した。発表した！「行く。」終わり",
            ["会談した。", "発表した！", "「行く。」", "終わり"],
        ),
        ("هل وصل؟ نعم وصل.", ["هل وصل؟", "نعم وصل."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


@given(st.text())
def test_sentences_are_pieces_of_any_text_in_order(text: str) -> None:
    at = 0
    for sentence in sentences(text):
        assert sentence == sentence.strip()
        assert 0 < len(sentence) <= LONGEST
        at = text.index(sentence, at) + len(sentence)


@given(st.lists(st.sampled_from(["Mr. ", "Fed ", "rose. ", "U.S. ", "3.5 ", "\n", "。", "? "])))
def test_a_sentence_is_one_sentence(words: list[str]) -> None:
    for sentence in sentences("".join(words)):
        assert list(sentences(sentence)) == [sentence]


@pytest.mark.parametrize("unit", [".", " ", "\n", "a.", "A. ", "。", ".” ", "!\n "])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    start = time.process_time()
    list(sentences(unit * (40_000 // len(unit))))
    assert time.process_time() - start < 0.5
