"""How ``monitor review`` shows a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from monitor.cli import output
from monitor.domain.clean import clean_line
from monitor.domain.figures import chance

if TYPE_CHECKING:
    from monitor.types import Question

EXCERPT_LINES = 12
WIDEST = 100
"""Columns: longer lines are hard to read."""
KEYS = "y relevant · n not · s skip · k back · u undo · o open · e event · ? help · q quit"


class Screen:
    """The terminal, one question at a time.  Text of articles is never markup here."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, markup=False, emoji=False)

    def show(
        self, question: Question, *, number: int, verdict: str, notice: Sequence[str], told: str
    ) -> None:
        """``verdict``: given to it already; ``notice``: what the last key did; ``told``: so far."""
        match = question.match
        self.console.clear()
        self._line(f"{number} · {match.topic}", "dim")
        self._line(match.title or "(untitled)", "bold")
        self._line(" · ".join(filter(None, (match.source, output.when(match.published)))))
        self._line("")
        self._excerpt(question.excerpt)
        self._line("")
        self._line(_score(question))
        self._line(f"event: {question.event_title}" if match.event else "event: none")
        self._line(f"asked because it {_reason(question)}")
        if verdict:
            self._line(f"your label: {verdict}", "bold")
        self._line("")
        self._line(KEYS, "dim")
        self._line(told, "dim")
        for line in notice:
            self._line(line)

    def _excerpt(self, text: str) -> None:
        lines = Text(clean_line(text)).wrap(self.console, min(self.console.width, WIDEST))
        for line in lines[:EXCERPT_LINES]:
            self.console.print(line)

    def _line(self, text: str, style: str = "") -> None:
        self.console.print(Text(clean_line(text), style, overflow="ellipsis", no_wrap=True))


def _score(question: Question) -> str:
    score = question.match.score
    side = "above" if score >= question.threshold else "below"
    sure = "" if question.probability is None else f", probability {chance(question.probability)}"
    return f"score {score:.3f}, {side} the threshold of {question.threshold:.3f}{sure}"


def _reason(question: Question) -> str:
    return (
        "was drawn by chance among the rejected: so misses are measured"
        if question.drawn
        else "is near the threshold: there an answer says most"
    )
