"""What is shown of many feeds, and what it costs to show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Article, Entry, Feed
from monitor.domain import rhythm
from monitor.domain.rhythm import observe
from monitor.edge.store import feeds, health
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.store import Store

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = "abcd"


def follow(session: Session) -> None:
    """Four feeds: three that are heard every six hours, of which b not of late, and one new."""
    inputs = [FeedInput(f"http://{name}.example/feed", f"{name}.example", name) for name in NAMES]
    feeds.sync_feeds(session, inputs, NOW)
    for number, quiet in ((1, 0), (2, 9), (3, 0)):
        known, last = None, NOW - 60 * DAY
        while last < NOW - quiet * DAY:
            before, last = last, last + 6 * HOUR
            known = observe(known, before, last, [last - HOUR])
        if quiet:
            known = observe(known, last, NOW, [])
        assert known is not None
        feed = session.get_one(Feed, number)
        feed.rhythm, feed.last_entry_at, feed.last_success_at = known.to_json(), last, NOW


def publish(session: Session, days: dict[int, int]) -> None:
    """So many articles of the first feed on each of these days before now."""
    for day, count in days.items():
        for number in range(count):
            at = NOW - day * DAY - HOUR
            key = f"{day}-{number}"
            article = Article(
                **{"key": key, "url": key, "host": "a.example", "state": "new", "title": key},
                **{"not_before": at, "first_seen_at": at},
            )
            session.add(article)
            session.flush()
            session.add(Entry(feed_id=1, article_id=article.id, seen_at=at))


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            said.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield said
    event.remove(store.engine, "before_cursor_execute", note)


def test_the_list_tells_how_feeds_fare_without_what_is_dear(store: Store) -> None:
    store.write(follow)
    store.write(publish, {0: 2})
    full = store.read(health.feeds, NOW)
    assert [feed.health for feed in full] == ["healthy", "silent", "healthy", "new"]
    assert [feed.entries for feed in full] == [2, 0, 0, 0]
    assert [feed.usual_gap is None for feed in full] == [False, False, False, True]
    plain = store.read(health.listed, NOW)
    assert plain == [replace(feed, entries=0, usual_gap=None) for feed in full]
    assert store.read(health.completed, plain[:2]) == full[:2]


def test_rates_are_worked_out_for_the_feeds_shown_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(follow)
    worked: list[float] = []

    def exposure(start: float, seen: float) -> list[float]:
        worked.append(seen)
        return [1.0] * rhythm.WEEK_HOURS

    monkeypatch.setattr(rhythm, "_exposure", exposure)
    plain = store.read(health.listed, NOW)
    assert len(worked) == 1  # the one that may be silent
    worked.clear()
    store.read(health.completed, plain[:1])
    assert len(worked) == 1


def test_following_counts_feeds_that_are_polled(store: Store) -> None:
    store.write(follow)
    store.write(feeds.set_feed_state, "http://a.example/feed", "paused", NOW)
    with statements(store) as said:
        assert store.read(health.following) == 3
    assert len(said) == 1


def test_the_volume_is_compared_with_the_same_day_of_earlier_weeks(store: Store) -> None:
    store.write(follow)
    store.write(publish, {0: 2, 1: 30, 7: 4, 14: 5, 21: 6, 28: 5})
    with statements(store) as said:
        volume = store.read(health.volume, NOW)
    assert (volume.articles, volume.usual) == (2, 5.0)
    assert len(said) <= 12


def test_a_young_monitor_compares_with_every_day(store: Store) -> None:
    store.write(follow)
    store.write(publish, dict.fromkeys(range(6), 3))
    volume = store.read(health.volume, NOW)
    assert (volume.articles, volume.usual) == (3, 3.0)
