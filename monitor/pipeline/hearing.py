"""What the coverage of a topic has said so far, as this process knows it.

Whatever the model: a refit forgets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from monitor.domain.facts import Facts, facts
from monitor.domain.novelty import Heard
from monitor.edge.store.judging import Texts, ToldBefore
from monitor.edge.store.placing import ForJudging


class Hearing:
    """Names, numbers and sentences heard in the matches and seeds of one topic; some 11 MB."""

    def __init__(self) -> None:
        self._heard = Heard()
        self._known: set[int] = set()
        """Judgements."""
        self._read: dict[int, Facts] = {}
        """Of the batch at hand."""

    def expect(self, read: Mapping[int, Facts]) -> None:
        """The facts of the batch at hand, read beforehand: it takes a few milliseconds each."""
        self._read = dict(read)

    def catch_up(self, told: Sequence[ToldBefore], texts: Texts) -> None:
        """Hear what has been told since, here or on another machine."""
        new = [one.judgement for one in told if one.judgement not in self._known]
        for judgement, article in texts(new).items():
            self._heard.add(facts(article))
            self._known.add(judgement)
        self._known.update(new)

    def novelty(self, one: ForJudging) -> dict[str, Any]:
        """What an article says that nothing earlier said.  It is not heard yet: see ``hear``."""
        return asdict(self._heard.novelty(self._facts(one)))

    def hear(self, one: ForJudging) -> None:
        """Take note of a match, a copy or a seed that has been placed."""
        self._heard.add(self._facts(one))
        self._known.add(one.judgement)

    def _facts(self, one: ForJudging) -> Facts:
        if one.judgement not in self._read:
            self._read[one.judgement] = facts(one.article)
        return self._read[one.judgement]
