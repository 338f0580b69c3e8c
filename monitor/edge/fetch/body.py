"""Bodies read and inflated within bounds: what a server claims about them is not believed."""

from __future__ import annotations

import asyncio
import zlib

import httpx

from monitor.errors import FetchError

ACCEPTED = "gzip, deflate"

_GZIP_MAGIC = b"\x1f\x8b"
_ANY_HEADER = zlib.MAX_WBITS | 32
"""gzip or zlib, told apart by their headers."""
_NO_HEADER = -zlib.MAX_WBITS
"""What some servers call deflate (against RFC 9110, 8.4.1.2)."""


async def read(response: httpx.Response, max_bytes: int, max_decoded: int) -> bytes:
    """The decoded body: at most ``max_bytes`` on the wire and ``max_decoded`` in memory.

    Raises FetchError if it is larger, or in an encoding that was not asked for.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise FetchError(f"the body is encoded as {encoding!r}, which was not asked for")
    wire = bytearray()
    async for part in response.aiter_raw():
        wire += part
        if len(wire) > max_bytes:
            raise FetchError(f"the body is larger than {_mebibytes(max_bytes)}", permanent=True)
    body = bytes(wire)
    is_plain = encoding in {"", "identity"} or (
        encoding != "deflate" and not body.startswith(_GZIP_MAGIC)
    )
    return body if is_plain else await asyncio.to_thread(inflate, body, max_decoded)


def inflate(body: bytes, limit: int) -> bytes:
    """One layer of gzip (of one or more members) or deflate taken off.

    Raises FetchError if the result is larger than ``limit`` bytes, damaged or cut short.
    """
    try:
        return _inflate(body, limit, _ANY_HEADER)
    except zlib.error:
        pass
    try:
        return _inflate(body, limit, _NO_HEADER)
    except zlib.error as error:
        raise FetchError("the compressed body is damaged") from error


def _inflate(body: bytes, limit: int, window: int) -> bytes:
    out = bytearray()
    rest = body
    while rest:
        member = zlib.decompressobj(window)
        out += member.decompress(rest, limit - len(out) + 1)
        if len(out) > limit:
            raise FetchError(f"the body inflates to more than {_mebibytes(limit)}", permanent=True)
        if not member.eof:
            raise FetchError("the compressed body is cut short")
        rest = member.unused_data
        if not rest.startswith(_GZIP_MAGIC):
            break  # padding, or something else: not part of the body
    return bytes(out)


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:g} MiB"
