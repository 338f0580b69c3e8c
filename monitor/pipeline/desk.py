"""The pure decisions about a batch of articles, as the store's transaction asks for them.

Brings the numerical libraries with it: import it only where something is judged.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor.domain.events import Prepared, Told, prepare
from monitor.domain.messages import new_event_alert
from monitor.domain.model import TopicModel
from monitor.domain.relevance import nearest_seed, score
from monitor.edge.store import judging
from monitor.edge.store.judging import ForJudging, Texts, ToldBefore
from monitor.pipeline.memory import Memory, recall
from monitor.pipeline.parts import Parts
from monitor.types import Alert, NearestEvent, Placement, Score

log = logging.getLogger(__name__)


class Desk:
    """The pure decisions about one batch, as ``settle`` asks for them."""

    def __init__(self, model_id: int, model: TopicModel, parts: Parts) -> None:
        self.model_id = model_id
        self.model = model
        self.parts = parts
        self._memory: Memory | None = None

    def score(
        self, due: Sequence[ForJudging]
    ) -> tuple[list[tuple[ForJudging, Score]], dict[int, str]]:
        """Scores in batch; if that fails one at a time, so that one article that cannot be judged
        is set aside (judgement id -> error) and its neighbours go on."""
        try:
            return list(zip(due, self._score(due), strict=True)), {}
        except Exception:
            log.exception("judging a batch failed: its articles are judged one by one")
        scored: list[tuple[ForJudging, Score]] = []
        poison: dict[int, str] = {}
        for one in due:
            try:
                scored.append((one, self._score([one])[0]))
            except Exception as error:  # noqa: BLE001 (whatever it is, only this one is set aside)
                poison[one.judgement] = f"{type(error).__name__}: {error}"
        return scored, poison

    def _score(self, due: Sequence[ForJudging]) -> list[Score]:
        scores = score(self.model, [one.article for one in due])
        for one, its in zip(due, scores, strict=True):
            if its.relevant or one.seed:
                self.parts.prepared.put(one.judgement, prepare(one.article))
        return scores

    def prepare(self, topic_id: int) -> None:
        """Recall what has been told before the transaction, which is then short."""
        read = self.parts.store.read
        told = read(judging.told_before, topic_id)
        memory = recall(
            self.model_id, self.model, told, lambda ids: read(judging.texts, ids), self.parts
        )
        self.parts.memories.put(self.model_id, memory)

    def cover(self, told: Sequence[ToldBefore], texts: Texts) -> Places:
        self._memory = recall(self.model_id, self.model, told, texts, self.parts)
        return Places(self._memory, self.parts)

    def keep(self) -> None:
        """What was decided has been committed: remember it."""
        if self._memory is not None:
            self.parts.memories.put(self.model_id, self._memory)

    def say(
        self, topic: str, one: ForJudging, its: Score, event: int, nearest: NearestEvent | None
    ) -> Alert:
        page = self.parts.rules.review_url
        return new_event_alert(
            topic=topic,
            event=event,
            article=one.article,
            score=its,
            nearest_seed=nearest_seed(self.model, one.article)[0],
            nearest_event=nearest,
            review_url=f"{page}/matches/{one.judgement}" if page else "",
        )


class Places:
    """Earlier coverage, as the store's transaction knows it."""

    def __init__(self, memory: Memory, parts: Parts) -> None:
        self.memory = memory
        self.parts = parts

    def place(self, one: ForJudging) -> Placement:
        prepared, published = self._prepared(one), one.article.published
        return self.memory.coverage.place(prepared, published, seed=one.seed)

    def add(self, one: ForJudging, event: int) -> None:
        article = one.article
        prepared = self._prepared(one)
        self.memory.add(
            Told(one.judgement, event, one.seed, article.published, article.source, prepared)
        )

    def _prepared(self, one: ForJudging) -> Prepared:
        return self.parts.prepared.get(one.judgement) or prepare(one.article)
