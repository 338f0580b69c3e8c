"""A rhythm learnt while the clock was wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.rhythm import Rhythm, observe

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def polled(rhythm: Rhythm | None, begin: datetime, polls: int) -> Rhythm:
    """Polls every six hours that find an entry each."""
    rhythm = rhythm or observe(None, None, begin, [])
    for number in range(polls):
        since, now = begin + 6 * number * HOUR, begin + 6 * (number + 1) * HOUR
        rhythm = observe(rhythm, since, now, [now - HOUR])
    return rhythm


@pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(days=3650)])
def test_gaps_are_learnt_again_after_the_clock_was_set_back(ahead: timedelta) -> None:
    known = polled(None, MONDAY, 100)
    wrong = MONDAY + 600 * HOUR + ahead
    known = observe(known, MONDAY + 600 * HOUR, wrong, [wrong - HOUR])
    before = known.gaps.number
    known = observe(known, wrong, MONDAY + 606 * HOUR, [])
    known = polled(known, MONDAY + 606 * HOUR, 50)
    assert known.last == (MONDAY + (606 + 6 * 50 - 1) * HOUR).timestamp()
    assert known.gaps.number > before + 40
