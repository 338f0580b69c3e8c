"""What a feed's polls teach about when it publishes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.rhythm import Rhythm, expected, observe, rate, usual_gap

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)

times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
polls = st.lists(st.tuples(times, st.lists(st.none() | times, max_size=40)), max_size=6)


def a_day(rhythm: Rhythm) -> float:
    return DAY / usual_gap(rhythm)


def follow(
    publish: list[datetime], start: datetime, end: datetime, step: timedelta = HOUR
) -> Rhythm:
    """Poll regularly what is published at these times, from an empty first window on."""
    rhythm, now, rest = observe(None, None, start, []), start, iter(sorted(publish))
    waiting = next(rest, None)
    while now < end:
        since, now, new = now, now + step, []
        while waiting and waiting <= now:
            new.append(waiting)
            waiting = next(rest, None)
        rhythm = observe(rhythm, since, now, new)
    return rhythm


def hours(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += HOUR


# ------------------------------------------------------------------------------ first window


def test_nothing_known_is_some_entries_a_day_at_any_hour() -> None:
    rhythm = observe(None, None, MONDAY, [])
    assert a_day(rhythm) == pytest.approx(4.8)
    assert len({round(one, 6) for one in rhythm.rates}) == 1


@pytest.mark.parametrize("per_day", [0.5, 5, 50])
def test_the_first_window_gives_the_rate(per_day: float) -> None:
    window = [MONDAY - i * DAY / per_day for i in range(30)]
    assert a_day(observe(None, None, MONDAY, window)) == pytest.approx(per_day, rel=0.15)


def test_an_old_pinned_entry_does_not_stretch_the_window() -> None:
    window = [MONDAY - i * HOUR for i in range(30)]
    pinned = [*window, MONDAY - 900 * DAY, MONDAY - 300 * DAY]
    assert a_day(observe(None, None, MONDAY, pinned)) == pytest.approx(24, rel=0.25)


@pytest.mark.parametrize(
    "window",
    [[None] * 20, [MONDAY] * 20, [MONDAY + 400 * DAY] * 20, [MONDAY - timedelta(seconds=9)] * 20],
    ids=["none", "now", "future", "made on request"],
)
def test_a_window_without_useful_dates_teaches_nothing(window: list[datetime | None]) -> None:
    assert a_day(observe(None, None, MONDAY, window)) == pytest.approx(4.8)


def test_a_window_of_years_ago_is_a_slow_feed() -> None:
    window = [MONDAY - 900 * DAY - i * DAY for i in range(20)]
    assert a_day(observe(None, None, MONDAY, window)) < 0.1


# ------------------------------------------------------------------------------- the pattern


def test_office_hours_are_learnt() -> None:
    end = MONDAY + 6 * WEEK
    office = [
        hour + timedelta(minutes=minute)
        for hour in hours(MONDAY, end)
        if 9 <= hour.hour < 17 and hour.weekday() < 5
        for minute in (20, 50)
    ]
    rhythm = follow(office, MONDAY, end)
    assert rate(rhythm, end + timedelta(hours=12)) == pytest.approx(2, rel=0.15)
    assert rate(rhythm, end + timedelta(hours=3)) < 0.2
    assert rate(rhythm, end + timedelta(days=5, hours=12)) < 0.3
    assert expected(rhythm, end, end + WEEK) == pytest.approx(80, rel=0.1)


def test_a_few_entries_do_not_make_a_pattern() -> None:
    """Five entries, all at noon: likely more at noon, but no certainty."""
    noons = [MONDAY + i * DAY + 12 * HOUR for i in range(5)]
    rhythm = follow(noons, MONDAY, MONDAY + 5 * DAY)
    noon, night = (rate(rhythm, MONDAY + WEEK + hour * HOUR) for hour in (12, 0))
    assert 2 * night < noon < 24 * night


def test_a_feed_that_changes_is_learnt_anew() -> None:
    begin, end = MONDAY - 30 * WEEK, MONDAY + 8 * WEEK
    slow = [hour for hour in hours(begin, MONDAY) if hour.hour == 6]
    fast = [hour for hour in hours(MONDAY, end) if hour.hour % 2]
    rhythm = follow(slow + fast, begin, end, step=6 * HOUR)
    assert a_day(rhythm) == pytest.approx(12, rel=0.3)
    assert a_day(follow(slow, begin, MONDAY, step=6 * HOUR)) == pytest.approx(1, rel=0.1)


def test_the_rate_does_not_depend_on_when_it_is_polled() -> None:
    rng = random.Random(7)
    end = MONDAY + 4 * WEEK
    entries = [MONDAY + rng.random() * 4 * WEEK for _ in range(28 * 10)]
    often, seldom = (follow(entries, MONDAY, end, step) for step in (HOUR / 4, 6 * HOUR))
    assert a_day(often) == pytest.approx(a_day(seldom), rel=0.02)
    assert a_day(often) == pytest.approx(10, rel=0.05)


# ------------------------------------------------------------------------------ odd entries


def one_poll(published: list[datetime | None], gap: timedelta = HOUR) -> float:
    """By how many entries one poll's news raises what is known of an average feed."""
    entries = [hour for hour in hours(MONDAY - 4 * WEEK, MONDAY) if hour.hour % 4 == 0]
    known = follow(entries, MONDAY - 4 * WEEK, MONDAY)
    more = observe(known, MONDAY, MONDAY + gap, published)
    scale: float = 0.5 ** ((MONDAY.timestamp() - more.epoch) / (4 * WEEK).total_seconds())
    return (sum(more.counts) - sum(known.counts)) * scale


