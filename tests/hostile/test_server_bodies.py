"""Compressed bodies: bombs, layers, damage, and claims that are not true."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import Any

import pytest

from monitor.types import Document
from tests.hostile.servers import answer, fetched, floods, refused, says, talking
from tests.integration.servers import fetching, run

TEXT = bytes(range(256)) * 9
GZIP = gzip.compress(TEXT, mtime=0)


def encoded(wire: bytes, *encodings: str, **options: Any) -> Document:
    headers = [f"Content-Encoding: {encoding}" for encoding in encodings]
    return fetched(says(answer(wire, headers=headers)), **options)


def bomb(mebibytes: int, window: int) -> bytes:
    """About a KiB for each MiB of zeros; ``window`` as zlib's: 31 gzip, 15 zlib, -15 bare."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    zeros = bytes(2**20)
    start = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + again * (mebibytes - 2) + packer.compress(zeros) + packer.flush()


@pytest.fixture(scope="module")
def gzip_bomb() -> bytes:
    """1 MiB that becomes 1 GiB."""
    wire = bomb(1024, 31)
    assert len(wire) < 2 * 2**20
    return wire


# ------------------------------------------------------------------ bombs


@pytest.mark.parametrize(
    ("encoding", "window"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15), ("deflate", -15)]
)
def test_a_bomb_is_refused_before_it_is_inflated(encoding: str, window: int) -> None:
    wire = answer(bomb(1024, window), headers=[f"Content-Encoding: {encoding}"])
    error = refused(says(wire), timeout=5.0)
    assert str(error) == "the body inflates to more than 20 MiB"
    assert error.permanent


def test_a_bomb_of_many_members_is_refused() -> None:
    members = gzip.compress(bytes(2**20), mtime=0) * 25
    error = refused(says(answer(members, headers=["Content-Encoding: gzip"])), timeout=5.0)
    assert str(error) == "the body inflates to more than 20 MiB"


def test_a_bomb_without_end_is_refused_early() -> None:
    again = bomb(9, -15)[: len(bomb(8, -15)) - len(bomb(7, -15))]
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    error = refused(floods(head + b"\x1f\x8b\x08\0\0\0\0\0\0\xff", again * 64), timeout=5.0)
    assert re.fullmatch(r"the body (is larger|inflates to more) than \d+ MiB", str(error))
    assert error.permanent


def test_empty_members_are_taken_in_time() -> None:
    wire = gzip.compress(b"", mtime=0) * 150_000

    async def story() -> None:
        talk = says(answer(wire, headers=["Content-Encoding: gzip"]))
        async with talking(talk) as peer, fetching(timeout=3.0) as fetcher:
            assert (await fetcher.fetch(peer.url())).body == b""

    run(story)


def test_only_one_layer_is_taken_off(gzip_bomb: bytes) -> None:
    assert encoded(gzip.compress(gzip_bomb), "gzip", timeout=5.0).body == gzip_bomb


def test_the_longest_body_is_inflated_and_one_byte_more_is_not() -> None:
    limits = {"max_decoded": 2**20, "timeout": 5.0}
    most = gzip.compress(bytes(2**20 - 9)) + gzip.compress(bytes(9))
    assert encoded(most, "gzip", **limits).body == bytes(2**20)
    more = answer(most + gzip.compress(b"x"), headers=["Content-Encoding: gzip"])
    assert str(refused(says(more), **limits)) == "the body inflates to more than 1 MiB"


def test_a_long_honest_body_fits_into_memory() -> None:
    wire = gzip.compress(TEXT * 9000, 1)
    assert 19 * 2**20 < len(encoded(wire, "gzip", timeout=5.0).body) < 20 * 2**20


# ------------------------------------------------------------------ encodings

REFUSED = ["br", "zstd", "compress", "gzip, gzip", "gzip,deflate", "identity, gzip", "aes128gcm"]
REFUSED += ["\xe9", "gzip;q=1", "x" * 9000]


@pytest.mark.parametrize("encoding", REFUSED, ids=lambda text: ascii(text[:20]))
def test_encodings_that_were_not_asked_for_are_refused(encoding: str) -> None:
    error = refused(says(answer(GZIP, headers=[f"Content-Encoding: {encoding}"])))
    assert "was not asked for" in str(error)
    assert len(str(error)) < 300


def test_two_encodings_in_two_headers_are_refused(gzip_bomb: bytes) -> None:
    headers = ["Content-Encoding: gzip"] * 2
    error = refused(says(answer(gzip.compress(gzip_bomb), headers=headers)))
    assert "was not asked for" in str(error)


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("gzip", GZIP),
        ("GZip", GZIP),
        (" gzip ", GZIP),
        ("x-gzip", GZIP),
        ("gzip", gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0)),
        ("gzip", GZIP + bytes(9)),
        ("gzip", GZIP + b"junk"),
        ("gzip", TEXT),  # plain, though it says otherwise
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("deflate", GZIP),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
def test_what_was_meant_is_understood(encoding: str, wire: bytes) -> None:
    assert encoded(wire, encoding).body == TEXT


def test_what_is_not_said_to_be_compressed_is_left_as_it_is() -> None:
    assert encoded(GZIP).body == GZIP


def test_an_empty_body_that_is_said_to_be_compressed() -> None:
    assert encoded(b"", "gzip").body == b""
    assert encoded(b"", "deflate").body == b""


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("gzip", GZIP[:-9]),
        ("gzip", GZIP[:-1]),
        ("gzip", GZIP[:12]),
        ("gzip", GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:]),
        ("gzip", b"\x1f\x8b" + b"\xff" * 40),
        ("gzip", GZIP + GZIP[:-9]),
        ("deflate", zlib.compress(TEXT)[:-9]),
        ("deflate", zlib.compress(TEXT)[2:-9]),
        ("deflate", TEXT),
    ],
    ids=range(9),
)
def test_damaged_bodies_may_be_tried_again(encoding: str, wire: bytes) -> None:
    error = refused(says(answer(wire, headers=[f"Content-Encoding: {encoding}"])))
    assert "the compressed body is" in str(error)
    assert not error.permanent
