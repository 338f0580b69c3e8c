"""Connections of the fetcher: kept within a host's batch only, and through the user's proxy."""

from __future__ import annotations

import asyncio
import base64
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.domain.addresses import Allowed
from monitor.errors import FetchError
from tests.integration.servers import Answer, fetching, redirect, reply, resolving, run, serving

# ------------------------------------------------------------------ kept


class Keeping:
    """A server that keeps connections open; closes after ``per_connection`` answers if asked."""

    def __init__(
        self, per_connection: int = 1000, farewell: bytes = b"", answer: Answer | None = None
    ) -> None:
        self.per_connection = per_connection
        self.farewell = farewell
        self.answer = answer or reply(b"ok")
        self.connections = 0
        self.open = 0
        self.paths: list[str] = []
        self.port = 0
        self.all_closed = asyncio.Event()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.all_closed.clear()
        try:
            for _ in range(self.per_connection):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.paths.append(head.split(" ", 2)[1])
                await self.answer(head, writer)
            writer.write(self.farewell)
            if not self.farewell:  # read one more request, and hang up on it
                await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone: what the tests are about
        finally:
            writer.close()
            self.open -= 1
            if not self.open:
                self.all_closed.set()


@asynccontextmanager
async def keeping(server: Keeping) -> AsyncIterator[Keeping]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def test_a_batch_of_one_host_shares_a_connection_that_is_closed_after_it() -> None:
    async def story() -> None:
        async with keeping(Keeping()) as server, fetching() as fetcher:
            urls = [server.url(f"/{number}") for number in range(8)]
            documents = await asyncio.gather(*map(fetcher.fetch, urls))
            assert {document.body for document in documents} == {b"ok"}
            assert server.connections == 1
            await server.all_closed.wait()
            await fetcher.fetch(server.url("/later"))
            assert server.connections == 2
            await server.all_closed.wait()

    run(story)


