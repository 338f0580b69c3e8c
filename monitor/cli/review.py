"""``monitor review``: one question at a time on the terminal, one key a verdict."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import MAX_ID, Topic
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.cli.asking import Questions
    from monitor.cli.screen import Screen
    from monitor.edge.store.store import Store
    from monitor.types import Question, Verdict

EVENT_TITLES = 10
"""Articles of an event that are shown."""
HELP = (
    "y: it is relevant, n: it is not",
    "s or j: skip it, k: back to the one before",
    "u: undo the last answer",
    "e: show its event, o: open it in the browser",
    "q: quit",
)
_WORDS: dict[Verdict, str] = {"relevant": "relevant", "irrelevant": "not relevant"}


def review(
    ctx: typer.Context,
    *,
    topic: Topic = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, max=MAX_ID, help="Ask about at most so many.")
    ] = None,
) -> None:
    """Look at what is worth asking about, and say what is relevant: one key a verdict.

    First comes what is near the threshold; one question in five is about a rejected article that
    chance has chosen, so that misses can be measured.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError("`monitor review` needs a terminal: run it on one, or review on the page")
    from monitor.cli.asking import Questions
    from monitor.cli.screen import Screen
    from monitor.edge.store import views

    with context.store(ctx) as store:
        topics = [topic] if topic else sorted(store.read(views.topic_ids))
        questions = Questions(store, topics)
        session = Session(store, questions, Screen(), limit)
        try:
            with keyboard() as key:
                session.run(key)
        except KeyboardInterrupt:
            pass
        finally:
            questions.close()
    output.say(session.told())
    if questions.answered:
        output.note("the model learns from labels within seconds, where `monitor run` is running")


@contextmanager
def keyboard() -> Iterator[Callable[[Callable[[], None]], str]]:
    """Reads single keys: called with what shows the question, waits for the key that answers it.

    What was typed before it was shown is dropped, and so is a key of several bytes (an arrow).
    """
    import termios
    import tty

    terminal = sys.stdin.fileno()

    def key(show: Callable[[], None]) -> str:
        termios.tcflush(terminal, termios.TCIFLUSH)
        show()
        pressed = os.read(terminal, 32)
        return "q" if pressed in (b"", b"\x04") else pressed.decode(errors="replace")

    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)  # Ctrl-C interrupts as ever
    try:
        yield key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


class Session:
    """One sitting: the questions that were shown, and where it stands among them."""

    def __init__(
        self, store: Store, questions: Questions, screen: Screen, limit: int | None
    ) -> None:
        self.store = store
        self.questions = questions
        self.screen = screen
        self.limit = limit
        self.shown: list[Question] = []
        self.at = -1
        self.verdicts: dict[int, Verdict] = {}
        """By match: those given in this sitting."""
        self.notice: tuple[str, ...] = ()
        self.began = time.monotonic()
        self.keys: dict[str, Callable[[Question], None]] = {
            "y": lambda question: self._label(question, "relevant"),
            "n": lambda question: self._label(question, "irrelevant"),
            "s": lambda _: self._forward(),
            "j": lambda _: self._forward(),
            "k": lambda _: self._back(),
            "u": lambda _: self._undo(),
            "o": self._open,
            "e": self._event,
            "?": lambda _: self._say(*HELP),
        }

    def run(self, key: Callable[[Callable[[], None]], str]) -> None:
        """Ask until there is nothing to ask any more, or ``q``."""
        self._forward()
        while self.at < len(self.shown):
            question = self.shown[self.at]
            pressed = key(lambda question=question: self._show(question))  # type: ignore[misc]
            if pressed == "q":
                return
            act = self.keys.get(pressed)
            if act is None:
                self._say("? shows the keys")
            else:
                act(question)

    def told(self) -> str:
        """What has been done so far."""
        done = self.questions.answered
        if not self.shown:
            return "nothing to ask about: `monitor run` judges articles first"
        minutes = max(round((time.monotonic() - self.began) / 60), 1)
        end = "" if self.at < len(self.shown) else "; that was the last question"
        return f"labelled {done} in {minutes} min{end}"

    def _show(self, question: Question) -> None:
        verdict = self.verdicts.get(question.match.id)
        self.screen.show(
            question,
            number=self.at + 1,
            verdict=_WORDS[verdict] if verdict else "",
            notice=self.notice,
            told=self.told(),
        )

    def _say(self, *lines: str) -> None:
        self.notice = lines

    def _label(self, question: Question, verdict: Verdict) -> None:
        self.questions.label(question, verdict)
        self.verdicts[question.match.id] = verdict
        self._say(f"{_WORDS[verdict]}: {question.match.title}")
        self._forward()

    def _forward(self) -> None:
        """To the next one, which is read if it was not shown yet."""
        self.at += 1
        if self.at < len(self.shown) or (self.limit is not None and self.at >= self.limit):
            return
        following = self.questions.next()
        if following is not None:
            self.shown.append(following)

    def _back(self) -> None:
        if self.at == 0:
            self._say("this is the first question")
        else:
            self.at -= 1
            self._say()

    def _undo(self) -> None:
        try:
            question = self.questions.undo()
        except ConfigError as error:
            self._say(str(error))
            return
        if question is None:
            self._say("nothing to undo")
            return
        self.verdicts.pop(question.match.id, None)
        self.at = self.shown.index(question)
        self._say("undone")

    def _open(self, question: Question) -> None:
        from monitor.domain.messages.content import web_link

        address = web_link(question.match.url)
        if not address:
            self._say("it has no address on the web")
        elif not _has_display() or typer.launch(address):
            self._say(address)
        else:
            self._say("opened in the browser")

    def _event(self, question: Question) -> None:
        from monitor.edge.store import views

        event = question.match.event
        if not event:
            self._say("it belongs to no event: it was rejected")
            return
        rows = self.store.read(views.matches, event=event, limit=EVENT_TITLES)
        told = (f"{output.when(row.published)} {row.source}: {row.title}" for row in rows)
        self._say(f"event {event}: {question.event_title}", *told)


def _has_display() -> bool:
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
