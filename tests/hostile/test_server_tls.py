"""TLS and HTTP/2: certificates that are not valid, handshakes and frames that go wrong."""

from __future__ import annotations

import asyncio
import re
import shutil
import ssl
import struct
import subprocess
from pathlib import Path

import pytest
from hpack import Encoder

from monitor.errors import FetchError
from monitor.types import Document
from tests.hostile.servers import (
    HEADERS,
    Line,
    Network,
    Talk,
    answer,
    floods,
    outcome,
    refused,
    says,
    talking,
)
from tests.hostile.servers import PUBLIC as INTERNET
from tests.integration.servers import fetching, run

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")

NAME = "news.example"


class Authority:
    """Self-signed certificates of news.example, in files with their keys."""

    def __init__(self, folder: Path) -> None:
        key, self.valid, self.expired = (folder / name for name in ("key", "valid", "expired"))
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"]
        self._openssl("req", "-x509", *curve, *names, "-keyout", key, "-out", self.valid)
        past = ["-days", "-1", "-out", self.expired]
        self._openssl("x509", "-in", self.valid, "-signkey", key, *past)
        for file in (self.valid, self.expired):
            file.write_text(key.read_text() + file.read_text())

    @staticmethod
    def _openssl(*words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=20)

    def serving(self, file: Path | None = None, protocol: str = "http/1.1") -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file or self.valid)
        context.set_alpn_protocols([protocol])
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


# ------------------------------------------------------------------ certificates


def visit(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    served: ssl.SSLContext,
    trusted: ssl.SSLContext | None,
) -> Document | FetchError:
    """What a fetch by name over TLS comes to."""
    results = []

    async def story() -> None:
        talk = says(answer(b"ok"))
        async with talking(talk, served) as peer, fetching(ssl_context=trusted) as fetcher:
            Network({"*": [[INTERNET]]}, {INTERNET: peer.port}).install(monkeypatch)
            results.append(await outcome(fetcher, f"https://{name}/"))

    run(story)
    return results[0]


