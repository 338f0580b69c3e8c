"""What ``monitor review`` asks and learns, in a thread of its own: no key waits for a database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from monitor.app import utc_now
from monitor.edge.store import corrections, review, undoing

if TYPE_CHECKING:
    from monitor.edge.store.store import Store
    from monitor.types import Question, Verdict

BATCH = 10
"""Questions of a topic that are read at once."""
LOW = 4
"""With so many left, more are read."""


class Questions:
    """The questions of several topics by turns, read ahead, and the answers to them."""

    def __init__(self, store: Store, topics: Iterable[str]) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="review")
        self._turns = deque(topics)
        self._waiting: dict[str, deque[Question]] = {topic: deque() for topic in self._turns}
        self._seen: set[int] = set()
        self._coming = {topic: self._read(topic) for topic in self._turns}
        self._answers: list[tuple[Question, Future[int]]] = []

    def next(self) -> Question | None:
        """The next one; None: there is none any more.  Raises NotFound, StoreError."""
        while self._turns:
            topic = self._turns[0]
            waiting = self._waiting[topic]
            if not waiting:
                waiting.extend(self._coming.pop(topic).result())
                self._seen.update(one.match.id for one in waiting)
            if not waiting:
                self._turns.popleft()
                continue
            self._turns.rotate(-1)
            chosen = waiting.popleft()
            if len(waiting) <= LOW and topic not in self._coming:
                self._coming[topic] = self._read(topic)
            return chosen
        return None

    def _read(self, topic: str) -> Future[list[Question]]:
        skip = frozenset(self._seen)
        return self._thread.submit(
            self._store.read, review.questions, topic, limit=BATCH, skip=skip
        )

    def label(self, question: Question, verdict: Verdict) -> None:
        """Raises what an earlier answer has failed with."""
        self._check()
        done = self._thread.submit(
            self._store.write,
            corrections.label,
            question.match.id,
            verdict,
            utc_now(),
            drawn=question.drawn,
        )
        self._answers.append((question, done))

    def undo(self) -> Question | None:
        """Take back the last answer that has not been; None: there is none.

        Raises ConfigError where something that was done since stands in its way.
        """
        if not self._answers:
            return None
        question, done = self._answers.pop()
        self._thread.submit(self._store.write, undoing.undo, done.result(), utc_now()).result()
        return question

    @property
    def answered(self) -> int:
        """Answers given and not taken back."""
        return len(self._answers)

    def close(self) -> None:
        """Returns once all answers are stored.  Raises what one has failed with."""
        self._thread.shutdown(cancel_futures=False)
        self._check()

    def _check(self) -> None:
        for _, done in self._answers:
            if done.done():
                done.result()
