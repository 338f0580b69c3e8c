"""Hostile pages, extracted as the daemon extracts them."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain.extraction import extract_page
from monitor.domain.pages import MAX_TEXT
from monitor.errors import ParseError, WorkerError
from monitor.types import Document
from tests.hostile.false_pages import FALSE_PAGES
from tests.hostile.pages import SHAPES, SPINNING, SUMMARY, TITLE, HostilePage, article, html
from tests.hostile.running import NOW, SHORT_DEADLINE, URL, Outcome, extract_twice, run_batch

PAGES = SHAPES | FALSE_PAGES


def _documents(pages: dict[str, HostilePage]) -> dict[str, Document]:
    return {
        name: Document(URL, 200, page.body(), page.content_type, NOW)
        for name, page in pages.items()
    }


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return run_batch(extract_twice, _documents(PAGES))


def test_there_are_enough_of_them() -> None:
    assert len(SHAPES) + len(FALSE_PAGES) == len(PAGES) >= 40


@pytest.mark.parametrize("name", PAGES)
def test_hostile_page(name: str, outcomes: dict[str, Outcome]) -> None:
    page, outcome = PAGES[name], outcomes[name]
    outcome.check_limits()
    found, reason = outcome.get()
    assert found.text_from == page.ending
    assert found.title == TITLE
    if page.ending == "feed":
        assert found.text == SUMMARY
        assert re.search(page.because, reason)
    else:
        assert page.says in found.text
    assert len(found.text) <= MAX_TEXT
    assert not any(words in found.text for words in (*page.never, "\0", "<script"))


def test_pages_that_spin_are_ended() -> None:
    outcomes = run_batch(extract_twice, _documents(SPINNING), deadline=SHORT_DEADLINE)
    for outcome in outcomes.values():
        outcome.check_limits()
        with pytest.raises(WorkerError, match="took longer than 1 s") as caught:
            outcome.get()
        assert caught.value.killed


CUTS = st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 30), st.binary(max_size=12)))
KINDS = ["", "text/html", "text/html; charset=utf-16", "application/xhtml+xml", "image/png"]


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(CUTS, st.sampled_from(KINDS), st.sampled_from(["utf-8", "utf-16", "shift_jis"]))
def test_damaged_pages_raise_nothing_but_parse_errors(
    cuts: list[tuple[int, int, bytes]], kind: str, encoding: str
) -> None:
    body = html(article()).decode().encode(encoding)
    for start, length, instead in cuts:
        body = body[:start] + instead + body[start + length :]
    try:
        found = extract_page(Document(URL, 200, body, kind, NOW), "", None, "")
    except ParseError:
        return
    assert "\0" not in found.text
