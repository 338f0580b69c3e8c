"""``monitor review``, as it is used: in a terminal."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select as query
from sqlalchemy.orm import Session

from models import Action, Article, Event, Judgement, Model, Topic
from monitor.edge.store.store import Store
from tests.integration.cli.conftest import Monitor
from tests.integration.cli.forked import start

PATIENCE = 30.0  # seconds
NOW = datetime(2030, 1, 1, tzinfo=UTC)
EVIL = "\x1b]0;pwned\x07\x1b[2J\x9b31mDam\u202e [red]bursts[/red]\r\n"
SEQUENCE = re.compile(r"\x1b\[[0-9;]*[mHJ]")
"""Colours, and clearing the screen."""


@pytest.fixture
def monitor(fresh: Monitor, sqlite_file: Path) -> Monitor:
    """With a database without rows."""
    shutil.copy(sqlite_file, fresh.folder / "monitor.db")
    return fresh


@dataclass
class Terminal:
    """A command in a terminal of its own."""

    process: BaseProcess
    screen: int
    shown: str = ""
    read: int = field(default=0)
    """So much of what was shown has been waited for."""

    def until(self, text: str) -> str:
        """Wait for a text; what was shown up to it since the last one."""
        deadline = time.monotonic() + PATIENCE
        while (found := plain(self.shown).find(text, self.read)) < 0:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.screen], [], [], max(left, 0))
            assert ready, f"no {text!r} in {plain(self.shown)[self.read :]!r}"
            assert self._take(), f"ended without {text!r}: {plain(self.shown)[self.read :]!r}"
        since, self.read = self.read, found + len(text)
        return plain(self.shown)[since : self.read]

    def type(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def end(self) -> str:
        """All that is shown until the command ends, which it does well."""
        while self._take():
            pass
        self.process.join(PATIENCE)
        assert self.process.exitcode == 0
        return plain(self.shown)[self.read :]

    def _take(self) -> bool:
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # so Linux says that nobody has the other end open
            return False
        self.shown += data.decode()
        return bool(data)


def plain(shown: str) -> str:
    return SEQUENCE.sub("", shown).replace("\r", "")


@contextmanager
def terminal(monitor: Monitor, *args: str, anew: bool = False) -> Iterator[Terminal]:
    """``anew``: by ``python -m monitor``, and not forked from a process that has imported all."""
    screen, inside = os.openpty()
    arguments = ["--config", str(monitor.file), "review", *args]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    for display in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(display, None)
    process = start(inside, environment, arguments, anew=anew)
    os.close(inside)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.join()
        os.close(screen)


def add(
    monitor: Monitor, count: int, topic: str = "cables", title: str = "T", text: str = "x."
) -> None:
    """Judgements near the threshold, on both sides, the latest of all."""

    def insert(session: Session) -> None:
        row = session.scalar(query(Topic).where(Topic.name == topic))
        if row is None:
            row = Topic(name=topic, origin="command", created_at=NOW, channels=[], settings={})
            session.add(row)
            session.flush()
        model = Model(topic_id=row.id, created_at=NOW, threshold=0.5, format=0, body=b"")
        event = Event(topic_id=row.id, title=f"Event of {title}", newest_at=NOW)
        session.add_all([model, event])
        session.flush()
        for number in range(count):
            matched = number % 2 == 0
            article = Article(
                key=f"{topic}{number}", url=f"https://news.example/{topic}/{number}", host="",
                state="collected", not_before=NOW, first_seen_at=NOW, title=f"{title} {number}",
                text=text, text_from="page", source="The Post", published=NOW,
            )  # fmt: skip
            session.add(article)
            session.flush()
            session.add(
                Judgement(
                    topic_id=row.id,
                    article_id=article.id,
                    state="judged",
                    not_before=NOW,
                    judged_at=NOW + timedelta(seconds=number),
                    told_at=NOW,
                    model_id=model.id,
                    score=0.5 + (number + 1) * (1e-5 if matched else -1e-5),
                    probability=0.5,
                    event_id=event.id if matched else None,
                )
            )

    store = Store(f"sqlite:///{monitor.folder / 'monitor.db'}")
    store.write(insert)
    store.close()


def labels(monitor: Monitor) -> dict[str, int]:
    store = Store(f"sqlite:///{monitor.folder / 'monitor.db'}")
    counted = query(Judgement.label, func.count()).where(Judgement.label.is_not(None))
    found = store.read(lambda s: dict(s.execute(counted.group_by(Judgement.label)).all()))
    store.close()
    return {str(label): number for label, number in found.items()}


def test_twenty_labels_a_key_each(monitor: Monitor) -> None:
    add(monitor, 40)
    with terminal(monitor, anew=True) as user:
        for number in range(20):
            user.until(f"labelled {number} in ")
            user.type("n" if number % 4 == 3 else "y")
        assert "The Post · 2030-01-01 00:00" in user.until("labelled 20 in 1 min")
        user.type("u")
        user.until("labelled 19 in 1 min\nundone")
        user.type("q")
        rest = user.end()
    assert "labelled 19 in 1 min\n" in rest
    assert "the model learns from labels within seconds" in rest
    assert labels(monitor) == {"relevant": 15, "irrelevant": 4}
    store = Store(f"sqlite:///{monitor.folder / 'monitor.db'}")
    assert store.read(lambda s: s.scalar(query(func.count()).select_from(Action))) == 20
    drawn = query(func.count()).where(Judgement.drawn, Judgement.label.is_not(None))
    assert 3 <= (store.read(lambda s: s.scalar(drawn)) or 0) <= 5
    store.close()


def test_looking_around(monitor: Monitor) -> None:
    add(monitor, 6)
    with terminal(monitor, "--topic", "cables") as user:
        first = user.until("labelled 0 in ")
        assert first.startswith("1 · cables\nT 0\nThe Post · 2030-01-01 00:00\n\nx.\n")
        assert "score 0.500, above the threshold of 0.500, probability 50 %\nevent: Event" in first
        assert "asked because it is near the threshold" in first
        user.type("e")
        user.until("event ")
        assert "The Post: T 4" in user.until("The Post: T 0")
        user.type("o")
        user.until("\nhttps://news.example/cables/0\n")
        user.type("?")
        user.until("open it in the browser")
        user.type("k")
        user.until("this is the first question")
        user.type("u")
        user.until("nothing to undo")
        user.type("\x1b[A")
        user.until("? shows the keys")
        user.type("s")
        user.until("2 · cables\nT 1\n")
        user.until("event: none")
        user.until("labelled 0 in ")
        user.type("e")
        user.until("it belongs to no event")
        user.type("k")
        user.until("1 · cables\nT 0\n")
        user.until("labelled 0 in ")
        user.type("n")
        user.until("not relevant: T 0")
        user.type("k")
        user.until("your label: not relevant")
        user.until("labelled 1 in ")
        user.type("y")
        user.until("relevant: T 0")
        user.type("\x04")
        user.end()
    assert labels(monitor) == {"relevant": 1}


def test_drawn_by_chance(monitor: Monitor) -> None:
    add(monitor, 20)
    with terminal(monitor) as user:
        for number in range(4):
            assert "drawn by chance" not in user.until(f"labelled {number} in ")
            user.type("y")
        user.until("asked because it was drawn by chance among the rejected")
        user.until("labelled 4 in ")
        user.type("q")
        user.end()


def test_hostile_articles(monitor: Monitor) -> None:
    add(monitor, 3, title=EVIL, text=f"{EVIL} " + "word " * 3000)
    with terminal(monitor) as user:
        shown = user.until("labelled 0 in ")
        assert "]0;pwned[2J31mDam [red]bursts[/red] 0\n" in shown
        assert shown.count("word word") <= 12 * 20
        user.type("e")
        user.until("event ")
        user.type("\x03")
        user.end()
        assert "\x1b" not in plain(user.shown)
        assert not {"\x07", "\x9b", "\u202e"} & set(user.shown)
        assert len(plain(user.shown).splitlines()) < 80


def test_all_topics_by_turns_and_an_end(monitor: Monitor) -> None:
    add(monitor, 3)
    add(monitor, 2, topic="dams")
    with terminal(monitor) as user:
        for number, topic in enumerate(("cables", "dams", "cables", "dams", "cables"), start=1):
            user.until(f"{number} · {topic}\n")
            user.until("labelled ")
            user.type("s")
        assert "labelled 0 in 1 min; that was the last question" in user.end()


def test_a_limit_and_nothing_to_ask(monitor: Monitor) -> None:
    add(monitor, 5)
    with terminal(monitor, "--limit", "2") as user:
        for number in range(2):
            user.until(f"labelled {number} in ")
            user.type("y")
        assert "labelled 2 in 1 min; that was the last question" in user.end()
    monitor.sql("UPDATE judgement SET label = 'relevant'")
    with terminal(monitor) as user:
        assert "nothing to ask about" in user.end()


def test_ctrl_c_ends_it_quietly_and_keeps_what_was_said(monitor: Monitor) -> None:
    add(monitor, 5)
    with terminal(monitor, anew=True) as user:
        user.until("labelled 0 in ")
        user.type("y")
        user.until("labelled 1 in ")
        user.type("\x03")
        rest = user.end()
    assert "labelled 1 in 1 min" in rest
    assert "Traceback" not in rest
    assert labels(monitor) == {"relevant": 1}


def test_what_is_typed_before_a_question_is_shown_answers_none(monitor: Monitor) -> None:
    add(monitor, 9)
    with terminal(monitor) as user:
        user.until("labelled 0 in ")
        user.type("yyyy")
        user.until("? shows the keys")
        user.type("q")
        user.end()
    assert labels(monitor) == {}


def test_without_a_terminal(monitor: Monitor) -> None:
    assert "needs a terminal" in monitor.error("review", code=2)
    done = monitor.process("review", stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_an_unknown_topic(monitor: Monitor) -> None:
    with terminal(monitor, "--topic", "x") as user:
        user.until("error: no topic x")
        user.process.join(PATIENCE)
        assert user.process.exitcode == 1
