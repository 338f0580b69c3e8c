"""Servers of raw bytes on 127.0.0.1, fetches that are timed and weighed, and a network of names."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import pytest

from monitor.edge.fetch import HttpFetcher
from monitor.errors import FetchError
from monitor.types import Document
from tests.integration.servers import fetching, run

MEMORY = 32 * 2**20
"""Bytes that one fetch may add to this process at its peak, the test's own server included.

Counted by tracemalloc: the resident size still holds what earlier tests freed, and would hide much.
"""
GRACE = 1.0
"""Seconds after the deadline within which a fetch must have ended."""
PUBLIC = "93.184.215.14"
"""Stands for the internet: ``Network`` leads connections to it to the test's server."""
HEADERS = 1
"""The type of HTTP/2's frame of headers (RFC 9113, 6.2)."""


class Line:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def head(self) -> str:
        """The next request's head."""
        return (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")

    async def http2_request(self) -> None:
        """Read a connection's preface and its frames up to the first request (RFC 9113, 3.4)."""
        await self._reader.readuntil(b"\r\n\r\nSM\r\n\r\n")
        kind = None
        while kind != HEADERS:
            size, kind = struct.unpack("!IB", b"\0" + (await self._reader.readexactly(9))[:4])
            await self._reader.readexactly(size)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def hold(self) -> None:
        """Say nothing more, and wait for the client to hang up."""
        await self._reader.read()

    def reset(self) -> None:
        linger = struct.pack("ii", 1, 0)  # to close then sends a reset
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self._writer.transport.abort()


Talk = Callable[[Line], Awaitable[None]]
"""What a server does on a connection, from its start; when it returns, the connection is closed."""


class Peer:
    """A server that talks as told, and counts who came."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._talks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.port = 0

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._talks.add(asyncio.create_task(self._serve(Line(reader, writer), writer)))

    async def _serve(self, line: Line, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(line)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client has gone: what many of the tests are about
        finally:
            writer.close()

    async def end(self) -> None:
        """End all talks; raises what one of them raised."""
        for talk in self._talks:
            talk.cancel()
        for result in await asyncio.gather(*self._talks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


@asynccontextmanager
async def talking(
    talk: Talk, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Peer]:
    peer = Peer(talk)
    listener = await asyncio.start_server(peer.accept, host, 0, ssl=context)
    peer.port = listener.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        listener.close()
        await peer.end()


def says(*parts: bytes, then: str = "close", unasked: bool = False) -> Talk:
    """Reads a request (not if ``unasked``), sends the parts, then closes, holds or resets."""

    async def talk(line: Line) -> None:
        if not unasked:
            await line.head()
        for part in parts:
            await line.send(part)
        if then == "hold":
            await line.hold()
        elif then == "reset":
            line.reset()

    return talk


def floods(start: bytes, again: bytes, pause: float = 0.0, unasked: bool = False) -> Talk:
    """Sends ``start``, and ``again`` without end, ``pause`` seconds apart."""

    async def talk(line: Line) -> None:
        if not unasked:
            await line.head()
        await line.send(start)
        while True:
            await line.send(again)
            await asyncio.sleep(pause)

    return talk


def answer(
    body: bytes = b"", status: str = "200 OK", headers: Iterable[str] = (), close: bool = True
) -> bytes:
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if close:
        lines.append("Connection: close")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1") + body


async def outcome(fetcher: HttpFetcher, url: str, **conditions: Any) -> Document | FetchError:
    try:
        return await fetcher.fetch(url, **conditions)
    except FetchError as error:
        return error


def weighed(
    talk: Talk,
    *,
    context: ssl.SSLContext | None = None,
    scheme: str = "http",
    timeout: float = 1.0,
    **options: Any,
) -> Document | FetchError:
    """What one fetch from the server comes to, within its time and memory."""
    results: list[Document | FetchError] = []

    async def story() -> None:
        async with talking(talk, context) as peer, fetching(timeout=timeout, **options) as fetcher:
            tracemalloc.start()
            started = time.monotonic()
            results.append(await outcome(fetcher, peer.url(scheme=scheme)))
            seconds = time.monotonic() - started
            grown = tracemalloc.get_traced_memory()[1]
        assert seconds < timeout + GRACE
        assert grown <= MEMORY

    try:
        run(story)
    finally:
        tracemalloc.stop()
    return results[0]


def refused(talk: Talk, **options: Any) -> FetchError:
    result = weighed(talk, **options)
    assert isinstance(result, FetchError), result
    return result


def fetched(talk: Talk, **options: Any) -> Document:
    result = weighed(talk, **options)
    assert isinstance(result, Document), result
    return result


_LOOK_UP, _CONNECT = socket.getaddrinfo, socket.socket.connect


@dataclass
class Network:
    """Name service and routes of a test's own.  What the process connects to is written down.

    ``names``: the answers of a name, one list a query, the last one for good.  Addresses in
    ``routes`` lead to a server on this machine; any other refuses.
    """

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    routes: dict[str, int] = field(default_factory=dict)
    connects: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
            name = host.decode() if isinstance(host, bytes) else host
            with contextlib.suppress(ValueError):
                ip_address(name)
                return list(_LOOK_UP(name, port, *args, **kwargs))
            return [_entry(address, port) for address in self._answers(name)]

        def join(sock: socket.socket, address: Any) -> None:
            self.connects.append(address[0])
            if address[0] not in self.routes:
                raise ConnectionRefusedError
            here = "127.0.0.1" if sock.family == socket.AF_INET else "::ffff:127.0.0.1"
            _CONNECT(sock, (here, self.routes[address[0]]))

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(socket.socket, "connect", join)

    def _answers(self, name: str) -> list[str]:
        self.asked.append(name)
        name = name.rstrip(".")
        answers = self.names.get(name) or self.names.get("*")
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def _entry(address: str, port: int) -> tuple[Any, ...]:
    """A line of what getaddrinfo returns."""
    if ":" not in address:
        return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
    return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0))
