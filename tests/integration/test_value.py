"""What feeds are worth, on both databases."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from models import Feed
from monitor.cli import app
from monitor.domain.value import PERIOD, from_json, to_json, why_drop
from monitor.edge.store import health
from monitor.edge.store.store import Store
from monitor.edge.store.value import count_value, save_value, value_of
from monitor.pipeline import upkeep
from monitor.types import FeedValue
from tests.integration.chronicle import DAY, HOUR, START, Chronicle, at
from tests.integration.world import ON_SQLITE, Clock, parts_for

NOW = at(60)


def news(session: Session) -> None:
    """Three feeds of which the first is quick, the second follows, and the third has its own."""
    write = Chronicle(session)
    quick, slow, own = (write.feed(name, START - 90 * DAY) for name in ("quick", "slow", "own"))
    gone = write.feed("gone", state="removed")
    one, two = write.topic("one"), write.topic("two")

    shared = write.event(one, "Shared")
    original = write.match(shared, at(1), feeds={quick: at(1, 1), slow: at(1, 3)})
    write.match(shared, at(1), feeds={slow: at(1, 4)}, copy_of=original)
    write.match(shared, at(1), feeds={quick: at(1, 5)}, copy_of=original)
    write.match(shared, at(0), feeds={own: at(0)}, seed="seed.txt")

    followed = write.event(two, "Followed")
    write.match(followed, at(2), feeds={quick: at(2, 2)})
    write.match(followed, at(2), feeds={slow: at(2, 8), gone: at(2, 1)})

    exclusive = write.event(two, "Exclusive")
    first = write.match(exclusive, at(3), feeds={own: at(3)})
    write.match(exclusive, at(3), feeds={own: at(3, 13)}, copy_of=first)

    together = write.event(one, "Together")
    write.match(together, at(4), feeds={slow: at(4), own: at(4)})

    old = write.event(one, "Old")
    write.match(old, at(-40), feeds={slow: at(-40)})
    write.sighting(write.article(at(5)), own, at(5))


def values(store: Store) -> dict[str, FeedValue]:
    counted = store.read(count_value, NOW)
    names = store.read(lambda session: {row.id: row.name for row in session.query(Feed)})
    return {names[feed]: value for feed, value in counted.items()}


def test_what_feeds_have_brought(store: Store) -> None:
    store.write(news)
    since = NOW - PERIOD
    assert values(store) == {
        "quick": FeedValue(
            since=since, articles=3, matches=3, events=2, first=2, alone=0, copies=0,
            lead=timedelta(hours=4).total_seconds(),
        ),
        "slow": FeedValue(
            since=since, articles=4, matches=4, events=3, first=1, alone=0, copies=2, lead=0.0
        ),
        "own": FeedValue(
            since=since, articles=5, matches=3, events=2, first=1, alone=1, copies=1, lead=None
        ),
    }  # fmt: skip


def test_every_event_has_one_feed_that_was_first(store: Store) -> None:
    store.write(news)
    assert sum(value.first for value in values(store).values()) == 4


def test_the_value_is_kept_with_the_feed_and_shown(store: Store) -> None:
    store.write(news)
    assert {view.value for view in store.read(health.feeds, NOW)} == {None}
    counted = store.read(count_value, NOW)
    store.write(save_value, counted)
    kept = store.read(lambda s: {row.id: value_of(row.value) for row in s.query(Feed)})
    assert {feed: value for feed, value in kept.items() if value} == counted
    shown = {view.name: view.value for view in store.read(health.feeds, NOW)}
    assert shown == values(store)
    store.write(save_value, {})


@ON_SQLITE
def test_upkeep_counts(store: Store) -> None:
    store.write(news)
    with parts_for(store, [], Clock(NOW)) as parts:
        asyncio.run(upkeep(parts))
        parts.clock.move(hours=1)  # type: ignore[attr-defined]
        asyncio.run(upkeep(parts))
    [since] = {view.value.since for view in store.read(health.feeds, NOW) if view.value}
    assert since == NOW + HOUR - PERIOD


def value(**counts: int) -> FeedValue:
    known = {"articles": 500, "matches": 40, "events": 20, "first": 0, "alone": 0, "copies": 9}
    return FeedValue(since=NOW - PERIOD, lead=None, **{**known, **counts})


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        (value(matches=0, events=0, copies=0), "none of its 500 articles since 2026-03-02 was"),
        (value(copies=40), "all its 40 matches since 2026-03-02 repeat what other feeds"),
        (value(), "other feeds were before it at all 20 events that it reported since 2026-03-02"),
        (value(first=1), ""),
        (value(first=1, alone=1), ""),
        (value(matches=4, copies=4), ""),
        (value(articles=49, matches=0, copies=0), ""),
    ],
)
def test_feeds_that_would_not_be_missed(brought: FeedValue, said: str) -> None:
    assert why_drop(brought, START).startswith(said)
    assert bool(why_drop(brought, START)) == bool(said)


@pytest.mark.parametrize(("age", "named"), [(29.9, False), (30, True), (400, True)])
def test_young_feeds_are_given_time(age: float, named: bool) -> None:
    assert bool(why_drop(value(), NOW - age * DAY)) == named


@ON_SQLITE
@pytest.mark.parametrize(
    ("columns", "named"),
    [({}, True), ({"failures": 3}, False), ({"state": "paused"}, False), ({"failures": 0}, True)],
)
def test_only_feeds_that_can_be_read_are_named(
    store: Store, columns: dict[str, object], named: bool
) -> None:
    def follow(session: Session) -> None:
        Chronicle(session).feed("f", START, **columns, value=to_json(value()))

    store.write(follow)
    [view] = store.read(health.feeds, NOW)
    assert bool(view.drop) == named
    [plain] = store.read(health.listed, NOW)
    assert (plain.drop, plain.value) == ("", None)


def test_values_survive_their_storage() -> None:
    assert from_json(json.loads(json.dumps(to_json(value())))) == value()


def test_the_command_line_tells_what_feeds_are_worth(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_text(f'[database]\nurl = "{sqlite_url}"\n')

    def run(*arguments: str) -> tuple[str, str]:
        result = CliRunner().invoke(app, ["--config", str(file), "feeds", "value", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout, result.stderr

    assert "nothing has been counted yet" in run()[1]
    store = Store(sqlite_url)
    store.write(news)
    store.write(lambda s: Chronicle(s).feed("late", START, value=to_json(value())))
    store.write(save_value, store.read(count_value, NOW) | {5: value()})
    store.close()
    told, notes = run()
    head, first, *_ = (" ".join(line.split()) for line in told.splitlines())
    assert head == "name articles matches events first alone copies lead address"
    assert first == "quick 3 3 2 2 0 0 4 hours http://quick.example/feed"
    assert "late could go: other feeds were before it at all 20 events" in notes
    rows = {row["name"]: row for row in map(json.loads, run("--json")[0].splitlines())}
    assert rows["quick"]["value"]["first"] == 2
    assert rows["late"]["drop"]
