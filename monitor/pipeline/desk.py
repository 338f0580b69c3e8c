"""The pure decisions about a batch of articles, as the store's transaction asks for them.

Brings the numerical libraries with it: import it only where something is judged.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.domain.events import Prepared, Told, prepare
from monitor.domain.facts import Facts, facts
from monitor.domain.messages import new_event_alert
from monitor.domain.relevance import nearest_seed, score_alone
from monitor.edge.store import judging
from monitor.edge.store.judging import Texts, ToldBefore
from monitor.edge.store.placing import ForJudging
from monitor.edge.store.reports import Report
from monitor.edge.store.since import match_page
from monitor.edge.store.standing import Standing
from monitor.pipeline.hearing import Hearing
from monitor.pipeline.lately import Lately
from monitor.pipeline.memory import Memory, recall
from monitor.pipeline.parts import Parts
from monitor.types import Alert, Placement, Score

log = logging.getLogger(__name__)


class Desk:
    """The pure decisions about one batch, as ``settle`` asks for them."""

    def __init__(self, model_id: int, topic_id: int, parts: Parts) -> None:
        self.model_id = model_id
        self.topic_id = topic_id
        self.model = parts.model(model_id)
        self.parts = parts
        self._lately: Lately | None = None
        self._memory: Memory | None = None
        self._hearing: Hearing | None = None
        self._facts: dict[int, Facts] = {}

    def score(
        self, due: Sequence[ForJudging]
    ) -> tuple[list[tuple[ForJudging, Score]], dict[int, str]]:
        """Scores in batch; if that fails one at a time, so that one article that cannot be judged
        is set aside (judgement id -> error) and its neighbours go on."""
        lately = self.parts.lately.take(self.model_id) or Lately(self.model)
        lately.catch_up(self.topic_id, self.parts)
        self._lately = lately
        try:
            return list(zip(due, self._score(lately, due), strict=True)), {}
        except Exception:
            log.exception("judging a batch failed: its articles are judged one by one")
        scored: list[tuple[ForJudging, Score]] = []
        poison: dict[int, str] = {}
        for one in due:
            try:
                scored.append((one, self._score(lately, [one])[0]))
            except Exception as error:  # noqa: BLE001 (whatever it is, only this one is set aside)
                poison[one.judgement] = f"{type(error).__name__}: {error}"
        return scored, poison

    def _score(self, lately: Lately, due: Sequence[ForJudging]) -> list[Score]:
        """Seeds come first, and apart: no article leans on them, the profile has them already."""
        seeds = [one for one in due if one.seed]
        news = [one for one in due if not one.seed]
        scores = [
            its
            for some in (seeds, news)
            for its in lately.score([one.judgement for one in some], [one.article for one in some])
        ]
        due = [*seeds, *news]
        for one, its in zip(due, scores, strict=True):
            if its.relevant or one.seed:
                self.parts.prepared.put(one.judgement, prepare(one.article))
                self._facts[one.judgement] = facts(one.article)
        return scores

    def prepare(self) -> None:
        """Recall what has been told before the transaction, which is then short."""
        read = self.parts.store.read
        told = read(judging.told_before, self.topic_id)
        memory = recall(
            self.model_id, self.model, told, lambda ids: read(judging.texts, ids), self.parts
        )
        self.parts.memories.put(self.model_id, memory)
        hearing = self.parts.hearings.take(self.topic_id) or Hearing()
        hearing.catch_up(told, lambda ids: read(judging.texts, ids))
        hearing.expect(self._facts)
        self.parts.hearings.put(self.topic_id, hearing)

    def cover(self, told: Sequence[ToldBefore], texts: Texts) -> Places:
        self._memory = recall(self.model_id, self.model, told, texts, self.parts)
        self._hearing = self.parts.hearings.take(self.topic_id) or Hearing()
        self._hearing.catch_up(told, texts)
        return Places(self._memory, self._hearing, self.parts)

    def keep(self, scored: Sequence[tuple[ForJudging, Score]], now: datetime) -> None:
        """What was decided has been committed: remember it."""
        if self._lately is not None:
            self._lately.note([one.judgement for one, _ in scored if not one.seed], now)
            self.parts.lately.put(self.model_id, self._lately)
        if self._memory is not None:
            self.parts.memories.put(self.model_id, self._memory)
        if self._hearing is not None:
            self.parts.hearings.put(self.topic_id, self._hearing)

    def say(self, topic: str, event: int, report: Report, standing: Standing) -> Alert:
        return new_event_alert(
            topic=topic,
            event=event,
            match=report.judgement,
            article=report.article,
            score=report.score,
            terms=score_alone(self.model, report.article).terms,
            nearest_seed=nearest_seed(self.model, report.article)[0],
            nearest_event=report.nearest,
            review_url=match_page(self.parts.rules.review_url, report.judgement),
            outlets=standing.outlets,
            originals=standing.originals,
            novelty=report.novelty,
        )


class Places:
    """Earlier coverage, as the store's transaction knows it."""

    def __init__(self, memory: Memory, hearing: Hearing, parts: Parts) -> None:
        self.memory = memory
        self.hearing = hearing
        self.parts = parts

    def place(self, one: ForJudging) -> Placement:
        prepared, published = self._prepared(one), one.article.published
        return self.memory.coverage.place(prepared, published, seed=one.seed)

    def novelty(self, one: ForJudging) -> dict[str, Any]:
        return self.hearing.novelty(one)

    def add(self, one: ForJudging, event: int) -> None:
        article = one.article
        prepared = self._prepared(one)
        self.memory.add(
            Told(one.judgement, event, one.seed, article.published, article.source, prepared)
        )
        self.hearing.hear(one)

    def kinship(self, event: int, other: int) -> float:
        return self.memory.coverage.kinship(event, other)

    def merge(self, event: int, into: int) -> None:
        self.memory.merge(event, into)

    def _prepared(self, one: ForJudging) -> Prepared:
        return self.parts.prepared.get(one.judgement) or prepare(one.article)
