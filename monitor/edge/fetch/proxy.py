"""The user's own proxy: its address is not subject to the rule for the addresses of others."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import httpcore

from monitor.edge.fetch.streams import Stream, connect
from monitor.errors import FetchError


def proxy_pool(
    url: str, *, ssl_context: ssl.SSLContext, proxy_ssl_context: ssl.SSLContext, keepalive: float
) -> httpcore.AsyncHTTPProxy:
    """Makes connections through the proxy ``http(s)://[user:password@]host[:port]``.

    The two contexts are distinct: httpcore offers HTTP/2 through the proxy, but not to it, and
    sets so on the context itself.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    address = httpcore.URL(
        scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target="/"
    )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return httpcore.AsyncHTTPProxy(
        address,
        proxy_auth=(user.encode(), password.encode()) if user or password else None,
        ssl_context=ssl_context,
        proxy_ssl_context=proxy_ssl_context if secure else None,
        http2=True,
        keepalive_expiry=keepalive,
        network_backend=_ProxyBackend(),
    )


class _ProxyBackend(httpcore.AsyncNetworkBackend):
    """Connects to the proxy, and says so where that fails."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Stream:
        try:
            return await connect(host, port)
        except (httpcore.ConnectError, UnicodeError) as error:
            raise FetchError(
                f"the proxy {host}:{port} cannot be reached: check [fetch] proxy"
            ) from error

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
