"""Politeness: one request at a time to a host, and a pause after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

_REMEMBERED = 1024
"""Hosts kept before those that are idle are forgotten."""

_LOOK_AGAIN = 1.0
"""Seconds: who holds a host's turn on another machine may give it back before its lease ends."""


class SharedTurns(Protocol):
    """Turns among machines: who has taken a host's turn holds it until it gives it back, or for
    ``lease`` seconds if it never does."""

    async def take(self, host: str, lease: float) -> tuple[float, datetime]:
        """Seconds until the host is free, 0.0 if the turn is ours now; and when that ends."""

    async def give_back(self, host: str, until: datetime, gap: float) -> None:
        """Free the host in ``gap`` seconds, if the turn that ends at ``until`` is still ours."""


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    """Who holds or awaits the lock."""
    free_at: float = 0.0
    """Monotonic seconds."""

    def is_wanted(self) -> bool:
        """Whether somebody waits for the turn after this one."""
        return self.users > 1


class Turns:
    """Hands out turns by host, in the order they were asked for.

    ``min_gap`` gives the seconds from the end of one turn to the start of the next; ``shared``, if
    there are other machines, what all ask; ``lease`` the seconds that a turn may last at most.
    """

    def __init__(
        self,
        min_gap: Callable[[str], float],
        *,
        shared: SharedTurns | None = None,
        lease: float = 60.0,
    ) -> None:
        self._min_gap = min_gap
        self._shared = shared
        self._lease = lease
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Callable[[], bool]]:
        """Wait for the host's turn and hold it; gives whether somebody waits for the next."""
        host = self._hosts.setdefault(name, _Host())
        host.users += 1
        try:
            async with host.lock:
                await asyncio.sleep(max(0.0, host.free_at - time.monotonic()))
                until = await self._take(name)
                try:
                    yield host.is_wanted
                finally:
                    gap = self._min_gap(name)
                    host.free_at = time.monotonic() + gap
                    if self._shared is not None and until is not None:
                        await self._shared.give_back(name, until, gap)
        finally:
            host.users -= 1
            if len(self._hosts) > _REMEMBERED:
                self._forget_idle()

    async def _take(self, name: str) -> datetime | None:
        if self._shared is None:
            return None
        while True:
            wait, until = await self._shared.take(name, self._lease)
            if not wait:
                return until
            await asyncio.sleep(min(wait, _LOOK_AGAIN))

    def _forget_idle(self) -> None:
        now = time.monotonic()
        self._hosts = {n: h for n, h in self._hosts.items() if h.users or h.free_at > now}
