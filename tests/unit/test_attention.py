"""A day's few messages: never too many, spent on what scores best, not saved for nothing."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.attention import HISTORY, Budget

LIMIT = 5
KNOWN = HISTORY / timedelta(days=1)
WARM_UP = 3
"""Days after which it knows what is usual."""

scores = st.lists(st.floats(-1, 1), max_size=60).map(tuple)
budgets = st.builds(
    Budget, left=st.integers(-3, 12), rest=st.floats(0, 1), scores=scores, days=st.floats(1, 14)
)

Busy = Callable[[int], int]


@pytest.mark.parametrize(
    ("budget", "level"),
    [
        (Budget(5, 1.0, (), 1.0), -math.inf),
        (Budget(1, 0.0, (0.9,) * 100, 1.0), -math.inf),
        (Budget(0, 1.0, (), 1.0), math.inf),
        (Budget(0, 0.0, (0.1, 0.2), 14.0), math.inf),
        (Budget(-2, 0.5, (0.1,), 1.0), math.inf),
        # As many to come as there is room for.
        (Budget(4, 1.0, (0.1, 0.2, 0.3, 0.4), 1.0), -math.inf),
        (Budget(4, 0.5, (0.1, 0.2, 0.3, 0.4) * 2, 1.0), -math.inf),
        # Room for half of them; in whatever order they came.
        (Budget(2, 1.0, (0.1, 0.2, 0.3, 0.4), 1.0), 0.3),
        (Budget(2, 1.0, (0.4, 0.1, 0.3, 0.2), 1.0), 0.3),
        # Room for one.
        (Budget(1, 1.0, (0.1, 0.2, 0.3, 0.4), 1.0), 0.4),
        # Ten in ten days are one a day.
        (Budget(1, 1.0, (0.1,) * 10, 10.0), -math.inf),
        (Budget(1, 1.0, tuple(n / 20 for n in range(20)), 10.0), 0.5),
        (Budget(1, 0.75, tuple(n / 20 for n in range(20)), 5.0), 13 / 20),
        (Budget(1, 1.0, (0.7,) * 9, 1.0), 0.7),
    ],
)
def test_the_score_from_which_on_it_is_told(budget: Budget, level: float) -> None:
    assert budget.level == level


@pytest.mark.parametrize(
    ("left", "rest", "a_day", "room"),
    [
        (1, 0.0, 100, True),
        (0, 0.0, 0, False),
        (1, 1.0, 0, True),
        (1, 1.0, 1, False),
        (5, 1.0, 4, True),
        (5, 1.0, 5, False),
        (5, 0.5, 8, True),
        (5, 0.5, 9, False),
        (-1, 0.0, 0, False),
    ],
)
def test_updates_use_what_new_events_will_leave(
    left: int, rest: float, a_day: int, room: bool
) -> None:
    assert Budget(left, rest, (0.5,) * a_day * 7, 7.0).takes_update is room


@given(budgets, st.floats(-1, 1))
def test_it_takes_what_reaches_its_level_and_nothing_when_spent(
    budget: Budget, score: float
) -> None:
    assert budget.takes(score) == (score >= budget.level)
    if budget.left <= 0:
        assert not budget.takes(score)
        assert not budget.takes_update
    if budget.takes_update:  # then nothing new would have been turned away
        assert budget.takes(-1.0)


@given(budgets)
def test_there_is_room_for_the_share_it_takes(budget: Budget) -> None:
    """Ties apart, a level lets through as many as there are messages left."""
    if budget.left <= 0 or budget.expected <= budget.left:
        return
    room = budget.left / budget.expected * len(budget.scores)
    assert budget.level in budget.scores
    assert sum(score >= budget.level for score in budget.scores) >= room - 1e-6
    assert sum(score > budget.level for score in budget.scores) <= room + 1e-6


@given(budgets, st.integers(0, 5), st.floats(0, 1))
def test_it_grows_generous_with_room_and_towards_the_end_of_the_day(
    budget: Budget, more: int, sooner: float
) -> None:
    roomier = replace(budget, left=budget.left + more)
    later = replace(budget, rest=budget.rest * sooner)
    assert roomier.level <= budget.level
    assert later.level <= budget.level
    assert budget.takes_update <= roomier.takes_update
    assert budget.takes_update <= later.takes_update


@dataclass
class Day:
    """Scores of new events, in the order in which they came."""

    came: list[float]
    told: list[float]

    @property
    def left_out(self) -> list[float]:
        rest = list(self.came)
        for score in self.told:
            rest.remove(score)
        return rest


def live(
    rng: random.Random,
    busy: Busy,
    days: int,
    *,
    hours: tuple[float, float] = (0, 24),
    score: Callable[[random.Random], float] = random.Random.random,
    limit: int = LIMIT,
) -> list[Day]:
    """What is told over ``days`` days with ``busy(day)`` new events each."""
    times: list[float] = []
    past: list[float] = []
    lived = []
    for number in range(days):
        day = Day([], [])
        for clock in sorted(rng.uniform(*hours) / 24 for _ in range(busy(number))):
            now, value = number + clock, score(rng)
            lately = past[bisect_right(times, now - KNOWN) :]
            if Budget(limit - len(day.told), 1 - clock, lately, max(1, min(now, KNOWN))).takes(
                value
            ):
                day.told.append(value)
            day.came.append(value)
            times.append(now)
            past.append(value)
        lived.append(day)
    return lived


def worth(days: list[Day]) -> float:
    """Sum of the scores told, as part of that of each day's best."""
    best = sum(sum(sorted(day.came)[-LIMIT:]) for day in days)
    return sum(sum(day.told) for day in days) / best


