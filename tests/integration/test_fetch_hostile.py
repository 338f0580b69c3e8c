"""Fetching from servers that drip, bomb, or point inside: limits, private addresses, TLS."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import ssl
import struct
import subprocess
import time
from pathlib import Path

import pytest

from monitor.domain.addresses import Allowed
from monitor.edge.fetch.body import inflate
from monitor.errors import FetchError
from tests.integration.servers import (
    fails,
    fetching,
    redirect,
    reply,
    resolving,
    run,
    serving,
)

# ------------------------------------------------------------------ limits


def test_a_gzip_bomb_is_refused_before_it_is_inflated() -> None:
    bomb = gzip.compress(b"\0" * 64 * 2**20)
    error = fails(reply(bomb, Content_Encoding="gzip"), max_decoded=2**20)
    assert str(error) == "the body inflates to more than 1 MiB"
    assert error.permanent


def test_many_members_do_not_get_around_the_limit() -> None:
    with pytest.raises(FetchError, match="inflates to more"):
        inflate(gzip.compress(b"\0" * 600) * 2, 1000)
    assert inflate(gzip.compress(b"\0" * 500) * 2, 1000) == b"\0" * 1000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_encodings_not_asked_for_are_refused(encoding: str) -> None:
    assert "was not asked for" in str(fails(reply(b"x", Content_Encoding=encoding)))


@pytest.mark.parametrize(
    "wire", [gzip.compress(b"hello" * 99, mtime=0)[:-20], b"\x1f\x8b" + b"\xff" * 40]
)
def test_damaged_bodies_may_be_tried_again(wire: bytes) -> None:
    error = fails(reply(wire, Content_Encoding="gzip"))
    assert "compressed body" in str(error)
    assert not error.permanent


def test_a_connection_that_is_reset_is_said_with_its_reason() -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        linger = struct.pack("ii", 1, 0)  # close() then sends a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    error = fails(answer)
    assert re.fullmatch(r"the connection to 127\.0\.0\.1 broke: \w.*", str(error))
    assert not error.permanent


def test_an_endless_body_is_cut_off_by_its_size() -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    assert str(fails(answer, max_bytes=2**20)) == "the body is larger than 1 MiB"


DRIPS = {
    "status": b"",
    "headers": b"HTTP/1.1 200 OK\r\nX: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
}


@pytest.mark.parametrize("start", DRIPS)
def test_a_drip_ends_at_the_deadline(start: str) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(DRIPS[start])
        while True:
            if start != "status":
                writer.write(b"x")
                await writer.drain()
            await asyncio.sleep(0.02)

    started = time.monotonic()
    error = fails(answer, timeout=0.3)
    assert str(error) == "127.0.0.1 did not answer in full within 0.3 s"
    assert not error.permanent
    assert time.monotonic() - started < 3


def test_endless_interim_answers_end_at_the_deadline() -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert "within 0.3 s" in str(fails(answer, timeout=0.3))


def test_the_deadline_counts_redirects_together() -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        await redirect("/again")(head, writer)

    assert "within 0.4 s" in str(fails(answer, timeout=0.4))


# ------------------------------------------------------------------ private addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "localhost"])
def test_a_private_address_is_refused_without_a_connection(host: str) -> None:
    async def story() -> None:
        async with serving(reply(b"secret")) as server, fetching(allowed=Allowed()) as fetcher:
            with pytest.raises(
                FetchError, match=r"private address; allow it in \[fetch\]"
            ) as error:
                await fetcher.fetch(server.url(host=host))
            assert error.value.permanent
            assert server.connections == 0

    run(story)


def test_a_redirect_to_a_private_address_is_refused_without_a_connection() -> None:
    async def story() -> None:
        async with serving(reply(b"secret")) as secret:
            target = secret.url(host="127.0.0.2")
            async with serving(redirect(target)) as server, fetching() as fetcher:
                with pytest.raises(FetchError, match=r"127\.0\.0\.2 is a private address"):
                    await fetcher.fetch(server.url())
            assert secret.connections == 0

    run(story)


def test_a_name_that_resolves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        async with serving(reply(b"secret")) as server, fetching(allowed=Allowed()) as fetcher:
            for addresses in (["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["169.254.169.254"]):
                resolving(monkeypatch, addresses)
                with pytest.raises(FetchError, match=r"news\.example \(.*\) is a private address"):
                    await fetcher.fetch(server.url(host="news.example"))
            assert server.connections == 0

    run(story)


def test_a_name_is_resolved_once_and_the_checked_address_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        async with serving(reply(b"ok")) as server, fetching() as fetcher:
            asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
            document = await fetcher.fetch(server.url(host="news.example"))
            assert document.body == b"ok"
            assert asked == ["news.example"]
            assert f"host: news.example:{server.port}\r\n" in server.heads[0].lower()

    run(story)


def test_an_allowed_name_may_be_private_and_another_may_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        allowed = Allowed.parse(["news.intranet"])
        async with serving(reply(b"ok")) as server, fetching(allowed=allowed) as fetcher:
            resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.1"])
            assert (await fetcher.fetch(server.url(host="news.intranet"))).body == b"ok"
            with pytest.raises(FetchError, match="private address"):
                await fetcher.fetch(server.url(host="evil.example"))

    run(story)


def test_the_next_address_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        allowed = Allowed.parse(["127.0.0.0/8"])
        async with serving(reply(b"ok")) as server, fetching(allowed=allowed) as fetcher:
            resolving(monkeypatch, ["127.0.0.3", "127.0.0.1"])
            assert (await fetcher.fetch(server.url(host="news.example"))).body == b"ok"

    run(story)


# ------------------------------------------------------------------ TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of news.example in one file, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "news.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example"]
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


def test_tls_verifies_the_name_and_not_the_address(
    monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    async def story() -> None:
        server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server_side.load_cert_chain(certificate)
        trusting = ssl.create_default_context(cafile=str(certificate))
        resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"])
        async with serving(reply(b"ok"), server_side) as server:
            async with fetching(ssl_context=trusting) as fetcher:
                url = server.url(host="news.example", scheme="https")
                assert (await fetcher.fetch(url)).body == b"ok"
                with pytest.raises(FetchError, match=r"certificate of other\.example is not valid"):
                    await fetcher.fetch(server.url(host="other.example", scheme="https"))
            async with fetching(ssl_context=None) as fetcher:
                with pytest.raises(FetchError, match=r"is not valid: self.signed") as error:
                    await fetcher.fetch(url)
                assert not error.value.permanent

    run(story)


def test_tls_to_a_server_without_it() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def story() -> None:
        listener = await asyncio.start_server(plain, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, fetching() as fetcher:
            with pytest.raises(FetchError, match="no secure connection"):
                await fetcher.fetch(f"https://127.0.0.1:{port}/")

    run(story)
