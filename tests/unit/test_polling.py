"""When feeds are polled: within bounds, within the budget, and sooner where more is published."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.polling import level_for, load, next_due
from monitor.domain.rhythm import Rhythm, observe

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
FIVE = timedelta(minutes=5)
SIX = timedelta(hours=6)
HOUR = timedelta(hours=1)

loads = st.lists(st.floats(1e-4, 50), min_size=1, max_size=60)


def begun(at: datetime) -> Rhythm:
    return Rhythm(start=at.timestamp(), seen=at.timestamp(), epoch=at.timestamp())


def steady(per_hour: float) -> Rhythm:
    """A feed that has published at this rate, day and night, for eight weeks."""
    number = round(8 * 168 * per_hour)
    dates = [MONDAY - timedelta(hours=(i + 0.5) / per_hour) for i in range(number)]
    return observe(begun(MONDAY - timedelta(weeks=8)), None, MONDAY, dates)


def office() -> Rhythm:
    """A feed with two entries an hour from 9 to 17 on weekdays, for eight weeks."""
    hours = (MONDAY - timedelta(hours=hour) for hour in range(8 * 168))
    busy = [hour for hour in hours if 9 <= hour.hour < 17 and hour.weekday() < 5]
    dates = [hour + timedelta(minutes=minute) for hour in busy for minute in (15, 45)]
    return observe(begun(MONDAY - timedelta(weeks=8)), None, MONDAY, dates)


def wait(rhythm: Rhythm, level: float, weight: float = 1.0, at: datetime = MONDAY) -> timedelta:
    return next_due(rhythm, at, level, shortest=FIVE, longest=SIX, weight=weight) - at


def test_at_a_steady_rate_the_wait_is_the_level_over_the_root_of_the_rate() -> None:
    rhythm = steady(1.0)
    rate = sum(rhythm.rates) / 168
    assert wait(rhythm, 1.0) / HOUR == pytest.approx(1 / math.sqrt(rate), rel=0.05)
    assert wait(rhythm, 1.0, weight=4.0) / HOUR == pytest.approx(0.5 / math.sqrt(rate), rel=0.05)


def test_polls_come_when_news_comes() -> None:
    rhythm = office()
    night, noon = MONDAY + 24 * HOUR, MONDAY + 36 * HOUR
    assert wait(rhythm, 1.0, at=night) > 3 * wait(rhythm, 1.0, at=noon)


def test_the_last_of_the_day_do_not_wait_for_the_morning() -> None:
    """At half past four half an hour of office is left; then next to nothing comes for long."""
    rhythm = office()
    due = next_due(
        rhythm, MONDAY + timedelta(hours=16.5), 1.5, shortest=FIVE, longest=timedelta(days=1)
    )
    assert due < MONDAY + timedelta(hours=19)


@pytest.mark.parametrize(
    ("level", "expected"), [(0.0, FIVE), (1e-9, FIVE), (1e9, SIX), (math.inf, SIX)]
)
def test_levels_without_measure_give_the_bounds(level: float, expected: timedelta) -> None:
    assert wait(steady(1.0), level) == expected


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(-(10**9), 10**9))
def test_bounds_hold_for_any_level_weight_and_time(
    level: float, weight: float, offset: int
) -> None:
    at = MONDAY + timedelta(seconds=offset)
    assert FIVE <= wait(Rhythm(0.0, 0.0, 0.0), level, weight, at) <= SIX


@given(st.floats(0.05, 5), st.floats(0.05, 5), st.floats(0.01, 10))
def test_who_publishes_more_is_polled_sooner(one: float, other: float, level: float) -> None:
    less, more = (
        replace(Rhythm(0.0, 3600.0 * 168, 3600.0 * 168), counts=(rate,) * 168)
        for rate in sorted((one, other))
    )
    at = MONDAY
    assert wait(more, level, at=at) <= wait(less, level, at=at)


@given(loads, st.floats(0.001, 1000))
def test_the_budget_is_met_wherever_the_bounds_allow(loads: list[float], budget: float) -> None:
    level = level_for(loads, budget, FIVE, SIX)
    polls = sum(min(max(one / level, 1 / 6), 12.0) if level else 12.0 for one in loads)
    assert polls == pytest.approx(min(max(budget, len(loads) / 6), 12 * len(loads)), rel=0.02)


def test_a_feed_of_no_weight_stays_at_the_longest_interval() -> None:
    level = level_for([0.0, 1.0, 1.0], 4, FIVE, SIX)
    assert 2 / level + 1 / 6 == pytest.approx(4)
    assert wait(steady(1.0), level, weight=0.0) == SIX


@pytest.mark.parametrize(
    ("budget", "expected"), [(0.0, math.inf), (0.5, math.inf), (36.0, 0.0), (1e9, 0.0)]
)
def test_a_budget_beyond_the_bounds(budget: float, expected: float) -> None:
    assert level_for([1.0, 2.0, 3.0], budget, FIVE, SIX) == expected


def test_the_numerical_library_is_not_needed() -> None:
    """The daemon runs this without a topic, and then need not load it."""
    code = (
        "import sys; from monitor.domain import polling, silence; "
        "polling.level_for([1.0, 2.0], 1, polling.timedelta(0.01), polling.timedelta(1)); "
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 0


def test_a_week_of_polls_keeps_to_the_budget() -> None:
    """Realised, not computed: day and night, bounds and all."""
    rhythms = [steady(rate) for rate in (0.02, 0.1, 0.3, 1.0, 3.0)] + [office()] * 3
    level = level_for([load(rhythm) for rhythm in rhythms], len(rhythms), FIVE, SIX)
    polls = 0
    for rhythm in rhythms:
        now = MONDAY
        while now < MONDAY + timedelta(weeks=1):
            now += wait(rhythm, level, at=now)
            polls += 1
    assert polls == pytest.approx(168 * len(rhythms), rel=0.05)
