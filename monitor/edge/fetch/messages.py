"""Requests as they are sent, and what the headers of responses say."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpcore

from monitor.domain.urls import host_of, join
from monitor.errors import FetchError, ParseError

MAX_LINKS = 8 * 2**10
"""Characters of all Link headers together."""
MAX_VALIDATOR = 2**10
"""Characters of an ETag or date that is worth sending back."""

Headers = list[tuple[bytes, bytes]]


def request(
    method: str, url: str, headers: Headers, content: bytes | None = None
) -> httpcore.Request:
    """``url``: as ``domain.urls.absolute`` spells it."""
    parts = urlsplit(url)
    path = url.partition("#")[0].split("/", 3)[3]
    return httpcore.Request(
        method,
        httpcore.URL(
            scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=f"/{path}"
        ),
        headers=[(b"Host", parts.netloc.encode("ascii")), *headers],
        content=content,
    )


def conditions(etag: str | None, last_modified: str | None) -> Headers:
    pairs = ((b"If-None-Match", etag), (b"If-Modified-Since", last_modified))
    return [(name, value.encode("latin-1", "replace")) for name, value in pairs if value]


def header(response: httpcore.Response, name: bytes) -> str:
    """The first header of this name, as opaque bytes in Latin-1; empty without one."""
    for key, value in response.headers:
        if key.lower() == name:
            return value.decode("latin-1")
    return ""


def validator(response: httpcore.Response, name: bytes) -> str | None:
    """A header to send back with the next request, if it can be sent."""
    value = header(response, name)
    fits = len(value) <= MAX_VALIDATOR and not any(c < " " or c == "\x7f" for c in value)
    return value if value and fits else None


def joined(response: httpcore.Response, name: bytes) -> str:
    """All headers of this name as one list (RFC 9110, 5.3), in Latin-1."""
    values = [value for key, value in response.headers if key.lower() == name]
    return b", ".join(values).decode("latin-1")


def redirected(url: str, response: httpcore.Response) -> str:
    """Where a redirect leads.  Raises FetchError."""
    location = header(response, b"location").encode("latin-1").decode("utf-8", "replace")
    status = response.status
    if not location:
        raise FetchError(f"{host_of(url)} redirects to nowhere (HTTP {status})", status=status)
    try:
        return join(url, location).partition("#")[0]
    except ParseError as error:
        message = f"{host_of(url)} redirects to an address that is not followed: {error}"
        raise FetchError(message, permanent=True, status=status) from error
