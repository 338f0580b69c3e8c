"""What stands between the page and the rest of the web: a guard around the whole application.

The page answers only under its own names (a foreign name that resolves here is DNS rebinding) and
changes things only for its own forms, and for programs.  Who may, ``doors`` decides.
"""

from __future__ import annotations

import hmac
import re
import secrets

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.headers import with_headers
from monitor.web.origins import Names, came_from_here, hosts_of, is_from_a_program

MAX_BODY = 16 * 1024
"""Bytes of the largest request body; the forms send some hundred."""
MAX_UPLOAD = 2 * 2**20
"""The same where files are taken."""
_UPLOADS = re.compile("/topics|/settings/.+/seeds")
CALLBACKS = "/websub/"
"""Paths below it are for hubs: each is a secret, and bounds bodies itself."""
API = re.compile("/api(/.*)?", re.DOTALL)
"""Paths for programs."""
SAFE_METHODS = frozenset({"GET", "HEAD"})

_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""Printable ASCII after a single slash; browsers read a backslash as a slash, so it is not in."""


class Token:
    """A secret of this process that its own forms carry."""

    def __init__(self) -> None:
        self.value = secrets.token_urlsafe(32)

    def matches(self, given: object) -> bool:
        """Compare in constant time."""
        return isinstance(given, str) and hmac.compare_digest(given.encode(), self.value.encode())


class Guard:
    """Checks the Host and, on a change, where it comes from; bounds bodies; sets the headers."""

    def __init__(self, app: ASGIApp, *, listen: str, public_url: str = "", url: str = "") -> None:
        """``listen``: HOST:PORT, where the page is served.  ``url``: the address people use.

        ``public_url``: where a proxy passes on what hubs send, to paths below ``CALLBACKS`` alone:
        the page itself is not answered under that name.  Empty: nowhere.
        """
        self.app = app
        self.url = url
        self.names = Names.of(listen, url)
        self.public_hosts = hosts_of(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, send = scope["path"], with_headers(send)
        to_hub = bool(self.public_hosts) and path.startswith(CALLBACKS)
        refusal = self._refusal(scope["method"], path, Headers(scope=scope), to_hub=to_hub)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive if to_hub else _bounded(receive, _limit(path)), send)

    def _refusal(
        self, method: str, path: str, headers: Headers, *, to_hub: bool
    ) -> Response | None:
        names = [name.lower() for name in headers.getlist("host")]
        known = len(names) == 1 and (
            names[0] in self.names or (to_hub and names[0] in self.public_hosts)
        )
        if not known:
            return _refused(421, "This is not the name under which the page is served.")
        if to_hub or method in SAFE_METHODS or came_from_here(headers, self.url):
            return None
        if API.fullmatch(path) and is_from_a_program(headers):
            return None
        return _refused(403, "Changes are taken from the page itself only.")


def local_path(wanted: object, otherwise: str) -> str:
    """``wanted`` if it is a path of this site, else ``otherwise``: no open redirect."""
    if isinstance(wanted, str) and _LOCAL_PATH.fullmatch(wanted):
        return wanted
    return otherwise


def _refused(status: int, reason: str) -> Response:
    return PlainTextResponse(f"{reason}\n", status)


def _limit(path: str) -> int:
    return MAX_UPLOAD if _UPLOADS.fullmatch(path) else MAX_BODY


def _bounded(receive: Receive, limit: int) -> Receive:
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, "The request is too large.")
        return message

    return bounded
