"""What a topic has judged last, as this process knows it: brought up to date, seldom rebuilt.

Brings the numerical libraries with it: import it only where something is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitor.domain.model import TopicModel
from monitor.domain.recent import WINDOW
from monitor.domain.relevance import Scorer
from monitor.edge.store import judging
from monitor.pipeline.parts import Parts
from monitor.types import Article, Score


class Lately:
    """The scorer of one model, and which judgements it has taken note of."""

    def __init__(self, model: TopicModel) -> None:
        self._scorer = Scorer(model)
        self._since: datetime | None = None
        self._known: dict[int, datetime] = {}
        """Judgements and when they were made, the oldest first; not many more than the window."""

    def catch_up(self, topic: int, parts: Parts) -> None:
        """Take note of what has been judged since, here or on another machine.  Blocks on the
        database; call it in a thread."""
        judged = parts.store.read(judging.judged_since, topic, self._since, WINDOW)
        new = {id: at for id, at in judged if self._known.get(id) != at}
        texts = parts.store.read(judging.texts, list(new))
        there = [id for id in new if id in texts]
        self._scorer.recall(there, [texts[id] for id in there])
        self._remember(new)
        if judged:
            self._since = judged[-1][1]

    def score(self, judgements: Sequence[int], articles: Sequence[Article]) -> list[Score]:
        return self._scorer.score(judgements, articles)

    def note(self, judgements: Iterable[int], now: datetime) -> None:
        """What was scored stands since ``now``."""
        noted = list(judgements)
        self._scorer.note(noted)
        self._remember(dict.fromkeys(noted, now))
        self._since = now

    def _remember(self, judged: Mapping[int, datetime]) -> None:
        for one, at in judged.items():
            self._known.pop(one, None)
            self._known[one] = at
        for old in list(self._known)[: max(0, len(self._known) - 2 * WINDOW)]:
            del self._known[old]
