"""A file, a Slack channel and a mailbox that take their time, as those of the world do."""

from __future__ import annotations

import asyncio
import fcntl
import json
import random
import socketserver
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.e2e.daemon import Row
from tests.integration.mail_server import Mailbox, mail_server
from tests.integration.slack_server import NAME, TOKEN, Reply, SlackServer, Taken, running

BEFORE = (0.0, 0.02)
AFTER = (0.005, 0.05)
"""Seconds that a channel takes before and after it has a message."""

CHANNELS = ("log", "desk", "mail")
_CONFIG = f"""
[database]
url = "sqlite:///monitor.db"
[run]
tick = "200ms"
workers = 1
ops_channels = {json.dumps(CHANNELS)}
[web]
listen = ""
[channels.log]
type = "file"
path = "alerts.jsonl"
[channels.desk]
type = "slack"
bot_token = "{TOKEN}"
channel = "{NAME}"
api_url = "{{slack}}"
[channels.mail]
type = "email"
host = "127.0.0.1"
port = {{port}}
from = "monitor@sender.example"
to = ["desk@example.org"]
"""


class SlowSlack(SlackServer):
    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def answer(self, path: str, authorization: str, body: bytes) -> Reply | None:
        time.sleep(self._chance.uniform(*BEFORE))
        reply = super().answer(path, authorization, body)
        time.sleep(self._chance.uniform(*AFTER))
        return reply

    def uids(self) -> list[str]:
        return [_uid(each) for each in self._posted()]

    def threaded(self) -> Iterator[tuple[str, str]]:
        """The uid of each message in a thread, and that of the first one there."""
        roots = {each.ts: _uid(each) for each in self._posted()}
        for each in self._posted():
            if root := each.payload.get("thread_ts"):
                yield _uid(each), roots[root]

    def _posted(self) -> list[Taken]:
        """The messages; not the changes to the first one of a thread."""
        return [each for each in self.taken if each.method == "chat.postMessage"]


def _uid(taken: Taken) -> str:
    return str(taken.payload["blocks"][0]["block_id"])


class SlowMailbox(Mailbox):
    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self._chance.uniform(*BEFORE))
        reply = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self._chance.uniform(*AFTER))
        return reply

    def uids(self) -> list[str]:
        return [str(message["X-Monitor-Delivery"]) for message in self.messages()]

    def threaded(self) -> Iterator[tuple[str, str]]:
        """The uid of each mail that replies to another, and of that one."""
        for message in self.messages():
            if parent := message["In-Reply-To"]:
                yield str(message["X-Monitor-Delivery"]), parent.strip("<").partition(".")[0]


class BusyFile:
    """A file that another program keeps locking."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path = path
        self._chance = chance
        self._stopped = threading.Event()

    def uids(self) -> list[str]:
        return [json.loads(line)["id"] for line in self.path.read_text("utf-8").splitlines()]

    def size(self) -> int:
        return self.path.stat().st_size

    @contextmanager
    def locking(self) -> Iterator[None]:
        thread = threading.Thread(target=self._lock)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join()

    def _lock(self) -> None:
        with self.path.open("ab") as file:
            while not self._stopped.wait(0.002):
                fcntl.flock(file, fcntl.LOCK_EX)
                self._stopped.wait(self._chance.uniform(*AFTER))
                fcntl.flock(file, fcntl.LOCK_UN)


class Receivers:
    """All that takes messages, by the names that the configuration gives them."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.file = BusyFile(folder / "alerts.jsonl", chance)
        self.slack = SlowSlack(chance)
        self.mailbox = SlowMailbox(chance)
        self.counts: list[Callable[[], int]] = [
            self.file.size,
            lambda: len(self.slack.taken),
            lambda: len(self.mailbox.taken),
        ]
        """Each grows with every message."""

    @contextmanager
    def open(self, folder: Path) -> Iterator[Path]:
        """Gives a configuration with them."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(socketserver.BaseServer, "handle_error", _report))
            stack.enter_context(running(self.slack))
            port = stack.enter_context(mail_server(self.mailbox))
            stack.enter_context(self.file.locking())
            config = folder / "config.toml"
            config.write_text(_CONFIG.format(slack=self.slack.api_url, port=port), "utf-8")
            yield config

    def uids(self) -> dict[str, list[str]]:
        """What has come, in order, by channel."""
        found = self.file.uids(), self.slack.uids(), self.mailbox.uids()
        return dict(zip(CHANNELS, found, strict=True))

    def astray(self, rows: Sequence[Row]) -> int:
        """Updates that are not in the thread of their event, and what Slack found fault with."""
        events = {row.uid: row.key.split(":")[1] for row in rows}
        due = {row.uid for row in rows if row.kind == "update" and row.channel != "log"}
        in_thread = {
            uid
            for uid, root in (*self.slack.threaded(), *self.mailbox.threaded())
            if events[uid] == events[root]
        }
        return len(due - in_thread) + len(self.slack.complaints)


def _report(server: socketserver.BaseServer, *about: object) -> None:
    """Clients are killed: that one has gone is nothing to speak of."""
    if not isinstance(sys.exception(), ConnectionError):
        traceback.print_exc()
