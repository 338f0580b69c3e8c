"""One living thread an event: what its updates say, when, and on which channels."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from models import Event, Judgement
from monitor.commands import Deliver, Judge, Tell
from monitor.domain.updates import CONFIRMED_GAP
from monitor.edge.store import corrections, threads
from monitor.edge.store.pending import pending
from monitor.pipeline import upkeep
from monitor.types import Routing
from tests.integration.newsroom import (
    DAY,
    DOUBTFUL,
    EVERYWHERE,
    HOUR,
    MINUTE,
    SOON,
    Newsroom,
    lent,
)
from tests.integration.test_judging import NOW, TOPIC, by, publish
from tests.integration.world import CHANNELS
from tests.unit.stories import SEEDS


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[Newsroom]:
    with lent(request) as opened:
        yield opened


# ------------------------------------------------------------------ what an update says


@EVERYWHERE
def test_a_second_outlet_in_its_own_words_is_told_soon_in_the_thread(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.hear("B", "Aldor")
    room.wait(NOW + CONFIRMED_GAP)
    assert room.told() == ["new_event Aldor"]
    room.wait(MINUTE)
    for channel in CHANNELS:
        assert room.told(channel) == ["new_event Aldor", "update Aldor"]
        first, second = room.sent(channel)
        assert first.thread is None
        assert second.thread is not None
        assert second.thread.uids == (first.uid,)
        assert second.thread.receipt == "taken-1"
        assert (second.thread.alert.outlets, second.thread.alert.originals) == (2, 2)
        assert (second.thread.alert.title, second.thread.alert.kind) == ("Aldor", "new_event")
        said = room.last(channel)
        assert said.changes == ("a second outlet reports it in words of its own: B",)
        assert (said.source, said.outlets, said.originals) == ("B", 2, 2)
    room.hear("A", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(DAY)
    third = room.sent()[-1]
    assert third.thread is not None
    assert third.thread.uids == tuple(one.uid for one in room.sent()[:2])
    assert third.thread.receipt == "taken-1"


def test_nothing_new_says_nothing(room: Newsroom) -> None:
    for outlet in ("A", "B", "C", "D"):
        room.hear(outlet, "Aldor")
    room.hear("A", "Aldor")
    room.wait(3 * DAY)
    assert room.told() == ["new_event Aldor", "update Aldor"]


def test_the_outlet_that_confirms_is_another_than_the_first(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    second = room.report("B", "Aldor")
    room.clock.move(minutes=5)
    room.come(second, room.report("A", "Aldor", "It goes on."))
    room.wait(SOON)
    assert room.last().changes == ("a second outlet reports it in words of its own: B",)


def test_copies_say_nothing_until_there_are_many(room: Newsroom) -> None:
    room.hear("A", "Aldor", copy=1)
    for outlet in ("B", "C", "D"):
        room.hear(outlet, "Aldor", copy=1)
    room.wait(DAY)
    assert room.told() == ["new_event Aldor"]
    room.hear("E", "Aldor", copy=1)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    assert room.last().changes == ("5 outlets by now",)
    assert (room.last().outlets, room.last().originals) == (5, 1)
    room.come(*(room.report(f"F{n}", "Aldor", copy=1) for n in range(4)))
    room.wait(DAY)
    assert len(room.told()) == 2
    room.come(*(room.report(f"G{n}", "Aldor", copy=1) for n in range(41)))
    assert [delivery.alert.kind for delivery in room.sent()] == ["new_event", "update", "update"]
    assert room.last().changes == ("50 outlets by now",), "the steps between are not told apart"


def test_new_names_and_numbers_wait_and_come_together(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.clock.move(minutes=10)
    room.hear("A", "Aldor", "Mayor Olga Brandt thanked them.")
    room.clock.move(minutes=20)
    room.hear("A", "Aldor", "Ash had buried 2,350 houses.")
    room.wait(NOW + 59 * MINUTE)
    assert room.told() == ["new_event Aldor"]
    room.wait(2 * MINUTE)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    said = room.last()
    assert said.changes == ("new names, numbers",)
    assert "Olga Brandt" in " ".join(said.novelty.names)
    assert "2,350" in " ".join(said.novelty.numbers)
    begun = room.clock()
    room.hear("A", "Aldor", "Governor Tomas Reuter came.")
    room.wait(begun + 119 * MINUTE)
    assert len(room.told()) == 2, "the second gap is twice as long"
    room.wait(2 * MINUTE)
    assert len(room.told()) == 3
    assert room.last().novelty.names
    assert "Brandt" not in " ".join(room.last().novelty.names)


def test_what_comes_soon_takes_what_waits_along(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.hear("A", "Aldor", "Mayor Olga Brandt thanked them.")
    room.hear("B", "Aldor")
    room.wait(SOON)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    assert "new names" in room.last().changes
    room.wait(DAY)
    assert len(room.told()) == 2


def test_the_first_message_says_all_that_its_batch_brought(room: Newsroom) -> None:
    room.come(*(room.report(outlet, "Aldor") for outlet in ("A", "B", "C")))
    room.wait(DAY)
    assert room.told() == ["new_event Aldor"]
    assert (room.last().outlets, room.last().originals) == (3, 3)


def test_what_the_seeds_tell_has_no_thread(room: Newsroom) -> None:
    for outlet in ("A", "B", "C"):
        room.come(by(outlet, SEEDS[2], title=SEEDS[2].title, published=room.clock()))
    own = [room.report(outlet, SEEDS[2].title, "Olga Brandt came.") for outlet in "DEF"]
    room.come(*own)
    room.wait(DAY)
    assert room.told() == []


# ------------------------------------------------------------------ edited articles


def test_an_edit_of_substance_reaches_the_thread_in_its_time(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    room.clock.move(minutes=10)
    room.edit(match, "Some 4,120 people were safe.")
    assert room.told() == ["new_event Aldor"]
    room.wait(HOUR)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    assert room.last().changes == ("A has changed its report (5 words added, 0 removed)",)
    room.wait(DAY)
    assert len(room.told()) == 2


def test_a_small_edit_says_nothing(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    room.edit(match, "Indeed.")
    room.wait(DAY)
    assert room.told() == ["new_event Aldor"]


def test_a_correction_is_told_at_once(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    room.clock.move(minutes=1)
    room.edit(match, "Correction: nobody is missing.")
    assert room.told() == ["new_event Aldor", "update Aldor"]
    [change] = room.last().changes
    assert change.startswith("correction: A has changed its report")


def test_a_correction_does_not_wait_with_what_waits(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    room.hear("A", "Aldor", "Mayor Olga Brandt thanked them.")
    room.clock.move(minutes=1)
    room.edit(match, "Correction: nobody is missing.")
    assert room.told() == ["new_event Aldor", "update Aldor"]
    assert room.last().changes[0].startswith("correction: ")


# ------------------------------------------------------------------ merged events


def merge(room: Newsroom, gone: Judgement, into: Judgement) -> None:
    assert gone.event_id
    assert into.event_id
    ends = gone.event_id, into.event_id
    room.clock.move(seconds=1)
    room.store.write(corrections.merge_events, *ends, room.clock())
    room.work()


@EVERYWHERE
def test_the_thread_of_an_event_that_was_another_is_corrected(room: Newsroom) -> None:
    first, second = room.hear("A", "Aldor"), room.hear("B", "Brenn")
    merge(room, second, first)
    room.wait(DAY)
    for channel in CHANNELS:
        assert room.told(channel) == ["new_event Aldor", "new_event Brenn", "update Brenn"]
        assert room.last(channel).changes == ("correction: the same as an earlier event: Aldor",)
        correction = room.sent(channel)[-1]
        assert correction.thread is not None
        assert correction.thread.uids == (room.sent(channel)[1].uid,)


@EVERYWHERE
def test_a_thread_goes_on_as_that_of_the_event_that_stays(room: Newsroom) -> None:
    [doubtful] = room.come(room.report("A", "Aldor"), join=DOUBTFUL)
    second = room.hear("B", "Brenn")
    assert room.told() == ["new_event Brenn"]
    merge(room, second, doubtful)
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(DAY)
    assert [words.split()[0] for words in room.told()] == ["new_event", "update"]
    thread = room.sent()[-1].thread
    assert thread is not None
    assert thread.uids == (room.sent()[0].uid,)
    assert thread.alert.outlets == 2


def test_what_turns_out_to_be_told_by_the_seeds_is_corrected(room: Newsroom) -> None:
    [seeded] = room.come(by("S", SEEDS[2], title=SEEDS[2].title, published=room.clock()))
    second = room.hear("B", "Brenn")
    merge(room, second, seeded)
    assert room.told() == ["new_event Brenn", "update Brenn"]
    assert room.last().changes[0].startswith("correction: the same as an earlier event")
    room.hear("C", "Brenn", "Mayor Olga Brandt thanked them.")
    room.wait(DAY)
    assert len(room.told()) == 2


@EVERYWHERE
def test_an_event_merged_while_it_is_held_is_not_told_as_a_new_one(room: Newsroom) -> None:
    """It has been told, as the event that it is."""
    first = room.hear("A", "Aldor")
    room.route({"desk": Routing(quiet=(time(18), time(23)))})
    second = room.hear("B", "Brenn")
    assert room.states()[-1] == "held"
    merge(room, second, first)
    room.wait(DAY)
    assert "new_event Brenn" not in room.told()
    assert room.told("mail") == ["new_event Aldor", "new_event Brenn", "update Brenn"]


# ------------------------------------------------------------------ channels


@EVERYWHERE
def test_a_channel_hears_late_of_what_becomes_important_and_once(room: Newsroom) -> None:
    room.route({"mail": Routing(min_sources=3)})
    for outlet in ("A", "B", "C", "D"):
        room.hear(outlet, "Aldor")
        room.clock.move(hours=1)
    room.wait(DAY)
    assert room.told("mail") == ["new_event Aldor"]
    said = room.last("mail")
    assert (said.outlets, said.originals) == (3, 3)
    assert room.told("desk") == ["new_event Aldor", "update Aldor"]
    room.hear("E", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(DAY)
    assert room.told("mail") == ["new_event Aldor", "update Aldor"]
    thread = room.sent("mail")[-1].thread
    assert thread is not None
    assert thread.uids == (room.sent("mail")[0].uid,)


def test_a_late_channel_takes_no_news_from_the_others(room: Newsroom) -> None:
    room.route({"mail": Routing(min_sources=3)})
    room.hear("A", "Aldor")
    room.hear("B", "Aldor")
    room.hear("C", "Aldor", "Mayor Olga Brandt thanked them.")
    assert room.told("mail") == ["new_event Aldor"]
    room.wait(DAY)
    news = [one.alert.novelty.names for one in room.sent("desk")[1:]]  # type: ignore[union-attr]
    assert any("Olga Brandt" in name for names in news for name in names)


def test_a_channel_with_a_high_bar_goes_by_the_clearest_match(room: Newsroom) -> None:
    one, other = (room.report(outlet, "Aldor") for outlet in ("A", "B"))
    weak = replace(other, text=f"{other.text} {'The cup final was won by Rovers. ' * 12}")
    room.route({"mail": Routing(min_sources=2)})
    [clear] = room.come(one)
    bar = (clear.score or 0) - 0.001
    room.route({"mail": Routing(min_score=bar, min_sources=2)})
    [match] = room.come(weak)
    assert (match.score or 0) < bar
    assert match.event_id == clear.event_id
    assert room.told("mail") == ["new_event Aldor"]


def test_what_was_never_important_enough_is_never_told(room: Newsroom) -> None:
    room.route({"mail": Routing(min_score=9.0), "desk": Routing(min_sources=2)})
    room.hear("A", "Aldor")
    room.hear("A", "Aldor", "Mayor Olga Brandt thanked them.")
    room.away(40 * DAY)
    room.hear("B", "Aldor")
    room.wait(DAY)
    assert room.told("mail") == room.told("desk") == []


def test_a_channel_that_wants_no_updates_hears_none(room: Newsroom) -> None:
    room.route({"mail": Routing(kinds=("new_event",))})
    room.hear("A", "Aldor")
    match = room.hear("B", "Aldor")
    room.wait(DAY)
    assert room.told("mail") == ["new_event Aldor"]
    assert room.told("desk") == ["new_event Aldor", "update Aldor"]
    assert match.event_id is not None


def test_a_channel_that_is_no_longer_the_topics_hears_no_more(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.route({}, channels=("mail",))
    room.hear("B", "Aldor")
    room.wait(SOON)
    room.hear("B", "Brenn")
    assert room.told("desk") == ["new_event Aldor"]
    assert room.told("mail") == ["new_event Aldor", "update Aldor", "new_event Brenn"]


def test_a_channel_that_has_come_since_hears_of_what_is_new_from_then_on(room: Newsroom) -> None:
    room.route({}, channels=("mail",))
    room.hear("A", "Aldor")
    room.route({})
    room.hear("B", "Aldor")
    room.hear("B", "Brenn")
    assert room.told("desk") == ["new_event Brenn"]


# ------------------------------------------------------------------ mutes


def test_a_muted_event_says_nothing_until_then(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    until = room.clock() + 3 * DAY
    room.store.write(threads.mute_event, match.event_id or 0, until)
    room.hear("B", "Aldor")
    room.hear("C", "Aldor", "Mayor Olga Brandt thanked them.")
    room.hear("B", "Brenn")
    room.wait(until - HOUR)
    assert room.told() == ["new_event Aldor", "new_event Brenn"]
    room.wait(2 * HOUR)
    assert room.told()[2:] == ["update Aldor"]
    assert len(room.last().changes) == 2


def test_an_event_that_is_muted_no_more_says_at_once_what_has_come(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    room.store.write(threads.mute_event, match.event_id or 0, room.clock() + 30 * DAY)
    room.hear("B", "Aldor")
    room.wait(DAY)
    assert room.told() == ["new_event Aldor"]
    room.store.write(threads.mute_event, match.event_id or 0, None)
    room.wait(MINUTE)
    assert room.told() == ["new_event Aldor", "update Aldor"]


def test_a_muted_event_is_not_announced_where_it_was_not_important_enough(room: Newsroom) -> None:
    room.route({"mail": Routing(min_sources=2)})
    match = room.hear("A", "Aldor")
    room.store.write(threads.mute_event, match.event_id or 0, room.clock() + 3 * DAY)
    room.hear("B", "Aldor")
    room.wait(2 * DAY)
    assert room.told("mail") == []
    assert room.told("desk") == ["new_event Aldor"]


# ------------------------------------------------------------------ twice, and at once


@EVERYWHERE
def test_doubled_commands_update_once(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.clock.move(minutes=11)
    publish(room.parts, room.report("B", "Aldor"))
    room.clock.move(seconds=1)
    room.at_once(*[Judge(TOPIC)] * 4)
    room.clock.move(seconds=1)
    room.at_once(*[Deliver(channel) for channel in CHANNELS] * 4)
    room.work()
    for channel in CHANNELS:
        assert room.told(channel) == ["new_event Aldor", "update Aldor"]


@EVERYWHERE
def test_the_passing_of_time_is_told_once(room: Newsroom) -> None:
    room.hear("A", "Aldor")
    room.hear("A", "Aldor", "Mayor Olga Brandt thanked them.")
    room.clock.move(hours=1)
    assert Tell(TOPIC) in room.store.read(pending, room.clock())
    room.at_once(*[Tell(TOPIC)] * 4)
    room.at_once(*[Deliver(channel) for channel in CHANNELS] * 4)
    assert Tell(TOPIC) not in room.store.read(pending, room.clock())
    room.work()
    for channel in CHANNELS:
        assert room.told(channel) == ["new_event Aldor", "update Aldor"]


# ------------------------------------------------------------------ clocks


@pytest.mark.parametrize("ahead", [HOUR, DAY, 3650 * DAY])
def test_a_thread_goes_on_after_the_clock_was_set_back(room: Newsroom, ahead: timedelta) -> None:
    room.clock.now = NOW + ahead
    room.come(replace(room.report("A", "Aldor"), published=NOW))
    room.clock.now = NOW + MINUTE
    asyncio.run(upkeep(room.parts))
    room.hear("B", "Aldor")
    room.wait(SOON)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    room.hear("B", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(3 * DAY)
    assert room.told()[2:] == ["update Aldor"]
    assert room.last().changes == ("new names",)
    due = select(Event.update_due_at).where(Event.update_due_at.is_not(None))
    assert room.store.read(lambda session: list(session.scalars(due))) == []
