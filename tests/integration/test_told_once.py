"""Whatever happens, each event is told once where it is due: a state machine."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from models import Alert, Delivery, Event
from monitor import types
from monitor.edge.store import alerts, threads
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.errors import DeliveryError
from monitor.pipeline import upkeep
from monitor.types import Routing
from tests.integration.newsroom import (
    DAY,
    HOUR,
    MINUTE,
    newsroom,
    settled,
)
from tests.integration.world import CHANNELS

REFUSED = DeliveryError("550 no such user", permanent=True)
DOWN = DeliveryError("connection refused")
NAMES = ("Aldor", "Brenn", "Corve", "Dalen")
ROUTINGS = (
    Routing(),
    Routing(quiet=(time(22), time(7))),
    Routing(alerts_per_day=1, quiet=(time(12), time(14))),
    Routing(alerts_per_day=2, at=time(23), timezone="Asia/Tokyo"),
    Routing(mode="daily", timezone="America/New_York"),
    Routing(mode="weekly", weekday=3),
    Routing(kinds=("new_event", "digest"), mode="daily"),
    Routing(min_sources=2),
)


class Everything(RuleBasedStateMachine):
    """Articles, failures, mutes, jumps of the clock and other configurations in any order."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.opened = ExitStack()
        copy = self.template.with_suffix(".copy")
        self.store = Store(f"sqlite:///{shutil.copy(self.template, copy)}")
        self.opened.callback(self.store.close)
        self.room = self.opened.enter_context(newsroom(self.store))

    def teardown(self) -> None:
        try:
            self.drained()
        finally:
            self.opened.close()

    @rule(outlets=st.sets(st.sampled_from("ABC"), min_size=1), name=st.sampled_from(NAMES))
    def reports_come(self, outlets: set[str], name: str) -> None:
        self.room.come(*(self.room.report(outlet, name) for outlet in sorted(outlets)))

    @rule(name=st.sampled_from(NAMES))
    def a_name_is_news(self, name: str) -> None:
        self.room.come(self.room.report("A", name, "Mayor Olga Brandt thanked them."))

    @rule(hours=st.sampled_from([1, 5, 24, 100]))
    def time_passes(self, hours: int) -> None:
        self.room.wait(hours * HOUR)

    @rule(days=st.sampled_from([-1 / 24, -1, -3650]))
    def the_clock_is_set_back_after_having_been_ahead(self, days: float) -> None:
        now = self.room.clock()
        self.room.clock.now = now - timedelta(days=days)
        self.room.come(replace(self.room.report("C", "Corve"), published=now))
        self.room.clock.now = now + MINUTE
        asyncio.run(upkeep(self.room.parts))
        self.room.work()

    @rule(channel=st.sampled_from(CHANNELS), error=st.sampled_from([DOWN, REFUSED]))
    def a_channel_fails(self, channel: str, error: DeliveryError) -> None:
        self.room.channel(channel).failures = [error]

    @rule(channel=st.sampled_from(CHANNELS), routing=st.sampled_from(ROUTINGS))
    def another_routing(self, channel: str, routing: Routing) -> None:
        self.room.route({channel: routing})

    @rule(days=st.sampled_from([0.5, 2, None]))
    def the_topic_is_muted(self, days: float | None) -> None:
        until = None if days is None else self.room.clock() + timedelta(days=days)
        self.room.store.write(threads.mute_topic, "volcanoes", until, self.room.clock())

    @rule(days=st.sampled_from([0.5, 2, None]))
    def an_event_is_muted(self, days: float | None) -> None:
        until = None if days is None else self.room.clock() + timedelta(days=days)
        told = self.room.store.read(lambda session: session.scalar(select(Alert.event_id)))
        if told is not None:
            self.room.store.write(threads.mute_event, told, until)

    @rule(channel=st.sampled_from(CHANNELS))
    def the_dead_are_sent_again(self, channel: str) -> None:
        self.room.store.write(alerts.resend_dead, channel, self.room.clock())

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        for channel in CHANNELS:
            uids = Counter(one.uid for one in self.room.sent(channel))
            assert set(uids.values()) <= {1}
            told = Counter(event for one in self.room.sent(channel) for event in new_in(one.alert))
            assert set(told.values()) <= {1}, f"told twice on {channel}: {told}"

    def drained(self) -> None:
        """All channels are well and no mute is in force: all that is due is told, once."""
        for channel in CHANNELS:
            self.room.channel(channel).failures = []
        self.the_topic_is_muted(None)
        self.room.wait(9 * DAY)
        self.room.store.write(alerts.resend_dead, None, self.room.clock())
        self.room.work()
        rows = self.room.store.read(
            lambda session: session.execute(
                select(Delivery.channel, Delivery.state, Alert.kind, Alert.event_id).join(Alert)
            ).all()
        )
        assert {state for _, state, *_ in rows} <= {"sent", "carried"}
        for channel in CHANNELS:
            of_it = [row for row in rows if row[0] == channel]
            due = {event for _, _, kind, event in of_it if kind == "new_event"}
            told = Counter(event for one in self.room.sent(channel) for event in new_in(one.alert))
            assert told == dict.fromkeys(due, 1)
        self.nothing_is_sent_twice()
        waiting = select(Event.id).where(Event.update_due_at.is_not(None))
        muted = waiting.where(Event.muted_until.is_not(None))
        late = set(self.room.store.read(lambda session: list(session.scalars(waiting))))
        assert late <= set(self.room.store.read(lambda session: list(session.scalars(muted))))
        assert self.room.store.read(pending, self.room.clock()) == []


def new_in(said: types.Said) -> list[int]:
    """The events of which a message tells as new ones."""
    if isinstance(said, types.Alert):
        return [said.event] if said.kind == "new_event" else []
    if isinstance(said, types.Digest):
        return [item.event for item in said.items if item.kind == "new_event"]
    return []


def test_whatever_happens_each_event_is_told_once_where_it_is_due(
    sqlite_file: Path, tmp_path: Path
) -> None:
    Everything.template = Path(shutil.copy(settled(sqlite_file), tmp_path / "template.db"))
    run_state_machine_as_test(
        Everything, settings=settings(max_examples=6, stateful_step_count=10, deadline=None)
    )
