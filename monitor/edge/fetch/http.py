"""Documents over HTTP: redirects by hand, conditional requests, every failure as a FetchError."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

import httpcore
import httpx

from monitor.domain.addresses import Allowed
from monitor.domain.clean import clean_line
from monitor.domain.retry_after import retry_after
from monitor.domain.urls import absolute, host_of
from monitor.edge.fetch import body as bodies
from monitor.edge.fetch import messages
from monitor.edge.fetch.body import Limits
from monitor.edge.fetch.connections import BROKEN, KEEPALIVE, Connections
from monitor.edge.fetch.guard import GuardedBackend, check_name
from monitor.edge.fetch.proxy import proxy_pool
from monitor.edge.fetch.robots import Robots
from monitor.edge.fetch.rules import MAX_BYTES as ROBOTS_BYTES
from monitor.edge.fetch.turns import SharedTurns, Turns
from monitor.edge.fetch.words import breakdown, refusal
from monitor.errors import FetchError, ParseError
from monitor.ports import Clock
from monitor.types import Document

MAX_REDIRECTS = 5

_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_MAX_EXCHANGES = 100
"""At once."""
_LEASE_MARGIN = 15.0
"""Seconds beyond the deadline after which another machine may take a host's turn."""
_MAX_SAID = 300
"""Characters of an error's own text that are shown."""
_ACCEPT = (
    b"application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    b"text/html;q=0.9, */*;q=0.8"
)


@dataclass(slots=True)
class _Budget:
    """Seconds that are left for the exchanges of one document."""

    left: float


class HttpFetcher:
    """Fetches documents over HTTP(S); implements ``ports.Fetcher``.

    ``timeout`` bounds the exchanges for one document in seconds, redirects and body included, the
    waits for hosts' turns not; ``max_bytes`` bounds the body on the wire, ``max_decoded`` after
    decompression; ``min_gap`` gives the seconds between requests to a host; ``proxy`` is the
    address of the user's proxy, if there is one; ``shared`` keeps turns with other machines.
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
        proxy: str = "",
        shared: SharedTurns | None = None,
    ) -> None:
        self._clock = clock
        self._timeout = timeout
        self._limits = Limits(max_bytes, max_decoded)
        self._user_agent = user_agent.encode("latin-1", "replace")
        self._robots = Robots(self._read_robots, user_agent)
        self._turns = Turns(
            lambda host: max(min_gap(host), self._robots.delay_of(host)),
            shared=shared,
            lease=timeout + _LEASE_MARGIN,
        )
        self._room = asyncio.Semaphore(_MAX_EXCHANGES)
        self._backend = GuardedBackend(allowed)
        self._handed_over = partial(check_name, allowed=allowed) if proxy else None
        context = ssl_context or _ssl_context()
        if proxy:
            to_proxy = _ssl_context()
            dial = proxy_pool(
                proxy, ssl_context=context, proxy_ssl_context=to_proxy, keepalive=KEEPALIVE
            ).create_connection
        else:
            dial = partial(
                httpcore.AsyncHTTPConnection,
                ssl_context=context,
                http2=True,
                keepalive_expiry=KEEPALIVE,
                network_backend=self._backend,
            )
        self._connections = Connections(dial)

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        robots: bool = False,
    ) -> Document:
        """Fetch one document; waits for its host's turn.  Raises FetchError.

        ``robots``: only if robots.txt allows it, at every host that a redirect leads to.
        """
        headers = [
            (b"User-Agent", self._user_agent),
            (b"Accept", _ACCEPT),
            (b"Accept-Encoding", bodies.ACCEPTED),
            *messages.conditions(etag, last_modified),
        ]
        check = self._robots.check if robots else None
        return await self._follow(url, headers, self._limits, check)

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Submit a form; returns once it is accepted (2xx).  Raises FetchError.

        Redirects are not followed; the answer's body is not kept.
        """
        target = _checked(url)
        content = urlencode(form).encode()
        headers = [
            (b"User-Agent", self._user_agent),
            (b"Accept", b"*/*"),
            (b"Content-Type", b"application/x-www-form-urlencoded"),
            (b"Content-Length", b"%d" % len(content)),
        ]
        request = messages.request("POST", target, headers, content)
        async with self._exchange(target, request, _Budget(self._timeout)) as response:
            if not 200 <= response.status < 300:
                text = await bodies.beginning(response, 4 * _MAX_SAID)
                said = clean_line(text.decode("utf-8", "replace"))[:_MAX_SAID]
                raise self._refusal(target, response, said)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._robots.aclose()
        await self._connections.aclose()
        self._backend.close()

    async def _read_robots(self, url: str) -> bytes:
        headers = [
            (b"User-Agent", self._user_agent),
            (b"Accept", b"text/plain, */*;q=0.5"),
            (b"Accept-Encoding", bodies.ACCEPTED),
        ]
        limits = Limits(2 * ROBOTS_BYTES, 4 * ROBOTS_BYTES)
        return (await self._follow(url, headers, limits, None)).body

    async def _follow(
        self,
        url: str,
        headers: messages.Headers,
        limits: Limits,
        check: Callable[[str], Awaitable[None]] | None,
    ) -> Document:
        """The document to which redirects lead; ``check`` has a say about every address."""
        target = _checked(url)
        budget = _Budget(self._timeout)
        is_conditional = any(name.startswith(b"If-") for name, _ in headers)
        expected = {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED if is_conditional else HTTPStatus.OK}
        moved_to, moving, status = None, True, 0
        for _ in range(MAX_REDIRECTS + 1):
            if check is not None:
                await check(target)
            request = messages.request("GET", target, headers)
            async with self._exchange(target, request, budget) as response:
                status = response.status
                if status in expected:
                    return await self._document(target, response, limits, moved_to)
                if status not in _REDIRECTS:
                    raise self._refusal(target, response)
                target = messages.redirected(target, response)
            moving = moving and status in _PERMANENT
            moved_to = target if moving else moved_to
        raise FetchError(f"{url} redirects more than {MAX_REDIRECTS} times", status=status)

    @asynccontextmanager
    async def _exchange(
        self, url: str, request: httpcore.Request, budget: _Budget
    ) -> AsyncIterator[httpcore.Response]:
        """One request in its host's turn; gives the response.  Raises FetchError."""
        host = host_of(url)
        if self._handed_over is not None:
            self._handed_over(host)
        async with self._turns.turn(host) as wanted, self._room:
            started = time.monotonic()
            try:
                async with (
                    asyncio.timeout(budget.left),
                    self._connections.exchange(request, wanted) as response,
                ):
                    yield response
            except TimeoutError as error:
                raise FetchError(
                    f"{host} did not answer in full within {self._timeout:g} s"
                ) from error
            except BROKEN as error:
                raise breakdown(host, error) from error
            finally:
                budget.left -= time.monotonic() - started

    async def _document(
        self, url: str, response: httpcore.Response, limits: Limits, moved_to: str | None
    ) -> Document:
        body = b""
        if response.status == HTTPStatus.OK:
            encoding = messages.joined(response, b"content-encoding")
            body = await bodies.read(response, encoding, limits)
        else:
            await bodies.beginning(response, 1)  # to the end, for the connection to be used again
        return Document(
            url=url,
            status=response.status,
            body=body,
            content_type=messages.header(response, b"content-type").lower(),
            fetched_at=self._clock(),
            etag=messages.validator(response, b"etag"),
            last_modified=messages.validator(response, b"last-modified"),
            moved_to=moved_to,
            links=messages.joined(response, b"link")[: messages.MAX_LINKS],
        )

    def _refusal(self, url: str, response: httpcore.Response, said: str = "") -> FetchError:
        asked = retry_after(messages.header(response, b"retry-after"), self._clock())
        return refusal(host_of(url), response.status, asked, said)


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
