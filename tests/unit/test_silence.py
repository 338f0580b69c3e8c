"""Alarms about silence: none without cause over a year, and soon when a feed has really died."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.rhythm import Rhythm, observe
from monitor.domain.silence import silence

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)
STEP = timedelta(hours=6)

Publish = Callable[[random.Random, timedelta], list[datetime]]


def poisson(per_day: float, batch: int = 1) -> Publish:
    def publish(rng: random.Random, span: timedelta) -> list[datetime]:
        entries, time = [], MONDAY
        while (time := time + rng.expovariate(per_day / batch) * DAY) < MONDAY + span:
            entries += [time] * (1 if batch == 1 else rng.randint(1, 2 * batch - 1))
        return entries

    return publish


def office(per_day: float) -> Publish:
    """On weekdays from 8 to 17."""

    def publish(rng: random.Random, span: timedelta) -> list[datetime]:
        everywhere = poisson(per_day * 24 / 9)(rng, span)
        return [at for at in everywhere if 8 <= at.hour < 17 and at.weekday() < 5]

    return publish


def alarms(entries: list[datetime], span: timedelta) -> list[tuple[datetime, datetime]]:
    """When each alarm was raised first, and the entry after which it was."""
    rhythm, last, now = observe(None, None, MONDAY, []), MONDAY, MONDAY
    raised: dict[datetime, datetime] = {}
    while now < MONDAY + span:
        since, now = now, now + STEP
        new = entries[bisect_right(entries, since) : bisect_right(entries, now)]
        rhythm = observe(rhythm, since, now, new)
        last = now if new else last
        if silence(rhythm, last, now).unusual:
            raised.setdefault(last, now)
    return [(at, last) for last, at in raised.items()]


@pytest.mark.parametrize(
    "publish",
    [poisson(0.3), poisson(3), poisson(30), poisson(3, 10), poisson(20, 5), office(3), office(20)],
    ids=["slow", "usual", "fast", "rare batches", "batches", "office", "busy office"],
)
def test_a_year_of_life_raises_no_alarm(publish: Publish) -> None:
    year = 365 * DAY
    assert alarms(publish(random.Random(11), year), year) == []


@pytest.mark.parametrize(
    ("publish", "days"),
    [(poisson(5), 3), (poisson(10), 2), (poisson(100), 1.5), (poisson(60, 5), 2), (office(20), 3)],
    ids=["5 a day", "10", "100", "batches", "office"],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_dead_feed_is_found_soon(publish: Publish, days: float, seed: int) -> None:
    """Dead on a Monday evening, after nine weeks."""
    death = 63 * DAY + timedelta(hours=18)
    found = alarms(publish(random.Random(seed), death), death + 10 * DAY)
    assert len(found) == 1
    assert found[0][0] - (MONDAY + death) <= days * DAY


def test_a_slow_feed_is_found_too_though_the_silence_itself_lowers_its_rate() -> None:
    entries = [MONDAY + i * 2 * DAY for i in range(40)]
    assert len(alarms(entries, 130 * DAY)) == 1


def daily(days: int) -> tuple[Rhythm, datetime]:
    """A feed with an entry every hour for so long, and its last poll."""
    rhythm, now = observe(None, None, MONDAY, []), MONDAY
    for _ in range(24 * days):
        since, now = now, now + timedelta(hours=1)
        rhythm = observe(rhythm, since, now, [now])
    return rhythm, now


def test_too_little_known_is_no_alarm() -> None:
    rhythm, now = daily(9)
    later = now + 4 * DAY
    assert not silence(observe(rhythm, now, later, []), now, later).unusual


def test_a_monitor_that_was_off_has_heard_no_silence() -> None:
    rhythm, now = daily(30)
    found = silence(rhythm, now, now + 30 * DAY)
    assert (found.lasts, found.expected, found.unusual) == (timedelta(), 0.0, False)


def test_it_says_what_is_usual() -> None:
    rhythm, now = daily(30)
    later = now + 2 * DAY
    found = silence(observe(rhythm, now, later, []), now, later)
    assert found.unusual
    assert found.lasts == 2 * DAY
    assert found.expected == pytest.approx(48, rel=0.05)
    assert (
        found.habit
        == "usually it has about 24 entries a day, of late never more than 1 hours apart"
    )


@pytest.mark.parametrize(
    ("per_day", "number", "span"), [(24, 24, "day"), (1, 7, "week"), (0.1, 3, "month")]
)
def test_habits_in_words(per_day: float, number: int, span: str) -> None:
    window = [MONDAY - i * DAY / per_day for i in range(30)]
    habit = silence(observe(None, None, MONDAY, window), MONDAY, MONDAY).habit
    words = re.fullmatch(
        r"usually it has about (\d+) entries a (\w+), of late never more than (\d+) (\w+) apart",
        habit,
    )
    assert words, habit
    assert abs(int(words[1]) - number) <= 1
    assert words[2] == span
    assert int(words[3]) * (DAY if words[4] == "days" else DAY / 24) == DAY / per_day


def test_times_out_of_order_are_no_silence() -> None:
    rhythm, now = daily(30)
    assert not silence(rhythm, now + 5 * DAY, now).unusual
    assert not silence(rhythm, now, now - 400 * DAY).unusual
    assert silence(rhythm, now - 4000 * DAY, now).lasts == 4000 * DAY
