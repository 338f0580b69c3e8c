"""Channels that are down for a day, in every way, and come back: all arrives, once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, cycle, groupby
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Alert, Delivery, Event, Topic
from monitor import types
from monitor.commands import Command, Deliver
from monitor.edge.store.alerts import add_alert, add_delivery, resend_dead
from monitor.edge.store.store import Store
from monitor.pipeline import Parts, handle
from monitor.run.local import Engine
from tests.integration.deliveries import ALERT, CREATED, FEED
from tests.integration.outages import Certificate, Service, Way, services
from tests.integration.world import Clock, Recorder, parts_for

NAMES = ("mail", "bot", "hook", "web", "log")
DAY = timedelta(days=1)
WAYS: list[Way] = [way for way in get_args(Way) if way != "for good"]
OUTAGES: list[tuple[str, Way, tuple[str, ...]]] = [
    # Every second time the file stays well; it has one way to be down.
    *(("sqlite", way, down) for way, down in zip(WAYS, cycle((NAMES, NAMES[:-1])))),
    ("postgres", "reply lost after acceptance", NAMES),
    ("sqlite", WAYS[0], ("log",)),
]
DIGEST = types.Digest(
    kind="digest",
    topic=ALERT.topic,
    since=CREATED - DAY,
    until=CREATED,
    items=(),
    omitted=0,
    articles=412,
    feeds=14,
    failing=0,
)
ASH = replace(ALERT, event=1)
MORE_ASH = replace(ASH, kind="update", title="Airport open again", changes=("5 outlets by now",))
LAVA = replace(ALERT, event=2, title="Lava reaches a village")
COMING: Sequence[tuple[int, str, types.Said]] = (
    (0, "new_event:1", ASH),
    (0, "feed_failing:1", FEED.alert),
    (5, "update:1:1", MORE_ASH),
    (9, "new_event:2", LAVA),
    (15, "digest:1", DIGEST),
    (20, "update:1:2", replace(MORE_ASH, title="Correction: closed after all")),
)
"""Hours after the channels went down, keys, and what there is to say."""


EVERY_ROW = (
    select(Delivery.uid, Delivery.channel, Delivery.state, Delivery.not_before, Alert.key)
    .join(Alert, Delivery.alert_id == Alert.id)
    .order_by(Delivery.id)
)


class Row(NamedTuple):
    """A delivery."""

    uid: str
    channel: str
    state: str
    not_before: datetime
    key: str


@dataclass
class World:
    """A store, and a real service behind each of the channels."""

    parts: Parts
    clock: Clock
    services: Mapping[str, Service]
    runner: asyncio.Runner

    def keep(self, names: Sequence[str]) -> None:
        """These channels only."""
        self.services = {name: self.services[name] for name in names}

    def say(self, key: str, said: types.Said) -> None:
        """On all channels, by now."""
        self.parts.store.write(_say, key, said, [*self.services], self.clock())

    def break_down(self, way: Way, names: Sequence[str]) -> None:
        for name in names:
            self.services[name].way = way
        self.connect()

    def mend(self) -> None:
        for service in self.services.values():
            service.way = None
        self.connect()

    def connect(self) -> None:
        channels = {name: service.channel() for name, service in self.services.items()}
        self.parts = replace(self.parts, channels=channels)

    def work(self, names: Iterable[str] | None = None) -> None:
        """Until nothing is due on these channels; on every one, as after a hint too many."""

        async def go() -> None:
            due: list[Command] = [Deliver(name) for name in names or self.services]
            while due:
                hints = await asyncio.gather(*(handle(command, self.parts) for command in due))
                due = [*dict.fromkeys(chain(*hints))]

        self.runner.run(go())

    def work_until(self, end: datetime) -> None:
        """As the daemon would; the time between is left out."""
        self.work()
        while (attempts := self.next_attempts()) and (due := min(attempts.values())) <= end:
            self.clock.now = due
            self.work(name for name, then in attempts.items() if then == due)
        self.clock.now = end

    def next_attempts(self) -> dict[str, datetime]:
        """By channel; of those on which all has been sent, or is dead: none."""
        oldest: dict[str, datetime] = {}
        for row in self.ledger():
            if row.state in ("pending", "sending"):
                oldest.setdefault(row.channel, row.not_before)
        return oldest

    def ledger(self, name: str | None = None) -> list[Row]:
        """What is to be said on one channel, or on all, in order."""
        rows = self.parts.store.read(_rows)
        return [row for row in rows if name in (None, row.channel)]

    def due(self, name: str) -> list[str]:
        """The uids of what the channel is to take, in order."""
        return [row.uid for row in self.ledger(name)]

    def said(self, name: str) -> list[str]:
        """The keys of what the channel has taken, in order."""
        keys = {row.uid: row.key for row in self.ledger()}
        return [keys[uid] for uid in self.services[name].uids()]


def _say(session: Session, key: str, said: types.Said, names: Sequence[str], now: datetime) -> None:
    about = {}
    if isinstance(said, types.Alert | types.Digest):
        about["topic_id"] = 1
    if isinstance(said, types.Alert):
        about["event_id"] = said.event
    alert_id = add_alert(session, key, said, about, now)
    assert alert_id is not None
    for name in names:
        add_delivery(session, alert_id, name, now, now)


def _rows(session: Session) -> list[Row]:
    return [Row(*row) for row in session.execute(EVERY_ROW)]


def _follow(session: Session) -> None:
    session.add(
        Topic(
            id=1,
            name=ALERT.topic,
            origin="file",
            created_at=CREATED,
            channels=[*NAMES],
            settings={},
        )
    )
    session.flush()
    session.add_all(Event(id=event, topic_id=1, title=f"Event {event}") for event in (1, 2))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def world(store: Store, tmp_path: Path, certificate: Certificate) -> Iterator[World]:
    clock = Clock(CREATED)
    store.write(_follow)
    with (
        services(tmp_path, clock, certificate) as running,
        parts_for(store, [], clock) as parts,
        asyncio.Runner() as runner,
    ):
        yield World(parts, clock, running, runner)


@pytest.mark.parametrize(("store", "way", "down"), OUTAGES, ids=str, indirect=["store"])
def test_a_day_without_channels_loses_and_doubles_nothing(
    world: World, way: Way, down: tuple[str, ...]
) -> None:
    up = [name for name in ("log",) if name not in down]
    world.keep([*down, *up])
    world.break_down(way, down)
    for hour, key, said in COMING:
        world.work_until(CREATED + timedelta(hours=hour))
        world.say(key, said)
        world.work()
        for name in up:  # they do not wait for the others
            assert world.services[name].uids() == world.due(name)
    world.work_until(CREATED + DAY)
    if way != "reply lost after acceptance":
        assert not any(world.services[name].uids() for name in down if name != "log")
    world.mend()
    world.work_until(CREATED + DAY + timedelta(hours=2))

    assert {row.state for row in world.ledger()} == {"sent"}
    for name, service in world.services.items():
        taken, due = service.uids(), world.due(name)
        assert [uid for uid, _ in groupby(taken)] == due
        lost = way == "reply lost after acceptance" and name in down and name != "log"
        assert len(taken) == len(due) + lost  # the first, whose reply was lost, has come again
        first, update, correction = due[0], due[2], due[5]
        threads = {} if name == "hook" else {update: first, correction: first}
        assert service.parents() == threads


@pytest.mark.parametrize("told", ["the channel of the operator", "the others of the topic"])
@pytest.mark.parametrize("name", ["mail", "bot", "hook", "web"])
def test_what_is_refused_for_good_is_told_elsewhere_and_sent_after_the_mend(
    world: World, name: str, told: str
) -> None:
    others = [other for other in NAMES if other != name]
    hearing = ["log"] if told == "the channel of the operator" else others
    ops = (name, "log") if hearing == ["log"] else ()
    world.parts = replace(world.parts, rules=replace(world.parts.rules, tell=ops))
    world.break_down("for good", [name])
    spoken = (("new_event:1", ASH), ("update:1:1", MORE_ASH), ("new_event:2", LAVA))
    for key, said in spoken:
        world.say(key, said)
    world.work()

    states = {row.state for row in world.ledger(name)}
    assert states == {"dead"}
    assert world.services[name].uids() == []
    keys = [key for key, _ in spoken]
    report = f"channel_dead:{name}:{CREATED:%Y-%m-%d}"
    for other in others:
        assert world.said(other) == [*keys, *([report] if other in hearing else [])]

    world.mend()
    world.clock.move(hours=3)
    assert world.parts.store.write(resend_dead, name, world.clock()) == len(spoken)
    world.work()
    assert {row.state for row in world.ledger()} == {"sent"}
    assert world.said(name) == keys
    first, update, _ = world.due(name)
    assert world.services[name].parents() == ({} if name == "hook" else {update: first})


def test_a_daemon_that_stops_finishes_the_message_in_hand_only(world: World) -> None:
    class Slow(Recorder):
        def __init__(self) -> None:
            super().__init__()
            self.begun, self.answered = asyncio.Event(), asyncio.Event()

        async def send(self, delivery: types.Delivery) -> str:
            self.begun.set()
            await self.answered.wait()
            return await super().send(delivery)

    async def go() -> Slow:
        slow = Slow()
        engine = Engine(replace(world.parts, channels={"mail": slow}))
        engine.submit(Deliver("mail"))
        await slow.begun.wait()
        stopping = asyncio.create_task(engine.stop(grace=20))
        await asyncio.sleep(0)  # it has told the engine
        slow.answered.set()
        await stopping
        return slow

    for key, said in (("new_event:1", ASH), ("new_event:2", LAVA)):
        world.say(key, said)
    slow = world.runner.run(go())
    assert [sent.uid for sent in slow.sent] == world.due("mail")[:1]
    assert [row.state for row in world.ledger("mail")] == ["sent", "pending"]
