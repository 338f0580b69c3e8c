"""The socket of the page."""

from __future__ import annotations

import asyncio
import socket

import pytest

from monitor.config import Config
from monitor.daemon import bind
from monitor.errors import ConfigError


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "[::1]:0"])
def test_answers_do_not_wait_to_be_sent_together(listen: str) -> None:
    """Nagle's algorithm and a delayed acknowledgement would cost 40 ms an answer."""
    try:
        listener = bind(Config.model_validate({"web": {"listen": listen}}))
    except ConfigError:
        pytest.skip("no IPv6 here")

    async def accepted() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            end = writer.get_extra_info("socket")
            found.set_result(end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        server = await asyncio.start_server(greet, sock=listener)
        host, port = listener.getsockname()[:2]
        _, writer = await asyncio.open_connection(host, port)
        async with asyncio.timeout(5):
            nodelay = await found
        writer.close()
        server.close()
        return nodelay

    listener.listen()
    assert asyncio.run(accepted()) != 0
