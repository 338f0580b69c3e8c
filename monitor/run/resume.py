"""A replay that can be stopped at any moment and goes on as if it had not been.

After a step the rows it wrote, what it found and what the handlers have in memory are kept in one
transaction.  That memory is kept too because it could not be made again exactly: stories are
weighted as they came, and what was forgotten would be back.
"""

from __future__ import annotations

import io
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from monitor.edge.store import fits, replays
from monitor.edge.store.steps import StepStore
from monitor.run.plan import Judged, Plan, published_at
from monitor.run.replay import TOPIC, Player

PAUSE = 2.0
"""Seconds between two keepings, at least: no more is lost."""
SHARE = 20
"""Keeping takes one in so many seconds, at most."""


class KeptPlayer(Player):
    """Plays one plan in a database that is its own."""

    def __init__(
        self,
        plan: Plan,
        store: StepStore,
        resumed: Callable[[int], None] = lambda judged: None,
    ) -> None:
        """``resumed`` hears, if it goes on, how many articles had been judged before."""
        super().__init__(plan, store)
        self.steps = store
        self.resumed = resumed
        self._next = 0.0

    async def _begin(self) -> list[tuple[int, Judged]]:
        made = await self.store.look(replays.steps)
        if not made:
            return await self._begin_anew()
        first, *rest = made
        self._events.update(first)
        self.topic = await self.store.look(replays.topic_id, TOPIC)
        self.answered = await self.store.look(replays.labels_given, self.topic)
        await self._know_seeds()
        judged = [(judgement, Judged(**record)) for step in rest for judgement, record in step]
        for (judgement, _), one in zip(judged, self.plan.archive, strict=False):
            self._articles[judgement] = one
            self._ids[judgement] = one.id
        self._events.update(int(one.event) for _, one in judged if one.event is not None)
        if judged:
            self.clock.now = published_at(self.plan.archive[len(judged) - 1])
        await self._recall()
        self.resumed(len(judged))
        return judged

    async def _begin_anew(self) -> list[tuple[int, Judged]]:
        judged = await super()._begin()
        await self.store(replays.begin_steps)
        await self.store(replays.note_step, sorted(self._events))
        await self._keep()
        return judged

    async def _done(self, found: Sequence[tuple[int, Judged]]) -> None:
        record = [[judgement, asdict(one)] for judgement, one in found]
        await self.store(replays.note_step, record)
        if time.monotonic() >= self._next:
            await self._keep()

    async def _keep(self) -> None:
        began = time.monotonic()
        model = await self.store.look(fits.newest_model, self.topic)
        await self.store(replays.remember, self._memory(model or 0))
        self.steps.keep()
        ended = time.monotonic()
        self._next = ended + max(PAUSE, SHARE * (ended - began))

    def _memory(self, model: int) -> bytes:
        """What the handlers know of the topic; of shipped and stored models only that they do."""
        parts = self.parts
        known = parts.lately.get(model), parts.memories.get(model), parts.hearings.get(self.topic)
        body = io.BytesIO()
        pickler = _Pickler(body, pickle.HIGHEST_PROTOCOL)
        pickler.known = {id(parts.model(model)): "model", id(parts.join()): "join"}
        pickler.dump(known)
        return body.getvalue()

    async def _recall(self) -> None:
        model = await self.store.look(fits.newest_model, self.topic) or 0
        unpickler = _Unpickler(io.BytesIO(await self.store.look(replays.remembered)))
        parts = self.parts
        unpickler.known = {"model": parts.model(model), "join": parts.join()}
        lately, memory, hearing = unpickler.load()
        if lately is not None:
            parts.lately.put(model, lately)
        if memory is not None:
            parts.memories.put(model, memory)
        if hearing is not None:
            parts.hearings.put(self.topic, hearing)


class _Pickler(pickle.Pickler):
    """Names the objects that are ``known`` by their identity."""

    known: dict[int, str]

    def persistent_id(self, obj: Any) -> str | None:
        return self.known.get(id(obj))


class _Unpickler(pickle.Unpickler):
    known: dict[str, Any]

    def persistent_load(self, pid: Any) -> Any:
        return self.known[pid]