def test_the_name_is_verified_and_not_the_address(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    trusting = ssl.create_default_context(cafile=str(authority.valid))
    document = visit(monkeypatch, NAME, authority.serving(), trusting)
    assert isinstance(document, Document)
    assert document.body == b"ok"
    error = visit(monkeypatch, "other.example", authority.serving(), trusting)
    assert str(error).startswith("the certificate of other.example is not valid: ")


@pytest.mark.parametrize("kind", ["self.signed", "expired"])
def test_certificates_that_are_not_valid_may_be_tried_again(
    kind: str, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    is_expired = kind == "expired"
    trusted = ssl.create_default_context(cafile=str(authority.expired)) if is_expired else None
    served = authority.serving(authority.expired if is_expired else authority.valid)
    error = visit(monkeypatch, NAME, served, trusted)
    assert isinstance(error, FetchError)
    assert re.match(f"the certificate of {NAME} is not valid: .*{kind}", str(error))
    assert not error.permanent


# ------------------------------------------------------------------ handshakes

HELLO_LATER = b"\x16\x03\x03\x40\x00"
"""The start of a TLS record of 16 KiB."""

NO_TLS: dict[str, Talk] = {
    "greets like a mail server": says(b"220 mail.example ESMTP\r\n", unasked=True),
    "sends an alert": says(b"\x15\x03\x01\x00\x02\x02\x46", unasked=True),
    "closes": says(unasked=True),
    "resets": says(then="reset", unasked=True),
    "closes in a record": says(HELLO_LATER, unasked=True),
    "sends noise": says(bytes(range(256)) * 99, unasked=True),
}


@pytest.mark.parametrize("talk", NO_TLS.values(), ids=NO_TLS)
def test_a_server_that_speaks_no_tls(talk: Talk) -> None:
    error = refused(talk, scheme="https")
    assert re.match(
        r"no secure connection to 127\.0\.0\.1 could be made: \w"
        r"|the connection to 127\.0\.0\.1 broke: \w",
        str(error),
    )
    assert not error.permanent


def test_plain_text_where_tls_is_expected() -> None:
    error = refused(says(b"HTTP/1.1 400 Bad Request\r\n\r\n", unasked=True), scheme="https")
    assert str(error).startswith("no secure connection to 127.0.0.1 could be made: ")
    assert not error.permanent


@pytest.mark.parametrize("again", [b"", b"\0"], ids=["hangs", "drips"])
def test_a_handshake_without_end_is_left_at_the_deadline(again: bytes) -> None:
    talk = floods(HELLO_LATER, again, 0.02, unasked=True)
    error = refused(talk, scheme="https", timeout=0.25)
    assert str(error) == "127.0.0.1 did not answer in full within 0.25 s"


def test_tls_where_plain_text_is_expected(authority: Authority) -> None:
    error = refused(says(answer(b"ok")), context=authority.serving())
    assert re.match(r"127\.0\.0\.1 broke off or does not speak HTTP: |the connection", str(error))
    assert not error.permanent


# ------------------------------------------------------------------ HTTP/2

DATA, RESET, SETTINGS, PUSH, PING, GO_AWAY, WINDOW, MORE = 0, 3, 4, 5, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
REFUSED_STREAM = struct.pack("!I", 7)


def frame(kind: int, flags: int = 0, stream: int = 1, payload: bytes = b"") -> bytes:
    return struct.pack("!IBBI", len(payload), kind, flags, stream)[1:] + payload


def headers(*pairs: tuple[str, str], flags: int = END_HEADERS) -> bytes:
    return frame(HEADERS, flags, payload=Encoder().encode([(":status", "200"), *pairs]))


HELLO = frame(SETTINGS, stream=0)
OK = HELLO + headers()
GOOD = OK + frame(DATA, END_STREAM, payload=b"hello")
_LONG = Encoder().encode([("x", "y" * 4000)])
HPACK_BOMB = Encoder().encode([(":status", "200"), ("x", "y" * 4000)]) + b"\xbe" * 60_000


def speaks(*parts: bytes, again: bytes | None = None, hold: bool = False) -> Talk:
    """An HTTP/2 server that sends the parts, and ``again`` without end."""

    async def talk(line: Line) -> None:
        await line.http2_request()
        for part in parts:
            await line.send(part)
        while again is not None:
            await line.send(again)
            await asyncio.sleep(0.001)
        if hold:
            await line.hold()

    return talk


HUGE_FRAME = b"\xff\xff\xff\0\0\0\0\0\1"
"""The start of 16 MiB of data."""

BROKEN2: dict[str, Talk] = {
    "closes": speaks(),
    "closes after the settings": speaks(HELLO),
    "closes after the headers": speaks(OK),
    "closes in the body": speaks(OK + frame(DATA, payload=b"hel")),
    "sends noise": speaks(bytes(range(256)) * 9, hold=True),
    "goes away": speaks(HELLO + frame(GO_AWAY, stream=0, payload=bytes(8)), hold=True),
    "resets the stream": speaks(OK + frame(RESET, payload=REFUSED_STREAM), hold=True),
    "pushes": speaks(HELLO + frame(PUSH, END_HEADERS, payload=b"\0\0\0\2\x88"), hold=True),
    "answers what was not asked": speaks(HELLO + frame(HEADERS, 5, 9, b"\x88"), hold=True),
    "overflows a window": speaks(OK + frame(WINDOW, payload=b"\x7f\xff\xff\xff"), hold=True),
    "sends data before headers": speaks(HELLO + frame(DATA, 1, payload=b"hello"), hold=True),
    "has a status of words": speaks(
        HELLO + frame(HEADERS, END_HEADERS, payload=Encoder().encode([(":status", "fine")])),
        hold=True,
    ),
    "has a header out of the table": speaks(HELLO + frame(HEADERS, 4, payload=b"\xff\xff\x7f")),
    "promises more than it sends": speaks(
        HELLO + headers(("content-length", "9")) + frame(DATA, 1, payload=b"hello"), hold=True
    ),
    "has headers that unpack to 240 MB": speaks(
        HELLO
        + frame(HEADERS, 0, payload=HPACK_BOMB[:16_384])
        + frame(MORE, 0, payload=HPACK_BOMB[16_384:32_768])
        + frame(MORE, END_HEADERS, payload=HPACK_BOMB[32_768:49_152]),
        hold=True,
    ),
    "has headers without end": speaks(
        HELLO + frame(HEADERS, 0, payload=b"\x88"), again=frame(MORE, 0, payload=_LONG[:2000])
    ),
}

STALLS2: dict[str, Talk] = {
    "hangs after the handshake": speaks(hold=True),
    "hangs after the settings": speaks(HELLO, hold=True),
    "hangs after the headers": speaks(OK, hold=True),
    "hangs in a frame": speaks(OK + frame(DATA, payload=bytes(99))[:50], hold=True),
    "answers in HTTP/1.1": speaks(answer(b"hello"), hold=True),
    "starts a frame of 16 MiB": speaks(OK + HUGE_FRAME, hold=True),
    "sends half a frame of 16 MiB": speaks(OK + HUGE_FRAME, bytes(2**23), hold=True),
    "has no status": speaks(
        HELLO + frame(HEADERS, 4, payload=Encoder().encode([("x", "y")])), hold=True
    ),
    "pings without end": speaks(HELLO, again=frame(PING, 0, 0, bytes(8)) * 99),
    "changes settings without end": speaks(HELLO, again=HELLO * 99),
    "sends empty frames without end": speaks(OK, again=frame(DATA) * 99),
    "sends bytes without end": speaks(OK, again=frame(DATA, payload=b"x") * 99),
}


@pytest.mark.parametrize("talk", BROKEN2.values(), ids=BROKEN2)
def test_frames_that_break_the_rules_may_be_tried_again(talk: Talk, authority: Authority) -> None:
    error = _refused2(talk, authority, timeout=1.0)
    assert re.match(
        r"127\.0\.0\.1 broke off or does not speak HTTP: \S|the connection to 127\.0\.0\.1 broke: ",
        str(error),
    )
    assert (error.permanent, error.status) == (False, None)


@pytest.mark.parametrize("talk", STALLS2.values(), ids=STALLS2)
def test_frames_without_end_are_left_at_the_deadline(talk: Talk, authority: Authority) -> None:
    error = _refused2(talk, authority, timeout=0.25)
    assert str(error) == "127.0.0.1 did not answer in full within 0.25 s"
    assert not error.permanent


@pytest.mark.parametrize("value", ['"a"\r\nX: y', '"a\0"', "\n"])
def test_a_validator_that_no_header_can_hold_does_not_stop_the_next_fetch(
    value: str, authority: Authority
) -> None:
    pairs = [("etag", value), ("last-modified", value)]
    talk = speaks(HELLO + headers(*pairs) + frame(DATA, END_STREAM, payload=b"hello"), hold=True)

    async def story() -> None:
        served = authority.serving(protocol="h2")
        trusted = ssl.create_default_context(cafile=str(authority.valid))
        async with (
            talking(talk, served) as peer,
            talking(says(answer(b"ok"))) as plain,
            fetching(ssl_context=trusted) as fetcher,
        ):
            known = await fetcher.fetch(peer.url(scheme="https"))
            again = await fetcher.fetch(
                plain.url(), etag=known.etag, last_modified=known.last_modified
            )
            assert again.body == b"ok"

    run(story)


def test_endless_data_is_cut_off_by_its_size(authority: Authority) -> None:
    talk = speaks(OK, again=frame(DATA, payload=bytes(16_384)))
    error = _refused2(talk, authority, timeout=2.0, max_bytes=50_000)
    assert "the body is larger than" in str(error)


def test_a_good_answer_in_frames_is_a_document(authority: Authority) -> None:
    async def story() -> None:
        served = authority.serving(protocol="h2")
        trusted = ssl.create_default_context(cafile=str(authority.valid))
        async with (
            talking(speaks(GOOD, hold=True), served) as peer,
            fetching(ssl_context=trusted) as fetcher,
        ):
            assert (await fetcher.fetch(peer.url(scheme="https"))).body == b"hello"

    run(story)


def _refused2(talk: Talk, authority: Authority, **options: float) -> FetchError:
    trusted = ssl.create_default_context(cafile=str(authority.valid))
    context = authority.serving(protocol="h2")
    return refused(talk, context=context, scheme="https", ssl_context=trusted, **options)
