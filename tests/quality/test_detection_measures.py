"""The measures, on cases worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tools.detection_measures import (
    Outcome,
    average_precision,
    bcubed_f1,
    detection_cost,
    f1,
    new_event_f1,
    t11su,
)


def outcome(day: int = 1, **given: Any) -> Outcome:
    values = {
        "relevant": True,
        "event": None,
        "matched": True,
        "score": 0.0,
        "found": None,
        "new_event": False,
        "alarm": False,
    }
    return Outcome(published=datetime(2026, 1, day, tzinfo=UTC), **{**values, **given})


HIT, FALSE = outcome(score=0.9), outcome(relevant=False, score=0.8)
MISS = outcome(matched=False, score=0.7)
UNKNOWN = outcome(relevant=None, score=1.0)


def test_relevance() -> None:
    found = [HIT, HIT, FALSE, MISS, UNKNOWN]
    assert f1(found) == pytest.approx(4 / 6)
    assert t11su(found) == pytest.approx((3 / 6 + 0.5) / 1.5)
    assert t11su([MISS]) == pytest.approx(1 / 3)
    assert t11su([MISS, *[FALSE] * 9]) == 0
    assert f1([UNKNOWN]) is None


def test_average_precision_ranks_equal_scores_together() -> None:
    assert average_precision([HIT, FALSE, MISS]) == pytest.approx((1 + 2 / 3) / 2)
    tied = [outcome(score=0.5), outcome(relevant=False, score=0.5)]
    assert average_precision(tied) == average_precision(tied[::-1]) == pytest.approx(1 / 2)
    assert average_precision([HIT, outcome(score=None)]) == 1
    assert average_precision([FALSE]) is None


def test_bcubed() -> None:
    found = [outcome(event=gold, found=put) for gold, put in ("Ax", "Ax", "Ay", "By")]
    precision, recall = (1 + 1 + 1 / 2 + 1 / 2) / 4, (2 / 3 + 2 / 3 + 1 / 3 + 1) / 4
    assert bcubed_f1(found) == pytest.approx(2 * precision * recall / (precision + recall))
    apart = [outcome(event="A", found="x"), outcome(event="A", found="x", matched=False)]
    assert bcubed_f1(apart) == pytest.approx(2 / 3)
    assert bcubed_f1([FALSE]) is None


def test_new_events() -> None:
    found = [
        outcome(2, event="A", new_event=True),
        outcome(1, event="A", alarm=True),  # published first, judged second
        outcome(3, event="B", new_event=True, alarm=True),
        outcome(3, event="B"),  # of one time the one judged first
        outcome(4, relevant=False, new_event=True),
        outcome(4, relevant=None, new_event=True),
        outcome(4, event=None, new_event=True),
    ]
    assert new_event_f1(found) == pytest.approx(2 / 5)
    assert detection_cost(found, "new_event") == pytest.approx(1 / 2 + 4.9 * 2 / 3)
    assert detection_cost(found, "alarm") == 0
    assert detection_cost([FALSE], "alarm") is None
