"""What people type as a search, and filters in words and in JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.excerpts import CLOSE, LENGTH, OPEN, excerpt, marked, unmarked
from monitor.domain.search import (
    Term,
    Words,
    filter_from_dict,
    filter_to_dict,
    filter_words,
    parse,
    to_fts5,
    to_tsquery,
)
from monitor.types import Filter

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
SYNTAX = st.text(st.sampled_from("ab é日*\"-()^:&|!<>\\' OR NOT NEAR\x00“”\n"), max_size=60)


def words(*must: str, never: tuple[str, ...] = ()) -> Words:
    return Words(tuple((Term(one),) for one in must), tuple(map(Term, never)))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dam burst", words("dam", "burst")),
        (' "dam  burst" x', words("dam burst", "x")),
        ("“dam burst”", words("dam burst")),
        ("-burst", words(never=("burst",))),
        ('dam -"a b" -c', words("dam", never=("a b", "c"))),
        ("dam OR dyke tunnel", Words(((Term("dam"), Term("dyke")), (Term("tunnel"),)))),
        ("a OR b OR c", Words(((Term("a"), Term("b"), Term("c")),))),
        ("tunnel*", Words(((Term("tunnel", prefix=True),),))),
        ('"big tun"*', Words(((Term("big tun", prefix=True),),))),
        ("-tunnel*", Words((), (Term("tunnel", prefix=True),))),
        ("tu*", words("tu")),
        ("short-range F-16", words("short-range", "F-16")),
        ("a - b", words("a", "b")),
        ('dam "burst', words("dam", "burst")),
        ('"" dam', words("dam")),
        ("OR dam OR", words("dam")),
        ("dam OR -burst", words("dam", never=("burst",))),
        ("-dam OR burst", words("burst", never=("dam",))),
        ("x -dam OR burst", words("x", "burst", never=("dam",))),
        ("OR", None),
        ("or", words("or")),
        ("NOT AND NEAR(a)", words("NOT", "AND", "NEAR(a)")),
        ("da\x00m", words("dam")),
        ("", None),
        (' … "!" -? * ', None),
    ],
)
def test_a_search_is_read(typed: str, meant: Words | None) -> None:
    assert parse(typed) == meant


def test_a_search_is_rendered_in_quotes() -> None:
    read = parse("""a:b* dam OR "it's \\so" """)
    assert read is not None
    assert to_fts5(read.must) == """("a:b"*) AND ("dam" OR "it's \\so")"""
    assert to_tsquery(read.must) == """('a:b':*) & ('dam' | 'it''s \\\\so')"""
    assert to_fts5([[Term('say "yes"')]]) == '("say ""yes""")'


@pytest.mark.parametrize(
    ("typed", "unspaced"),
    [
        ("地震", True),
        ("NTTドコモ", True),
        ("แผ่นดินไหว", True),
        ("dam", False),
        ("землетрясение", False),
    ],
)
def test_terms_without_spaces(typed: str, unspaced: bool) -> None:
    read = parse(typed)
    assert read is not None
    assert read.must[0][0].unspaced is unspaced


@given(st.text() | SYNTAX)
def test_whatever_is_typed_is_read(typed: str) -> None:
    read = parse(typed)
    if read is None:
        return
    terms = [term for group in (*read.must, read.never) for term in group]
    assert terms
    for term in terms:
        assert any(map(str.isalnum, term.text))
        assert not {'"', "\x00"} & set(term.text)
    assert all(read.must)


FILTERS = st.builds(
    Filter,
    words=st.text(),
    topic=st.none() | st.text(),
    event=st.none() | st.integers(1),
    source=st.text(),
    since=st.none() | st.datetimes(timezones=st.just(UTC)),
    until=st.none() | st.datetimes(timezones=st.just(UTC)),
    min_score=st.none() | st.floats(0, 1),
    label=st.sampled_from([None, "relevant", "irrelevant", "none", "any"]),
    kind=st.sampled_from(["matches", "rejected", "all"]),
)


@given(FILTERS)
def test_a_filter_survives_json(filter: Filter) -> None:
    assert filter_from_dict(json.loads(json.dumps(filter_to_dict(filter)))) == filter
    assert filter_words(filter)


def test_a_filter_keeps_only_what_matters_and_ignores_what_it_does_not_know() -> None:
    assert filter_to_dict(Filter()) == {}
    assert filter_to_dict(Filter(words="x", since=NEW_YEAR)) == {
        "words": "x",
        "since": "2026-01-01T00:00:00+00:00",
    }
    assert filter_from_dict({"topic": "dams", "mood": "glad"}) == Filter(topic="dams")


@pytest.mark.parametrize(
    ("filter", "said"),
    [
        (Filter(), "matches"),
        (Filter(topic="dams", kind="rejected"), "rejected articles in dams"),
        (
            Filter(words="gliding weapons", topic="defence", since=NEW_YEAR, label="none"),
            "“gliding weapons” in defence, since 2026-01-01, unlabelled",
        ),
        (
            Filter("x", kind="all", event=3, source="The Post", language="ja"),
            "“x”, all articles, event 3, from The Post, language ja",
        ),
        (
            Filter(until=datetime(2026, 2, 1, 12, 30, tzinfo=UTC), min_score=0.25, max_score=0.5),
            "matches, before 2026-02-01 12:30, score from 0.25, score up to 0.5",
        ),
        (Filter(label="any"), "matches, labelled"),
        (Filter(label="relevant"), "matches, relevant"),
    ],
)
def test_a_filter_in_words(filter: Filter, said: str) -> None:
    assert filter_words(filter) == said


def test_an_excerpt_lies_around_the_first_hit() -> None:
    text = f"{'before ' * 40}the dam\nburst {'after ' * 40}"
    shown = excerpt(marked(text, [Term("DAM")]))
    assert f"the {OPEN}dam{CLOSE} burst after" in shown
    assert shown.startswith("…before ") and shown.endswith(" after…")
    forms = [Term("dam", prefix=True), Term("地震"), Term("a b")]
    told = excerpt(marked("madam Dams damp 大地震 a\nb ab", forms))
    assert told == "madam [Dams damp] 大[地震 a b] ab".translate({91: OPEN, 93: CLOSE})
    assert excerpt("short") == "short"
    assert excerpt(f"a {OPEN}b{CLOSE} {OPEN}c{CLOSE}") == f"a {OPEN}b c{CLOSE}"
    assert len(excerpt("x" * 5000)) == LENGTH + 1


@given(st.text(st.sampled_from(f"ab {OPEN}{CLOSE}\n"), max_size=600))
def test_marks_of_an_excerpt_are_ours_and_in_pairs(text: str) -> None:
    shown = excerpt(marked(text, [Term("a", prefix=True), Term("b")]))
    assert len(shown) <= LENGTH + 3
    assert shown.count(OPEN) == shown.count(CLOSE)
    assert (unmarked(text).lstrip()[:1] == "a") <= (OPEN in shown)
    kinds = [char for char in shown if char in OPEN + CLOSE]
    assert kinds == [OPEN, CLOSE] * (len(kinds) // 2)
