"""What is done once an hour: silences told, old texts dropped, a clock's jumps made good."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from models import Article, Delivery, Feed, Host, Judgement, Revision, Subscription, Topic
from monitor import app, config, daemon
from monitor.commands import Deliver
from monitor.domain.rhythm import observe
from monitor.domain.settings import settings_to_dict
from monitor.edge.store import hosts
from monitor.edge.store import upkeep as store_upkeep
from monitor.edge.store.store import Store
from monitor.errors import ConfigError
from monitor.pipeline import Rules, upkeep
from monitor.run.local import Engine
from monitor.types import FeedAlert, TopicSettings
from tests.integration.publisher import OPS, START, Desk, Item, following
from tests.integration.world import ON_SQLITE, Recorder

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AHEAD = [HOUR, DAY, 3650 * DAY]
"""How far the clock was ahead before it was set back."""


# ------------------------------------------------------------------ silence


def with_habit(session: Session) -> None:
    """Five entries a day for nine weeks, until now."""
    rhythm = observe(None, None, START - 63 * DAY, [])
    for hours in range(6, 63 * 24 + 1, 6):
        at = START - 63 * DAY + hours * HOUR
        new = [at - HOUR] if hours % 24 else [at - 2 * HOUR, at - HOUR]
        rhythm = observe(rhythm, at - 6 * HOUR, at, new)
    feed = session.get_one(Feed, 1)
    feed.name, feed.rhythm = "The Paper", rhythm.to_json()
    feed.last_success_at = feed.last_entry_at = START


async def quiet_days(desk: Desk, days: int) -> list[list[object]]:
    """Polls that find nothing new, every twelve hours, and an upkeep after each."""
    hints: list[list[object]] = []
    for _ in range(days * 2):
        desk.clock.move(hours=12)
        await desk.poll()
        hints.append([*await upkeep(desk.parts)])
    return hints


@ON_SQLITE
def test_a_silence_against_the_habit_is_told_once(store: Store) -> None:
    with following(store) as desk:
        store.write(with_habit)
        assert asyncio.run(upkeep(desk.parts)) == []
        hints = asyncio.run(quiet_days(desk, 6))
        assert hints[:2] == [[]] * 2
        assert hints[-1] == [Deliver(OPS)]
        assert store.read(lambda s: s.query(Delivery).count()) == 1
        asyncio.run(Engine(desk.parts).drain())
        assert desk.told() == ["feed_silent"]
        recorder = desk.parts.channels[OPS]
        assert isinstance(recorder, Recorder)
        alert = recorder.sent[0].alert
        assert isinstance(alert, FeedAlert)
        assert (alert.title, alert.since) == ("The Paper has fallen silent", START)
        assert "usually it has about 5 entries a day" in alert.detail


@ON_SQLITE
def test_a_feed_that_speaks_again_may_fall_silent_again(store: Store) -> None:
    with following(store) as desk:
        store.write(with_habit)
        asyncio.run(quiet_days(desk, 5))
        desk.publisher.items.append(Item("new", "Something new", published=desk.clock()))
        asyncio.run(desk.settle())
        asyncio.run(quiet_days(desk, 12))
        asyncio.run(Engine(desk.parts).drain())
        assert desk.told() == ["feed_silent", "feed_silent"]


def test_a_feed_that_fails_is_not_called_silent(store: Store) -> None:
    with following(store) as desk:
        store.write(with_habit)
        desk.clock.move(days=10)
        store.write(lambda session: setattr(session.get_one(Feed, 1), "failures", 1))
        assert asyncio.run(upkeep(desk.parts)) == []


# ------------------------------------------------------------------ clocks


def everything_waits(session: Session, until: datetime) -> None:
    """A row of each kind that waits."""
    session.get_one(Feed, 1).next_poll_at = until
    topic = Topic(name="t", origin="file", created_at=START, channels=[], fit_due_at=until,
                  settings=settings_to_dict(TopicSettings()))  # fmt: skip
    page = Article(key="http://a/", url="http://a/", host="a", state="edited", not_before=until,
                   first_seen_at=START, title="A")  # fmt: skip
    session.add_all([topic, page])
    session.flush()
    session.add_all([
        Judgement(topic_id=topic.id, article_id=page.id, state="pending", not_before=until),
        Subscription(feed_id=1, hub="http://hub/", topic="t", token="t", secret="s",
                     state="active", attempts=0, not_before=until, lease_until=until),
    ])  # fmt: skip


def waits(session: Session) -> set[datetime | None]:
    return {
        session.get_one(Feed, 1).next_poll_at,
        session.query(Topic).one().fit_due_at,
        session.query(Article).one().not_before,
        session.query(Judgement).one().not_before,
        session.query(Subscription).one().not_before,
    }


def test_what_waits_since_the_clock_was_ahead_becomes_due(store: Store) -> None:
    with following(store) as desk:
        store.write(everything_waits, START + 3650 * DAY)
        asyncio.run(upkeep(desk.parts))
        assert store.read(waits) == {START}


def test_what_waits_as_it_should_stays(store: Store) -> None:
    with following(store) as desk:
        until = START + timedelta(hours=20)
        store.write(everything_waits, until)
        asyncio.run(upkeep(desk.parts))
        assert store.read(waits) == {until}


def test_feeds_that_the_user_polls_rarely_wait_as_long_as_that(store: Store) -> None:
    soon = START + 4 * DAY
    with following(store) as desk:
        store.write(lambda session: setattr(session.get_one(Feed, 1), "next_poll_at", soon))
        assert store.write(store_upkeep.unstick, START, 4 * DAY) == 0
        assert store.write(store_upkeep.unstick, START, HOUR) == 1
        assert desk.row().next_poll_at == START


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_feed_is_polled_again_after_the_clock_was_set_back(
    store: Store, ahead: timedelta
) -> None:
    with following(store, Item("pier", "Council votes")) as desk:
        desk.clock.now += ahead
        asyncio.run(desk.poll())
        desk.clock.now -= ahead
        desk.publisher.items.append(Item("ferry", "Ferry returns"))
        for _ in range(28):
            desk.clock.move(hours=1)
            asyncio.run(Engine(desk.parts).drain())
        assert len(desk.articles()) == 2
        assert desk.row().next_poll_at <= desk.clock() + 4 * HOUR


@pytest.mark.parametrize("ahead", AHEAD[:2])
@ON_SQLITE
def test_a_feed_heard_while_the_clock_was_ahead_may_fall_silent(
    store: Store, ahead: timedelta
) -> None:
    with following(store) as desk:
        store.write(with_habit)
        desk.clock.now += ahead
        desk.publisher.items.append(Item("new", "Something new", published=desk.clock()))
        asyncio.run(desk.poll())
        desk.clock.now -= ahead
        asyncio.run(quiet_days(desk, 14))
        asyncio.run(Engine(desk.parts).drain())
        assert desk.told() == ["feed_silent"]


def test_hosts_taken_since_the_databases_clock_was_ahead_are_free(store: Store) -> None:
    assert store.write(hosts.take, "a.example", 45.0, START + 3650 * DAY)[0] == 0.0
    assert store.write(hosts.take, "b.example", 45.0, START)[0] == 0.0
    store.write(hosts.forget_idle, START)
    assert store.read(lambda session: [host.name for host in session.query(Host)]) == ["b.example"]


def test_ticks_go_on_until_they_are_stopped() -> None:

    class Beats:
        def __init__(self) -> None:
            self.count = 0
            self.third = asyncio.Event()

        async def tick(self) -> None: ...

        async def beat(self) -> None:
            self.count += 1
            if self.count == 3:
                self.third.set()

        async def stop(self, grace: float) -> None:
            self.count = -self.count

    async def run() -> int:
        engine, stopping = Beats(), asyncio.Event()
        settings = config.Config.model_validate({"run": {"tick": "0.01s"}})
        following = asyncio.create_task(daemon.follow(engine, settings, stopping))  # type: ignore[arg-type]
        await asyncio.wait_for(engine.third.wait(), 5)
        stopping.set()
        await asyncio.wait_for(following, 5)
        return engine.count

    assert asyncio.run(run()) <= -3


# ------------------------------------------------------------------ retention


def test_what_an_off_topic_article_said_earlier_goes_with_its_text(store: Store) -> None:
    with following(store, Item("pier", "Council votes")) as desk:
        asyncio.run(desk.settle())
        desk.publisher.edit("pier", title="Council refuses")
        asyncio.run(desk.settle(hours=1))
        assert len(desk.revisions()) == 1
        desk.clock.move(days=29)
        asyncio.run(upkeep(desk.parts))
        assert len(desk.revisions()) == 1
        desk.clock.move(days=2)
        asyncio.run(upkeep(desk.parts))
        assert [article.text for article in desk.articles()] == [None]
        assert desk.revisions() == []


def test_a_text_that_is_being_replaced_stays_until_it_is(store: Store) -> None:
    def edited(session: Session) -> None:
        session.add(
            Article(key="k", url="http://a/", host="a", state="edited", not_before=START,
                    first_seen_at=START, collected_at=START, title="A", text="old")
        )  # fmt: skip
        session.flush()
        session.add(Revision(article_id=1, replaced_at=START, title="A", text="old",
                             text_from="page", material=False, change=""))  # fmt: skip

    store.write(edited)
    assert store.write(store_upkeep.forget_offtopic, START + DAY) == 0
    assert store.read(lambda session: session.query(Revision).count()) == 1


# ------------------------------------------------------------------ who hears of feeds

TOML = """\
[run]
ops_channels = ["log"]
[channels.log]
type = "file"
path = "feeds.jsonl"
[topics.t]
seeds = ["http://a.example/1"]
"""


def test_channels_for_feeds_need_no_topic(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(TOML)
    loaded = config.load(file)
    assert app.rules_of(loaded).tell == ("log",)
    assert list(app.make_channels(loaded)) == ["log"]


def test_a_channel_for_feeds_that_is_not_defined_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(TOML.replace('["log"]', '["lgo"]'))
    with pytest.raises(ConfigError, match=r"\[run\] ops_channels.*lgo"):
        config.load(file)


@ON_SQLITE
def test_without_such_channels_nothing_is_told(store: Store) -> None:
    with following(store) as desk:
        store.write(with_habit)
        silent = Rules(timedelta(minutes=15), timedelta(days=30), "")
        object.__setattr__(desk.parts, "rules", silent)
        hints = asyncio.run(quiet_days(desk, 6))
        assert hints[-1] == []
        assert store.read(lambda session: session.query(Delivery).count()) == 0
