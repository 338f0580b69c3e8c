"""So many messages a day, and none while a topic is muted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from monitor import types
from monitor.types import Routing
from tests.integration.newsroom import (
    DAY,
    EVERYWHERE,
    HOUR,
    MINUTE,
    Newsroom,
    lent,
)
from tests.integration.test_judging import NOW

QUIET = Routing(quiet=(time(22), time(6, 30)))
DAILY = Routing(mode="daily")
SUNDAY = NOW.replace(hour=8) + DAY
"""The day after; what is told here begins on a Saturday at six in the evening."""
TEN_YEARS = 3650 * DAY


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[Newsroom]:
    with lent(request) as opened:
        yield opened


def digest(room: Newsroom, channel: str = "desk") -> types.Digest:
    """The last message there."""
    said = room.sent(channel)[-1].alert
    assert isinstance(said, types.Digest)
    return said


def instant_by_day(room: Newsroom, zone: str = "UTC") -> Counter[str]:
    queued = [
        one.queued_at.astimezone(ZoneInfo(zone)).date().isoformat()
        for one in room.sent()
        if isinstance(one.alert, types.Alert) and one.queued_at is not None
    ]
    return Counter(queued)


@EVERYWHERE
def test_the_best_of_a_batch_are_told_and_the_rest_in_the_digest_once(room: Newsroom) -> None:
    room.everywhere(Routing(alerts_per_day=3, timezone="Asia/Tokyo", at=time(7)))
    headlines = ["Aldor", "Brenn", "Corve", "Dalen", "Estra", "Forin", "Galdo"]
    told = room.come(*(room.report("A", headline) for headline in headlines))
    best = sorted(zip(told, headlines, strict=True), key=lambda one: -(one[0].score or 0))
    names = [name for one, name in best if one.event_id is not None]
    at_once = len(room.told())
    assert 1 <= at_once <= 3
    assert room.told() == [f"new_event {name}" for name in names[:at_once]]
    room.wait(2 * DAY)
    assert len(room.told()) == at_once + 1
    assert [item.title for item in digest(room).items] == names[at_once:]
    assert room.sent()[-1].created_at == NOW.replace(hour=22), "seven in Tokyo"


def test_no_day_has_more_than_its_messages_and_nothing_is_lost(room: Newsroom) -> None:
    zone = "America/New_York"
    room.everywhere(Routing(alerts_per_day=2, timezone=zone))
    names = [f"{a}{b}{c}ldor" for a in "BD" for b in "aeiou" for c in "lr"]
    for n, name in enumerate(names):
        room.hear("A", name)
        if n % 3 == 0:
            room.hear("B", name)
        room.wait(3 * HOUR)
    room.wait(2 * DAY)
    days = instant_by_day(room, zone)
    assert max(days.values()) == 2
    told = Counter(
        title
        for one in room.sent()
        for title, kind in (
            [(one.alert.title, one.alert.kind)]
            if isinstance(one.alert, types.Alert)
            else [(item.title, item.kind) for item in one.alert.items]  # type: ignore[union-attr]
        )
        if kind == "new_event"
    )
    assert told == dict.fromkeys(names, 1)


@EVERYWHERE
def test_quiet_hours_do_not_raise_the_budget(room: Newsroom) -> None:
    room.everywhere(Routing(alerts_per_day=1, quiet=(time(20), time(21))))
    room.hear("A", "Aldor")
    room.wait(NOW.replace(hour=20, minute=30))
    room.hear("A", "Brenn")
    room.wait(NOW.replace(hour=23))
    assert max(instant_by_day(room).values()) == 1
    room.wait(SUNDAY + DAY)
    assert len(room.told()) == 2


def test_what_is_left_over_is_no_further_message_of_its_day(room: Newsroom) -> None:
    room.everywhere(Routing(alerts_per_day=1, at=time(22)))
    room.hear("A", "Aldor")
    room.hear("A", "Brenn")
    room.wait(NOW.replace(hour=23))
    assert len(room.told()) == 2
    assert instant_by_day(room) == {NOW.date().isoformat(): 1}


@pytest.mark.parametrize(("limit", "told"), [(1, ["new_event Aldor"]), (2, ["update Aldor"])])
def test_a_correction_takes_what_is_left_of_the_day_and_no_more(
    room: Newsroom, limit: int, told: list[str]
) -> None:
    room.everywhere(Routing(alerts_per_day=limit))
    match = room.hear("A", "Aldor")
    room.clock.move(minutes=1)
    room.edit(match, "Correction: nobody is missing.")
    assert room.told()[-1:] == told
    room.wait(DAY)
    assert room.told() == ["new_event Aldor", "update Aldor"], "the next day has room for it"


def test_a_clock_that_was_ahead_has_not_spent_the_days_to_come(room: Newsroom) -> None:
    room.everywhere(Routing(alerts_per_day=1))
    room.clock.now = NOW + TEN_YEARS
    room.hear("A", "Aldor")
    room.clock.now = NOW + DAY
    room.hear("A", "Brenn")
    assert room.told() == ["new_event Aldor", "new_event Brenn"]


# ------------------------------------------------------------------ muted topics


def test_a_muted_topic_tells_afterwards_in_one_message(room: Newsroom) -> None:
    until = NOW + 3 * DAY
    room.mute(until)
    room.hear("A", "Aldor")
    room.wait(DAY)
    room.hear("A", "Brenn")
    room.wait(until - MINUTE)
    assert room.told() == []
    room.wait(MINUTE)
    assert len(room.told()) == 1
    assert {item.title for item in digest(room).items} == {"Aldor", "Brenn"}
    room.hear("A", "Corve")
    assert room.told()[1:] == ["new_event Corve"]


@EVERYWHERE
def test_a_topic_that_is_muted_no_more_tells_at_once(room: Newsroom) -> None:
    room.mute(NOW + 30 * DAY)
    room.hear("A", "Aldor")
    room.mute(NOW + 60 * DAY)
    room.hear("A", "Brenn")
    room.wait(DAY)
    room.mute(None)
    assert len(room.told()) == 1
    assert {item.title for item in digest(room).items} == {"Aldor", "Brenn"}


def test_a_mute_that_is_made_shorter_ends_then(room: Newsroom) -> None:
    room.mute(NOW + 30 * DAY)
    room.hear("A", "Aldor")
    room.mute(NOW + DAY)
    room.wait(DAY)
    assert room.told() == ["new_event Aldor"]


def test_a_muted_topic_makes_no_digests(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.mute(NOW + 3 * DAY)
    room.hear("A", "Aldor")
    room.wait(NOW + 3 * DAY - MINUTE)
    assert room.told() == []
    room.wait(SUNDAY + 5 * DAY)
    assert room.told()[0] == "digest Aldor"
    assert all(told.startswith("digest") for told in room.told()[1:])
    hours = [one.created_at.hour for one in room.sent()]
    assert hours[1:] == [8] * (len(hours) - 1)


def test_digests_go_on_when_a_topic_is_muted_no_more(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.mute(NOW + 60 * DAY)
    room.hear("A", "Aldor")
    room.wait(SUNDAY + 2 * DAY + HOUR)
    room.mute(None)
    room.wait(SUNDAY + 4 * DAY)
    assert room.told()[0] == "digest Aldor", "no message of its own on a channel of digests"
    assert 2 <= len(room.told()) <= 3
    assert room.sent()[-1].created_at == SUNDAY + 4 * DAY


def test_a_mute_outlasts_the_night_and_the_night_a_mute(room: Newsroom) -> None:
    room.everywhere(QUIET)
    room.mute(NOW.replace(hour=23))
    room.hear("A", "Aldor")
    room.wait(SUNDAY.replace(hour=6))
    assert room.told() == []
    room.wait(HOUR)
    assert room.told() == ["new_event Aldor"]
