"""Tokens, terms and phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.phrases import objection
from monitor.domain.text import LEAD_WORDS, LONGEST_TOKEN, forms, readable, terms, tokens
from monitor.types import Article


def article(title: str = "", text: str = "", language: str = "") -> Article:
    return Article("", title, text, None, "page", language=language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The F-35 flew.", ["the", "f-35", "flew"]),
        ("1,200.5 km at 10:30, in 2022.", ["1,200.5", "km", "at", "10:30", "in", "2022"]),
        ("Austin's talks", ["austin", "talks"]),
        ("Austin’s talks", ["austin", "talks"]),
        ("don’t stop", ["don't", "stop"]),
        ("the U.S. and the U.N.", ["the", "us", "and", "the", "un"]),
        ("H1N1 and Covid-19", ["h1n1", "and", "covid-19"]),
        ("20-year-old, 21st", ["20", "year-old", "21st"]),
        ("Ｗｉｄｅ", ["wide"]),
        ("soft\u00adhyphen", ["softhyphen"]),
        ("防衛省", ["防衛", "衛省"]),
        ("北", ["北"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("NATO防衛", ["nato", "防衛"]),
        ("_ – … \x00 \ud800", []),
        ("a" * (LONGEST_TOKEN + 1) + " b", ["b"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_terms_are_stems_of_title_and_text_without_stop_words() -> None:
    found = terms(article("Missiles tested", "The missile test, said Hamada on Wednesday."))
    assert found == {"missil": 2, "test": 2, "hamada": 1}


def test_only_the_lead_of_the_body_counts() -> None:
    found = terms(article("", "storm " * LEAD_WORDS + "flood"))
    assert found == {"storm": LEAD_WORDS}


def test_the_language_decides_stems_and_stop_words() -> None:
    german = "Die Minister haben sich mit den Ministern in Berlin getroffen"
    assert set(terms(article("", german, "de"))) == {"minist", "berlin", "getroff"}
    assert "die" in terms(article("", german, "en"))
    assert terms(article("", "lines", "")) == {"line": 1}
    assert terms(article("", "lines", "xx")) == {"lines": 1}
    assert terms(article("", "lines", "en-GB")) == {"line": 1}


def test_a_term_reads_as_its_most_common_form() -> None:
    written = forms(article("Missile", "missiles over Tokyo, more missiles"))
    assert readable(written["missil"]) == "missiles"
    assert readable(written["tokyo"]) == "Tokyo"


@given(st.text(), st.text(), st.sampled_from(["", "en", "de", "ru", "ja", "tr", "zz", "🦆"]))
def test_any_text_has_terms_or_none(title: str, text: str, language: str) -> None:
    one = article(title, text, language)
    found = terms(one)
    assert all(term and count > 0 for term, count in found.items())
    assert {term: forms_.total() for term, forms_ in forms(one).items()} == found


@pytest.mark.parametrize("text", ["'-" * 200_000, "a." * 200_000, "a-" * 200_000, "1," * 200_000])
@pytest.mark.timeout(2)
def test_hostile_text_takes_no_time(text: str) -> None:
    terms(article(text, text))


@pytest.mark.parametrize(
    ("must", "exclude", "reason"),
    [
        ((), (), ""),
        (("hypersonic",), (), ""),
        (("HYPERSONIC  weapons",), (), ""),
        (("hyper",), (), "does not contain “hyper”"),
        (("laser|hypersonic",), (), ""),
        (("laser|railgun",), (), "does not contain “laser” or “railgun”"),
        (("hypersonic", "laser"), (), "does not contain “laser”"),
        ((), ("weapon",), ""),
        ((), ("football|weapons",), "contains “football” or “weapons”"),
        ((), ("C++",), "contains “C++”"),
        (("防衛",), (), ""),
    ],
)
def test_phrases(must: tuple[str, ...], exclude: tuple[str, ...], reason: str) -> None:
    one = article("Hypersonic\nweapons", "written in C++, says 日本の防衛省")
    assert objection(one, must, exclude) == reason
