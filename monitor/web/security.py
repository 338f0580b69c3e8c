"""What stands between the page and the rest of the web: a guard around the whole application.

The page has no log-in; it trusts whoever reaches it.  So it answers only under its own names (a
foreign name that resolves here is DNS rebinding) and changes things only for its own forms.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 16 * 1024
"""Bytes of the largest request body; the forms send some hundred."""
CALLBACKS = "/websub/"
"""Paths below it are for hubs: each is a secret, and bounds bodies itself."""

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers send `Origin: null` from our own forms (Fetch, "append a
    # request Origin header").  Other sites learn nothing either way.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every response that does not say otherwise."""

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SAFE_METHODS = frozenset({"GET", "HEAD"})
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

    def __init__(self, app: ASGIApp, *, listen: str, public_url: str = "") -> None:
        """``listen``: HOST:PORT, where the page is served.

        ``public_url``: where a proxy passes on what hubs send, to paths below ``CALLBACKS`` alone:
        the page itself is not answered under that name.  Empty: nowhere.
        """
        self.app = app
        self.hosts = allowed_hosts(listen)
        self.public_hosts = _public_hosts(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = _with_headers(send)
        if self.public_hosts and scope["path"].startswith(CALLBACKS):
            refusal = _misdirected(Headers(scope=scope), self.hosts | self.public_hosts)
            await (refusal or self.app)(scope, receive, send)
            return
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self.app(scope, _bounded(receive), send)

    def _refusal(self, method: str, headers: Headers) -> Response | None:
        if refusal := _misdirected(headers, self.hosts):
            return refusal
        if method not in _SAFE_METHODS and not came_from_here(headers, headers["host"].lower()):
            return _refused(403, "Changes are taken from the page itself only.")
        return None


def _misdirected(headers: Headers, hosts: frozenset[str]) -> Response | None:
    names = headers.getlist("host")
    if len(names) == 1 and names[0].lower() in hosts:
        return None
    return _refused(421, "This is not the name under which the page is served.")


def _public_hosts(public_url: str) -> frozenset[str]:
    """The Host headers with which a proxy may pass on what was sent to ``public_url``."""
    if not public_url:
        return frozenset()
    parts = urlsplit(public_url.lower())
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return frozenset({parts.netloc, f"{parts.hostname}:{port}"})


def allowed_hosts(listen: str) -> frozenset[str]:
    """The Host headers that mean this page: its address and the loopback names, lower case."""
    host, _, port = listen.lower().rpartition(":")
    names = (host, *_LOOPBACK)
    with_port = {f"{name}:{port}" for name in names}
    return frozenset(with_port.union(names) if port == "80" else with_port)


def came_from_here(headers: Headers, host: str) -> bool:
    """Whether a browser says that a page of ours sent the request, and nothing contradicts it."""
    site = headers.get("sec-fetch-site")
    senders = [headers[name] for name in ("origin", "referer") if name in headers]
    if site is None and not senders:
        return False
    return site in (None, "same-origin") and all(_host_of(sender) == host for sender in senders)


def _host_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme == "http" else ""


def local_path(wanted: object, otherwise: str) -> str:
    """``wanted`` if it is a path of this site, else ``otherwise``: no open redirect."""
    if isinstance(wanted, str) and _LOCAL_PATH.fullmatch(wanted):
        return wanted
    return otherwise


def _refused(status: int, reason: str) -> Response:
    return PlainTextResponse(f"{reason}\n", status)


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers


def _bounded(receive: Receive) -> Receive:
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY:
            raise HTTPException(413, "The request is too large.")
        return message

    return bounded
