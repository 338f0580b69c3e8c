"""HTTP/2, where a server offers it: used, and bounded as HTTP/1.1 is."""

from __future__ import annotations

import asyncio
import gzip
import random
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame, PingFrame

from monitor.errors import FetchError
from tests.integration.servers import fetching, reply, run, serving

Answer = Callable[["Exchange"], Awaitable[None]]

HELLO = [(":status", "200"), ("content-type", "text/plain"), ("etag", '"a"')]


class Exchange:
    """One request to a server that speaks HTTP/2, and the means to answer it."""

    def __init__(
        self,
        connection: h2.connection.H2Connection,
        writer: asyncio.StreamWriter,
        request: h2.events.RequestReceived,
    ) -> None:
        self.connection = connection
        self.writer = writer
        self.stream = request.stream_id or 0
        self.headers = {
            bytes(name).decode(): bytes(value).decode() for name, value in request.headers or []
        }

    async def flush(self) -> None:
        self.writer.write(self.connection.data_to_send())
        await self.writer.drain()

    async def raw(self, data: bytes) -> None:
        """Bytes of our own making."""
        await self.flush()
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, body: bytes = b"", headers: list[tuple[str, str]] = HELLO) -> None:
        self.connection.send_headers(self.stream, headers, end_stream=not body)
        if body:
            self.connection.send_data(self.stream, body, end_stream=True)
        await self.flush()


