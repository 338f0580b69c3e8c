"""Whatever people say, in whatever order: every match is in one event, and all can be undone."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Kinship, Topic
from monitor.edge.store import corrections, kinship
from monitor.edge.store.retelling import retell
from monitor.edge.store.store import Store
from monitor.errors import ConfigError
from tests.integration.counting import assert_counted

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MATCHES, EVENTS = 8, 3
T = TypeVar("T")
ANY_MATCH = st.integers(1, MATCHES)
ANY_EVENT = st.integers(0, 20)
"""Taken modulo the number of events there are."""


def populate(session: Session) -> None:
    """A topic with some events; the last match copies the first, and one is a seed."""
    topic = Topic(name="t", origin="file", created_at=NOW, channels=[], settings={}, fit_asked=0)
    session.add(topic)
    session.flush()
    for number in range(EVENTS):
        alarmed = NOW + timedelta(hours=number) if number else None
        session.add(Event(topic_id=topic.id, title="", alarmed_at=alarmed))
    session.flush()
    for number in range(1, MATCHES + 1):
        published = NOW - timedelta(hours=7 * number % 5) if number % 3 else None
        session.add(
            Article(
                id=number, key=f"k{number}", url="", host="", state="collected", not_before=NOW,
                first_seen_at=NOW, title=f"title {number}", text="x", published=published,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Judgement(
                id=number, topic_id=topic.id, article_id=number, state="judged", not_before=NOW,
                judged_at=NOW, told_at=published or NOW, score=0.5, event_id=number % EVENTS + 1,
                seed="s" if number == 4 else None, copy_of_id=1 if number == 7 else None,
            )
        )  # fmt: skip
    retell(session, range(1, EVENTS + 1))


def picture(session: Session) -> tuple[dict[int, Any], dict[int, Any], list[Any]]:
    """What undoing everything must restore: matches, events with an article, what is apart."""
    judgements = {
        row.id: (row.event_id, row.label, row.labelled_at, row.drawn)
        for row in session.scalars(select(Judgement))
    }
    held = {event for event, *_ in judgements.values()}
    events = {
        row.id: (row.title, row.named, row.opened_at, row.last_seen, row.newest_at, row.alarmed_at)
        for row in session.scalars(select(Event).where(Event.id.in_(held)))
    }
    apart = select(Kinship.event_id, Kinship.other_id).where(Kinship.apart)
    return judgements, events, sorted(map(tuple, session.execute(apart)))


def check(session: Session) -> None:
    assert_counted(session)
    judgements, _, apart = picture(session)
    for event in {event for event, *_ in judgements.values()}:
        assert event is not None
        assert kinship.current(session, event) == event
    for one, other in apart:
        assert kinship.current(session, one) != kinship.current(session, other)


class Desk(RuleBasedStateMachine):
    """One topic on SQLite; ``template`` is a database that holds it."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="monitor-desk-"))
        self.store = Store(f"sqlite:///{shutil.copy(self.template, self.folder)}")
        self.now = NOW + timedelta(days=1)
        self.before = self.store.read(picture)

    def say(self, what: Callable[..., T], *about: Any) -> T | None:
        """None: it was refused."""
        self.now += timedelta(seconds=1)
        try:
            return self.store.write(what, *about, self.now)
        except ConfigError:
            return None

    def event(self, number: int) -> int:
        ids = self.store.read(lambda session: list(session.scalars(select(Event.id))))
        return ids[number % len(ids)]

    @rule(match=ANY_MATCH, verdict=st.sampled_from(["relevant", "irrelevant", None]))
    def label(self, match: int, verdict: str | None) -> None:
        assert self.say(corrections.label, match, verdict)

    @rule(one=ANY_EVENT, other=ANY_EVENT)
    def merge(self, one: int, other: int) -> None:
        self.say(corrections.merge_events, self.event(one), self.event(other))

    @rule(matches=st.lists(ANY_MATCH, min_size=1, max_size=3))
    def split(self, matches: list[int]) -> None:
        new = self.say(corrections.split_event, matches)
        if new is not None:
            moved = self.store.read(
                lambda s: set(s.scalars(select(Judgement.id).where(Judgement.event_id == new)))
            )
            assert set(matches) <= moved

    @rule(event=ANY_EVENT)
    def separate(self, event: int) -> None:
        gone = self.event(event)
        if self.say(corrections.separate, gone):
            assert self.store.read(kinship.current, gone) == gone

    @rule(event=ANY_EVENT, title=st.sampled_from(["", "named", "other"]))
    def rename(self, event: int, title: str) -> None:
        assert self.say(corrections.rename_event, self.event(event), title)

    @rule(chance=st.randoms(use_true_random=False))
    def undo(self, chance: random.Random) -> None:
        """Any of what was done, if nothing stands in its way."""
        done = [row.id for row in self.store.read(corrections.actions) if not row.undone]
        if done:
            self.say(corrections.undo, chance.choice(done))

    @invariant()
    def all_are_where_they_can_be(self) -> None:
        """Every match in one event that goes on; what is apart in two."""
        self.store.read(check)

    def teardown(self) -> None:
        """Everything is undone, the latest first."""
        try:
            while any(not row.undone for row in self.store.read(corrections.actions)):
                self.now += timedelta(seconds=1)
                self.store.write(corrections.undo_last, self.now)
            assert self.store.read(picture) == self.before
        finally:
            self.store.close()
            shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def template(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(sqlite_file, tmp_path_factory.mktemp("desk") / "desk.db"))
    store = Store(f"sqlite:///{path}")
    store.write(populate)
    store.close()
    return path


def test_whatever_people_say_is_kept_and_can_be_undone(template: Path) -> None:
    Desk.template = template
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
