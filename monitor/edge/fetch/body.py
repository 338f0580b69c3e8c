"""Bodies read and inflated within bounds: what a server claims about them is not believed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import BytesIO

import httpcore

from monitor.errors import FetchError

ACCEPTED = b"gzip, deflate"

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
"""Raw is what some servers call deflate (against RFC 9110, 8.4.1.2)."""
_SLICE = 4096
"""Bytes inflated at once: what is left after a member is copied, and there may be many."""
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one body: on the wire, and decoded."""

    wire: int
    decoded: int


async def read(response: httpcore.Response, encoding: str, limits: Limits) -> bytes:
    """The decoded body of a response whose Content-Encoding is ``encoding``.

    Raises FetchError if it is larger than ``limits``, or in an encoding that was not asked for.
    """
    encoding = encoding.strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise FetchError(f"the body is encoded as {encoding[:_SHOWN]!r}, which was not asked for")
    is_plain = encoding in {"", "identity"}
    out: _Plain | _Inflated = _Plain() if is_plain else _Inflated(encoding, limits.decoded)
    size = 0
    async for part in response.aiter_stream():
        size += len(part)
        if size > limits.wire:
            raise FetchError(f"the body is larger than {_mebibytes(limits.wire)}", permanent=True)
        out.feed(part)
    return out.whole()


async def beginning(response: httpcore.Response, size: int) -> bytes:
    """The first ``size`` bytes of a body, as they are on the wire."""
    wire = bytearray()
    async for part in response.aiter_stream():
        wire += part
        if len(wire) >= size:
            break
    return bytes(wire[:size])


class _Plain:
    """A body as it comes.  BytesIO gives its bytes away without a copy."""

    def __init__(self) -> None:
        self._out = BytesIO()

    def feed(self, part: bytes) -> None:
        self._out.write(part)

    def whole(self) -> bytes:
        return self._out.getvalue()


class _Inflated:
    """One layer of gzip (of one or more members) or deflate taken off, part by part.

    Raises FetchError if the result is larger than ``limit`` bytes, damaged or cut short.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._is_deflate = encoding == "deflate"
        self._limit = limit
        self._out = BytesIO()
        self._start = b""
        """Bytes too few to tell what begins with them."""
        self._member: zlib._Decompress | None = None
        self._members = 0
        self._is_plain = False
        """Not compressed, whatever the server says."""
        self._is_over = False
        """What still comes is padding, or something else: not part of the body."""

    def feed(self, part: bytes) -> None:
        for start in range(0, len(part), _SLICE):
            rest = self._start + part[start : start + _SLICE]
            self._start = b""
            while rest and not self._is_over:
                if self._member is None and not self._is_plain:
                    if len(rest) < len(_GZIP_MAGIC):
                        self._start = rest
                        break
                    self._begin(rest)
                else:
                    rest = self._take(rest)

    def whole(self) -> bytes:
        if self._member is not None:
            raise FetchError("the compressed body is cut short")
        if self._start and not self._members:
            if self._is_deflate:
                raise FetchError("the compressed body is cut short")
            self._out.write(self._start)
        return self._out.getvalue()

    def _begin(self, start: bytes) -> None:
        """Tell by its first two bytes what comes now."""
        if start.startswith(_GZIP_MAGIC):
            self._member = zlib.decompressobj(_GZIP)
        elif self._members:
            self._is_over = True
        elif self._is_deflate:
            has_header = (
                start[0] & 15 == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
            )
            self._member = zlib.decompressobj(_ZLIB if has_header else _RAW)
        else:
            self._is_plain = True

    def _take(self, data: bytes) -> bytes:
        """Take bytes in; returns those that lie behind the member's end."""
        if self._member is None:
            self._out.write(data)
            self._check()
            return b""
        try:
            self._out.write(self._member.decompress(data, self._limit - self._out.tell() + 1))
        except zlib.error as error:
            raise FetchError("the compressed body is damaged") from error
        self._check()
        if not self._member.eof:
            return b""
        rest = self._member.unused_data
        self._member = None
        self._members += 1
        return rest

    def _check(self) -> None:
        if self._out.tell() > self._limit:
            size = _mebibytes(self._limit)
            raise FetchError(f"the body inflates to more than {size}", permanent=True)


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:g} MiB"
