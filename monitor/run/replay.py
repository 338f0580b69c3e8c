"""An archive judged again, by the very handlers that judge the news, on a clock of its own.

The clock stands at the last article that has been published.  Nothing that lies later is known to
anything: an article's row is written when its time has come, and a fit that is due comes before
the articles published after it.  All work is done in turn, in this process, so the same archive
gives the same answers.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from monitor import app
from monitor.commands import Deliver
from monitor.domain.review import review_order
from monitor.edge.archive import Archived
from monitor.edge.store import fits, judging, migrations, replays, topics
from monitor.edge.store.pending import pending_decisions, pending_words
from monitor.edge.store.replays import Ruling
from monitor.edge.store.review import review_candidates
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import ConfigError, FetchError, MonitorError
from monitor.pipeline import Parts, handle
from monitor.run.plan import Item, Judged, Message, Plan, Replayed, published_at
from monitor.types import Alert, Article, Digest, DigestItem, Said, TopicSettings, Verdict

BATCH = 50
"""Articles that are published at once."""
ROUNDS = 10
"""So often may something be due again at one time, all of it done each time."""
TOPIC = "replay"
LOWEST = -1.0
"""No score is lower."""


class VirtualClock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Nowhere:
    """A fetcher without a network."""

    async def fetch(self, url: str, **_: object) -> NoReturn:
        raise FetchError(f"{url}: a replay fetches nothing", permanent=True)

    async def post(self, url: str, _: object) -> NoReturn:
        raise FetchError(f"{url}: a replay sends nothing", permanent=True)


async def replay(plan: Plan, told: Callable[[int], None] = lambda judged: None) -> Replayed:
    """Judge the archive in a database that is thrown away; ``told``: how many are judged.

    Raises ConfigError where no seed can be used, StoreError.
    """
    if not plan.archive:
        return Replayed((), fits=0, labels=0, seconds=0.0)
    with TemporaryDirectory(prefix="monitor-replay-") as folder:
        store = Store(f"sqlite:///{Path(folder, 'replay.db')}")
        try:
            replays.throw_away(store)
            migrations.upgrade(store)
            return await Player(plan, store).play(told)
        finally:
            store.close()


class Player:
    """Plays one plan, once."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self.plan = plan
        self.store = store
        self.clock = VirtualClock(published_at(plan.archive[0]))
        self.parts: Parts = app.replay_parts(
            store,
            Nowhere(),
            clock=self.clock,
            backgrounds=plan.backgrounds,
            join=plan.join,
        )
        self.topic = 0
        self.answered = 0
        self._articles: dict[int, Archived] = {}
        """By judgement."""
        self._ids: dict[int, str | None] = {}
        """Judgement -> id in the archive, of seeds too."""
        self._events: set[int] = set()
        """Opened so far."""

    async def play(self, told: Callable[[int], None]) -> Replayed:
        judged = await self._begin()
        began = time.perf_counter()
        while len(judged) < len(self.plan.archive):
            found = await self._step(len(judged))
            judged += found
            while self._asks(len(judged)) and await self._ask():
                pass
            await self._done(found)
            told(len(judged))
        seconds = time.perf_counter() - began
        return Replayed(
            judged=tuple(await self._settled(judged)),
            fits=await self.store.look(replays.models_of, self.topic),
            labels=self.answered,
            seconds=seconds,
            messages=await self._messages(),
        )

    async def _begin(self) -> list[tuple[int, Judged]]:
        """What has been judged before, by judgement: nothing."""
        await self._prepare()
        return []

    async def _done(self, found: Sequence[tuple[int, Judged]]) -> None:
        """A step has been made: one who keeps them would keep it now."""

    async def _prepare(self) -> None:
        """The topic, its first model, its seeds judged."""
        plan = self.plan
        inputs = tuple(SeedInput(seed.source, seed.article) for seed in plan.seeds)
        channels = tuple(plan.routing)
        topic = TopicInput(TOPIC, channels, plan.settings, inputs, plan.routing)
        await self.store(topics.sync_topics, [topic], self.clock())
        self.topic = await self.store.look(replays.topic_id, TOPIC)
        if plan.all_relevant:
            await self._fit_for_all()
        await self._drain()
        if await self.store.look(fits.newest_model, self.topic) is None:
            _, error = await self.store.look(replays.fit_state, self.topic)
            raise ConfigError(f"the topic cannot be fitted: {error or 'no seed can be read'}")
        await self._know_seeds()
        self._events.update((await self.store.look(replays.events_now, self.topic)).values())

    async def _know_seeds(self) -> None:
        by_source = {seed.source: seed.id for seed in self.plan.seeds}
        seeds = await self.store.look(replays.seeds_of, self.topic)
        self._ids.update((judgement, by_source[source]) for judgement, source in seeds.items())

    async def _fit_for_all(self) -> None:
        """One model that lasts: its profiles matter to nothing, its vocabulary is news at large.

        A model speaks the languages of its examples: for those that no seed is in, an article of
        the archive stands in.
        """
        from monitor.domain.fitting import fit_to_bytes

        job = await self.store.look(fits.topic_for_fit, self.topic, self.clock(), 0)
        if job is None:
            return
        fitted = await self.parts.fitters.run(
            fit_to_bytes,
            (*job.seeds, *_longest_in_other_languages(job.seeds, self.plan.archive)),
            self.plan.backgrounds(),
            settings=TopicSettings(threshold=LOWEST),
            relevant=(),
            irrelevant=(),
            stream=(),
            stream_days=0.0,
        )
        now = self.clock()
        await self.store(
            fits.save_model,
            self.topic,
            job.asked,
            body=fitted.body,
            threshold=fitted.threshold,
            now=now,
            next_fit_at=now,
        )
        await self.store(fits.postpone_fit, self.topic, job.asked, until=None)

    async def _step(self, start: int) -> list[tuple[int, Judged]]:
        """The next articles are published and judged: those before the next fit and question."""
        archive = self.plan.archive
        if (due := await self._fit_due()) is not None and due <= published_at(archive[start]):
            self.clock.now = published_at(archive[start])
            await self._drain()
            due = await self._fit_due()
        end = min(start + BATCH, len(archive))
        if start < self._next_question() < end:
            end = self._next_question()
        if due is not None:
            end = bisect_left(archive, due, start + 1, end, key=published_at)
        if self.plan.step is not None:
            last = published_at(archive[start]) + self.plan.step
            end = bisect_right(archive, last, start + 1, end, key=published_at)
        batch = archive[start:end]
        self.clock.now = published_at(batch[-1])
        rows = [(one.id, one.article) for one in batch]
        ids = await self.store(replays.add_published, self.topic, rows)
        self._articles.update(zip(ids, batch, strict=True))
        self._ids.update(zip(ids, (one.id for one in batch), strict=True))
        await self._drain()
        return [(r.judgement, self._judged(r)) for r in await self.store.look(replays.rulings, ids)]

    def _judged(self, ruling: Ruling) -> Judged:
        event = ruling.event
        opens = event is not None and event not in self._events
        if event is not None:
            self._events.add(event)
        return Judged(
            id=self._articles[ruling.judgement].id,
            relevant=event is not None,
            score=ruling.score,
            probability=ruling.probability,
            event=_name(event),
            new_event=opens,
            alarm=ruling.alarm,
            duplicate_of=None if ruling.copy_of is None else self._ids[ruling.copy_of],
        )

    async def _settled(self, judged: Sequence[tuple[int, Judged]]) -> list[Judged]:
        """With the events as they are at the end, when some may have been found to be one."""
        events = await self.store.look(replays.events_now, self.topic)
        return [replace(one, event=_name(events.get(judgement))) for judgement, one in judged]

    async def _messages(self) -> tuple[Message, ...]:
        """What had been said by the end."""
        said = await self.store.look(replays.messages, self.topic)
        return tuple(
            Message(channel, at, words.kind, tuple(self._items(words)))
            for channel, at, words in said
        )

    def _items(self, said: Said) -> Iterator[Item]:
        told = said.items if isinstance(said, Digest) else (said,)
        for one in told:
            if isinstance(one, Alert | DigestItem):
                yield Item(one.kind, str(one.event), self._ids.get(one.match))

    async def _fit_due(self) -> datetime | None:
        due, _ = await self.store.look(replays.fit_state, self.topic)
        return due

    async def _drain(self) -> None:
        """Do all that is due now."""
        for _ in range(ROUNDS):
            now = self.clock()
            due = await self.store.look(pending_decisions, now)
            due += await self.store.look(pending_words, now)
            if not due:
                return
            for command in due:  # hints come behind; nothing is sent
                hints = await handle(command, self.parts)
                due += [hint for hint in hints if not isinstance(hint, Deliver)]
        raise MonitorError(f"replay: {due[0]} is due again and again: please report it")

    def _next_question(self) -> int:
        """After how many articles it comes."""
        if self.answered >= self.plan.labels:
            return len(self.plan.archive)
        return int((self.answered + 0.5) * len(self.plan.archive) / self.plan.labels)

    def _asks(self, judged: int) -> bool:
        return self.answered < self.plan.labels and judged >= self._next_question()

    async def _ask(self) -> bool:
        """Answer the first question to which the gold knows an answer; False: there is none."""
        candidates = await self.store.look(review_candidates, self.topic)
        for candidate in review_order(candidates, answered=self.answered):
            gold = self._articles[candidate.judgement].relevant
            if gold is not None:
                verdict: Verdict = "relevant" if gold else "irrelevant"
                await self.store(judging.label, candidate.judgement, verdict, self.clock())
                self.answered += 1
                return True
        return False


def _longest_in_other_languages(
    seeds: Sequence[Article], archive: Sequence[Archived]
) -> list[Article]:
    """One article for each language of the archive that no seed is in."""
    longest: dict[str, Article] = {}
    for one in archive:
        before = longest.setdefault(one.article.language, one.article)
        if len(one.article.text) > len(before.text):
            longest[one.article.language] = one.article
    spoken = {seed.language for seed in seeds}
    return [article for language, article in longest.items() if language not in spoken]


def _name(event: int | None) -> str | None:
    return None if event is None else str(event)
