"""TCP and TLS over asyncio's own streams, for httpcore.

Its default goes through anyio, and that costs more than all the rest of a small exchange.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpcore


async def connect(host: str, port: int) -> Stream:
    """Open a TCP connection to an address or a name.  Raises httpcore.ConnectError."""
    loop = asyncio.get_running_loop()
    reader = _Reader()
    protocol = asyncio.StreamReaderProtocol(reader)
    try:
        transport, _ = await loop.create_connection(lambda: protocol, host, port)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return Stream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


class _Reader(asyncio.StreamReader):
    """Knows how many bytes wait in it."""

    waiting = 0

    def feed_data(self, data: Any) -> None:
        self.waiting += len(data)
        super().feed_data(data)

    async def read(self, n: int = -1) -> bytes:
        data = await super().read(n)
        self.waiting -= len(data)
        return data


class Stream(httpcore.AsyncNetworkStream):
    """Bytes in and out.  The ``timeout`` of its methods is not used: a deadline of the whole
    exchange bounds them."""

    def __init__(
        self,
        reader: _Reader,
        writer: asyncio.StreamWriter,
        below: asyncio.StreamWriter | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._below = below
        """What TLS runs over: a writer that nobody refers to closes its connection."""
        self._last = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        try:
            self._last = await self._reader.read(max_bytes)
            return self._last
        except OSError as error:
            raise httpcore.ReadError(error.strerror or str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError(error.strerror or str(error)) from error

    async def aclose(self) -> None:
        self._writer.transport.abort()  # at once: nobody waits for a server's farewell

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Stream:
        """TLS on top; what the server sent before it is dropped."""
        loop = asyncio.get_running_loop()
        reader = _Reader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport = await loop.start_tls(
                self._writer.transport, protocol, ssl_context, server_hostname=server_hostname
            )
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if transport is None:  # the server hung up in the middle of it
            raise httpcore.ConnectError("the connection was closed while TLS began")
        protocol.connection_made(transport)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        return Stream(reader, writer, self._writer)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of idle HTTP/1.1 connections: if so, they are closed
            return self._has_more() or self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)

    def _has_more(self) -> bool:
        """Whether more has come than the answer: it would be taken for the answer to the next
        request.  It may have come with the end of the answer."""
        return self._reader.waiting > 0 or self._last.find(b"HTTP/", 1) > 0
