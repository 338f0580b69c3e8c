"""Browsers that are logged in.  The cookie holds a random token, the database its SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from monitor.edge.store import logins
from monitor.edge.store.logins import LoginRow
from monitor.pipeline.parts import Recent
from monitor.types import Role
from monitor.web.passwords import Passwords

if TYPE_CHECKING:
    from monitor.pipeline import Parts

LASTING = timedelta(days=30)
"""A login that is not used for so long ends."""
RENEWED = timedelta(days=1)
"""Its end is moved at most so often."""
TRUSTED = timedelta(minutes=1)
"""So long a token that was found is not looked up again: a page costs no transaction more."""
COOKIE_AGE = 400 * 86400
"""Seconds; the longest that browsers keep a cookie.  When a login ends, the database says."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """Of the parts it uses the store and the clock only."""

    def __init__(self, parts: Parts, passwords: Passwords, *, secure: bool) -> None:
        """``secure``: the page is reached over https, so the cookie goes no other way."""
        self.store = parts.store
        self.clock = parts.clock
        self.passwords = passwords
        self.secure = secure
        self.cookie = "__Host-monitor" if secure else "monitor"
        self._trusted: Recent[str, tuple[Role, datetime]] = Recent(1000)

    async def role_of(self, request: Request) -> Role | None:
        """None: the browser is not logged in (any more).  Raises StoreError."""
        token, now = self._token(request), self.clock()
        if not token:
            return None
        digest = _digest(token)
        if known := self._trusted.get(digest):
            role, found = known
            if timedelta(0) <= now - found < TRUSTED:
                return role
        row = await self.store.look(logins.find, digest, now)
        if row is None or not hmac.compare_digest(
            row.password, self.passwords.seal(row.role, token)
        ):
            return None
        if row.expires_at - now < LASTING - RENEWED:
            await self.store(logins.renew, digest, now + LASTING)
        self._trusted.put(digest, (row.role, now))
        return row.role

    async def open(self, role: Role, request: Request, response: Response) -> None:
        """Log the browser in, under a token that nobody knew before; its old login ends."""
        token, old, now = secrets.token_urlsafe(32), self._forget(request), self.clock()
        seal = self.passwords.seal(role, token)
        row = LoginRow(_digest(token), role, seal, now + LASTING)
        await self.store(logins.enter, row, now, replacing=old)
        self._set_cookie(response, token, COOKIE_AGE)

    async def close(self, request: Request, response: Response) -> None:
        await self.store(logins.leave, self._forget(request))
        self._set_cookie(response, "", 0)

    def _set_cookie(self, response: Response, token: str, age: int) -> None:
        response.set_cookie(
            self.cookie, token, max_age=age, secure=self.secure, httponly=True, samesite="lax"
        )

    def _token(self, request: Request) -> str:
        """Empty: none that could be ours."""
        given = request.cookies.get(self.cookie, "")
        return given if _TOKEN.fullmatch(given) else ""

    def _forget(self, request: Request) -> str:
        """The digest of the request's token, which is trusted no longer; empty without one."""
        token = self._token(request)
        digest = _digest(token) if token else ""
        self._trusted.take(digest)
        return digest


def _digest(token: str) -> str:
    """Of 256 random bits: there is nothing to guess, so that a quick hash will do."""
    return hashlib.sha256(token.encode()).hexdigest()
