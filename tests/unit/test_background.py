"""The table of document frequencies, and the one that is shipped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import monitor
from monitor.domain.background import Background
from monitor.errors import ParseError

SHIPPED = Path(monitor.__file__).parent / "data" / "background.json.gz"


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
