"""One HTTP exchange: redirects by hand, conditional requests, every failure as a FetchError."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from monitor.domain.addresses import Allowed
from monitor.domain.urls import absolute, host_of, join
from monitor.edge.fetch import body as bodies
from monitor.edge.fetch.guard import LOCATION, GuardedTransport
from monitor.edge.fetch.turns import Turns
from monitor.errors import FetchError, ParseError
from monitor.ports import Clock
from monitor.types import Document

MAX_REDIRECTS = 5
MAX_RETRY_AFTER = 86_400.0
"""Seconds: no server puts us off for longer than a day."""

_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 425, 429}
"""The 4xx answers that may be another the next time."""
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/html;q=0.9, */*;q=0.8"
)
_REASONS = {
    401: "asks for a password",
    403: "refuses access",
    404: "has nothing at this address",
    410: "says that this address is gone for good",
    429: "asks for fewer requests",
    451: "is not allowed to show this",
}


class HttpFetcher:
    """Fetches documents over HTTP(S); implements ``ports.Fetcher``.

    ``timeout`` bounds one exchange in seconds, redirects and body included, the wait for a host's
    turn not; ``max_bytes`` bounds the body on the wire, ``max_decoded`` after decompression;
    ``min_gap`` gives the seconds between requests to a host.
    """

    def __init__(
        self,
        *,
        allowed: Allowed,
        user_agent: str,
        min_gap: Callable[[str], float],
        clock: Clock,
        timeout: float = 30.0,
        max_bytes: int = 10 * 2**20,
        max_decoded: int = 20 * 2**20,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._max_decoded = max_decoded
        self._turns = Turns(min_gap)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(allowed, ssl_context or _ssl_context()),
            headers={
                "User-Agent": user_agent,
                "Accept": _ACCEPT,
                "Accept-Encoding": bodies.ACCEPTED,
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=timeout,
            trust_env=False,
        )

    async def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Document:
        """Fetch one document; waits for its host's turn.  Raises FetchError."""
        conditions = _conditions(etag, last_modified)
        hops, left = 0, self._timeout
        target = _checked(url)
        while True:
            host = host_of(target)
            async with self._turns.turn(host):
                while host_of(target) == host:
                    started = time.monotonic()
                    answer = await self._exchange(target, conditions, left)
                    left -= time.monotonic() - started
                    if isinstance(answer, Document):
                        return answer
                    hops += 1
                    if hops > MAX_REDIRECTS:
                        raise FetchError(f"{url} redirects more than {MAX_REDIRECTS} times")
                    target = answer

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _exchange(
        self, url: str, conditions: list[tuple[bytes, bytes]], seconds: float
    ) -> Document | str:
        """One request: the document, or the address it redirects to.  Raises FetchError."""
        host = host_of(url)
        try:
            async with (
                asyncio.timeout(seconds),
                self._client.stream("GET", url, headers=conditions) as response,
            ):
                response.headers.encoding = "latin-1"  # opaque bytes: ETags come back as they came
                if response.status_code in _REDIRECTS:
                    return _redirect(url, response)
                return await self._document(url, response)
        except TimeoutError as error:
            raise FetchError(f"{host} did not answer in full within {self._timeout:g} s") from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise FetchError(f"{url} is not a usable address: {error}", permanent=True) from error
        except _CONNECTION_ERRORS as error:
            raise FetchError(_explain(host, error)) from error

    async def _document(self, url: str, response: httpx.Response) -> Document:
        headers, status = response.headers, response.status_code
        if status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            raise self._failure(url, response)
        body = b""
        if status == HTTPStatus.OK:
            body = await bodies.read(response, self._max_bytes, self._max_decoded)
        return Document(
            url=url,
            status=status,
            body=body,
            content_type=headers.get("content-type", "").lower(),
            fetched_at=self._clock(),
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
        )

    def _failure(self, url: str, response: httpx.Response) -> FetchError:
        status = response.status_code
        if status in _REASONS:
            reason = _REASONS[status]
        elif status >= 500:
            reason = "has a fault of its own"
        else:
            reason = "answers with something that is no document"
        return FetchError(
            f"{host_of(url)} {reason} (HTTP {status})",
            permanent=400 <= status < 500 and status not in _PASSING,
            status=status,
            retry_after=self._retry_after(response.headers.get("retry-after")),
        )

    def _retry_after(self, value: str | None) -> float | None:
        """Seconds from a Retry-After header (RFC 9110, 10.2.3), in [0, a day]; None if unusable."""
        if value is None:
            return None
        text = value.strip()
        if text.isascii() and text.isdigit():
            return min(float(text[:12]), MAX_RETRY_AFTER)
        try:
            until = parsedate_to_datetime(text)
            seconds = (until.replace(tzinfo=until.tzinfo or UTC) - self._clock()).total_seconds()
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return min(max(seconds, 0.0), MAX_RETRY_AFTER)


_CONNECTION_ERRORS = (
    httpx.HTTPError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
)


def _ssl_context() -> ssl.SSLContext:
    """Trusts certifi's authorities and this machine's."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _checked(url: str) -> str:
    try:
        return absolute(url)
    except ParseError as error:
        raise FetchError(str(error), permanent=True) from error


def _conditions(etag: str | None, last_modified: str | None) -> list[tuple[bytes, bytes]]:
    pairs = ((b"If-None-Match", etag), (b"If-Modified-Since", last_modified))
    return [(name, value.encode("latin-1", "replace")) for name, value in pairs if value]


def _redirect(url: str, response: httpx.Response) -> str:
    location = response.extensions.get(LOCATION, b"").decode("utf-8", "replace")
    if not location:
        raise FetchError(f"{host_of(url)} redirects to nowhere (HTTP {response.status_code})")
    try:
        return join(url, location)
    except ParseError as error:
        message = f"{host_of(url)} redirects to an address that is not followed: {error}"
        raise FetchError(message, permanent=True) from error


def _explain(host: str, error: Exception) -> str:
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not valid: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection to {host} could be made: {cause.reason or cause}"
        if isinstance(cause, ConnectionRefusedError):
            return f"{host} refuses connections: is its server running, and the port right?"
    if isinstance(error, (httpcore.TimeoutException, httpx.TimeoutException)):
        return f"{host} cannot be reached: the connection timed out"
    if isinstance(error, (httpcore.ProtocolError, httpx.ProtocolError)):
        return f"{host} broke off or does not speak HTTP: {error}"
    return f"the connection to {host} broke: {str(error) or type(causes[-1]).__name__}"
