"""Who comes in, and what they may do: the middleware that decides it for every address at once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.errors import StoreError
from monitor.types import Role
from monitor.web.checks import Checks, TooSoon
from monitor.web.passwords import Passwords
from monitor.web.security import API, CALLBACKS, SAFE_METHODS, local_path
from monitor.web.sessions import Sessions

if TYPE_CHECKING:
    from monitor.pipeline import Parts

LOGIN, LOGOUT = "/login", "/logout"
_OPEN = frozenset({LOGIN, "/healthz"})
_OPEN_BELOW = ("/static/", CALLBACKS)
"""What needs no login: the callbacks are secrets themselves."""
_FEEDS = "/atom/"
_CHALLENGE = 'Basic realm="monitor", charset="UTF-8"'
_ORIGIN = re.compile(r"^https?://[^/]*")
_MAX_NEXT = 2000
"""Characters of a path that a login remembers."""

Failed = Callable[[Request, Exception], Awaitable[Response]]


@dataclass(frozen=True)
class Access:
    """How the page is reached, and by whom."""

    passwords: Passwords | None = None
    """None: everybody who reaches it is an editor."""
    url: str = ""
    """The address people use, where it is another than that on which the page listens."""


class Doors:
    """The passwords of a page, and the browsers that have given one."""

    def __init__(self, parts: Parts, passwords: Passwords, url: str) -> None:
        self.checks = Checks(passwords, parts.clock)
        self.sessions = Sessions(parts, passwords, secure=url.startswith("https:"))

    async def role_of(self, request: Request) -> Role | None:
        """By the cookie; for programs also by HTTP Basic.  Raises StoreError, TooSoon."""
        role = await self.sessions.role_of(request)
        given = request.headers.get("authorization", "")
        if role is None and given and _for_programs(request):
            return await self.checks.of_header(given, host_of(request))
        return role


class Doorkeeper:
    """Puts the role of whoever asks into ``request.state.role`` (None: not known, at addresses
    that need no login), and sends away those who have none, and viewers who want a change."""

    def __init__(self, app: ASGIApp, doors: Doors | None, failed: Failed) -> None:
        """``doors`` None: everybody is an editor.  ``failed`` makes a page of a refusal."""
        self.app = app
        self.doors = doors
        self.failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        request.state.role = None if self.doors else "editor"
        try:
            refusal = await self._refusal(self.doors, request) if self.doors else None
        except (HTTPException, StoreError) as error:
            refusal = await self.failed(request, error)
        await (refusal or self.app)(scope, receive, send)

    async def _refusal(self, doors: Doors, request: Request) -> Response | None:
        path = request.scope["path"]
        if path in _OPEN or path.startswith(_OPEN_BELOW):
            return None
        try:
            role = request.state.role = await doors.role_of(request)
        except TooSoon as error:
            raise HTTPException(429, str(error), {"Retry-After": str(error.seconds)}) from None
        if role is None:
            return _to_login(request)
        if role == "viewer" and request.method not in SAFE_METHODS and path != LOGOUT:
            raise HTTPException(403, "You are logged in to read: changes need the other password.")
        return None


def _for_programs(request: Request) -> bool:
    """Where HTTP Basic is taken: scripts and feed readers fill in no form."""
    path = request.scope["path"]
    return path.startswith(_FEEDS) or API.fullmatch(path) is not None


def host_of(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""


def _to_login(request: Request) -> Response:
    if _for_programs(request):
        raise HTTPException(
            401, "This address needs the password.", {"WWW-Authenticate": _CHALLENGE}
        )
    wanted = _wanted(request)
    address = f"{LOGIN}?{urlencode({'next': wanted})}" if wanted != "/" else LOGIN
    if "hx-request" in request.headers:  # htmx would put the login page into a part of this one
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _wanted(request: Request) -> str:
    """Where to go after the login: what was asked for, or the page from which a change came."""
    whole = quote(request.scope["path"])
    if query := request.scope["query_string"].decode("latin-1"):
        whole = f"{whole}?{query}"
    if request.method not in SAFE_METHODS or "hx-request" in request.headers:
        whole = _ORIGIN.sub("", request.headers.get("referer", ""))
    return local_path(whole, otherwise="/") if len(whole) <= _MAX_NEXT else "/"