def test_entries_count_once_each_whatever_their_dates() -> None:
    soon = MONDAY + HOUR / 2
    assert one_poll([]) == 0
    assert one_poll([soon, soon]) == pytest.approx(2, rel=0.01)
    assert one_poll([None, None, None]) == pytest.approx(3, rel=0.01)
    assert one_poll([MONDAY + 90 * DAY]) == pytest.approx(1, rel=0.01)
    assert one_poll([MONDAY - 3 * HOUR, MONDAY - DAY]) == pytest.approx(2, rel=0.01)


def test_an_old_stock_put_in_counts_as_one() -> None:
    stock: list[datetime | None] = [MONDAY - 30 * DAY - i * DAY for i in range(200)]
    assert one_poll(stock) == pytest.approx(1, rel=0.01)


def test_late_entries_count_where_they_appeared() -> None:
    """Dated at midnight, shown at noon: noon is when to ask."""
    rhythm, now = observe(None, None, MONDAY, []), MONDAY
    for _ in range(24 * 42):
        since, now = now, now + HOUR
        new = [now.replace(hour=0) for _ in range(4) if now.hour == 12]
        rhythm = observe(rhythm, since, now, new)
    at_noon, at_midnight = (rate(rhythm, now + span) for span in (11.5 * HOUR, HOUR / 2))
    assert at_noon > 5 * at_midnight


def test_what_a_switched_off_monitor_missed_is_not_held_against_the_feed() -> None:
    entries = list(hours(MONDAY - 4 * WEEK, MONDAY))
    known = follow(entries, MONDAY - 4 * WEEK, MONDAY)
    back = MONDAY + 3 * WEEK
    window = [back - i * HOUR for i in range(30)]
    rhythm = observe(known, MONDAY, back, window)
    assert a_day(rhythm) == pytest.approx(24, rel=0.1)
    assert rhythm.gaps.longest_hours < 3


# ---------------------------------------------------------------------------- robust, compact


@settings(max_examples=60)
@given(polls)
def test_no_order_of_times_confuses_it(
    polls: list[tuple[datetime, list[datetime | None]]],
) -> None:
    """Clocks set back, dates of the future, years between two polls."""
    rhythm, since = None, None
    for now, published in polls:
        rhythm = observe(rhythm, since, now, published)
        assert all(0 < one < 1e6 for one in rhythm.rates)
        assert expected(rhythm, now, now + WEEK) > 0
        assert expected(rhythm, now, now - WEEK) == 0
        assert rhythm.gaps.burst >= 1
        since = now


@settings(max_examples=60)
@given(polls)
def test_json_brings_it_back(polls: list[tuple[datetime, list[datetime | None]]]) -> None:
    rhythm, since = observe(None, None, MONDAY, []), None
    for now, published in polls:
        rhythm, since = observe(rhythm, since, now, published), now
    text = json.dumps(rhythm.to_json(), allow_nan=False)
    again = Rhythm.from_json(json.loads(text))
    assert json.dumps(again.to_json()) == text
    assert again.rates == pytest.approx(rhythm.rates, rel=0.05)


def test_json_stays_small_for_the_busiest_feed() -> None:
    rng = random.Random(5)
    entries = [MONDAY + rng.random() * 8 * WEEK for _ in range(56 * 400)]
    rhythm = follow(entries, MONDAY, MONDAY + 8 * WEEK)
    assert len(json.dumps(rhythm.to_json())) < 1500


def test_rounding_does_not_keep_old_entries_for_ever() -> None:
    """Each poll goes through JSON, as in the database."""
    rhythm, now = observe(None, None, MONDAY, [MONDAY - i * HOUR for i in range(30)]), MONDAY
    for _ in range(4 * 7 * 52):
        since, now = now, now + 6 * HOUR
        rhythm = Rhythm.from_json(observe(rhythm, since, now, []).to_json())
    assert a_day(rhythm) < 0.05


def test_expected_is_the_sum_of_its_parts() -> None:
    rhythm = follow([MONDAY + i * 5 * HOUR for i in range(60)], MONDAY, MONDAY + 2 * WEEK)
    start, end = MONDAY + 1.3 * HOUR, MONDAY + 3 * WEEK + 0.7 * HOUR
    middle = start + 77.7 * HOUR
    parts = expected(rhythm, start, middle) + expected(rhythm, middle, end)
    assert expected(rhythm, start, end) == pytest.approx(parts)
    assert expected(rhythm, start, start + WEEK) == pytest.approx(sum(rhythm.rates))
