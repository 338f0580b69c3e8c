"""Times of a person's day, in every time zone and at every change of its clock."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.domain.daytime import day_of, digest_after, quiet_until
from monitor.types import Mode, Routing

BEGIN, END = datetime(2006, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
MODES: tuple[Mode, ...] = ("daily", "weekly")
ZONES = sorted(available_timezones())

minutes_of_day = st.integers(0, 24 * 60 - 1).map(lambda m: time(m // 60, m % 60))


class Change(NamedTuple):
    """A clock that is set forward or back."""

    at: datetime
    zone: str
    before: timedelta
    """Offset from UTC; so is ``after``."""
    after: timedelta


@cache
def changes() -> list[Change]:
    """All of them between ``BEGIN`` and ``END``, in order; zones that change alike count once."""
    found: dict[tuple[object, ...], Change] = {}
    step = timedelta(days=13)  # Morocco's clock is changed twice within a month
    for name in ZONES:
        zone = ZoneInfo(name)
        low, before = BEGIN, offset(BEGIN, zone)
        while low < END:
            after = offset(low + step, zone)
            if after != before:
                seconds = range(int(step / SECOND))
                first = low + SECOND * bisect_right(
                    seconds, 0, key=lambda s: int(offset(low + s * SECOND, zone) != before)
                )
                found.setdefault((first, before, after), Change(first, name, before, after))
            low, before = low + step, after
    return sorted(found.values())


def offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def exists(wall: datetime) -> bool:
    """Whether the clock ever shows it."""
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(
        tzinfo=None
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock(hour: int, minute: int = 0) -> time:
    return time(hour, minute)


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, str]:
    """A time and a zone: any, or within two days of a change of its clock."""
    if draw(st.booleans()):
        change = draw(st.sampled_from(changes()))
        return change.at + draw(st.integers(-2880, 2880)) * MINUTE, change.zone
    any_time = draw(st.integers(0, int((END - BEGIN) / SECOND)))
    return BEGIN + any_time * SECOND, draw(st.sampled_from(ZONES))


def test_the_search_has_found_the_odd_changes() -> None:
    sizes = {change.after - change.before for change in changes()}
    assert {HOUR, -HOUR, HOUR / 2, -HOUR / 2, DAY, 2 * HOUR, -2 * HOUR} <= sizes
    assert len(changes()) > 1_000


# -------------------------------------------------------------------------------- digests


@pytest.mark.parametrize(
    ("zone", "at", "moment", "due"),
    [
        ("UTC", clock(8), "2026-03-01T07:59:59", "2026-03-01T08:00"),
        ("UTC", clock(8), "2026-03-01T08:00", "2026-03-02T08:00"),
        ("UTC", clock(0), "2026-02-28T23:59:59.999999", "2026-03-01T00:00"),
        ("Pacific/Kiritimati", clock(8), "2026-03-01T17:59", "2026-03-01T18:00"),
        ("Etc/GMT+12", clock(23, 59), "2026-03-01T12:00", "2026-03-02T11:59"),
        ("Asia/Kathmandu", clock(7, 30), "2026-03-01T01:45", "2026-03-02T01:45"),
        # A skipped time comes an hour later, the next day as always.
        ("Europe/Berlin", clock(2, 30), "2026-03-28T12:00", "2026-03-29T01:30"),
        ("Europe/Berlin", clock(2, 30), "2026-03-29T01:30", "2026-03-30T00:30"),
        # Of a time that is shown twice the first.
        ("Europe/Berlin", clock(2, 30), "2026-10-24T12:00", "2026-10-25T00:30"),
        ("Europe/Berlin", clock(2, 30), "2026-10-25T00:30", "2026-10-26T01:30"),
        ("Europe/Berlin", clock(2, 30), "2026-10-25T01:15", "2026-10-26T01:30"),
        # Half an hour.
        ("Australia/Lord_Howe", clock(2, 15), "2025-10-04T12:00", "2025-10-04T15:45"),
        ("Australia/Lord_Howe", clock(1, 45), "2025-04-05T14:44", "2025-04-05T14:45"),
        ("Australia/Lord_Howe", clock(1, 45), "2025-04-05T14:45", "2025-04-06T15:15"),
        # Midnight is skipped.
        ("America/Sao_Paulo", clock(0), "2018-11-04T02:59", "2018-11-04T03:00"),
        ("Africa/Cairo", clock(0, 30), "2023-04-27T12:00", "2023-04-27T22:30"),
        ("Asia/Beirut", clock(0), "2022-03-26T12:00", "2022-03-26T22:00"),
        # The hour before midnight comes twice.
        ("America/Sao_Paulo", clock(23, 30), "2018-02-17T12:00", "2018-02-18T01:30"),
        ("America/Sao_Paulo", clock(23, 30), "2018-02-18T01:30", "2018-02-19T02:30"),
        # Ramadan.
        ("Africa/Casablanca", clock(2, 30), "2024-03-10T01:29", "2024-03-10T01:30"),
        ("Africa/Casablanca", clock(2, 30), "2024-04-13T12:00", "2024-04-14T02:30"),
        # Samoa had no 30th of December: what was due then comes a day later by the calendar.
        ("Pacific/Apia", clock(8), "2011-12-29T18:00", "2011-12-30T18:00"),
        ("Pacific/Apia", clock(8), "2011-12-30T18:00", "2011-12-31T18:00"),
    ],
)
def test_when_a_daily_digest_is_due(zone: str, at: time, moment: str, due: str) -> None:
    routing = Routing(mode="daily", at=at, timezone=zone)
    found = digest_after(routing, utc(moment))
    assert found == utc(due)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "at", "weekday", "moment", "due"),
    [
        ("UTC", clock(8), 0, "2026-11-16T07:59", "2026-11-16T08:00"),
        ("UTC", clock(8), 0, "2026-11-16T08:00", "2026-11-23T08:00"),
        ("UTC", clock(8), 6, "2026-11-16T08:00", "2026-11-22T08:00"),
        # It is Monday there, still Sunday in Greenwich; and the other way round.
        ("Pacific/Auckland", clock(7), 0, "2026-11-15T12:00", "2026-11-15T18:00"),
        ("Pacific/Honolulu", clock(20), 6, "2026-11-16T05:00", "2026-11-16T06:00"),
        # The Friday that Samoa left out.
        ("Pacific/Apia", clock(8), 4, "2011-12-25T00:00", "2011-12-30T18:00"),
        ("Pacific/Apia", clock(8), 4, "2011-12-30T10:00", "2011-12-30T18:00"),
        ("Pacific/Apia", clock(8), 4, "2011-12-30T18:00", "2012-01-05T18:00"),
        ("Pacific/Apia", clock(8), 5, "2011-12-30T10:00", "2011-12-30T18:00"),
        # Saturday's last hour is skipped in Nuuk.
        ("America/Nuuk", clock(23, 30), 5, "2025-03-29T12:00", "2025-03-30T01:30"),
        ("America/Nuuk", clock(23, 30), 5, "2025-03-30T01:30", "2025-04-06T00:30"),
    ],
)
def test_when_a_weekly_digest_is_due(
    zone: str, at: time, weekday: int, moment: str, due: str
) -> None:
    routing = Routing(mode="weekly", at=at, weekday=weekday, timezone=zone)
    assert digest_after(routing, utc(moment)) == utc(due)


def test_an_instant_channel_has_a_daily_digest() -> None:
    moment = utc("2026-11-17T09:00")
    instant = digest_after(Routing(mode="instant", weekday=4), moment)
    assert instant == digest_after(Routing(mode="daily", weekday=4), moment)


def days_of(routing: Routing, due: datetime) -> list[date]:
    """The days whose digest it is: one, but for a day that is left out; checks the clock."""
    zone = ZoneInfo(routing.timezone)
    local = due.astimezone(zone)
    days = [local.date() - back * DAY for back in range(3)]
    walls = [datetime.combine(day, routing.at, zone) for day in days]
    mine = [wall for wall in walls if wall.astimezone(UTC) == due]
    for wall in mine:
        late = local.replace(tzinfo=None) - wall.replace(tzinfo=None)
        assert late == (offset(due, zone) - offset(due - late, zone) if late else timedelta())
        assert bool(late) != exists(wall)
        assert local.fold == 0
    return sorted(wall.date() for wall in mine)


@settings(max_examples=150, deadline=None)
@given(moments(), minutes_of_day, st.integers(0, 6))
@example((utc("2011-12-28T00:00"), "Pacific/Apia"), clock(8), 4)
def test_each_day_has_its_digest(moment: tuple[datetime, str], at: time, weekday: int) -> None:
    now, zone = moment
    due = digests(Routing(mode="daily", at=at, weekday=weekday, timezone=zone), now)
    days = [days_of(Routing(at=at, timezone=zone), one) for one in due]
    for earlier, later in pairwise(days):
        assert later[0] - earlier[-1] == DAY


@settings(max_examples=150, deadline=None)
@given(moments(), minutes_of_day, st.integers(0, 6))
@example((utc("2011-12-28T00:00"), "Pacific/Apia"), clock(8), 4)
def test_each_week_has_its_digest(moment: tuple[datetime, str], at: time, weekday: int) -> None:
    now, zone = moment
    due = digests(Routing(mode="weekly", at=at, weekday=weekday, timezone=zone), now)
    days = [days_of(Routing(at=at, timezone=zone), one) for one in due]
    mine = [[day for day in some if day.weekday() == weekday] for some in days]
    assert all(len(some) == 1 for some in mine)
    for earlier, later in pairwise(mine):
        assert later[0] - earlier[0] == 7 * DAY


def digests(routing: Routing, now: datetime) -> list[datetime]:
    """The next five."""
    due = [digest_after(routing, now)]
    while len(due) < 5:
        due.append(digest_after(routing, due[-1]))
    assert now < due[0]
    assert due == sorted(set(due))
    assert digest_after(routing, due[0] - timedelta.resolution) == due[0]
    return due


@settings(max_examples=100, deadline=None)
@given(moments(), st.integers(0, 4 * 1440), minutes_of_day, st.sampled_from(MODES))
def test_a_later_moment_has_no_earlier_digest(
    moment: tuple[datetime, str], minutes: int, at: time, mode: Mode
) -> None:
    now, zone = moment
    routing = Routing(mode=mode, at=at, timezone=zone)
    first, second = digest_after(routing, now), digest_after(routing, now + minutes * MINUTE)
    assert second == first if now + minutes * MINUTE < first else second > first


# ---------------------------------------------------------------------------- quiet hours

NIGHT = (clock(22), clock(6, 30))


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "until"),
    [
        ("UTC", None, "2026-03-01T03:00", None),
        ("UTC", NIGHT, "2026-03-01T21:59:59.999999", None),
        ("UTC", NIGHT, "2026-03-01T22:00", "2026-03-02T06:30"),
        ("UTC", NIGHT, "2026-03-01T00:00", "2026-03-01T06:30"),
        ("UTC", NIGHT, "2026-03-01T06:29:59.999999", "2026-03-01T06:30"),
        ("UTC", NIGHT, "2026-03-01T06:30", None),
        ("UTC", (clock(12), clock(13)), "2026-03-01T12:30", "2026-03-01T13:00"),
        ("UTC", (clock(12), clock(13)), "2026-03-01T13:00", None),
        ("UTC", (clock(12), clock(13)), "2026-03-01T00:00", None),
        ("UTC", (clock(0), clock(7)), "2026-03-01T00:00", "2026-03-01T07:00"),
        ("UTC", (clock(22), clock(0)), "2026-03-01T23:59", "2026-03-02T00:00"),
        ("UTC", (clock(22), clock(0)), "2026-03-01T00:00", None),
        ("Asia/Kolkata", NIGHT, "2026-03-01T16:30", "2026-03-02T01:00"),
        ("America/New_York", NIGHT, "2026-12-31T23:00", None),
        # The night of a change is an hour shorter, or longer.
        ("Europe/Berlin", NIGHT, "2026-03-28T21:00", "2026-03-29T04:30"),
        ("Europe/Berlin", NIGHT, "2026-10-24T20:00", "2026-10-25T05:30"),
        # The end is skipped.
        ("Europe/Berlin", (clock(22), clock(2, 30)), "2026-03-29T00:59", "2026-03-29T01:30"),
        # The end comes twice: quiet until the first, and again until the second.
        ("Europe/Berlin", (clock(22), clock(2, 30)), "2026-10-25T00:15", "2026-10-25T00:30"),
        ("Europe/Berlin", (clock(22), clock(2, 30)), "2026-10-25T00:45", None),
        ("Europe/Berlin", (clock(22), clock(2, 30)), "2026-10-25T01:15", "2026-10-25T01:30"),
        ("Europe/Berlin", (clock(22), clock(2, 30)), "2026-10-25T01:30", None),
        # Midnight is skipped, or the hour before it comes twice.
        ("America/Sao_Paulo", (clock(22), clock(0)), "2018-11-04T02:00", "2018-11-04T03:00"),
        ("America/Sao_Paulo", (clock(23), clock(23, 45)), "2018-02-18T01:40", "2018-02-18T01:45"),
        ("America/Sao_Paulo", (clock(23), clock(23, 45)), "2018-02-18T02:10", "2018-02-18T02:45"),
        ("America/Sao_Paulo", NIGHT, "2018-02-18T02:10", "2018-02-18T09:30"),
        ("Africa/Cairo", NIGHT, "2023-04-27T21:00", "2023-04-28T03:30"),
        ("Australia/Lord_Howe", NIGHT, "2025-10-04T12:00", "2025-10-04T19:30"),
        ("Africa/Casablanca", NIGHT, "2024-03-09T22:00", "2024-03-10T06:30"),
        # The night over the day that Samoa left out.
        ("Pacific/Apia", NIGHT, "2011-12-30T09:00", "2011-12-30T16:30"),
    ],
)
def test_when_quiet_hours_end(
    zone: str, quiet: tuple[time, time] | None, now: str, until: str | None
) -> None:
    found = quiet_until(Routing(quiet=quiet, timezone=zone), utc(now))
    assert found == (until and utc(until))


def is_quiet(clock: time, quiet: tuple[time, time]) -> bool:
    """By minutes since the quiet hours began."""
    begin, end = (one.hour * 60 + one.minute for one in quiet)
    minute = clock.hour * 60 + clock.minute
    return (minute - begin) % 1440 < (end - begin) % 1440


@settings(max_examples=150, deadline=None)
@given(moments(), minutes_of_day, minutes_of_day)
def test_quiet_hours_end_when_the_clock_first_shows_it(
    moment: tuple[datetime, str], begin: time, end: time
) -> None:
    now, zone = moment
    if begin == end:
        return
    tz, routing = ZoneInfo(zone), Routing(quiet=(begin, end), timezone=zone)
    until = quiet_until(routing, now)
    assert (until is not None) == is_quiet(now.astimezone(tz).time(), (begin, end))
    if until is None:
        return
    assert until > now
    local = until.astimezone(tz)
    wanted = datetime.combine(local.date(), end, tz)
    if local.time() == end:
        assert quiet_until(routing, until) is None
    else:  # the clock skips the end
        gaps = [wanted - back * DAY for back in range(2) if not exists(wanted - back * DAY)]
        assert until in [gap.astimezone(UTC) for gap in gaps]
    # It is the first end: in between it is quiet, but for what a change of the clock cuts out.
    walk = (now + n * MINUTE for n in range(int((until - now) / MINUTE)))
    heard = [one for one in walk if not is_quiet(one.astimezone(tz).time(), (begin, end))]
    assert len(heard) * MINUTE <= abs(offset(until, tz) - offset(now, tz))


# ----------------------------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("zone", "now", "begin", "end"),
    [
        ("UTC", "2026-03-01T00:00", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("UTC", "2026-03-01T23:59:59.999999", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("Asia/Tokyo", "2026-03-01T14:59", "2026-02-28T15:00", "2026-03-01T15:00"),
        ("Europe/Berlin", "2026-03-29T12:00", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("Australia/Lord_Howe", "2025-10-05T00:00", "2025-10-04T13:30", "2025-10-05T13:00"),
        # It begins at 01:00.
        ("America/Sao_Paulo", "2018-11-04T12:00", "2018-11-04T03:00", "2018-11-05T02:00"),
        ("America/Sao_Paulo", "2018-11-04T02:59", "2018-11-03T03:00", "2018-11-04T03:00"),
        ("Asia/Beirut", "2022-03-26T21:59", "2022-03-25T22:00", "2022-03-26T22:00"),
        ("Africa/Cairo", "2023-04-28T12:00", "2023-04-27T22:00", "2023-04-28T21:00"),
        # Its last hour comes twice.
        ("America/Sao_Paulo", "2018-02-18T02:30", "2018-02-17T02:00", "2018-02-18T03:00"),
        ("Africa/Cairo", "2023-10-26T21:30", "2023-10-25T21:00", "2023-10-26T22:00"),
        # Its first hour comes twice.
        ("America/Havana", "2025-11-02T05:30", "2025-11-02T04:00", "2025-11-03T05:00"),
        # A minute of the next day, then its last hour again.
        ("America/St_Johns", "2010-11-07T02:30:30", "2010-11-07T02:30", "2010-11-08T03:30"),
        ("America/St_Johns", "2010-11-07T03:00", "2010-11-06T02:30", "2010-11-07T03:30"),
        ("Antarctica/Casey", "2010-03-04T15:30", "2010-03-03T13:00", "2010-03-04T16:00"),
        # Samoa: the 29th, then the 31st.
        ("Pacific/Apia", "2011-12-30T09:59", "2011-12-29T10:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-30T10:00", "2011-12-31T10:00"),
    ],
)
def test_when_a_day_begins_and_ends(zone: str, now: str, begin: str, end: str) -> None:
    assert day_of(Routing(timezone=zone), utc(now)) == (utc(begin), utc(end))


@pytest.mark.parametrize("after", [-HOUR, -SECOND, timedelta(), SECOND, HOUR, 3 * HOUR])
def test_now_lies_in_its_day_at_every_change_of_every_clock(after: timedelta) -> None:
    for change in changes():
        now = change.at + after
        routing, zone = Routing(timezone=change.zone), ZoneInfo(change.zone)
        begin, end = day_of(routing, now)
        assert begin <= now < end, change
        today = now.astimezone(zone).date()
        assert begin.astimezone(zone).date() == today, change
        assert end.astimezone(zone).date() > today, change
        assert (end - timedelta.resolution).astimezone(zone).date() == today, change


@settings(max_examples=150, deadline=None)
@given(moments())
def test_days_follow_on_one_another(moment: tuple[datetime, str]) -> None:
    now, name = moment
    zone = ZoneInfo(name)
    for _ in range(4):
        begin, end = day_of(Routing(timezone=name), now)
        assert begin <= now < end
        assert 20 * HOUR <= end - begin <= 28 * HOUR
        following = day_of(Routing(timezone=name), end)[0]
        # A midnight that comes twice with the day before in between belongs to both.
        assert following == end or (following < end and end.astimezone(zone).fold == 1)
        now = end
