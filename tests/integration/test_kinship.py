"""Events that turn out to be one, on real databases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event as Signal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models import Event, Judgement, Kinship, Topic
from monitor.domain import kinship as domain
from monitor.domain.join import JoinModel, Leaf
from monitor.edge.store import corrections, kinship, seeds, views
from monitor.edge.store.store import Store
from monitor.errors import ConfigError, NotFound
from monitor.explain import explain_match
from monitor.pipeline import Parts
from tests.integration.counting import assert_counted
from tests.integration.test_judging import (
    KESTREL_3,
    NOW,
    afresh,
    alerts,
    by,
    follow,
    publish,
    tell,
    work,
)
from tests.integration.world import Clock, parts_for
from tests.unit.stories import KESTREL_1, KESTREL_2, SEPTEMBER

APART = JoinModel((Leaf(-1e3),), alarm_below=1e9)
"""Each article opens an event, and is alerted."""
BOTH = by("C", KESTREL_3, text=f"{KESTREL_3.text} {KESTREL_1.text[:150]}")


@pytest.fixture
def parts(store: Store) -> Iterator[Parts]:
    follow(store)
    with parts_for(store, [], Clock(NOW)) as made:
        yield made


def split(parts: Parts) -> tuple[Judgement, Judgement]:
    """One happening, told by two outlets, taken for two events."""
    first, second = tell(afresh(parts, APART), by("A", KESTREL_1), by("B", KESTREL_2))
    assert first.event_id != second.event_id
    return first, second


def events(parts: Parts) -> dict[int, int]:
    """Judgement -> event, of matches."""
    return {one.id: one.event for one in parts.store.read(views.matches)}


def test_an_article_that_reports_both_makes_two_events_one(parts: Parts) -> None:
    first, second = split(parts)
    [third] = tell(parts, BOTH)
    assert set(events(parts).values()) == {first.event_id}, "the one that opened first stays"
    assert third.event_id == first.event_id
    event = parts.store.read(views.event, first.event_id)
    assert (event.matches, event.sources, event.title) == (3, 3, KESTREL_1.title)
    assert event.last_seen == BOTH.published
    [kin] = parts.store.read(kinship.kin_of, first.event_id)
    assert (kin.event, kin.merged, kin.title) == (second.event_id, True, KESTREL_2.title)
    assert kin.log_odds is not None
    assert kin.log_odds >= domain.MERGED_FROM
    assert sorted(alerts(parts)) == [KESTREL_1.title, KESTREL_2.title], "it is no third event"
    found = asyncio.run(explain_match(afresh(parts), second.id))
    assert found.event == first.event_id


def test_a_seed_that_reports_both_makes_two_events_one(parts: Parts) -> None:
    """It comes alone, and is no match."""
    first, second = split(parts)
    parts.store.write(seeds.add_seed, "volcanoes", BOTH, "both.txt", parts.clock())
    work(parts)
    assert set(events(parts).values()) == {first.event_id}
    event = parts.store.read(views.event, of(second))
    assert (event.id, event.matches, event.sources) == (first.event_id, 2, 2)
    parts.store.read(assert_counted)


def test_the_name_of_a_merged_event_goes_on_being_understood(parts: Parts) -> None:
    first, second = split(parts)
    tell(parts, BOTH)
    assert second.event_id is not None
    assert parts.store.read(views.event, second.event_id).id == first.event_id
    assert parts.store.read(kinship.current, second.event_id) == first.event_id
    assert first.event_id is not None
    told = [
        [one.id for one in parts.store.read(views.matches, event=event)]
        for event in (first.event_id, second.event_id)
    ]
    assert told[0] == told[1] != []


def test_a_process_that_did_not_merge_them_goes_on_with_the_merged_event(parts: Parts) -> None:
    first, second = split(parts)
    other = afresh(parts)
    tell(other, replace(KESTREL_1, title="From our partners", source="D"))
    tell(parts, BOTH)
    [late] = tell(other, by("E", KESTREL_2, title="A copy of the second"))
    assert (late.copy_of_id, late.event_id) == (second.id, first.event_id)


def test_perhaps_one_is_suggested_once_and_nothing_else(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "MERGED_FROM", 1e9)
    first, second = split(parts)
    tell(parts, BOTH)
    tell(parts, replace(BOTH, title=KESTREL_1.title, source="F", text=BOTH.text[40:]))
    assert set(events(parts).values()) == {first.event_id, second.event_id}
    for event, other in ((first, second), (second, first)):
        assert event.event_id is not None
        [kin] = parts.store.read(kinship.kin_of, event.event_id)
        assert (kin.event, kin.merged) == (other.event_id, False)


def test_apart_is_not_noted(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "MERGED_FROM", 1e9)
    monkeypatch.setattr(domain, "SUGGESTED_FROM", 1e9)
    split(parts)
    tell(parts, BOTH)
    assert parts.store.read(lambda session: session.scalar(select(Kinship.id))) is None


# ------------------------------------------------------------------ apart, says a person


def of(one: Judgement) -> int:
    assert one.event_id is not None
    return one.event_id


def where(parts: Parts, *judgements: Judgement) -> list[int]:
    now = events(parts)
    return [now[one.id] for one in judgements]


def test_two_that_a_person_separated_are_not_merged_again(parts: Parts) -> None:
    first, second = split(parts)
    parts.store.write(corrections.merge_events, of(second), of(first), NOW)
    parts.store.write(corrections.separate, of(second), NOW)
    tell(parts, BOTH)
    assert where(parts, first, second) == [of(first), of(second)]
    assert parts.store.read(kinship.kin_of, of(first)) == [], "nor are they suggested"


def test_what_a_match_has_merged_is_separated_and_that_is_undone(parts: Parts) -> None:
    first, second = split(parts)
    tell(parts, BOTH)
    parts.store.write(corrections.separate, of(second), parts.clock())
    assert where(parts, first, second) == [of(first), of(second)]
    parts.store.write(corrections.undo_last, parts.clock())
    assert where(parts, first, second) == [of(first)] * 2


def test_what_is_apart_stays_so_after_one_has_been_merged_with_a_third(parts: Parts) -> None:
    first, second = split(parts)
    [third] = parts.store.write(add_events, "third")
    parts.store.write(kinship.set_apart, of(first), third, NOW)
    parts.store.write(corrections.merge_events, third, of(second), NOW)
    tell(parts, BOTH)
    assert where(parts, first, second) == [of(first), of(second)]


def test_what_is_quiet_merges_nothing(parts: Parts) -> None:
    """The threads would have to be corrected; it may be suggested."""
    first, second = split(parts)
    [id] = publish(parts, BOTH)
    quiet = update(Judgement).where(Judgement.id == id).values(quiet=True)
    parts.store.write(lambda session: session.execute(quiet))
    parts.clock.move(minutes=1)  # type: ignore[attr-defined]
    work(parts)
    assert where(parts, first, second) == [of(first), of(second)]
    assert [kin.merged for kin in parts.store.read(kinship.kin_of, of(first))] == [False]


def test_a_split_is_known_to_a_process_that_remembers_one_event(parts: Parts) -> None:
    first, second = split(parts)
    tell(parts, BOTH)
    new = parts.store.write(corrections.split_event, [second.id], parts.clock())
    [late] = tell(parts, by("E", KESTREL_2, title="A copy of the second"))
    assert (late.copy_of_id, late.event_id) == (second.id, new)
    assert where(parts, first, second) == [of(first), new]


# ------------------------------------------------------------------ by hand


def add_events(session: Session, *titles: str) -> list[int]:
    topic = session.scalars(select(Topic.id)).one()
    rows = [
        Event(
            topic_id=topic,
            title=title,
            opened_at=SEPTEMBER - timedelta(days=number),
            last_seen=SEPTEMBER + timedelta(days=number),
        )
        for number, title in enumerate(titles)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def test_a_person_merges_and_what_is_known_is_kept(parts: Parts) -> None:
    first, second = split(parts)
    assert first.event_id is not None
    assert second.event_id is not None
    parts.store.write(corrections.merge_events, first.event_id, second.event_id, NOW)
    assert set(events(parts).values()) == {second.event_id}
    event = parts.store.read(views.event, first.event_id)
    assert (event.id, event.title) == (second.event_id, KESTREL_1.title), "the earliest title"
    [row] = parts.store.write(lambda session: list(session.scalars(select(Kinship))))
    assert (row.moved, row.log_odds) == ([first.id], None)


def test_merges_go_on_from_one_to_the_next(parts: Parts) -> None:
    a, b, c = parts.store.write(add_events, "a", "b", "c")
    parts.store.write(kinship.suggest, b, c, 0.5, NOW)
    parts.store.write(corrections.merge_events, a, b, NOW)
    parts.store.write(corrections.merge_events, a, c, NOW)
    assert [parts.store.read(kinship.current, one) for one in (a, b, c)] == [c, c, c]
    assert [kin.merged for kin in parts.store.read(kinship.kin_of, c)] == [True]
    with pytest.raises(ConfigError, match="with itself"):
        parts.store.write(corrections.merge_events, b, a, NOW)


def test_a_merge_waits_for_another_and_goes_on_from_it(postgres_url: str) -> None:
    """Two people at once: what the first has merged away is not taken for the event it was."""
    store, waiting = Store(postgres_url), Signal()
    follow(store)
    a, b, c = store.write(add_events, "a", "b", "c")
    lock = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    def first(session: Session) -> None:
        corrections.merge_events(session, b, c, NOW)
        session.flush()
        waiting.set()
        for _ in range(500):
            if store.read(lambda other: other.scalar(lock)):
                return
            time.sleep(0.01)
        raise AssertionError("the second merge does not wait")

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(store.write, first)
        assert waiting.wait(10)
        two = pool.submit(store.write, corrections.merge_events, a, b, NOW)
        one.result(20)
        two.result(20)
    assert [store.read(kinship.current, event) for event in (a, b, c)] == [c, c, c]
    pairs = store.read(
        lambda s: sorted(s.execute(select(Kinship.other_id, Kinship.event_id)).all())
    )
    store.close()
    assert [tuple(pair) for pair in pairs] == [(a, c), (b, c)]


def test_what_cannot_be_merged_is_refused_in_words(parts: Parts) -> None:
    [event] = parts.store.write(add_events, "a")
    with pytest.raises(NotFound, match="no event 99: see `monitor events list`"):
        parts.store.write(corrections.merge_events, event, 99, NOW)
    with pytest.raises(ConfigError, match="with itself"):
        parts.store.write(corrections.merge_events, event, event, NOW)

    def other_topic(session: Session) -> int:
        topic = Topic(
            name="other", origin="file", created_at=NOW, channels=[], settings={}, fit_asked=0
        )
        session.add(topic)
        session.flush()
        row = Event(topic_id=topic.id, title="elsewhere")
        session.add(row)
        session.flush()
        return row.id

    elsewhere = parts.store.write(other_topic)
    with pytest.raises(ConfigError, match="different topics"):
        parts.store.write(corrections.merge_events, event, elsewhere, NOW)
