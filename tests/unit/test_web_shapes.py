"""How values and lists are shaped for the review page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.domain.told import fold_copies
from monitor.types import LikeArticle, MatchView, Term
from monitor.web.formats import bars, number, when

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
TERMS = tuple(Term(f"word{at}", 0.2 - at * 0.02) for at in range(15))


def test_copies_of_what_is_elsewhere_stand_for_themselves() -> None:
    def view(id: int, copy_of: int | None) -> MatchView:
        return MatchView(id, "t", "", "", "", None, 0.5, 1, copy_of, None, "page")

    told = fold_copies([view(5, 4), view(7, 5), view(6, None)])
    assert [(one.match.id, [copy.id for copy in one.copies]) for one in told] == [(5, [7]), (6, [])]


def test_numbers_and_times() -> None:
    assert number(-0.126) == "−0.13"
    assert number(-0.0001, 3, sign=True) == "+0.000"
    assert number(0.5, 3, sign=True) == "+0.500"
    assert ">3 Feb 2025 07:05<" in when(datetime(2025, 2, 3, 7, 5, tzinfo=UTC), NOW)
    assert when(None, NOW) == "undated"


def test_the_terms_of_a_score_add_up() -> None:
    like = [LikeArticle(at, f"Earlier {at}", 0.5, 0.0014) for at in range(9)]
    made = bars(TERMS, like)
    parts = [bar.part for bar in (*made.terms, *made.articles)]
    total = sum(parts) + made.others_part + made.other_articles_part
    exact = sum(term.part for term in TERMS) + sum(one.part for one in like)
    assert total == pytest.approx(made.total) and abs(total - exact) <= 0.0005
    assert all(round(part, 3) == part for part in parts)
    assert made.terms[0].length == 1 and made.others == 3 and made.other_articles == 4
    assert [bar.match for bar in made.articles] == [0, 1, 2, 3, 4]
    assert bars(()).terms == ()