async def unchanged(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')


def test_a_batch_without_news_shares_a_connection_too() -> None:
    async def story() -> None:
        async with keeping(Keeping(answer=unchanged)) as server, fetching() as fetcher:
            asked = [fetcher.fetch(server.url(), etag='"a"') for _ in range(4)]
            assert {document.status for document in await asyncio.gather(*asked)} == {304}
            assert server.connections == 1

    run(story)


LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(("farewell", "gap"), [(b"", 0.0), (b"", 0.02), (LATE, 0.02)])
def test_a_kept_connection_that_the_server_closes_is_no_fault(farewell: bytes, gap: float) -> None:
    async def story() -> None:
        async with (
            keeping(Keeping(2, farewell)) as server,
            fetching(min_gap=lambda host: gap) as fetcher,
        ):
            urls = [server.url(f"/{number}") for number in range(6)]
            documents = await asyncio.gather(*map(fetcher.fetch, urls))
            assert [document.body for document in documents] == [b"ok"] * 6
            assert server.connections == 3

    run(story)


def test_a_connection_that_is_too_old_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        monkeypatch.setattr("monitor.edge.fetch.http.KEEPALIVE", -1.0)
        async with keeping(Keeping()) as server, fetching() as fetcher:
            await asyncio.gather(*(fetcher.fetch(server.url()) for _ in range(3)))
            assert server.connections == 3

    run(story)


def test_a_fetch_that_is_given_up_leaves_no_connection() -> None:
    async def story() -> None:
        answered = asyncio.Event()

        async def hang(head: str, writer: asyncio.StreamWriter) -> None:
            answered.set()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            await writer.drain()
            await writer.wait_closed()

        async with serving(hang) as server, fetching() as fetcher:
            task = asyncio.create_task(fetcher.fetch(server.url()))
            await answered.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert not fetcher._connections._kept

    run(story)


# ------------------------------------------------------------------ through a proxy


class Proxy:
    """Forwards plain requests, and tunnels after CONNECT, to one port of 127.0.0.1."""

    def __init__(self, to: int = 0, password: str = "") -> None:
        self.to = to
        self.wanted = base64.b64encode(password.encode()).decode() if password else ""
        self.heads: list[str] = []
        self.port = 0

    @property
    def asked(self) -> list[str]:
        """Method and target of each request."""
        return [head.rsplit(" ", 1)[0] for head in (head.split("\r\n")[0] for head in self.heads)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            if self.wanted and f"Proxy-Authorization: Basic {self.wanted}\r\n" not in head:
                await reply(status="407 Proxy Authentication Required")(head, writer)
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.to)
            if head.startswith("CONNECT "):
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                back.write(head.encode("latin-1"))
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(_pump(reader, back))
                pumps.create_task(_pump(there, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # one of the two has gone
        finally:
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # one of the two has gone
    finally:
        writer.close()


@asynccontextmanager
async def proxying(
    to: int, password: str = "", context: ssl.SSLContext | None = None
) -> AsyncIterator[Proxy]:
    proxy = Proxy(to, password)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=context)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of news.example and 127.0.0.1 in one file, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=x", "-addext", "subjectAltName=DNS:news.example,IP:127.0.0.1"]
    try:
        subprocess.run(
            [*command.split(), "-keyout", str(file), "-out", f"{file}.crt", *names],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    with file.open("a") as out:
        out.write(Path(f"{file}.crt").read_text())
    return file


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


NOBODY = Allowed()


def test_plain_requests_go_through_the_proxy_and_names_are_left_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        asked = resolving(monkeypatch)
        async with (
            serving(reply(b"ok")) as server,
            proxying(server.port, "me:p@ss") as proxy,
            fetching(proxy=f"http://me:p%40ss@127.0.0.1:{proxy.port}", allowed=NOBODY) as fetcher,
        ):
            document = await fetcher.fetch("http://news.example/feed;a?x=1")
            assert (document.body, document.url) == (b"ok", "http://news.example/feed;a?x=1")
            assert proxy.asked == ["GET http://news.example/feed;a?x=1"]
            assert "host: news.example\r\n" in server.heads[0].lower()
            assert asked == []

    run(story)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_secure_ones_go_through_a_tunnel(
    scheme: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # the proxy is trusted by it
        trusting = ssl.create_default_context(cafile=str(certificate))
        context = server_side(certificate)
        async with (
            serving(reply(b"ok"), context) as server,
            proxying(server.port, context=context if scheme == "https" else None) as proxy,
            fetching(
                proxy=f"{scheme}://127.0.0.1:{proxy.port}", allowed=NOBODY, ssl_context=trusting
            ) as fetcher,
        ):
            assert (await fetcher.fetch("https://news.example/feed")).body == b"ok"
            assert proxy.asked == ["CONNECT news.example:443"]
            assert "user-agent: monitor-test\r\n" in server.heads[0].lower()

    run(story)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "localhost", "a.localhost."]
)
def test_private_addresses_are_not_handed_over(host: str) -> None:
    async def story() -> None:
        async with (
            proxying(0) as proxy,
            fetching(proxy=f"http://127.0.0.1:{proxy.port}", allowed=NOBODY) as fetcher,
        ):
            with pytest.raises(FetchError, match="is a private address") as error:
                await fetcher.fetch(f"http://{host}/")
            assert error.value.permanent
            assert proxy.heads == []

    run(story)


def test_a_redirect_to_a_private_address_is_not_handed_over() -> None:
    async def story() -> None:
        async with (
            serving(redirect("http://169.254.169.254/latest")) as server,
            proxying(server.port) as proxy,
            fetching(proxy=f"http://127.0.0.1:{proxy.port}", allowed=NOBODY) as fetcher,
        ):
            with pytest.raises(FetchError, match=r"169\.254\.169\.254 is a private address"):
                await fetcher.fetch("http://news.example/")
            assert proxy.asked == ["GET http://news.example/"]

    run(story)


def test_private_addresses_that_are_allowed_are_handed_over() -> None:
    async def story() -> None:
        allowed = Allowed.parse(["10.1.0.0/16", "localhost"])
        async with (
            serving(reply(b"ok")) as server,
            proxying(server.port) as proxy,
            fetching(proxy=f"http://127.0.0.1:{proxy.port}", allowed=allowed) as fetcher,
        ):
            for host in ("10.1.2.3", "localhost"):
                assert (await fetcher.fetch(f"http://{host}/")).body == b"ok"

    run(story)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://news.example/", "the proxy wants a password: check [fetch] proxy (HTTP 407)"),
        ("https://news.example/", "the proxy does not connect to news.example: 407 Proxy Auth"),
    ],
)
def test_a_proxy_that_refuses(url: str, said: str) -> None:
    async def story() -> None:
        async with (
            proxying(0, "me:secret") as proxy,
            fetching(proxy=f"http://me:wrong-one@127.0.0.1:{proxy.port}") as fetcher,
        ):
            with pytest.raises(FetchError) as error:
                await fetcher.fetch(url)
            assert said in str(error.value)
            assert "wrong-one" not in str(error.value)
            assert not error.value.permanent

    run(story)


def test_a_proxy_that_is_not_there() -> None:
    async def story() -> None:
        async with proxying(0) as proxy:
            port = proxy.port
        async with fetching(proxy=f"http://me:secret@127.0.0.1:{port}") as fetcher:
            with pytest.raises(FetchError) as error:
                await fetcher.fetch("http://news.example/")
            said = f"the proxy 127.0.0.1:{port} cannot be reached: check [fetch] proxy"
            assert str(error.value) == said
            assert not error.value.permanent

    run(story)


async def hang(head: str, writer: asyncio.StreamWriter) -> None:
    await writer.wait_closed()


async def babble(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")


@pytest.mark.parametrize("answer", [hang, babble, reply(status="502 Bad Gateway")])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_none(answer: Answer, scheme: str) -> None:
    async def story() -> None:
        async with serving(answer) as server:
            async with fetching(proxy=server.url(), timeout=0.3) as fetcher:
                with pytest.raises(FetchError) as error:
                    await fetcher.fetch(f"{scheme}://news.example/")
            assert not error.value.permanent

    run(story)