class Server:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests: list[dict[str, str]] = []
        self.connections = 0
        self.port = 0

    def url(self, path: str = "/") -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        config = h2.config.H2Configuration(client_side=False, validate_outbound_headers=False)
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        answers: set[asyncio.Task[None]] = set()
        try:
            writer.write(connection.data_to_send())
            while data := await reader.read(65_536):
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        exchange = Exchange(connection, writer, event)
                        self.requests.append(exchange.headers)
                        answers.add(asyncio.create_task(self._guarded(exchange)))
                writer.write(connection.data_to_send())
        except ConnectionError:
            pass  # the client has gone
        finally:
            for task in answers:
                task.cancel()
            writer.close()

    async def _guarded(self, exchange: Exchange) -> None:
        try:
            await self._answer(exchange)
        except ConnectionError:
            pass  # the client has gone


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1 in one file, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
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


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def server_side(certificate: Path, *protocols: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(list(protocols))
    return context


@asynccontextmanager
async def speaking_http2(answer: Answer, certificate: Path) -> AsyncIterator[Server]:
    server = Server(answer)
    listener = await asyncio.start_server(
        server.serve, "127.0.0.1", 0, ssl=server_side(certificate, "h2", "http/1.1")
    )
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


class World:
    """A server, and fetchers that trust it."""

    def __init__(self, certificate: Path, trusting: ssl.SSLContext) -> None:
        self.certificate = certificate
        self.trusting = trusting

    def fails(self, answer: Answer, **options: Any) -> FetchError:
        caught: list[FetchError] = []

        async def story() -> None:
            async with (
                speaking_http2(answer, self.certificate) as server,
                fetching(ssl_context=self.trusting, **options) as fetcher,
            ):
                with pytest.raises(FetchError) as error:
                    await fetcher.fetch(server.url())
            caught.append(error.value)

        run(story)
        return caught[0]


@pytest.fixture
def world(certificate: Path, trusting: ssl.SSLContext) -> World:
    return World(certificate, trusting)


# ------------------------------------------------------------------ used


def test_a_document_over_http2(world: World) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.reply(b"<rss/>")

    async def story() -> None:
        async with (
            speaking_http2(answer, world.certificate) as server,
            fetching(ssl_context=world.trusting) as fetcher,
        ):
            document = await fetcher.fetch(server.url("/feed;a?x=1"), etag='"a"')
            assert (document.status, document.body, document.etag) == (200, b"<rss/>", '"a"')
            (request,) = server.requests
            assert request[":path"] == "/feed;a?x=1"
            assert request[":authority"] == f"127.0.0.1:{server.port}"
            assert request["user-agent"] == "monitor-test"
            assert request["if-none-match"] == '"a"'

    run(story)


def test_http1_where_http2_is_not_offered(world: World) -> None:
    async def story() -> None:
        context = server_side(world.certificate, "http/1.1")
        async with serving(reply(b"ok"), context) as server:
            async with fetching(ssl_context=world.trusting) as fetcher:
                assert (await fetcher.fetch(server.url(scheme="https"))).body == b"ok"
            assert server.heads[0].startswith("GET / HTTP/1.1\r\n")

    run(story)


def test_redirects_and_failures_over_http2(world: World) -> None:
    async def answer(exchange: Exchange) -> None:
        match exchange.headers[":path"]:
            case "/old":
                await exchange.reply(headers=[(":status", "301"), ("location", "/new")])
            case "/new":
                await exchange.reply(b"ok")
            case _:
                await exchange.reply(headers=[(":status", "429"), ("retry-after", "7")])

    async def story() -> None:
        async with (
            speaking_http2(answer, world.certificate) as server,
            fetching(ssl_context=world.trusting) as fetcher,
        ):
            document = await fetcher.fetch(server.url("/old"))
            assert document.url == document.moved_to == server.url("/new")
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(server.url("/busy"))
            assert (caught.value.status, caught.value.retry_after) == (429, 7.0)

    run(story)


def test_a_form_over_http2(world: World) -> None:
    async def answer(exchange: Exchange) -> None:
        await asyncio.sleep(0)  # the form comes in a frame of its own
        await exchange.reply(headers=[(":status", "202")])

    async def story() -> None:
        async with (
            speaking_http2(answer, world.certificate) as server,
            fetching(ssl_context=world.trusting) as fetcher,
        ):
            await fetcher.post(server.url("/hub"), {"hub.mode": "subscribe"})
            assert server.requests[0][":method"] == "POST"

    run(story)


def test_a_batch_shares_a_connection_and_a_goaway_between_is_no_fault(world: World) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.reply(b"ok")
        if exchange.headers[":path"] == "/1":
            exchange.connection.close_connection()
            await exchange.flush()

    async def story() -> None:
        async with (
            speaking_http2(answer, world.certificate) as server,
            fetching(ssl_context=world.trusting) as fetcher,
        ):
            urls = [server.url(f"/{number}") for number in range(5)]
            documents = await asyncio.gather(*map(fetcher.fetch, urls))
            assert {document.body for document in documents} == {b"ok"}
            assert server.connections == 2

    run(story)


# ------------------------------------------------------------------ bounded


async def endless_body(exchange: Exchange) -> None:
    exchange.connection.send_headers(exchange.stream, HELLO)
    while True:
        room = exchange.connection.local_flow_control_window(exchange.stream)
        if room:
            exchange.connection.send_data(exchange.stream, b"x" * min(room, 16_384))
            await exchange.flush()
        await asyncio.sleep(0)


def test_an_endless_body_is_cut_off_by_its_size(world: World) -> None:
    error = world.fails(endless_body, max_bytes=2**20)
    assert str(error) == "the body is larger than 1 MiB"


def test_a_gzip_bomb_is_refused(world: World) -> None:
    async def answer(exchange: Exchange) -> None:
        bomb = gzip.compress(b"\0" * 8 * 2**20)
        await exchange.reply(bomb, [*HELLO, ("content-encoding", "gzip")])

    assert "inflates to more" in str(world.fails(answer, max_decoded=2**20))


async def drip_body(exchange: Exchange) -> None:
    exchange.connection.send_headers(exchange.stream, HELLO)
    while True:
        exchange.connection.send_data(exchange.stream, b"x")
        await exchange.flush()
        await asyncio.sleep(0.02)


async def empty_frames(exchange: Exchange) -> None:
    exchange.connection.send_headers(exchange.stream, HELLO)
    while True:
        await exchange.raw(DataFrame(exchange.stream).serialize() * 100)


async def pings(exchange: Exchange) -> None:
    while True:
        await exchange.raw(PingFrame(0, b"12345678").serialize() * 100)


async def nothing(exchange: Exchange) -> None:
    await exchange.flush()


@pytest.mark.parametrize("answer", [drip_body, empty_frames, pings, nothing])
def test_the_deadline_holds(world: World, answer: Answer) -> None:
    started = time.monotonic()
    error = world.fails(answer, timeout=0.3)
    assert str(error) == "127.0.0.1 did not answer in full within 0.3 s"
    assert not error.permanent
    assert time.monotonic() - started < 3


# ------------------------------------------------------------------ broken


async def many_headers(exchange: Exchange) -> None:
    headers = [(f"x-{number}", "y" * 1000) for number in range(200)]
    await exchange.reply(headers=[*HELLO, *headers])


async def header_bomb(exchange: Exchange) -> None:
    """One header of 4 KB, put into the table and named 16,000 times by a byte each: 64 MB."""
    block = bytes([0x88, 0x40, 1]) + b"x" + bytes([0x7F, 0xA1, 0x1E]) + b"y" * 4000
    frame = HeadersFrame(exchange.stream, block + b"\xbe" * 12_000, flags=["END_HEADERS"])
    await exchange.raw(frame.serialize())


async def endless_continuation(exchange: Exchange) -> None:
    await exchange.raw(HeadersFrame(exchange.stream, b"\x88").serialize())
    while True:
        await exchange.raw(ContinuationFrame(exchange.stream, b"").serialize() * 50)


async def goaway_in_the_body(exchange: Exchange) -> None:
    exchange.connection.send_headers(exchange.stream, HELLO)
    exchange.connection.send_data(exchange.stream, b"half")
    exchange.connection.close_connection()
    await exchange.flush()
    exchange.writer.close()


async def goaway_before_the_headers(exchange: Exchange) -> None:
    exchange.connection.close_connection(last_stream_id=0)
    await exchange.flush()


async def reset(exchange: Exchange) -> None:
    exchange.connection.reset_stream(exchange.stream)
    await exchange.flush()


async def reset_in_the_body(exchange: Exchange) -> None:
    exchange.connection.send_headers(exchange.stream, HELLO)
    exchange.connection.reset_stream(exchange.stream)
    await exchange.flush()


async def hang_up(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def not_http2(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\n\r\n")
    exchange.writer.close()


async def broken_body(exchange: Exchange) -> None:
    exchange.connection.send_headers(exchange.stream, HELLO)
    await exchange.raw(b"\x00\x00\x05\x00\x08" + exchange.stream.to_bytes(4, "big") + b"\xffabcd")


async def no_number_for_a_status(exchange: Exchange) -> None:
    await exchange.reply(headers=[(":status", "fine"), ("etag", "x")])


async def no_status(exchange: Exchange) -> None:
    await exchange.raw(HeadersFrame(exchange.stream, b"", flags=["END_HEADERS"]).serialize())
    exchange.writer.close()


BROKEN = [many_headers, header_bomb, endless_continuation, goaway_in_the_body]
BROKEN += [goaway_before_the_headers, reset, reset_in_the_body, hang_up, not_http2, broken_body]
BROKEN += [no_number_for_a_status, no_status]


@pytest.mark.parametrize("answer", BROKEN)
def test_broken_connections_may_be_tried_again(world: World, answer: Answer) -> None:
    error = world.fails(answer)
    assert "127.0.0.1" in str(error)
    assert "within" not in str(error)
    assert not error.permanent


def test_headers_that_could_not_be_sent_back_are_not_kept(world: World) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.reply(b"ok", [(":status", "200"), ("etag", "a\r\nX: 1"), ("link", "<x>")])

    async def story() -> None:
        async with (
            speaking_http2(answer, world.certificate) as server,
            fetching(ssl_context=world.trusting) as fetcher,
        ):
            document = await fetcher.fetch(server.url())
            assert (document.body, document.etag, document.links) == (b"ok", None, "<x>")

    run(story)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_frames_end_in_a_document_or_in_an_error_of_ours(world: World, seed: int) -> None:
    chance = random.Random(seed)

    async def answer(exchange: Exchange) -> None:
        exchange.connection.send_headers(exchange.stream, HELLO)
        exchange.connection.send_data(exchange.stream, b"body" * 20, end_stream=True)
        wire = bytearray(exchange.connection.data_to_send())
        for _ in range(chance.randint(1, 6)):
            wire[chance.randrange(len(wire))] = chance.randrange(256)
        await exchange.raw(bytes(wire))
        exchange.writer.close()

    async def story() -> None:
        async with (
            speaking_http2(answer, world.certificate) as server,
            fetching(ssl_context=world.trusting, timeout=1.0) as fetcher,
        ):
            try:
                await fetcher.fetch(server.url())
            except FetchError as error:
                assert str(error)

    run(story)


def test_a_redirect_out_of_http2_is_followed(world: World) -> None:
    async def story() -> None:
        async with serving(reply(b"plain")) as plain:

            async def answer(exchange: Exchange) -> None:
                await exchange.reply(headers=[(":status", "302"), ("location", plain.url())])

            async with (
                speaking_http2(answer, world.certificate) as server,
                fetching(ssl_context=world.trusting) as fetcher,
            ):
                assert (await fetcher.fetch(server.url())).body == b"plain"

    run(story)
