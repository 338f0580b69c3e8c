"""What is held and said together: quiet hours, digests, budgets, mutes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Delivery, Digest, Feed, Topic
from monitor import types
from monitor.commands import Deliver, Tell
from monitor.edge.store import feeds, topics
from monitor.edge.store.feeds import FeedInput
from monitor.pipeline import upkeep
from monitor.types import Routing
from tests.integration.newsroom import (
    DAY,
    DOUBTFUL,
    EVERYWHERE,
    HOUR,
    MINUTE,
    Newsroom,
    lent,
)
from tests.integration.test_judging import NOW, TOPIC
from tests.integration.world import CHANNELS

QUIET = Routing(quiet=(time(22), time(6, 30)))
DAILY = Routing(mode="daily")
WEEKLY = Routing(mode="weekly", weekday=2, at=time(9))
SUNDAY = NOW.replace(hour=8) + DAY
"""The day after; what is told here begins on a Saturday at six in the evening."""
MORNING = SUNDAY.replace(hour=6, minute=30)
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


def at_night(room: Newsroom) -> None:
    room.everywhere(QUIET)
    room.wait(NOW.replace(hour=23))


# ------------------------------------------------------------------ quiet hours


def test_what_comes_at_night_is_told_in_the_morning(room: Newsroom) -> None:
    at_night(room)
    room.hear("A", "Aldor")
    room.wait(MORNING - MINUTE)
    assert (room.told(), room.states()) == ([], ["held"])
    room.wait(MINUTE)
    assert (room.told(), room.states()) == (["new_event Aldor"], ["sent"])
    room.hear("B", "Aldor")
    assert room.told() == ["new_event Aldor", "update Aldor"]
    thread = room.sent()[-1].thread
    assert thread is not None
    assert thread.uids == (room.sent()[0].uid,)


@EVERYWHERE
def test_several_are_told_in_one_message_and_their_threads_go_on(room: Newsroom) -> None:
    at_night(room)
    for headline in ("Aldor", "Brenn", "Corve"):
        room.hear("A", headline)
        room.clock.move(hours=1)
    room.hear("B", "Aldor")
    room.wait(MORNING)
    [kind, *titles] = room.told()[0].split()
    assert (kind, sorted(titles)) == ("digest", ["Aldor", "Brenn", "Corve"])
    assert len(room.told()) == 1
    scores = [item.score for item in digest(room).items]
    assert scores == sorted(scores, reverse=True)
    numbers = {item.title: (item.outlets, item.originals) for item in digest(room).items}
    assert numbers == {"Aldor": (2, 2), "Brenn": (1, 1), "Corve": (1, 1)}
    assert {item.kind for item in digest(room).items} == {"new_event"}
    assert Counter(room.states()) == {"carried": 3, "sent": 1}
    room.wait(2 * HOUR)
    room.hear("B", "Brenn")
    assert room.told()[-1] == "update Brenn"
    assert room.sent()[-1].thread is None, "nothing of its own was sent that it could follow"


def test_news_of_the_night_comes_after_the_message_that_opened_the_thread(room: Newsroom) -> None:
    at_night(room)
    room.hear("A", "Aldor")
    room.clock.move(hours=1)
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(SUNDAY + 2 * DAY)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    assert "new names" in room.last().changes
    assert (room.last().outlets, room.last().originals) == (2, 2)


def test_a_channel_that_sleeps_misses_nothing_that_another_hears(room: Newsroom) -> None:
    room.route({"mail": QUIET})
    room.wait(NOW.replace(hour=23))
    room.hear("A", "Aldor")
    room.clock.move(hours=1)
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    assert room.told("desk") == ["new_event Aldor", "update Aldor"]
    assert room.told("mail") == []
    room.wait(SUNDAY + DAY)
    assert room.told("desk") == ["new_event Aldor", "update Aldor"]
    first, *more = [one.alert for one in room.sent("mail")]
    numbers = [one.outlets for one in (first, *more) if isinstance(one, types.Alert)]
    shown = [item.outlets for one in (first, *more) if isinstance(one, types.Digest)
             for item in one.items]  # fmt: skip
    assert max([*numbers, *shown]) == 2


def test_an_update_waits_for_the_morning(room: Newsroom) -> None:
    room.everywhere(QUIET)
    room.hear("A", "Aldor")
    room.hear("A", "Brenn")
    room.wait(NOW.replace(hour=23))
    room.hear("B", "Aldor")
    room.hear("B", "Brenn")
    assert room.told() == ["new_event Aldor", "new_event Brenn"]
    room.wait(MORNING)
    assert len(room.told()) == 3
    assert [item.kind for item in digest(room).items] == ["update", "update"]
    assert all("second outlet" in item.changes[0] for item in digest(room).items)


# ------------------------------------------------------------------ digests


def with_feeds(session: Session, now: datetime) -> None:
    """Four feeds are followed, one of which fails, and a fifth no longer."""
    wanted = [FeedInput(f"http://{n}.example/feed", f"{n}.example") for n in range(5)]
    feeds.sync_feeds(session, wanted, now)
    rows = session.scalars(select(Feed).order_by(Feed.id)).all()
    rows[0].failures, rows[4].state = 3, "inactive"
    for row in rows:
        row.next_poll_at = now + 20 * TEN_YEARS


def test_a_daily_digest_tells_all_at_its_hour(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.store.write(with_feeds, NOW)
    room.clock.move(minutes=1)
    room.come(*(room.report("A", headline) for headline in ("Aldor", "Brenn")))
    room.hear("B", "Aldor")
    room.wait(SUNDAY - MINUTE)
    assert room.told() == []
    room.wait(MINUTE)
    assert len(room.told()) == 1
    said = digest(room)
    assert sorted(item.title for item in said.items) == ["Aldor", "Brenn"]
    assert (said.since, said.until) == (NOW, SUNDAY)
    assert (said.articles, said.feeds, said.failing, said.omitted) == (3, 4, 1, 0)
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    room.hear("B", "Brenn")
    room.wait(SUNDAY + DAY)
    assert len(room.told()) == 2
    assert {item.title for item in digest(room).items if item.kind == "update"} == {
        "Aldor", "Brenn"
    }  # fmt: skip


def test_an_empty_digest_says_that_the_monitor_is_alive(room: Newsroom) -> None:
    room.route({"mail": DAILY})
    room.store.write(with_feeds, NOW)
    room.wait(SUNDAY + 2 * DAY)
    assert room.told("mail") == ["digest"] * 3
    said = digest(room, "mail")
    assert (said.articles, said.feeds, said.failing) == (0, 4, 1)
    assert said.since == SUNDAY + DAY
    assert room.told("desk") == []


def test_a_weekly_digest_comes_on_its_day(room: Newsroom) -> None:
    room.everywhere(WEEKLY)
    room.hear("A", "Aldor")
    wednesday = NOW.replace(hour=9) + 4 * DAY
    room.wait(wednesday - MINUTE)
    assert room.told() == []
    room.wait(wednesday + 7 * DAY)
    assert room.told() == ["digest Aldor", "digest"]
    assert [one.created_at for one in room.sent()][1] == wednesday + 7 * DAY


def test_updates_of_one_event_are_one_line_that_tells_all_of_them(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.hear("A", "Aldor")
    room.wait(SUNDAY + MINUTE)
    room.hear("B", "Aldor")
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(SUNDAY + DAY)
    [item] = digest(room).items
    assert item.kind == "update"
    assert item.changes == (
        "a second outlet reports it in words of its own: B",
        "new names",
    )


def test_after_days_without_power_one_digest_is_made(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.hear("A", "Aldor")
    back = SUNDAY + 5 * DAY + 3 * HOUR
    room.away(back)
    assert room.told() == ["digest Aldor"]
    assert (digest(room).since, digest(room).until) == (NOW, back)
    room.wait(SUNDAY + 6 * DAY)
    assert room.told() == ["digest Aldor", "digest"]
    assert digest(room).since == back


def test_a_digest_keeps_its_hour_when_the_clocks_change(room: Newsroom) -> None:
    berlin = Routing(mode="daily", at=time(7, 30), timezone="Europe/Berlin")
    room.wait(datetime(2022, 10, 28, 12, tzinfo=UTC))
    room.everywhere(berlin)
    room.wait(datetime(2022, 11, 1, tzinfo=UTC))
    when = [one.created_at for one in room.sent()]
    assert [f"{one:%d %H:%M}" for one in when] == ["29 05:30", "30 06:30", "31 06:30"]


def test_so_many_events_that_not_all_are_listed(room: Newsroom) -> None:
    room.everywhere(DAILY)
    told = room.come(*(room.report("A", f"{a}ldor{b}n") for a in "BDFGKMPT" for b in "aeiou"))
    events = {one.event_id for one in told if one.event_id is not None}
    assert len(events) > 30
    room.wait(SUNDAY)
    said = digest(room)
    assert (len(said.items), said.omitted) == (30, len(events) - 30)
    assert Counter(room.states()) == {"carried": len(events), "sent": 1}
    room.wait(SUNDAY + DAY)
    assert room.told()[1:] == ["digest"], "those that were only counted are not told again"


@EVERYWHERE
def test_doubtful_events_are_listed_once_in_the_next_digest(room: Newsroom) -> None:
    room.route({"mail": DAILY})
    room.come(room.report("A", "Aldor"), join=DOUBTFUL)
    room.hear("A", "Brenn")
    room.wait(SUNDAY + DAY)
    assert room.told("mail") == ["digest Brenn Aldor", "digest"]
    said = room.sent("mail")[0].alert
    assert isinstance(said, types.Digest)
    assert [item.kind for item in said.items] == ["new_event", "doubtful"]
    assert room.told("desk") == ["new_event Brenn", "digest Aldor"]


def test_who_wants_no_digest_hears_of_no_doubtful_event(room: Newsroom) -> None:
    room.everywhere(Routing(kinds=("new_event", "update")))
    room.come(room.report("A", "Aldor"), join=DOUBTFUL)
    room.hear("A", "Brenn")
    room.wait(3 * DAY)
    assert room.told() == ["new_event Brenn"]


def test_a_doubtful_event_must_be_important_enough_too(room: Newsroom) -> None:
    room.route({"mail": Routing(min_sources=2)})
    room.come(room.report("A", "Aldor"), join=DOUBTFUL)
    room.come(room.report("A", "Brenn"), room.report("B", "Brenn"), join=DOUBTFUL)
    room.wait(SUNDAY + HOUR)
    assert room.told("mail") == ["digest Brenn"]
    assert sorted(room.told()[0].split()) == ["Aldor", "Brenn", "digest"]


def test_what_happened_before_alerts_are_wanted_is_in_no_digest(room: Newsroom) -> None:
    room.since(NOW + timedelta(minutes=30))
    room.come(room.report("A", "Aldor"), join=DOUBTFUL)
    room.wait(HOUR)
    room.come(room.report("A", "Brenn"), join=DOUBTFUL)
    room.wait(SUNDAY + HOUR)
    assert room.told() == ["digest Brenn"]


@EVERYWHERE
def test_a_digest_is_made_once_by_several_processes(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.hear("A", "Aldor")
    room.hear("A", "Brenn")
    room.clock.now = SUNDAY
    room.at_once(*[Tell(TOPIC)] * 4)
    room.at_once(*[Deliver(channel) for channel in CHANNELS] * 4)
    room.wait(HOUR)
    for channel in CHANNELS:
        assert len(room.told(channel)) == 1


def test_a_channel_of_digests_only_gets_nothing_else(room: Newsroom) -> None:
    room.route({"mail": Routing(kinds=("digest",))})
    room.hear("A", "Aldor")
    room.hear("B", "Aldor")
    room.wait(SUNDAY + DAY)
    assert room.told("mail") == ["digest Aldor", "digest"]


def test_a_digest_leaves_out_the_updates_that_nobody_wants(room: Newsroom) -> None:
    room.route({"mail": Routing(kinds=("new_event", "digest"), mode="daily")})
    room.hear("A", "Aldor")
    room.wait(SUNDAY + MINUTE)
    room.hear("B", "Aldor")
    room.wait(SUNDAY + DAY)
    assert room.told("mail") == ["digest Aldor", "digest"]


# ------------------------------------------------------------------ changed configurations


def test_another_hour_takes_what_is_held_along(room: Newsroom) -> None:
    for hour in (10, 5):
        room.everywhere(DAILY)
        room.hear("A", f"Aldor{'xy'[hour == 5]}")
        room.everywhere(replace(DAILY, at=time(hour)))
        room.wait(room.clock().replace(hour=12, minute=0, second=0) + DAY)
    assert room.told() == ["digest Aldorx", "digest Aldory"]


def test_what_is_held_is_told_though_the_channel_is_instant_by_now(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.hear("A", "Aldor")
    room.hear("A", "Brenn")
    room.everywhere(Routing())
    room.wait(SUNDAY + 2 * DAY)
    assert len(room.told()) == 1
    assert sorted(item.title for item in digest(room).items) == ["Aldor", "Brenn"]


def test_what_is_held_is_told_though_the_topic_rests_and_it_wakes_again(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.hear("A", "Aldor")
    room.store.write(topics.sync_topics, [], room.clock())
    room.wait(SUNDAY + 3 * DAY)
    assert room.told() == ["digest Aldor"], "and nothing after that"
    room.everywhere(DAILY)
    room.wait(4 * HOUR)
    assert room.told() == ["digest Aldor", "digest"]
    room.wait(SUNDAY + 4 * DAY)
    assert room.told() == ["digest Aldor", "digest", "digest"]


def test_what_is_held_for_a_channel_that_is_taken_away_is_told_there(room: Newsroom) -> None:
    at_night(room)
    room.hear("A", "Aldor")
    room.route({"mail": QUIET}, channels=("mail",))
    room.wait(SUNDAY + DAY)
    assert room.told("mail") == room.told("desk") == ["new_event Aldor"]


# ------------------------------------------------------------------ clocks


@EVERYWHERE
@pytest.mark.parametrize("ahead", [HOUR, DAY, TEN_YEARS])
def test_digests_and_what_they_hold_survive_a_clock_that_was_ahead(
    room: Newsroom, ahead: timedelta
) -> None:
    room.clock.now = NOW + ahead
    room.everywhere(DAILY)
    room.come(replace(room.report("A", "Aldor"), published=NOW))
    room.clock.now = NOW + MINUTE
    asyncio.run(upkeep(room.parts))
    room.hear("A", "Brenn")
    room.wait(SUNDAY + 3 * DAY)
    told = [title for words in room.told() for title in words.split()[1:]]
    assert sorted(told) == ["Aldor", "Brenn"]
    assert len(room.told()) >= 2, "the digests go on"
    said = digest(room)
    assert said.since < said.until
    assert "held" not in room.states()


def test_what_was_held_by_a_clock_ten_years_ahead_is_told(room: Newsroom) -> None:
    room.clock.now = NOW.replace(hour=23) + TEN_YEARS
    room.everywhere(QUIET)
    room.come(replace(room.report("A", "Aldor"), published=NOW))
    assert room.states() == ["held"]
    room.clock.now = NOW
    asyncio.run(upkeep(room.parts))
    room.wait(DAY)
    assert room.told() == ["new_event Aldor"]


def test_a_clock_far_ahead_makes_one_digest(room: Newsroom) -> None:
    room.everywhere(DAILY)
    room.hear("A", "Aldor")
    room.away(TEN_YEARS)
    assert room.told() == ["digest Aldor"]


def test_what_waits_as_it_should_is_left_alone(room: Newsroom) -> None:
    room.everywhere(WEEKLY)
    room.mute(NOW + 40 * DAY)
    room.hear("A", "Aldor")
    room.mute(None)
    room.hear("A", "Brenn")
    before = room.store.read(waits)
    asyncio.run(upkeep(room.parts))
    assert room.store.read(waits) == before
    room.mute(NOW + 40 * DAY)
    room.hear("A", "Corve")
    before = room.store.read(waits)
    asyncio.run(upkeep(room.parts))
    assert room.store.read(waits) == before


def waits(session: Session) -> list[datetime | None]:
    return [
        *session.scalars(select(Delivery.not_before).order_by(Delivery.id)),
        *session.scalars(select(Digest.due_at).order_by(Digest.id)),
        *session.scalars(select(Topic.muted_until)),
    ]
