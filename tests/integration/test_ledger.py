"""The ledger: every message that was ever made comes to exactly one end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Alert, Delivery
from monitor import types
from monitor.commands import Deliver
from monitor.edge.store import alerts, threads
from monitor.errors import DeliveryError, NotFound
from monitor.pipeline import handle, upkeep
from monitor.types import Routing
from tests.integration.newsroom import (
    DAY,
    EVERYWHERE,
    HOUR,
    MINUTE,
    SOON,
    Newsroom,
    lent,
)
from tests.integration.test_judging import NOW, publish
from tests.integration.world import CHANNELS, Recorder

REFUSED = DeliveryError("550 no such user", permanent=True)
DOWN = DeliveryError("connection refused")
TEN_YEARS = 3650 * DAY
HELD = Routing(quiet=(time(17), time(20)))
"""What comes in the first two hours is held."""
OLD_KEYS = (
    "kind", "topic", "event", "title", "url", "source", "published", "score", "terms", "excerpt",
    "nearest_seed", "nearest_event", "review_url",
)  # fmt: skip
"""Of a message, before there were threads."""


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[Newsroom]:
    with lent(request) as opened:
        yield opened


def deliveries(room: Newsroom, channel: str = "desk") -> list[Delivery]:
    of_it = select(Delivery).where(Delivery.channel == channel).order_by(Delivery.id)
    return room.store.write(lambda session: list(session.scalars(of_it)))


def silence(room: Newsroom, channel: str, times: int, error: DeliveryError = REFUSED) -> None:
    room.channel(channel).failures = [error] * times


def with_ops(room: Newsroom, *names: str) -> Newsroom:
    """Channels that hear of what goes wrong, beside those of the topic."""
    channels = {**room.parts.channels, **{name: Recorder() for name in names}}
    rules = replace(room.parts.rules, tell=names)
    return replace(room, parts=replace(room.parts, channels=channels, rules=rules))


# ------------------------------------------------------------------ sent


@EVERYWHERE
def test_what_the_channel_calls_its_message_is_kept(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    [row] = deliveries(room)
    assert (row.state, row.receipt, row.attempts) == ("sent", "taken-1", 1)
    assert row.sent_at == room.clock()
    assert row.uid == room.sent()[0].uid


class Crash(BaseException):
    """As a kill would: nothing of ours may catch it."""


class Dying(Recorder):
    async def send(self, delivery: types.Delivery) -> str:
        self.sent.append(delivery)
        raise Crash


def test_a_sender_that_dies_costs_a_repeat_of_one_message(room: Newsroom) -> None:
    dying = Dying()
    publish(room.parts, room.report("A", "Aldor"), room.report("A", "Brenn"))
    room.clock.move(seconds=1)
    with pytest.raises(Crash):
        room.work(replace(room.parts, channels={**room.parts.channels, "desk": dying}))
    room.wait(4 * MINUTE)
    assert room.told() == [], "the lease is another's"
    room.wait(2 * MINUTE)
    assert len(room.told()) == 2
    assert room.sent()[0].uid == dying.sent[0].uid
    assert [row.attempts for row in deliveries(room)] == [2, 1]


@EVERYWHERE
def test_doubled_senders_send_once(room: Newsroom) -> None:
    publish(room.parts, *(room.report("A", f"{n}ldor") for n in "BCD"))
    room.clock.move(seconds=1)
    silence(room, "desk", 1, DOWN)
    silence(room, "mail", 1, DOWN)
    room.work()
    room.clock.move(minutes=1)
    room.at_once(*[Deliver(channel) for channel in CHANNELS] * 5)
    room.work()
    assert Counter(one.uid for one in room.sent()) == dict.fromkeys(
        (one.uid for one in deliveries(room)), 1
    )


class Slow(Recorder):
    """While it sends its lease ends, and another sends; then it fails itself."""

    def __init__(self, room: Newsroom, error: DeliveryError) -> None:
        super().__init__()
        self.room = room
        self.error = error

    async def send(self, delivery: types.Delivery) -> str:
        self.room.clock.move(minutes=6)
        await handle(Deliver("desk"), self.room.parts)
        raise self.error


@pytest.mark.parametrize("error", [DOWN, REFUSED])
def test_a_sender_whose_lease_has_ended_does_not_undo_what_another_did(
    room: Newsroom, error: DeliveryError
) -> None:
    publish(room.parts, room.report("A", "Aldor"))
    room.clock.move(seconds=1)
    slow = replace(room.parts, channels={**room.parts.channels, "desk": Slow(room, error)})
    room.work(slow)
    room.wait(DAY)
    assert room.told() == ["new_event Aldor"]
    assert room.states() == ["sent"]


def test_what_waits_for_a_channel_that_is_down_goes_in_order(room: Newsroom) -> None:
    silence(room, "desk", 3, DeliveryError("429", retry_after=4 * 3600))
    for headline in ("Aldor", "Brenn"):
        room.hear("A", headline)
    room.wait(NOW + 12 * HOUR - MINUTE)
    assert room.told() == [], "thrice put off by four hours"
    room.wait(2 * MINUTE)
    assert room.told() == ["new_event Aldor", "new_event Brenn"]


def test_patience_counts_from_when_a_message_was_due(room: Newsroom) -> None:
    room.route({"desk": Routing(mode="weekly", weekday=4)})
    room.hear("A", "Aldor")
    room.store.write(threads.mute_topic, "volcanoes", NOW + 20 * DAY, room.clock())
    room.wait(NOW + 20 * DAY - MINUTE)
    silence(room, "desk", 5, DOWN)
    room.store.write(threads.mute_topic, "volcanoes", None, room.clock())
    room.wait(10 * DAY)
    assert room.told()[0] == "digest Aldor"
    assert "dead" not in room.states()


def test_a_message_nobody_takes_for_a_week_is_given_up(room: Newsroom) -> None:
    silence(room, "desk", 1000, DeliveryError("503", retry_after=8 * 3600))
    room.hear("A", "Aldor")
    room.wait(6 * DAY)
    assert room.states() == ["pending"]
    room.wait(2 * DAY)
    assert room.states() == ["dead"]
    assert room.told("mail") == ["new_event Aldor", "channel_dead desk"]


# ------------------------------------------------------------------ dead


def test_what_is_refused_is_told_on_the_other_channels_of_the_topic(room: Newsroom) -> None:
    silence(room, "desk", 1)
    room.hear("A", "Aldor")
    assert room.states() == ["dead"]
    assert room.told("mail") == ["new_event Aldor", "channel_dead desk"]
    said = room.sent("mail")[-1].alert
    assert isinstance(said, types.ChannelAlert)
    assert "550 no such user" in said.detail
    room.hear("A", "Brenn")
    assert room.told() == ["new_event Brenn"]


def test_what_is_refused_is_told_where_such_things_are_told(room: Newsroom) -> None:
    room = with_ops(room, "desk", "ops")
    silence(room, "desk", 1)
    silence(room, "mail", 1)
    room.hear("A", "Aldor")
    assert sorted(room.told("ops")) == ["channel_dead desk", "channel_dead mail"]
    assert room.told("desk") == ["channel_dead mail"]
    assert room.told("mail") == []


@EVERYWHERE
def test_it_is_told_once_a_day(room: Newsroom) -> None:
    silence(room, "desk", 1000)
    for day in range(3):
        for n in range(3):
            room.hear("A", f"Aldor{'xyz'[day]}{'xyz'[n]}")
            room.clock.move(hours=1)
        room.wait(NOW + (day + 1) * DAY)
    assert Counter(room.told("mail"))["channel_dead desk"] == 3
    assert set(room.states()) == {"dead"}


def test_channels_that_all_refuse_do_not_go_round_in_circles(room: Newsroom) -> None:
    room = with_ops(room, "ops")
    for channel in ("mail", "desk", "ops"):
        silence(room, channel, 1000)
    room.hear("A", "Aldor")
    room.wait(2 * DAY)
    assert room.states("ops") == ["dead", "dead"]
    assert room.states("mail") == room.states("desk") == ["dead"]


def test_a_channel_that_is_in_no_configuration_any_more_is_said_so(room: Newsroom) -> None:
    left = {"mail": room.parts.channels["mail"]}
    gone = replace(room, parts=replace(room.parts, channels=left))
    gone.hear("A", "Aldor")
    [row] = deliveries(room)
    assert row.state == "dead"
    assert "there is no [channels.desk] any more" in (row.last_error or "")
    assert f"monitor alerts resend {row.id}" in (row.last_error or "")
    assert gone.told("mail") == ["new_event Aldor", "channel_dead desk"]
    room.store.write(alerts.resend, row.id, room.clock())
    room.work()
    assert room.told() == ["new_event Aldor"]


def test_a_digest_that_is_refused_is_told_of_too_and_can_be_sent_again(room: Newsroom) -> None:
    room.everywhere(HELD)
    for headline in ("Aldor", "Brenn"):
        room.hear("A", headline)
    silence(room, "desk", 1)
    room.wait(4 * HOUR)
    assert Counter(room.states()) == {"carried": 2, "dead": 1}
    assert room.told("mail")[-1] == "channel_dead desk"
    assert room.store.write(alerts.resend_dead, "desk", room.clock()) == 1
    room.work()
    assert len(room.told()) == 1
    assert Counter(room.states()) == {"carried": 2, "sent": 1}


def test_a_thread_goes_on_though_its_first_message_is_dead(room: Newsroom) -> None:
    silence(room, "desk", 1)
    room.hear("A", "Aldor")
    room.hear("B", "Aldor")
    room.wait(SOON)
    assert room.told() == ["update Aldor"]
    assert room.sent()[0].thread is None


# ------------------------------------------------------------------ sent again


@EVERYWHERE
def test_what_is_dead_is_sent_again_in_order_and_with_new_patience(room: Newsroom) -> None:
    silence(room, "desk", 2)
    room.hear("A", "Aldor")
    room.hear("A", "Brenn")
    silence(room, "mail", 1)
    room.hear("A", "Corve")
    room.clock.move(days=20)
    assert room.states()[:2] == ["dead", "dead"]
    silence(room, "desk", 1, DOWN)
    assert room.store.write(alerts.resend_dead, "desk", room.clock()) == 2
    assert room.states("mail").count("dead") == 1
    room.work()
    room.wait(HOUR)
    told = [words for words in room.told() if words.startswith("new_event")]
    assert told == ["new_event Corve", "new_event Aldor", "new_event Brenn"]
    assert {row.last_error for row in deliveries(room)} == {None}
    assert room.store.write(alerts.resend_dead, None, room.clock()) == 1
    room.work()
    assert room.told("mail")[-1] == "new_event Corve"


def test_what_was_sent_is_sent_again_under_the_same_name(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.store.write(alerts.resend, deliveries(room)[0].id, room.clock())
    room.work()
    first, again = room.sent()
    assert (first.uid, first.alert) == (again.uid, again.alert)
    assert room.states() == ["sent"]


def test_a_thread_keeps_its_first_message_when_that_is_sent_again(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.hear("B", "Aldor")
    room.wait(SOON)
    room.store.write(alerts.resend, deliveries(room)[0].id, room.clock())
    room.work()
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(DAY)
    thread = room.sent()[-1].thread
    assert thread is not None
    assert thread.alert.kind == "new_event"
    assert thread.uids == (room.sent()[0].uid, room.sent()[1].uid)
    assert thread.receipt == "taken-3", "the name of the message that was sent last"


def test_what_a_digest_said_can_be_sent_by_itself(room: Newsroom) -> None:
    room.everywhere(HELD)
    for headline in ("Aldor", "Brenn"):
        room.hear("A", headline)
    room.wait(4 * HOUR)
    room.store.write(alerts.resend, deliveries(room)[0].id, room.clock())
    room.wait(DAY)
    assert len(room.told()) == 2
    assert room.told()[-1] == "new_event Aldor"
    assert Counter(room.states()) == {"carried": 1, "sent": 2}


@EVERYWHERE
def test_what_is_held_can_be_sent_now_and_is_not_said_again(room: Newsroom) -> None:
    room.everywhere(HELD)
    for headline in ("Aldor", "Brenn"):
        room.hear("A", headline)
    room.store.write(alerts.resend, deliveries(room)[0].id, room.clock())
    room.work()
    assert room.told() == ["new_event Aldor"]
    room.wait(DAY)
    assert room.told() == ["new_event Aldor", "new_event Brenn"]


def test_what_is_not_there_cannot_be_sent_again(room: Newsroom) -> None:
    with pytest.raises(NotFound, match="no alert 99: see `monitor alerts list`"):
        room.store.write(alerts.resend, 99, NOW)
    assert room.store.write(alerts.resend_dead, None, NOW) == 0


# ------------------------------------------------------------------ old databases, clocks


def forget_new_keys(session: Session) -> None:
    """As an earlier version wrote it."""
    for row in session.scalars(select(Alert)):
        row.message = {key: row.message[key] for key in OLD_KEYS}
    for delivery in session.scalars(select(Delivery)):
        delivery.queued_at = None


@EVERYWHERE
def test_messages_of_an_earlier_version_are_sent_and_their_threads_go_on(room: Newsroom) -> None:
    silence(room, "desk", 1, DOWN)
    room.hear("A", "Aldor")
    room.store.write(forget_new_keys)
    room.wait(MINUTE)
    assert room.told() == ["new_event Aldor"]
    room.everywhere(Routing(alerts_per_day=5))
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(2 * HOUR)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    assert room.sent()[-1].thread is not None
    assert room.last().changes == ("new names",), "how many had reported it then is not known"


@pytest.mark.parametrize("ahead", [HOUR, DAY, TEN_YEARS])
def test_what_was_put_off_by_a_clock_that_was_ahead_is_sent(
    room: Newsroom, ahead: timedelta
) -> None:
    room.clock.now = NOW + ahead
    silence(room, "desk", 1, DOWN)
    room.come(replace(room.report("A", "Aldor"), published=NOW))
    room.clock.now = NOW
    asyncio.run(upkeep(room.parts))
    room.wait(26 * HOUR)
    assert room.told() == ["new_event Aldor"]
    assert room.told("mail") == ["new_event Aldor"]
