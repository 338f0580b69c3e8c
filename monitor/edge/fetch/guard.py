"""Connections to checked addresses only (server-side request forgery, DNS rebinding).

A name is resolved once and every address it has must be public or allowed; the connection then goes
to one of those addresses, never back to the name.  TLS and the Host header keep the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, ip_address

import httpcore

from monitor.domain.addresses import Address, Allowed, is_public
from monitor.edge.fetch.streams import Stream, connect
from monitor.errors import FetchError

_RESOLVERS = 16
"""Threads that wait for DNS: their own, so that a dead name server holds up nothing else."""

_MAX_TRIED = 4
"""Addresses of one name that are tried before giving up."""

_PATIENCE = 5.0
"""Seconds that an address is given to answer while there is another to try."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections to public and allowed addresses.  Raises FetchError for others."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="dns")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Stream:
        addresses = await self._resolve(host.strip("[]"), port)
        for address in addresses:
            check_address(host.strip("[]"), address, self._allowed)
        *others, last = addresses[:_MAX_TRIED]
        for address in others:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await connect(str(address), port)
            except (httpcore.ConnectError, TimeoutError):
                continue
        return await connect(str(last), port)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def close(self) -> None:
        """Let the resolver threads go."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def _resolve(self, name: str, port: int) -> list[Address]:
        """All addresses of a name, at least one.  Raises FetchError."""
        if (literal := _literal(name)) is not None:
            return [literal]
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._resolvers, lambda: socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            raise FetchError(
                f"the name {name} was not found: check its spelling, or this machine's DNS"
            ) from error
        if not found:
            raise FetchError(f"the name {name} has no address")
        return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


def check_address(name: str, address: Address, allowed: Allowed) -> None:
    """Raises FetchError unless ``address``, which ``name`` stands for, is public or allowed."""
    if is_public(address) or allowed.admits(name, address):
        return
    subject = name if name == str(address) else f"{name} ({address})"
    raise FetchError(
        f"{subject} is a private address; allow it in [fetch] allow_private", permanent=True
    )


def check_name(name: str, allowed: Allowed) -> None:
    """As ``check_address``, where somebody else resolves names: literals and localhost."""
    plain = name.strip("[]")
    address = _literal(plain)
    if address is None and (plain == "localhost" or plain.endswith(".localhost")):  # RFC 6761
        address = IPv4Address("127.0.0.1")
    if address is not None:
        check_address(plain, address, allowed)


def _literal(name: str) -> Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None
