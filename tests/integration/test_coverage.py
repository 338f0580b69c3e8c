"""What a timeline shows, on both databases."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from monitor.edge.store.coverage import coverage, span
from monitor.edge.store.store import Store
from monitor.errors import NotFound
from tests.integration.chronicle import DAY, START, Chronicle, at

FIRST = START.date()


def day(number: int) -> date:
    return FIRST + number * DAY


def storm(session: Session) -> None:
    """Three events of a topic in a week of which nobody read two days, and one of another topic."""
    write = Chronicle(session)
    mine, other = write.topic("storms"), write.topic("other")
    great = write.event(mine, "Great storm", alarmed=at(1))
    small = write.event(mine, "Small storm")
    tiny = write.event(mine, "Tiny storm")
    original = write.match(great, at(1, 0))
    write.match(great, at(1, 23.999), copy_of=original)
    write.match(great, at(2, 0))
    write.match(small, at(2))
    write.match(small, at(5))
    write.match(tiny, at(2))
    write.match(great, at(0), seed="seed.txt")
    write.match(write.event(other, "Elsewhere"), at(3))


def test_matches_are_counted_by_day_and_event(store: Store) -> None:
    store.write(storm)
    seen = store.read(coverage, "storms", day(0), day(6), top=2)
    assert seen.days == [day(number) for number in range(7)]
    great, small = seen.events
    assert (great.title, great.opened_on, great.alarmed) == ("Great storm", day(1), True)
    assert (small.title, small.opened_on, small.alarmed) == ("Small storm", day(2), False)
    assert great.matches == [0, 2, 1, 0, 0, 0, 0]
    assert small.matches == [0, 0, 1, 0, 0, 1, 0]
    assert seen.others == [0, 0, 1, 0, 0, 0, 0]


def test_only_the_period_counts_but_an_event_opened_when_it_did(store: Store) -> None:
    store.write(storm)
    seen = store.read(coverage, "storms", day(2), day(2))
    assert [(event.title, event.matches) for event in seen.events] == [
        ("Great storm", [1]),
        ("Small storm", [1]),
        ("Tiny storm", [1]),
    ]
    assert seen.events[0].opened_on == day(1)
    assert seen.others == [0]


def test_days_begin_at_midnight_in_utc_wherever_the_database_is(store: Store) -> None:
    """In Berlin, clocks are set forward on 29 March 2026."""
    if store.engine.dialect.name != "postgresql":
        pytest.skip("only servers have a time zone")

    def told(session: Session) -> None:
        write = Chronicle(session)
        event = write.event(write.topic("clocks"), "E")
        for number in (26, 27, 28):
            write.match(event, at(number, 23.99))
            write.match(event, at(number, 0))

    def seen(session: Session) -> list[int]:
        session.execute(text("SET LOCAL TIME ZONE 'Europe/Berlin'"))
        return [*coverage(session, "clocks", day(25), day(29)).events[0].matches]

    store.write(told)
    assert store.read(seen) == [0, 2, 2, 2, 0]


def test_days_on_which_nothing_came_in_are_unread(store: Store) -> None:
    """Of any topic; neither before the first article, nor today and later."""
    store.write(storm)

    def unread(now: datetime | None) -> list[int]:
        seen = store.read(coverage, "storms", day(-2), day(8), now=now)
        return [
            (one - FIRST).days for one, idle in zip(seen.days, seen.unread, strict=True) if idle
        ]

    assert unread(None) == [4, 6, 7, 8]
    assert unread(at(7, 23)) == [4, 6]
    assert unread(at(8, 0)) == [4, 6, 7]


def test_a_feed_fails_on_days_of_which_one_outage_took_most(store: Store) -> None:
    def fail(session: Session) -> None:
        write = Chronicle(session)
        write.topic("storms")
        _, well, short, long_ = (
            write.feed("lasting", failing_since=at(3, 11)),
            write.feed("well"),
            write.feed("short"),
            write.feed("long"),
        )
        gone = write.feed("gone", state="removed", failing_since=at(0))
        write.outage(gone, at(0), at(6))
        write.outage(short, at(1, 0), at(1, 12))
        write.outage(well, at(5, 2), at(5, 4))
        write.outage(long_, at(0, 13), at(2, 13))

    store.write(fail)
    seen = store.read(coverage, "storms", day(0), day(6), now=at(5, 12.5))
    assert seen.failing == [0, 0.25, 0.25, 0.25, 0.25, 0.25, 0]


def test_the_span_of_a_topic(store: Store) -> None:
    store.write(storm)
    assert store.read(span, "storms") == (day(1), day(5))
    store.write(lambda session: Chronicle(session).topic("empty"))
    assert store.read(span, "empty") is None


def test_a_topic_without_anything(store: Store) -> None:
    store.write(lambda session: Chronicle(session).topic("empty"))
    seen = store.read(coverage, "empty", day(0), day(1))
    assert (seen.events, seen.others) == ([], [0, 0])
    assert (seen.unread, seen.failing) == ([False, False], [0, 0])


def test_a_long_period(store: Store) -> None:
    store.write(storm)
    seen = store.read(coverage, "storms", day(-2000), day(2000))
    assert len(seen.days) == len(seen.others) == len(seen.unread) == 4001
    assert sum(map(sum, (event.matches for event in seen.events))) == 6
    assert seen.events[0].matches[2001] == 2


def test_unknown_topics_are_told(store: Store) -> None:
    for function in (lambda s: span(s, "none"), lambda s: coverage(s, "none", day(0), day(1))):
        with pytest.raises(NotFound, match="no topic none"):
            store.read(function)
