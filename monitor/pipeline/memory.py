"""What has been told of a topic, as this process knows it: brought up to date, seldom rebuilt.

Brings the numerical libraries with it: import it only where something is judged.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.events import Coverage, Prepared, Told, prepare
from monitor.domain.join import JoinModel
from monitor.domain.model import TopicModel
from monitor.edge.store.judging import Texts, ToldBefore
from monitor.pipeline.parts import Parts

SLACK = 200
"""Articles that the database no longer counts and a memory may still hold."""


class Memory:
    """The coverage of one topic under one model."""

    def __init__(self, model: TopicModel, join: JoinModel) -> None:
        self.coverage = Coverage(model, join)
        self._events: dict[int, int] = {}
        """Judgement -> event, of all that the coverage holds."""

    def add(self, told: Told) -> None:
        self.coverage.add(told)
        self._events[told.judgement] = told.event

    def merge(self, event: int, into: int) -> None:
        self.coverage.merge(event, into)
        for judgement, its in self._events.items():
            if its == event:
                self._events[judgement] = into

    def agrees(self, told: Sequence[ToldBefore]) -> bool:
        """Whether the database says nothing else of what is held here."""
        known = [one for one in told if one.judgement in self._events]
        same = all(self._events[one.judgement] == one.event for one in known)
        return same and len(self._events) - len(known) <= SLACK

    def catch_up(self, told: Sequence[ToldBefore], texts: Texts, parts: Parts) -> None:
        """Add what is new since."""
        new = [one for one in told if one.judgement not in self._events]
        prepared = _prepared(new, texts, parts)
        for one in new:
            self.add(
                Told(
                    one.judgement,
                    one.event,
                    one.seed,
                    one.published,
                    one.source,
                    prepared[one.judgement],
                )
            )


def recall(
    model_id: int, model: TopicModel, told: Sequence[ToldBefore], texts: Texts, parts: Parts
) -> Memory:
    """The memory of a topic, up to date with ``told``.

    It is taken out of ``parts``: whoever adds to it puts it back once that has been committed.
    """
    memory = parts.memories.take(model_id)
    if memory is None or not memory.agrees(told):
        memory = Memory(model, parts.join())
    memory.catch_up(told, texts, parts)
    return memory


def _prepared(new: Sequence[ToldBefore], texts: Texts, parts: Parts) -> dict[int, Prepared]:
    found = {one.judgement: parts.prepared.get(one.judgement) for one in new}
    ready = {judgement: prepared for judgement, prepared in found.items() if prepared is not None}
    for judgement, article in texts(
        [j for j, prepared in found.items() if prepared is None]
    ).items():
        ready[judgement] = prepare(article)
        parts.prepared.put(judgement, ready[judgement])
    return ready
