"""A password given by a browser or a program, checked at the pace that a guard can afford."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from monitor.pipeline.parts import Recent
from monitor.types import Role
from monitor.web.passwords import Passwords
from monitor.web.throttle import Throttle, sender_of

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Passwords checked at the same time: each takes 64 MiB."""
WAITING = 20
"""Checks asked for and not done; of more, the asker has to come again."""
REMEMBERED = timedelta(minutes=10)
"""A right password of a program is not checked again for so long."""


class TooSoon(Exception):
    """No password is taken from this sender before ``seconds`` have passed."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong passwords: try again in {_in_words(seconds)}.")
        self.seconds = seconds


class Checks:
    """Says whose a password is."""

    def __init__(self, passwords: Passwords, clock: Callable[[], datetime]) -> None:
        self.passwords = passwords
        self.clock = clock
        self.throttle = Throttle()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._key = secrets.token_bytes(32)
        self._running: dict[bytes, asyncio.Task[Role | None]] = {}
        self._known: Recent[bytes, tuple[Role, datetime]] = Recent(1000)

    async def role_of(self, password: str, host: str) -> Role | None:
        """None: nobody's.  ``host``: the address that sent it.  Raises TooSoon.

        The same password from the same address at the same time is one attempt.
        """
        sender = sender_of(host)
        key = self._digest(sender, password)
        if key not in self._running:
            if len(self._running) >= WAITING:
                raise TooSoon(AT_ONCE)
            wait = self.throttle.attempt(sender, self.clock())
            if wait:
                raise TooSoon(-(-wait // timedelta(seconds=1)))
            task = asyncio.create_task(self._check(password, sender))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key))
        return await asyncio.shield(self._running[key])

    async def _check(self, password: str, sender: str) -> Role | None:
        loop = asyncio.get_running_loop()
        role = await loop.run_in_executor(self._threads, self.passwords.role_of, password)
        if role is None:
            log.warning("page: a wrong password from %s", sender)
        elif role == "viewer":  # who has only that one must not get free guesses at the other
            self.throttle.take_back(sender)
        else:
            self.throttle.forget(sender)
        return role

    async def of_header(self, authorization: str, host: str) -> Role | None:
        """The role that ``Authorization: Basic`` gives (RFC 7617); the user name does not matter.

        None: the header is another or its password nobody's.  Raises TooSoon.
        """
        password = _basic_password(authorization)
        if password is None:
            return None
        key, now = self._digest(password), self.clock()
        if known := self._known.get(key):
            role, checked = known
            if timedelta(0) <= now - checked < REMEMBERED:
                return role
        found = await self.role_of(password, host)
        if found is not None:
            self._known.put(key, (found, now))
        return found

    def _digest(self, *texts: str) -> bytes:
        """Keyed by a secret of this process: it says nothing about what it was made of."""
        message = "\0".join(texts).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, message, hashlib.sha256).digest()


def _basic_password(authorization: str) -> str | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return password.decode("utf-8") if colon else None
    except (binascii.Error, ValueError):
        return None


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{-(-seconds // 60)} minutes"
