"""Exchanges over HTTP/1.1 and HTTP/2, with a connection kept only while it is wanted again.

httpcore speaks both.  Its pool is not used: hosts have turns, so that a host has one connection at
a time, and the pool goes through all its connections at each request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import h2.exceptions
import httpcore

KEEPALIVE = 5.0
"""Seconds after which an idle connection is not trusted any more."""

BROKEN = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.ConnectionNotAvailable,
    h2.exceptions.H2Error,
)
"""What a connection may end with, beside FetchError."""

Dial = Callable[[httpcore.Origin], httpcore.AsyncConnectionInterface]
"""Makes a connection, which connects itself when it is first used."""


class Connections:
    """At most one connection to a host."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self._kept: dict[bytes, httpcore.AsyncConnectionInterface] = {}

    @asynccontextmanager
    async def exchange(
        self, request: httpcore.Request, wanted: Callable[[], bool]
    ) -> AsyncIterator[httpcore.Response]:
        """Send a request; gives the response, its body unread.

        Afterwards the connection is kept for the host's next exchange if it can be used again and
        ``wanted()`` says that there will be one.  Raises FetchError or one of ``BROKEN``.
        """
        connection, response = await self._send(request)
        try:
            yield response
            await response.aclose()
            if connection.is_idle() and wanted():
                self._kept[request.url.host] = connection
        finally:
            if self._kept.get(request.url.host) is not connection:
                await connection.aclose()

    async def aclose(self) -> None:
        """Close the connections that are kept."""
        while self._kept:
            _, connection = self._kept.popitem()
            await connection.aclose()

    async def _send(
        self, request: httpcore.Request
    ) -> tuple[httpcore.AsyncConnectionInterface, httpcore.Response]:
        origin = request.url.origin
        kept = self._kept.pop(request.url.host, None)
        if (
            kept is not None
            and request.method == b"GET"
            and kept.can_handle_request(origin)
            and not kept.has_expired()
        ):
            try:
                return kept, await _answer(kept, request)
            except BROKEN:
                pass  # the server closed it in the meantime: that is no fault
        elif kept is not None:
            await kept.aclose()
        connection = self._dial(origin)
        return connection, await _answer(connection, request)


async def _answer(
    connection: httpcore.AsyncConnectionInterface, request: httpcore.Request
) -> httpcore.Response:
    try:
        return await connection.handle_async_request(request)
    except BaseException as error:
        await connection.aclose()
        if isinstance(error, ValueError):  # httpcore reads the status of HTTP/2 as a number
            raise httpcore.RemoteProtocolError("the status is no number") from error
        raise
