"""Politeness: one request at a time to a host, and a pause after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_REMEMBERED = 1024
"""Hosts kept before those that are idle are forgotten."""


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    """Who holds or awaits the lock."""
    free_at: float = 0.0
    """Monotonic seconds."""


class Turns:
    """Hands out turns by host, in the order they were asked for.

    ``min_gap`` gives the seconds from the end of one turn to the start of the next.
    """

    def __init__(self, min_gap: Callable[[str], float]) -> None:
        self._min_gap = min_gap
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it."""
        host = self._hosts.setdefault(name, _Host())
        host.users += 1
        try:
            async with host.lock:
                await asyncio.sleep(max(0.0, host.free_at - time.monotonic()))
                try:
                    yield
                finally:
                    host.free_at = time.monotonic() + self._min_gap(name)
        finally:
            host.users -= 1
            if len(self._hosts) > _REMEMBERED:
                self._forget_idle()

    def _forget_idle(self) -> None:
        now = time.monotonic()
        self._hosts = {n: h for n, h in self._hosts.items() if h.users or h.free_at > now}
