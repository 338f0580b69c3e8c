"""One machine: a tick asks the rows what is due, asyncio tasks carry it out.

Commands with the same key run one after another; others side by side, a bounded number of each
kind.  A slow feed holds up its own host only: the tick never waits for what it has started.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakValueDictionary

from monitor.commands import Collect, Command, Deliver, Fit, Judge, Poll, Subscribe, Tell
from monitor.edge.store.pending import pending
from monitor.errors import MonitorError
from monitor.pipeline import Parts, handle, upkeep

log = logging.getLogger(__name__)

WIDTH = {Poll: 16, Collect: 16, Judge: 2, Tell: 2, Fit: 1, Deliver: 8, Subscribe: 4}
"""How many commands of a kind run at once."""

FIRST_PAUSE = 1.0  # seconds, after a command has failed; doubles
LONGEST_PAUSE = 600.0
SAME_AGAIN = 5
"""So often may the very same be due after having been done: then it waits for something else."""
UPKEEP_GAP = timedelta(hours=1)


@dataclass
class Trouble:
    """A command that failed for a reason of our own (database, bug) rests for a while."""

    failures: int = 0
    until: float = 0.0
    """time.monotonic() seconds"""


class Engine:
    """Runs commands in this process.  Lives on one event loop."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[Command] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._beats: set[asyncio.Task[None]] = set()
        self._trouble: defaultdict[Command, Trouble] = defaultdict(Trouble)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._width = {kind: asyncio.Semaphore(width) for kind, width in WIDTH.items()}
        self._closing = False
        self._ticking: asyncio.Task[list[Command]] | None = None
        self._upkeep_at = parts.clock()

    async def beat(self) -> None:
        """A tick that nobody waits for; none while the one before goes on."""
        if self._closing or (self._ticking is not None and not self._ticking.done()):
            return
        self._ticking = asyncio.create_task(self.tick())

    async def tick(self) -> list[Command]:
        """Start what is due and not already waiting; returns all that is due."""
        try:
            due = await self.parts.store.look(pending, self.parts.clock())
            await self._upkeep()
            self._beat()
        except MonitorError as error:
            log.error("%s", error)
            return []
        for command in due:
            self.submit(command)
        return due

    def submit(self, command: Command) -> None:
        """Run it soon, unless it is waiting already or rests after a failure."""
        if self._closing or command in self._waiting:
            return
        if command in self._trouble and time.monotonic() < self._trouble[command].until:
            return
        self._waiting.add(command)
        task = asyncio.create_task(self._run(command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Until nothing more can be done now."""
        before: list[Command] = []
        repeats = 0
        while due := [c for c in await self.tick() if c not in self._trouble]:
            repeats = repeats + 1 if due == before else 0
            if repeats == SAME_AGAIN:
                break
            before = due
            while self._tasks:
                await asyncio.wait(self._tasks)

    async def stop(self, grace: float) -> None:
        """Start nothing more; let messages that are being sent be marked, for ``grace`` seconds;
        give up the rest, which the rows remember."""
        self._closing = True
        if self._ticking is not None:
            await asyncio.wait([self._ticking], timeout=grace)
            self._ticking.cancel()
        for task in (self._tasks - self._sending) | self._beats:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, command: Command) -> None:
        lock = self._locks.setdefault(command.key, asyncio.Lock())
        async with lock, self._width[type(command)]:
            self._waiting.discard(command)
            task = asyncio.current_task()
            if isinstance(command, Deliver) and task is not None:
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            for hint in await self._handle(command):
                self.submit(hint)

    async def _handle(self, command: Command) -> list[Command]:
        try:
            hints = await handle(command, self.parts)
        except MonitorError as error:
            log.error("%s: %s", command, error)
        except Exception:  # a bug in one handler must not stop the others
            log.exception("%s failed", command)
        else:
            self._trouble.pop(command, None)
            return hints
        trouble = self._trouble[command]
        pause = min(FIRST_PAUSE * 2.0**trouble.failures, LONGEST_PAUSE)
        trouble.failures += 1
        trouble.until = time.monotonic() + pause
        return []

    def _beat(self) -> None:
        """The database answers: let it be known, and wait for nobody."""
        if self.parts.heartbeat is not None and not self._closing:
            beat = asyncio.create_task(self.parts.heartbeat())
            self._beats.add(beat)
            beat.add_done_callback(self._beats.discard)

    async def _upkeep(self) -> None:
        now = self.parts.clock()
        if now < self._upkeep_at <= now + UPKEEP_GAP:  # later than that, the clock was set back
            return
        self._upkeep_at = now + UPKEEP_GAP
        for command in await upkeep(self.parts):
            self.submit(command)
