"""A topic on a real database whose articles, time and channels a test moves by hand."""

from __future__ import annotations

import asyncio
import functools
import random
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article as Row
from models import Delivery, Digest, Event, Judgement, Topic
from monitor import types
from monitor.commands import Command
from monitor.domain import kinship
from monitor.domain.join import JoinModel, Leaf, Split
from monitor.domain.updates import CONFIRMED_GAP
from monitor.edge.store import threads, topics
from monitor.edge.store.articles import Collected, as_article, save_collected
from monitor.edge.store.pending import pending
from monitor.edge.store.revisions import open_revision
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.pipeline import Parts, handle
from monitor.types import Article, Routing, TopicSettings
from tests.integration.counting import assert_counted
from tests.integration.test_judging import NOW, afresh, follow, publish, rows
from tests.integration.world import CHANNELS, Clock, Recorder, parts_for
from tests.unit.stories import KESTREL_1, KESTREL_2, SEEDS

BY_HEADLINE = JoinModel((Split("title", 0.5, Leaf(-1e3), Leaf(1e3), 0.0),), alarm_below=1e9)
"""What bears the headline of an event joins it; everything else opens one that is surely new."""
DOUBTFUL = replace(BY_HEADLINE, alarm_below=-1e9)
WORDS = sorted(set(re.findall(r"[a-z]{3,}", f"{KESTREL_1.text} {KESTREL_2.text}")))
SOON = CONFIRMED_GAP + timedelta(seconds=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Newsroom:
    """One topic on a real database, and two channels that remember."""

    parts: Parts
    clock: Clock

    @property
    def store(self) -> Store:
        return self.parts.store

    def report(self, outlet: str, headline: str, news: str = "", copy: int = 0) -> Article:
        """An article of the topic; each is in words of its own, except those of the same ``copy``
        from 1 on.  ``news``: said beside."""
        chance = random.Random(copy or f"{outlet} {headline} {news} {self.clock()}")
        text = " ".join(chance.sample(WORDS, 50))
        return Article(
            f"http://{outlet.lower()}.example/", headline, f"{text}. {news}", self.clock(),
            "page", source=outlet, language="en",
        )  # fmt: skip

    def come(self, *articles: Article, join: JoinModel = BY_HEADLINE) -> list[Judgement]:
        """Articles are published, and all that follows from it now is done."""
        ids = publish(self.parts, *articles)
        self.clock.move(seconds=1)
        self.work(self.parts if join is BY_HEADLINE else self.process(join))
        return rows(self.parts, ids)

    def hear(self, outlet: str, headline: str, news: str = "", copy: int = 0) -> Judgement:
        [judgement] = self.come(self.report(outlet, headline, news, copy))
        assert judgement.event_id is not None
        return judgement

    def work(self, parts: Parts | None = None) -> None:
        """All that is due now; it comes to an end."""
        for _ in range(100):
            if not (due := self.store.read(pending, self.clock())):
                return
            asyncio.run(carry_out(due, parts or self.parts))
        raise AssertionError(f"due again and again: {due}")

    def wait(self, until: timedelta | datetime) -> None:
        """Time passes; whatever becomes due is done at that very time."""
        end = self.clock() + until if isinstance(until, timedelta) else until
        while self.clock() < end:
            self.clock.now = min([end, *self.store.read(times_after, self.clock())])
            self.work()

    def away(self, until: timedelta | datetime) -> None:
        """Time passes while nothing runs; then what is due is done."""
        self.clock.now = self.clock() + until if isinstance(until, timedelta) else until
        self.work()

    def process(self, join: JoinModel = BY_HEADLINE) -> Parts:
        """Another one on the same database and channels."""
        return replace(afresh(self.parts, join), channels=self.parts.channels)

    def at_once(self, *commands: Command) -> None:
        """Each in a process of its own, all at the same time."""

        async def go() -> None:
            await asyncio.gather(*(handle(command, self.process()) for command in commands))

        asyncio.run(go())

    def route(self, routing: Mapping[str, Routing], channels: tuple[str, ...] = CHANNELS) -> None:
        """The configuration says so from now on."""
        seeds = tuple(SeedInput(f"{n}.txt", one) for n, one in enumerate(SEEDS))
        topic = TopicInput("volcanoes", channels, TopicSettings(threshold=0.1), seeds, routing)
        self.store.write(topics.sync_topics, [topic], self.clock())

    def since(self, moment: datetime) -> None:
        """Alerts are wanted of what is first reported from then on."""

        def change(session: Session) -> None:
            row = session.scalars(select(Topic)).one()
            row.settings = row.settings | {"alert_since": moment.isoformat()}

        self.store.write(change)

    def everywhere(self, routing: Routing) -> None:
        self.route(dict.fromkeys(CHANNELS, routing))

    def mute(self, until: datetime | None) -> None:
        self.store.write(threads.mute_topic, "volcanoes", until, self.clock())
        self.work()

    def channel(self, name: str) -> Recorder:
        recorder = self.parts.channels[name]
        assert isinstance(recorder, Recorder)
        return recorder

    def sent(self, channel: str = "desk") -> list[types.Delivery]:
        return self.channel(channel).sent

    def told(self, channel: str = "desk") -> list[str]:
        """What has been sent there: ``new_event Aldor``, ``digest Aldor Brenn``."""
        return [words(delivery.alert) for delivery in self.sent(channel)]

    def last(self, channel: str = "desk") -> types.Alert:
        said = self.sent(channel)[-1].alert
        assert isinstance(said, types.Alert)
        return said

    def states(self, channel: str = "desk") -> list[str]:
        of_it = select(Delivery.state).where(Delivery.channel == channel).order_by(Delivery.id)
        return list(self.store.read(lambda session: list(session.scalars(of_it))))

    def edit(self, judgement: Judgement, text: str) -> None:
        """A feed shows the article changed, and its page says something else."""

        def change(session: Session) -> None:
            row = session.get_one(Row, judgement.article_id)
            open_revision(session, row, self.clock())
            row.state = "edited"
            session.flush()
            article = replace(as_article(row), text=f"{row.text} {text}")
            save_collected(session, [Collected(row.id, article)], self.clock())

        self.store.write(change)
        self.work()


async def carry_out(due: Sequence[Command], parts: Parts) -> None:
    for command in due:
        await handle(command, parts)


def times_after(session: Session, now: datetime) -> list[datetime]:
    """When something becomes due."""
    open_ones = Delivery.state.in_(("held", "pending", "sending"))
    times = (
        select(func.min(Delivery.not_before)).where(open_ones, Delivery.not_before > now),
        select(func.min(Digest.due_at)).where(Digest.due_at > now),
        select(func.min(Event.update_due_at)).where(Event.update_due_at > now),
    )
    found = [session.scalar(time) for time in times]
    return [time for time in found if time is not None]


def words(said: types.Said) -> str:
    match said:
        case types.Alert():
            return f"{said.kind} {said.title}"
        case types.Digest():
            return " ".join(["digest", *(item.title for item in said.items)])
        case types.ChannelAlert():
            return f"{said.kind} {said.channel}"
    return said.kind


@contextmanager
def newsroom(store: Store) -> Iterator[Newsroom]:
    """The seeds of the volcano are judged; events are merged by hand only."""
    follow(store)
    clock = Clock(NOW)
    with parts_for(store, [], clock) as made, patch.object(kinship, "MERGED_FROM", 1e9):
        room = Newsroom(replace(made, join=lambda: BY_HEADLINE), clock)
        room.work()
        yield room


@functools.cache
def settled(empty: Path) -> Path:
    """A database on which the seeds have been judged, to be copied; ``empty``: a migrated one."""
    path = Path(shutil.copy(empty, empty.with_name("settled.db")))
    store = Store(f"sqlite:///{path}")
    with newsroom(store):
        store.close()
    return path


@contextmanager
def lent(request: pytest.FixtureRequest) -> Iterator[Newsroom]:
    """On SQLite, or on what a test is marked with."""
    if getattr(request, "param", "sqlite") == "postgres":
        url = request.getfixturevalue("postgres_url")
    else:
        file = settled(request.getfixturevalue("sqlite_file"))
        url = f"sqlite:///{shutil.copy(file, request.getfixturevalue('tmp_path'))}"
    store = Store(url)
    try:
        with newsroom(store) as room:
            yield room
        store.read(assert_counted)
    finally:
        store.close()


EVERYWHERE = pytest.mark.parametrize("room", ["sqlite", "postgres"], indirect=True)
"""What has SQL of its own, or goes on at once."""
