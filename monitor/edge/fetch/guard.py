"""Connections to checked addresses only (server-side request forgery, DNS rebinding).

A name is resolved once and every address it has must be public or allowed; the connection then goes
to one of those addresses, never back to the name.  TLS and the Host header keep the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import httpcore
import httpx

from monitor.domain.addresses import Address, Allowed, is_public
from monitor.errors import FetchError

LOCATION = "location"
"""The response's extension that holds its Location header, as bytes."""

_RESOLVERS = 16
"""Threads that wait for DNS: their own, so that a dead name server holds up nothing else."""

_MAX_TRIED = 4
"""Addresses of one name that are tried before giving up."""

_MAX_CONNECTIONS = 100


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections to public and allowed addresses.  Raises FetchError for others."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._tcp = httpcore.AnyIOBackend()
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="dns")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._resolve(host, port)
        for address in addresses:
            self._check(host, address)
        failure: Exception | None = None
        for address in addresses[:_MAX_TRIED]:
            try:
                return await self._tcp.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def close(self) -> None:
        """Let the resolver threads go."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def _resolve(self, host: str, port: int) -> list[Address]:
        name = host.strip("[]")
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._resolvers, lambda: socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            raise FetchError(
                f"the name {name} was not found: check its spelling, or this machine's DNS"
            ) from error
        return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))

    def _check(self, host: str, address: Address) -> None:
        if is_public(address) or self._allowed.admits(host, address):
            return
        name = host.strip("[]")
        subject = name if name == str(address) else f"{name} ({address})"
        raise FetchError(
            f"{subject} is a private address; allow it in [fetch] allow_private", permanent=True
        )


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over a connection pool that uses the guarded backend; no proxies, no keep-alive."""

    def __init__(self, allowed: Allowed, ssl_context: ssl.SSLContext) -> None:
        self._backend = GuardedBackend(allowed)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context,
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=0,
            network_backend=self._backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        # httpx would read Location even where it does not follow it, and fail on bad ones.
        locations = [value for name, value in answer.headers if name.lower() == b"location"]
        return httpx.Response(
            answer.status,
            headers=[pair for pair in answer.headers if pair[0].lower() != b"location"],
            stream=_Stream(answer),
            extensions={LOCATION: locations[0]} if locations else {},
        )

    async def aclose(self) -> None:
        await self._pool.aclose()
        self._backend.close()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
