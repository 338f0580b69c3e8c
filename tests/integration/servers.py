"""Servers on 127.0.0.1 that answer as a test wants, and fetchers that may reach them."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.domain.addresses import Allowed
from monitor.edge.fetch import HttpFetcher
from monitor.errors import FetchError

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
LOOPBACK = Allowed.parse(["127.0.0.1"])
TLS = ssl.create_default_context()
"""One for all: to make one takes longer than most of the tests."""

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers each connection by a function of the request's head, and remembers the heads."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.connections = 0
        self.heads: list[str] = []
        self.port = 0

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            await self._answer(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone: what some of the tests are about
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer: Answer, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(answer)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


@asynccontextmanager
async def fetching(**options: Any) -> AsyncIterator[HttpFetcher]:
    settings: dict[str, Any] = {
        "allowed": LOOPBACK,
        "user_agent": "monitor-test",
        "min_gap": lambda host: 0.0,
        "clock": lambda: NOW,
        "timeout": 5.0,
        "ssl_context": TLS,
    }
    fetcher = HttpFetcher(**(settings | options))
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> Answer:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}\r\n" for name, value in named.items()]
        start = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{''.join(lines)}\r\n"
        writer.write(start.encode("latin-1") + body)

    return answer


def redirect(location: str, status: str = "302 Found") -> Answer:
    return reply(status=status, Location=location)


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(bounded())


def fails(answer: Answer, path: str = "/", **options: Any) -> FetchError:
    """The error of fetching one answer."""
    caught: list[FetchError] = []

    async def story() -> None:
        async with serving(answer) as server, fetching(**options) as fetcher:
            with pytest.raises(FetchError) as error:
                await fetcher.fetch(server.url(path))
            caught.append(error.value)

    run(story)
    return caught[0]


def fetch_error(url: str, **options: Any) -> FetchError:
    caught: list[FetchError] = []

    async def story() -> None:
        async with fetching(**options) as fetcher:
            with pytest.raises(FetchError) as error:
                await fetcher.fetch(url)
            caught.append(error.value)

    run(story)
    return caught[0]


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let every name resolve to the given addresses, one list a time; returns the names asked."""
    asked: list[str] = []
    rounds = iter(answers)
    real = socket.getaddrinfo

    def fake(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host[0].isdigit():
            return list(real(host, port, *args, **kwargs))
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in next(rounds)]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    return asked