def use(days: list[Day]) -> float:
    """Part of the messages that were spent, where there was something to say."""
    return sum(len(d.told) for d in days) / sum(min(LIMIT, len(d.came)) for d in days)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("busy", "hours", "least_use", "least_worth"),
    [
        pytest.param(lambda day: 20, (0, 24), 0.95, 0.9, id="even"),
        pytest.param(lambda day: 60, (0, 24), 0.95, 0.9, id="busy"),
        pytest.param(lambda day: 5 + day * 7 % 36, (0, 24), 0.85, 0.85, id="uneven"),
        pytest.param(lambda day: 3 if day % 7 > 4 else 25, (0, 24), 0.8, 0.85, id="weekends"),
        pytest.param(lambda day: 20, (8, 18), 0.85, 0.85, id="office hours"),
        pytest.param(lambda day: 100 if day % 10 == 9 else 8, (0, 24), 0.65, 0.68, id="bursts"),
    ],
)
def test_messages_are_spent_on_what_scores_best(
    seed: int, busy: Busy, hours: tuple[float, float], least_use: float, least_worth: float
) -> None:
    days = live(random.Random(seed), busy, 42, hours=hours)
    assert max(len(day.told) for day in days) <= LIMIT
    days = days[WARM_UP:]
    told = [score for day in days for score in day.told]
    left_out = [score for day in days for score in day.left_out]
    assert mean(told) > mean(left_out) + 0.2
    assert use(days) >= least_use
    assert worth(days) >= least_worth


def test_what_comes_first_is_worth_less() -> None:
    days = live(random.Random(0), lambda day: 20, 60)[WARM_UP:]
    first_come = [Day(day.came, day.came[:LIMIT]) for day in days]
    assert worth(days) > worth(first_come) + 0.25


@pytest.mark.parametrize("seed", range(4))
def test_quiet_days_are_told_in_full(seed: int) -> None:
    days = live(random.Random(seed), lambda day: day % 4, 60)
    assert all(day.told == day.came for day in days)


@pytest.mark.parametrize("seed", range(4))
def test_a_quiet_day_after_busy_ones_uses_its_messages(seed: int) -> None:
    """Without knowing that nothing more comes, it has told of most by the evening."""
    rng = random.Random(seed)

    def last(hours: tuple[float, float]) -> Day:
        return live(rng, lambda day: 3 if day == 7 else 20, 8, hours=hours)[-1]

    assert use([last((0, 24)) for _ in range(30)]) > 0.4
    assert use([last((20, 24)) for _ in range(30)]) > 0.75


def test_the_first_day_tells_what_comes_first() -> None:
    (day,) = live(random.Random(1), lambda day: 3, 1)
    assert day.told == day.came


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0, -1.0])
def test_events_of_one_score_use_the_day_up(value: float) -> None:
    days = live(random.Random(2), lambda day: 20, 20, score=lambda rng: value)
    assert {len(day.told) for day in days} == {LIMIT}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=8),
    st.integers(1, 8),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_no_stream_exceeds_it(busy: list[int], limit: int, coarse: bool, seed: int) -> None:
    """Not with ties or days without anything either."""

    def score(rng: random.Random) -> float:
        return round(rng.random(), 1) if coarse else rng.random() ** 3

    days = live(random.Random(seed), lambda day: busy[day], len(busy), score=score, limit=limit)
    for day in days:
        assert len(day.told) <= limit
        if sum(busy) <= limit // 2:  # room even if as many were still to come
            assert day.told == day.came


def test_scores_that_only_rise_cannot_exceed_it() -> None:
    rising = iter(n / 10_000 for n in range(10_000))
    days = live(random.Random(3), lambda day: 50, 30, score=lambda rng: next(rising))
    assert max(len(day.told) for day in days) == LIMIT
