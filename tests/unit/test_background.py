"""The table of document frequencies, and the one that is shipped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import monitor
from monitor.domain.background import EMPTY, Background
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.text import terms
from monitor.errors import ParseError
from monitor.types import Article
from tests.unit.texts import TEXTS

SHIPPED = Path(monitor.__file__).parent / "data" / "background.en.json.gz"


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 50)))
def test_bytes_hold_the_table(counts: dict[str, int]) -> None:
    table = Background(50, counts)
    assert Background.from_bytes(table.to_bytes()) == table


def test_equal_tables_give_equal_bytes() -> None:
    assert Background(3, {"a": 1, "b": 2}).to_bytes() == Background(3, {"b": 2, "a": 1}).to_bytes()


@pytest.mark.parametrize(("documents", "count"), [(3, 4), (3, 0), (-1, 1)])
def test_impossible_counts_are_refused(documents: int, count: int) -> None:
    with pytest.raises(ValueError, match="count"):
        Background(documents, {"a": count})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no gzip",
        SHIPPED.read_bytes()[:1000],
        gzip.compress(b"[]", mtime=0),
        gzip.compress(b"{}", mtime=0),
        gzip.compress(json.dumps({"format": 99}).encode(), mtime=0),
        gzip.compress(
            json.dumps({"format": 1, "documents": 1, "terms": ["a"], "counts": []}).encode(),
            mtime=0,
        ),
        gzip.compress(
            json.dumps({"format": 1, "documents": 1, "terms": ["a"], "counts": ["1"]}).encode(),
            mtime=0,
        ),
    ],
)
def test_other_bytes_are_a_parse_error(data: bytes) -> None:
    with pytest.raises(ParseError, match="background"):
        Background.from_bytes(data)


def test_the_shipped_table_knows_common_words() -> None:
    data = SHIPPED.read_bytes()
    table = Background.from_bytes(data)
    assert len(data) < 1 << 20
    assert table.documents > 10_000
    assert table.counts["presid"] > table.counts["earthquak"] > 0
    assert "the" not in table.counts


FROM_WORDS = ["de", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv", "uk", "zh"]


@pytest.mark.parametrize("language", FROM_WORDS)
def test_the_tables_of_other_languages_know_their_common_terms(language: str) -> None:
    data = SHIPPED.with_name(f"background.{language}.json.gz").read_bytes()
    table = Background.from_bytes(data)
    assert len(data) < 90_000
    found = terms(Article("", "", TEXTS[language], None, "page", language=language))
    known = sum(term in table.counts for term in found)
    assert known >= (0.4 if language in {"ja", "zh"} else 0.7) * len(found)


GERMAN, FRENCH = Background(9, {"hafen": 2}), Background(7, {"port": 3, "école": 1})


def test_each_language_has_its_table_or_knows_nothing() -> None:
    tables = Backgrounds({"fr": FRENCH.to_bytes(), "de": GERMAN.to_bytes()})
    assert tables.languages == ("de", "fr")
    assert (tables.of("de"), tables.of("fr")) == (GERMAN, FRENCH)
    assert tables.of("fr") is tables.of("fr")
    assert tables.of("xx") is tables.of("") is EMPTY


def test_all_tables_are_one_value() -> None:
    tables = Backgrounds({"fr": FRENCH.to_bytes(), "de": GERMAN.to_bytes()})
    again = Backgrounds.from_bytes(tables.to_bytes())
    assert again.of("fr") == FRENCH
    other_order = Backgrounds({"de": GERMAN.to_bytes(), "fr": FRENCH.to_bytes()})
    assert again.to_bytes() == tables.to_bytes() == other_order.to_bytes()
    assert Backgrounds.from_bytes(Backgrounds({}).to_bytes()).languages == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        b"{}",
        b'{"format": 2, "tables": {}}',
        b'{"format": 1}',
        b'{"format": 1, "tables": []}',
        b'{"format": 1, "tables": {"de": 7}}',
        b'{"format": 1, "tables": {"de": "x"}}',
        b'{"format": 1, "tables": {"de": "\xc3\xa4"}}',
        SHIPPED.read_bytes(),
    ],
)
def test_other_bytes_are_no_set_of_tables(data: bytes) -> None:
    with pytest.raises(ParseError, match="set of background tables"):
        Backgrounds.from_bytes(data)


def test_a_damaged_table_is_found_when_it_is_asked_for() -> None:
    tables = Backgrounds.from_bytes(Backgrounds({"de": b"no table"}).to_bytes())
    assert tables.of("fr") is EMPTY
    with pytest.raises(ParseError, match="background table"):
        tables.of("de")
