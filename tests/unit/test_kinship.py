"""When two events are one."""

from __future__ import annotations

import math

import pytest

from monitor.domain.kinship import MERGED_FROM, SUGGESTED_FROM, Kin, kin


@pytest.mark.parametrize(
    ("log_odds", "verdict"),
    [
        (math.inf, "one"),
        (MERGED_FROM, "one"),
        (math.nextafter(MERGED_FROM, 0), "perhaps"),
        (SUGGESTED_FROM, "perhaps"),
        (math.nextafter(SUGGESTED_FROM, -1), "apart"),
        (-math.inf, "apart"),
    ],
)
def test_two_events_are_one_from_some_odds_on(log_odds: float, verdict: Kin) -> None:
    assert kin(log_odds) == verdict
