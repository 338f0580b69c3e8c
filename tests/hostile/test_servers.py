"""Servers that stall, lie, babble, flood and hang up: each is one FetchError, in time."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from typing import Any

import pytest

from monitor.domain.addresses import Allowed
from monitor.errors import FetchError
from tests.hostile.servers import (
    Line,
    Talk,
    answer,
    fetched,
    floods,
    outcome,
    refused,
    says,
    talking,
)
from tests.integration.servers import fetching, run

OK = b"HTTP/1.1 200 OK\r\n"
SIZED = OK + b"Content-Length: 100\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

# ------------------------------------------------------------------ too slow

STALLS: dict[str, Talk] = {
    "hangs after the connect": says(then="hold"),
    "hangs in the status line": says(b"HTTP/1.1 20", then="hold"),
    "hangs in the headers": says(OK + b"Server: x\r\nX-Half", then="hold"),
    "hangs after the headers": says(SIZED, then="hold"),
    "hangs before a chunk": says(CHUNKED + b"5\r\nhello\r\n", then="hold"),
    "hangs in a chunk's size": says(CHUNKED + b"5", then="hold"),
    "hangs before the last byte": says(SIZED + b"x" * 99, then="hold"),
    "hangs in the trailers": says(CHUNKED + b"0\r\nX: y\r\n", then="hold"),
    "hangs after an interim answer": says(b"HTTP/1.1 100 Continue\r\n\r\n", then="hold"),
    "drips the status line": floods(b"HTTP/1.1 200 ", b"O", 0.02),
    "drips one header": floods(OK + b"X: ", b"x", 0.02),
    "drips headers": floods(OK, b"X: x\r\n", 0.02),
    "drips the body": floods(SIZED[:-4] + b"00\r\n\r\n", b"x", 0.02),
    "drips chunks": floods(CHUNKED, b"1\r\nx\r\n", 0.02),
    "drips a chunk extension": floods(CHUNKED + b"5;", b"x", 0.02),
    "drips trailers": floods(CHUNKED + b"0\r\n", b"X: y\r\n", 0.02),
    "drips a body without a length": floods(OK + b"\r\n", b"x", 0.02),
    "drips 103s": floods(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", 0.02),
    "drips 100s": floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
    "floods with 103s": floods(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 99, 0.001),
    "floods with chunks of one byte": floods(CHUNKED, b"1\r\nx\r\n" * 999, 0.001),
}


@pytest.mark.parametrize("talk", STALLS.values(), ids=STALLS)
def test_who_does_not_come_to_an_end_is_left_at_the_deadline(talk: Talk) -> None:
    error = refused(talk, timeout=0.2)
    assert str(error) == "127.0.0.1 did not answer in full within 0.2 s"
    assert (error.permanent, error.status, error.retry_after) == (False, None, None)


def test_a_server_that_does_not_accept() -> None:
    async def story() -> None:
        with socket.socket() as full, socket.socket() as guest, socket.socket() as another:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for client in (guest, another):
                client.setblocking(False)
                client.connect_ex(full.getsockname())
            async with fetching(timeout=0.3) as fetcher:
                error = await outcome(fetcher, f"http://127.0.0.1:{full.getsockname()[1]}/")
            assert isinstance(error, FetchError)
            assert re.search("within 0.3 s|cannot be reached: the connection timed out", str(error))
            assert not error.permanent

    run(story)


def test_the_deadline_counts_redirects_together() -> None:
    async def talk(line: Line) -> None:
        await line.head()
        await asyncio.sleep(0.15)
        await line.send(answer(b"", "302 Found", ["Location: /again"]))

    assert "within 0.4 s" in str(refused(talk, timeout=0.4))


def test_a_flood_does_not_hold_up_another_fetch() -> None:
    async def story() -> None:
        allowed = Allowed.parse(["127.0.0.1", "localhost"])
        flood = floods(CHUNKED, b"1\r\nx\r\n" * 999)
        async with (
            talking(flood) as bad,
            talking(says(answer(b"ok"))) as good,
            fetching(timeout=9.0, allowed=allowed) as fetcher,
        ):
            flooded = asyncio.create_task(outcome(fetcher, bad.url()))
            assert (await fetcher.fetch(good.url(host="localhost"))).body == b"ok"
            assert not flooded.done()
            flooded.cancel()

    run(story)


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()

    def hang(*args: Any, **kwargs: Any) -> list[Any]:
        answers.wait(9)
        return []

    async def story() -> None:
        monkeypatch.setattr(socket, "getaddrinfo", hang)
        async with fetching(timeout=0.2) as fetcher:
            error = await outcome(fetcher, "http://slow.example/")
            assert isinstance(error, FetchError)
            assert str(error) == "slow.example did not answer in full within 0.2 s"
            assert not error.permanent
            answers.set()

    run(story)


# ------------------------------------------------------------------ broken off, or no HTTP

BROKEN: dict[str, Talk] = {
    "resets after the connect": says(then="reset", unasked=True),
    "resets after the request": says(then="reset"),
    "resets in the status line": says(b"HTTP/1.1 2", then="reset"),
    "resets in the headers": says(OK + b"Server:", then="reset"),
    "resets after the headers": says(SIZED, then="reset"),
    "resets in the body": says(SIZED + b"half", then="reset"),
    "resets in a chunk": says(CHUNKED + b"5\r\nhe", then="reset"),
    "closes after the connect": says(unasked=True),
    "closes after the request": says(),
    "closes in the headers": says(OK + b"Server: x\r\n"),
    "closes before the last chunk": says(CHUNKED + b"5\r\nhello\r\n"),
    "promises more than it sends": says(SIZED + b"half"),
    "promises a body and sends none": says(SIZED),
    "sends interim answers only": says(b"HTTP/1.1 100 Continue\r\n\r\n" * 3),
    "has a length below zero": says(OK + b"Content-Length: -5\r\n\r\nhello"),
    "has two lengths": says(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
    "has two lengths in one": says(OK + b"Content-Length: 5, 6\r\n\r\nhello!"),
    "has a length of words": says(OK + b"Content-Length: five\r\n\r\nhello"),
    "has a length in hexadecimal": says(OK + b"Content-Length: 0x5\r\n\r\nhello"),
    "has a length with a sign": says(OK + b"Content-Length: +5\r\n\r\nhello"),
    "has a length of forty digits": says(OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\nhello"),
    "has a chunk of forty digits": says(CHUNKED + b"f" * 40 + b"\r\nhello"),
    "has a chunk of 16 EiB": says(CHUNKED + b"ffffffffffffffff\r\nhello"),
    "has a chunk below zero": says(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"),
    "has a chunk of words": says(CHUNKED + b"five\r\nhello\r\n0\r\n\r\n"),
    "has a chunk that is too long": says(CHUNKED + b"3\r\nhello\r\n0\r\n\r\n"),
    "has an unknown transfer coding": says(OK + b"Transfer-Encoding: rot13\r\n\r\nuryyb"),
    "compresses the transfer": says(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    "switches protocols unasked": says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
    "sends empty lines without end": floods(b"", b"\r\n" * 999, 0.02),
    "speaks HTTP/0.9": says(b"<html>hello</html>\r\n"),
    "speaks SSH": says(b"SSH-2.0-OpenSSH_9\r\n\r\n", unasked=True),
    "speaks SMTP": says(b"220 mail.example ESMTP\r\n\r\n", unasked=True),
    "speaks ICY": says(b"ICY 200 OK\r\n\r\nhello"),
    "speaks TLS": says(b"\x15\x03\x01\x00\x02\x02\x46" * 9 + b"\r\n\r\n"),
    "has a status of two digits": says(b"HTTP/1.1 99 Low\r\n\r\n"),
    "has a status below 100": says(b"HTTP/1.1 099 Low\r\n\r\n"),
    "has a status of words": says(b"HTTP/1.1 OK\r\n\r\n"),
    "has a NUL in a header": says(OK + b"X: a\0b\r\n\r\nhello"),
    "has a header without a name": says(OK + b": x\r\n\r\nhello"),
    "has a space in a header's name": says(OK + b"X Y: x\r\n\r\nhello"),
    "has a header without a colon": says(OK + b"hello\r\n\r\nhello"),
    "has a header of 1 MB": says(OK + b"X: " + b"x" * 10**6 + b"\r\n\r\nhello"),
    "has 200,000 headers": says(OK + b"X: x\r\n" * 200_000 + b"\r\nhello"),
    "has headers without end": floods(OK, b"X: x\r\n" * 9999),
    "has one header without end": floods(OK + b"X: ", b"x" * 65536),
    "has a chunk extension without end": floods(CHUNKED + b"5;", b"x" * 65536),
    "has trailers without end": floods(CHUNKED + b"0\r\n", b"X: x\r\n" * 9999),
}


@pytest.mark.parametrize("talk", BROKEN.values(), ids=BROKEN)
def test_who_breaks_the_rules_may_be_tried_again(talk: Talk) -> None:
    error = refused(talk)
    assert re.match(
        r"127\.0\.0\.1 broke off or does not speak HTTP: \w|the connection to 127\.0\.0\.1 broke: ",
        str(error),
    )
    assert (error.permanent, error.status) == (False, None)


# ------------------------------------------------------------------ odd, but an answer

ODD: dict[str, Talk] = {
    "promises less than it sends": says(OK + b"Content-Length: 5\r\n\r\nhello, world"),
    "says its length twice": says(OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    "says its length twice in one": says(OK + b"Content-Length: 5, 5\r\n\r\nhello"),
    "has chunks and a length": says(
        CHUNKED[:-2] + b"Content-Length: 2\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    "ends by closing": says(OK + b"\r\nhello"),
    "is of 1996": says(b"HTTP/1.0 200 OK\r\n\r\nhello"),
    "sends interim answers first": says(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: <x>\r\n\r\n" + answer(b"hello")
    ),
    "gives no reason": says(b"HTTP/1.1 200\r\n\r\nhello"),
    "gives an 8-bit reason": says(b"HTTP/1.1 200 \xe9\xff\r\n\r\nhello"),
    "ends lines with LF": says(b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"),
    "folds a header": says(OK + b"X: a\r\n b\r\n\tc\r\nContent-Length: 5\r\n\r\nhello"),
    "has 8-bit headers": says(OK + b"X: \x80\xff\r\nContent-Length: 5\r\n\r\nhello"),
    "has 99 trailers": says(CHUNKED + b"5\r\nhello\r\n0\r\n" + b"X: y\r\n" * 99 + b"\r\n"),
    "says hello unasked": says(answer(b"hello"), then="hold", unasked=True),
    "sends one byte at a time": says(*(bytes([byte]) for byte in answer(b"hello"))),
    "sets cookies": says(answer(b"hello", headers=["Set-Cookie: a=b"] * 99)),
}


@pytest.mark.parametrize("talk", ODD.values(), ids=ODD)
def test_who_is_only_odd_is_understood(talk: Talk) -> None:
    document = fetched(talk)
    assert (document.status, document.body) == (200, b"hello")


@pytest.mark.parametrize("wire", [answer(b""), OK + b"\r\n", CHUNKED + b"0\r\n\r\n"])
def test_an_empty_answer_is_an_empty_document(wire: bytes) -> None:
    assert fetched(says(wire)).body == b""
