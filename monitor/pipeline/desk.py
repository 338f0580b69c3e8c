"""The pure decisions about a batch of articles, as the store's transaction asks for them.

Brings the numerical libraries with it: import it only where something is judged.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor.domain.events import Coverage, Prepared, Told, prepare
from monitor.domain.messages import new_event_alert
from monitor.domain.model import TopicModel
from monitor.domain.relevance import nearest_seed, score
from monitor.edge.store.judging import ForJudging, Texts, ToldBefore
from monitor.pipeline.parts import Parts
from monitor.types import Alert, NearestEvent, Placement, Score

log = logging.getLogger(__name__)


def coverage(model: TopicModel, told: Sequence[ToldBefore], texts: Texts, parts: Parts) -> Coverage:
    """A topic's earlier articles, ready to be compared with the next one."""
    ready = {one.judgement: parts.prepared.get(one.judgement) for one in told}
    missing = [judgement for judgement, found in ready.items() if found is None]
    for judgement, article in texts(missing).items():
        ready[judgement] = fresh = prepare(article)
        parts.prepared.put(judgement, fresh)
    return Coverage(
        model,
        [
            Told(one.judgement, one.event, one.seed, one.published, one.source, found)
            for one in told
            if (found := ready[one.judgement]) is not None
        ],
    )


class Desk:
    """The pure decisions about one batch, as ``settle`` asks for them."""

    def __init__(self, model: TopicModel, parts: Parts) -> None:
        self.model = model
        self.parts = parts

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

    def cover(self, told: Sequence[ToldBefore], texts: Texts) -> Places:
        return Places(coverage(self.model, told, texts, self.parts), self.parts)

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

    def __init__(self, coverage: Coverage, parts: Parts) -> None:
        self.coverage = coverage
        self.parts = parts

    def place(self, one: ForJudging) -> Placement:
        return self.coverage.place(self._prepared(one), one.article.published, seed=one.seed)

    def add(self, one: ForJudging, event: int) -> None:
        article = one.article
        self.coverage.add(
            Told(
                one.judgement,
                event,
                one.seed,
                article.published,
                article.source,
                self._prepared(one),
            )
        )

    def _prepared(self, one: ForJudging) -> Prepared:
        return self.parts.prepared.get(one.judgement) or prepare(one.article)
