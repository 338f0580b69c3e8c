"""What people say about matches and events: kept by what is judged later, and undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models import Action, Alert, Event, Judgement, Kinship, Topic
from monitor.edge.store import corrections, kinship, views
from monitor.edge.store.standing import count_again
from monitor.errors import ConfigError, NotFound
from monitor.types import Routing
from tests.integration.newsroom import (
    DAY,
    DOUBTFUL,
    EVERYWHERE,
    MINUTE,
    Newsroom,
    lent,
)
from tests.integration.world import CHANNELS


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[Newsroom]:
    with lent(request) as opened:
        yield opened


def say(room: Newsroom, what: Any, *about: Any, **options: Any) -> Any:
    """A person says something, a second later; all that follows from it is done."""
    room.clock.move(seconds=1)
    said = room.store.write(what, *about, room.clock(), **options)
    room.work()
    return said


def event(match: Judgement) -> int:
    assert match.event_id is not None
    return match.event_id


def row(room: Newsroom, table: Any, id: int) -> Any:
    return room.store.write(lambda session: session.get_one(table, id))


def move(session: Session, match: Judgement, to: int | None, copy_of: int | None = None) -> None:
    """By hand, into another event or none."""
    going = update(Judgement).where(Judgement.id == match.id)
    session.execute(going.values(event_id=to, copy_of_id=copy_of))
    count_again(session, filter(None, [match.event_id, to]))


def where(room: Newsroom, *matches: Judgement) -> list[int | None]:
    """The events that these are of now."""
    return [row(room, Judgement, one.id).event_id for one in matches]


def events(room: Newsroom) -> dict[int, tuple[Any, ...]]:
    """All that is to be restored of them; those that hold nothing, by their names only."""
    held = select(Event).join(Judgement, Judgement.event_id == Event.id).order_by(Event.id)
    return room.store.read(
        lambda session: {
            one.id: (
                one.title, one.named, one.opened_at, one.last_seen, one.newest_at, one.alarmed_at
            )
            for one in session.scalars(held.distinct())
        }
    )  # fmt: skip


def kin(room: Newsroom) -> list[tuple[int, int, float | None, bool, bool]]:
    rows = select(Kinship).order_by(Kinship.event_id, Kinship.other_id)
    return room.store.read(
        lambda session: [
            (one.event_id, one.other_id, one.log_odds, one.moved is not None, one.apart)
            for one in session.scalars(rows)
        ]
    )


def asked(room: Newsroom) -> int:
    return room.store.read(lambda session: session.scalar(select(Topic.fit_asked)) or 0)


def latest(room: Newsroom) -> Any:
    return room.store.read(corrections.actions, limit=1)[0]


# ------------------------------------------------------------------ labels


@EVERYWHERE
def test_a_label_is_kept_teaches_and_is_undone(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    before = asked(room)
    first = say(room, corrections.label, match.id, "relevant")
    labelled_at = room.clock()
    second = say(room, corrections.label, match.id, "irrelevant", drawn=True)
    now = row(room, Judgement, match.id)
    assert (now.label, now.drawn, asked(room)) == ("irrelevant", True, before + 2)
    with pytest.raises(ConfigError, match=f"followed by action {second} .*`monitor undo {second}`"):
        say(room, corrections.undo, first)
    assert say(room, corrections.undo, second).undone
    now = row(room, Judgement, match.id)
    assert (now.label, now.labelled_at, now.drawn) == ("relevant", labelled_at, False)
    assert asked(room) == before + 3
    assert say(room, corrections.undo_last).id == first
    now = row(room, Judgement, match.id)
    assert (now.label, now.labelled_at) == (None, None)


@EVERYWHERE
def test_what_was_done_is_listed_in_words_the_latest_first(room: Newsroom) -> None:
    one, other = room.hear("A", "Aldor"), room.hear("B", "Brenn")
    say(room, corrections.label, one.id, "relevant")
    say(room, corrections.label, one.id, None)
    say(room, corrections.merge_events, event(other), event(one))
    say(room, corrections.separate, event(other))
    say(room, corrections.rename_event, event(one), "Aldor burns")
    say(room, corrections.undo_last)
    listed = room.store.read(corrections.actions, topic="volcanoes", limit=50)
    assert [(row.kind, row.words, row.undone) for row in listed] == [
        ("rename", f"event {event(one)} renamed: Aldor burns (it was: Aldor)", True),
        ("split", f"event {event(other)} separated from event {event(one)}: Brenn", False),
        ("merge", f"event {event(other)} (Brenn) merged into event {event(one)}: Aldor", False),
        ("label", f"match {one.id} no longer labelled: Aldor", False),
        ("label", f"match {one.id} labelled relevant: Aldor", False),
    ]
    assert room.store.read(corrections.action, listed[1].id) == listed[1]
    assert room.store.read(corrections.actions, limit=1) == listed[:1]


def test_what_is_not_there_is_refused_in_words(room: Newsroom) -> None:
    for what in (corrections.undo_last, corrections.undo):
        about = [99] if what is corrections.undo else []
        with pytest.raises(NotFound, match="`monitor undo --list`"):
            say(room, what, *about)
    with pytest.raises(NotFound, match="no action 99"):
        room.store.read(corrections.action, 99)
    with pytest.raises(NotFound, match="no match 99: see `monitor matches list`"):
        say(room, corrections.label, 99, "relevant")
    with pytest.raises(NotFound, match="no topic x"):
        room.store.read(corrections.actions, topic="x", limit=1)
    with pytest.raises(NotFound, match="no event 99"):
        say(room, corrections.rename_event, 99, "x")
    with pytest.raises(NotFound, match="no event 99"):
        say(room, corrections.separate, 99)
    with pytest.raises(NotFound, match="no match 99"):
        say(room, corrections.split_event, [99])
    match = room.hear("A", "Aldor")
    with pytest.raises(ConfigError, match="is part of no other"):
        say(room, corrections.separate, event(match))


# ------------------------------------------------------------------ merged


@EVERYWHERE
def test_a_merge_is_undone_and_the_thread_hears_of_it(room: Newsroom) -> None:
    first, second = room.hear("A", "Aldor"), room.hear("B", "Brenn")
    third = room.hear("C", "Corra")
    room.store.write(kinship.suggest, event(second), event(third), 0.5, room.clock())
    before = events(room), kin(room)
    say(room, corrections.merge_events, event(second), event(first))
    assert where(room, first, second) == [event(first)] * 2
    later = room.hear("D", "Aldor")
    copy = room.hear("E", "A copy")
    room.store.write(move, copy, event(first), second.id)  # as if its text were the second's
    say(room, corrections.undo_last)
    assert where(room, first, second, later, copy) == [
        event(first), event(second), event(first), event(second),
    ]  # fmt: skip
    restored = events(room)
    assert {id: of[0] for id, of in restored.items()} == {id: of[0] for id, of in before[0].items()}
    assert restored[event(third)] == before[0][event(third)]
    assert [of[5] for of in restored.values()] == [of[5] for of in before[0].values()]
    assert before[1][0] in kin(room), "what was perhaps the same as it is so again"
    for channel in CHANNELS:
        said = [one.alert for one in room.sent(channel) if one.alert.kind == "update"]
        assert [one.changes for one in said] == [  # type: ignore[union-attr]
            ("correction: the same as an earlier event: Aldor",),
            ("correction: an event of its own after all, not: Aldor",),
        ]
        thread = room.sent(channel)[-1].thread
        assert thread is not None
        assert thread.alert.title == "Brenn"


@EVERYWHERE
def test_a_thread_that_went_over_goes_back_and_goes_on(room: Newsroom) -> None:
    [doubtful] = room.come(room.report("A", "Aldor"), join=DOUBTFUL)
    told = room.hear("B", "Brenn")
    before = events(room)
    say(room, corrections.merge_events, event(told), event(doubtful))
    room.hear("A", "Aldor", "Mayor Olga Brandt thanked them.")
    room.wait(DAY)
    assert room.told() == ["new_event Brenn", "update Aldor"]
    say(room, corrections.undo_last)
    assert events(room)[event(told)] == before[event(told)]
    assert row(room, Event, event(doubtful)).alarmed_at is None
    assert len(room.told()) == 2, "what was never said is not corrected"
    room.hear("C", "Brenn", "Governor Tomas Reuter came.")
    room.hear("C", "Aldor", "Captain Ida Voss came too.")
    room.wait(3 * DAY)
    assert room.told()[2:] == ["update Brenn"], "nobody has been told of the doubtful one"
    thread = room.sent()[-1].thread
    assert thread is not None
    assert len(thread.uids) == 2


def test_a_doubtful_event_that_lost_its_thread_has_one_of_its_own_later(room: Newsroom) -> None:
    [doubtful] = room.come(room.report("A", "Aldor"), join=DOUBTFUL)
    told = room.hear("B", "Brenn")
    say(room, corrections.merge_events, event(told), event(doubtful))
    for news in ("Mayor Olga Brandt thanked them.", "Judge Ulla Meer came."):
        room.hear("A", "Aldor", news)
        room.wait(DAY)
    say(room, corrections.undo_last)
    for outlet in ("C", "D", "E"):
        room.hear(outlet, "Aldor")
    assert room.told()[-1] == "new_event Aldor"
    before = room.told().count("update Aldor")
    for news in ("Captain Ida Voss came.", "Bishop Jan Kroll came.", "Doctor Ella Stern came."):
        room.hear("F", "Aldor", news)
        room.wait(7 * DAY)
    assert room.told().count("update Aldor") >= before + 2


def test_what_was_not_told_because_of_a_merge_is_told_after_all(room: Newsroom) -> None:
    first = room.hear("A", "Aldor")
    room.route({"desk": Routing(quiet=(time(18), time(23)))})
    second = room.hear("B", "Brenn")
    say(room, corrections.merge_events, event(second), event(first))
    assert room.states()[-1] == "carried"
    say(room, corrections.undo_last)
    assert "held" in room.states()
    room.wait(DAY)
    assert "new_event Brenn" in room.told()


def test_undoing_a_merge_keeps_the_names_that_people_gave(room: Newsroom) -> None:
    first, second = room.hear("A", "Aldor"), room.hear("B", "Brenn")
    say(room, corrections.rename_event, event(second), "Brenn burns")
    say(room, corrections.merge_events, event(second), event(first))
    assert row(room, Event, event(first)).title == "Brenn burns"
    say(room, corrections.undo_last)
    assert [(of[0], of[1]) for of in events(room).values() if of[4]] == [
        ("Aldor", False), ("Brenn burns", True),
    ]  # fmt: skip


# ------------------------------------------------------------------ split


@EVERYWHERE
def test_a_split_makes_an_event_and_corrects_the_thread(room: Newsroom) -> None:
    first = room.hear("A", "Aldor")
    second, third = room.hear("B", "Aldor", copy=1), room.hear("C", "Aldor", copy=1)
    assert third.copy_of_id == second.id
    room.wait(DAY)
    before = room.told()
    new = say(room, corrections.split_event, [second.id])
    assert where(room, first, second, third) == [event(first), new, new], "copies go along"
    assert kin(room) == [(event(first), new, None, False, True)]
    old_row, new_row = row(room, Event, event(first)), row(room, Event, new)
    assert (old_row.last_seen, new_row.opened_at) == (
        views_published(room, first), views_published(room, second),
    )  # fmt: skip
    assert new_row.alarmed_at == room.clock()
    for channel in CHANNELS:
        assert room.told(channel) == [*before, room.told(channel)[-1]]
        said = room.last(channel)
        assert said.changes == ("correction: 2 of its reports are about another event: Aldor",)
        assert (said.event, said.outlets, said.originals) == (event(first), 1, 1)
        assert room.sent(channel)[-1].thread is not None
    room.wait(2 * DAY)
    assert len(room.told()) == len(before) + 1, "nobody is told of the new one"
    assert views_sources(room, new) == 2


def views_published(room: Newsroom, match: Judgement) -> Any:
    return room.store.read(views.match, match.id).article.published


def views_sources(room: Newsroom, id: int) -> int:
    return room.store.read(views.event, id).sources


@EVERYWHERE
def test_a_split_is_undone_and_the_thread_hears_of_it(room: Newsroom) -> None:
    first, second = room.hear("A", "Aldor"), room.hear("B", "Aldor")
    before = events(room)
    new = say(room, corrections.split_event, [second.id])
    late = room.hear("C", "Brenn")
    say(room, corrections.merge_events, event(late), new)
    with pytest.raises(ConfigError, match="was followed by action 2"):
        say(room, corrections.undo, 1)
    say(room, corrections.undo_last)
    say(room, corrections.undo_last)
    assert where(room, first, second, late) == [event(first), event(first), event(late)]
    assert {id: of for id, of in events(room).items() if id in before} == before
    assert [one[3:] for one in kin(room)] == [(True, False)], "they are not two any more"
    assert room.store.read(kinship.current, new) == event(first)
    changes = [one.alert.changes for one in room.sent() if one.alert.title == "Aldor"]  # type: ignore[union-attr]
    assert ("correction: one of its reports is about another event: Aldor",) in changes
    assert changes[-1] == ("correction: about this event after all: Aldor",)


def test_an_event_nobody_was_told_of_is_split_in_silence(room: Newsroom) -> None:
    doubtful = room.come(*(room.report(o, "Aldor") for o in "AB"), join=DOUBTFUL)
    new = say(room, corrections.split_event, [doubtful[1].id])
    assert row(room, Event, new).alarmed_at is None
    assert room.told() == []


def test_what_cannot_be_split_is_refused_in_words(room: Newsroom) -> None:
    first, second = room.hear("A", "Aldor", copy=1), room.hear("B", "Aldor", copy=1)
    other = room.hear("C", "Brenn")
    with pytest.raises(ConfigError, match="name the matches"):
        say(room, corrections.split_event, [])
    with pytest.raises(ConfigError, match=f"match {other.id} is of event {event(other)}, not"):
        say(room, corrections.split_event, [first.id, other.id])
    with pytest.raises(ConfigError, match=f"match {other.id} is of event"):
        say(room, corrections.split_event, [other.id], of=event(first))
    with pytest.raises(ConfigError, match="would be left without an article"):
        say(room, corrections.split_event, [first.id])
    with pytest.raises(NotFound, match="no match 99"):
        say(room, corrections.split_event, [second.id, 99])
    [off] = room.come(room.report("D", "Corra"))
    room.store.write(move, off, None)
    with pytest.raises(ConfigError, match=f"match {off.id} is no match"):
        say(room, corrections.split_event, [off.id])
    assert kin(room) == []
    assert room.store.read(lambda session: session.scalar(select(func.count(Action.id)))) == 0


# ------------------------------------------------------------------ named


@EVERYWHERE
def test_a_name_stays_until_it_is_taken_back(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    say(room, corrections.rename_event, event(match), "  Aldor \x07 burns ")
    earlier = room.report("B", "Aldor")
    room.come(
        type(earlier)(
            earlier.url, "Aldor", earlier.text, room.clock() - DAY, "page", source="B",
            language="en",
        )
    )  # fmt: skip
    now = row(room, Event, event(match))
    assert (now.title, now.named) == ("Aldor burns", True)
    say(room, corrections.rename_event, event(match), "")
    assert (row(room, Event, event(match)).title, latest(room).kind) == ("Aldor", "rename")
    say(room, corrections.undo_last)
    assert row(room, Event, event(match)).title == "Aldor burns"
    say(room, corrections.undo_last)
    now = row(room, Event, event(match))
    assert (now.title, now.named) == ("Aldor", False)


@pytest.mark.parametrize("title", ["x" * 301, "\u200b"])
def test_a_name_that_cannot_be_read_is_refused(room: Newsroom, title: str) -> None:
    match = room.hear("A", "Aldor")
    with pytest.raises(ConfigError, match="1 to 300 characters"):
        say(room, corrections.rename_event, event(match), title)
    say(room, corrections.rename_event, event(match), "x" * 300)


# ------------------------------------------------------------------ apart


@EVERYWHERE
def test_apart_holds_for_what_they_become_and_a_later_word_goes_before_it(room: Newsroom) -> None:
    first, second = room.hear("A", "Aldor"), room.hear("B", "Aldor")
    third, fourth = room.hear("C", "Corra"), room.hear("D", "Duna")
    new = say(room, corrections.split_event, [second.id])

    def apart(one: int, other: int) -> bool:
        return bool(room.store.read(kinship.apart, one, other))

    say(room, corrections.merge_events, new, event(third))
    say(room, corrections.merge_events, event(third), event(fourth))
    for one, other in ((event(first), new), (new, event(first)), (event(fourth), event(first))):
        assert apart(one, other)
    assert not apart(event(fourth), event(third))
    say(room, corrections.merge_events, event(fourth), event(first))
    assert not apart(event(fourth), event(first))
    assert where(room, first, second, third, fourth) == [event(first)] * 4
    say(room, corrections.undo_last)
    assert apart(event(fourth), event(first)), "so it was before"
    assert [kin.event for kin in room.store.read(kinship.kin_of, event(first))] == []


# ------------------------------------------------------------------ what cannot be undone


def test_what_is_undone_is_not_undone_again(room: Newsroom) -> None:
    match = room.hear("A", "Aldor")
    action = say(room, corrections.label, match.id, "relevant")
    say(room, corrections.undo, action)
    with pytest.raises(ConfigError, match="has been undone already"):
        say(room, corrections.undo, action)


def test_what_has_gone_is_not_restored(room: Newsroom) -> None:
    first, second, third = (room.hear("A", name) for name in ("Aldor", "Brenn", "Corra"))
    merge = say(room, corrections.merge_events, event(second), event(first))
    rename = say(room, corrections.rename_event, event(third), "Else")
    label = say(room, corrections.label, third.id, "relevant")

    def forget(session: Session) -> None:
        for table, id in ((Judgement, third.id), (Event, event(third)), (Event, event(second))):
            session.execute(delete(table).where(table.id == id))

    room.store.write(forget)
    for action, why in ((merge, "no longer part"), (rename, "is gone"), (label, "is gone")):
        with pytest.raises(ConfigError, match=f"action {action} cannot be undone: .*{why}"):
            say(room, corrections.undo, action)
        assert not room.store.read(corrections.action, action).undone


@EVERYWHERE
def test_separating_says_more_than_undoing(room: Newsroom) -> None:
    first, second = room.hear("A", "Aldor"), room.hear("B", "Brenn")
    merge = say(room, corrections.merge_events, event(second), event(first))
    split = say(room, corrections.separate, event(second))
    assert where(room, first, second) == [event(first), event(second)]
    assert kin(room) == [(event(first), event(second), None, False, True)]
    assert room.last().changes == ("correction: an event of its own after all, not: Aldor",)
    with pytest.raises(ConfigError, match=f"followed by action {split}"):
        say(room, corrections.undo, merge)
    say(room, corrections.undo, split)
    assert where(room, first, second) == [event(first)] * 2
    assert kin(room) == [(event(first), event(second), None, True, False)]
    say(room, corrections.undo, merge)
    assert where(room, first, second) == [event(first), event(second)]
    assert kin(room) == []


# ------------------------------------------------------------------ quietly


def quietly(room: Newsroom, *reports: Any) -> Sequence[Judgement]:
    """As ``come``, of what is judged again because a person asked for it."""
    from tests.integration.test_judging import publish, rows

    ids = publish(room.parts, *reports)
    still = update(Judgement).where(Judgement.id.in_(ids)).values(quiet=True)
    room.store.write(lambda session: session.execute(still))
    room.clock.move(seconds=1)
    room.work()
    return rows(room.parts, ids)


@EVERYWHERE
def test_what_is_judged_again_for_a_person_is_told_to_nobody(room: Newsroom) -> None:
    [match] = quietly(room, room.report("A", "Aldor"))
    now = row(room, Event, event(match))
    assert (now.alarmed_at, match.alarm, now.newest_at) == (None, False, match.told_at)
    room.wait(DAY)
    assert room.told() == []


def test_it_is_no_news_in_a_thread(room: Newsroom) -> None:
    told = room.hear("A", "Aldor")
    [quiet] = quietly(room, room.report("B", "Aldor", "Mayor Olga Brandt thanked them."))
    assert quiet.event_id == told.event_id
    room.wait(3 * DAY)
    assert room.told() == ["new_event Aldor"]
    room.hear("C", "Aldor", "Governor Tomas Reuter came.")
    room.wait(DAY)
    assert room.told() == ["new_event Aldor", "update Aldor"]
    names = " ".join(room.last().novelty.names)
    assert "Reuter" in names and "Brandt" not in names


def test_what_is_told_with_it_is_told(room: Newsroom) -> None:
    """Quiet ones beside others, in one batch."""
    from tests.integration.test_judging import publish

    ids = publish(room.parts, *(room.report(outlet, "Aldor") for outlet in "AB"))
    still = update(Judgement).where(Judgement.id == ids[0]).values(quiet=True)
    room.store.write(lambda session: session.execute(still))
    room.clock.move(seconds=1)
    room.work()
    assert room.told() == []
    for outlet in "CDE":
        room.hear(outlet, "Aldor")
    assert room.told() == ["new_event Aldor"]


def test_a_digest_does_not_list_it_as_doubtful(room: Newsroom) -> None:
    room.everywhere(Routing(mode="daily"))
    quietly(room, room.report("A", "Aldor"))
    room.come(room.report("B", "Brenn"), join=DOUBTFUL)
    room.wait(2 * DAY + timedelta(minutes=1))
    listed = [item.title for one in room.sent() for item in getattr(one.alert, "items", ())]
    assert listed == ["Brenn"]


def test_alerts_are_counted_as_before(room: Newsroom) -> None:
    """A correction by hand adds messages to threads, and no alert of a new event."""
    first, second = room.hear("A", "Aldor"), room.hear("B", "Aldor")
    room.wait(20 * MINUTE)
    say(room, corrections.split_event, [second.id])
    room.hear("C", "Aldor")
    room.wait(DAY)
    new = select(func.count(Alert.id)).where(Alert.kind == "new_event")
    assert room.store.read(lambda session: session.scalar(new)) == 1
    assert event(first)
