"""Addresses of the web: one spelling for each (WHATWG URL), and an identity across feeds."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

import ada_url

from monitor.errors import ParseError

MAX_LENGTH = 4096
"""Characters of the longest address taken for one."""

_SHOWN = 120
_REDIRECTS = re.compile(
    r"https?://(?:www\.google\.(?:com?\.)?[a-z]{2,3}/url|www\.bing\.com/news/apiclick\.aspx)\?"
)
_PLAIN_PATH = re.compile(r"(?:/[\w.~%!=:,-]+)*/?", re.ASCII)
"""A path that courlan would return as it is."""


def absolute(url: str) -> str:
    """``url`` as a browser would spell it: lower-case ASCII host, no default port.

    Raises ParseError unless it is an http(s) address without user name or password.
    """
    return str(_parse(url).href)


def join(base: str, link: str) -> str:
    """The address that ``link`` means on a page at ``base``; raises ParseError as ``absolute``."""
    return str(_parse(link, base).href)


def host_of(url: str) -> str:
    """The host name of an http(s) address, without port and brackets.  Raises ParseError."""
    return _host(_parse(url)).strip("[]")


def canonical(url: str) -> str:
    """The identity of a page: one string for all the addresses it is linked by.

    Fragment, tracking parameters and doubled slashes are dropped, parameters sorted by name.
    ``canonical(canonical(x)) == canonical(x)``.  Raises ParseError as ``absolute``.
    """
    parsed = _parse(url)
    port = f":{parsed.port}" if parsed.port else ""
    query = [part for part in parsed.search.removeprefix("?").split("&") if part]
    kept = sorted((p for p in query if not _tracks(_name(p))), key=_name)
    search = "?" + "&".join(kept) if kept else ""
    return f"{parsed.protocol}//{_host(parsed)}{port}{_plain_path(parsed)}{search}"


def target(url: str) -> str:
    """The page behind an address of Google's or Bing's alert and news feeds; else ``url``."""
    if not _REDIRECTS.match(url):
        return url
    query = parse_qs(urlsplit(url).query)
    try:
        return absolute(next(iter(query.get("url") or query.get("q") or ()), url))
    except ParseError:
        return url


def _parse(url: str, base: str | None = None) -> ada_url.URL:
    shown = url if len(url) <= _SHOWN else f"{url[:_SHOWN]}…"
    if len(url) > MAX_LENGTH:
        raise ParseError(f"{shown!r} is longer than {MAX_LENGTH} characters")
    try:
        parsed = ada_url.URL(url, base=base)
    except (ValueError, UnicodeError) as error:
        raise ParseError(f"{shown!r} is not a web address") from error
    href = parsed.href
    if not href.startswith(("http://", "https://")):
        raise ParseError(f"{shown!r} is not an http or https address")
    if "@" in href and (parsed.username or parsed.password):
        raise ParseError("an address with a user name or password in it is not followed")
    if len(href) > MAX_LENGTH:
        raise ParseError(f"{shown!r} is longer than {MAX_LENGTH} characters")
    return parsed


def _host(parsed: ada_url.URL) -> str:
    return str(parsed.hostname).rstrip(".") or str(parsed.hostname)


def _name(part: str) -> str:
    return part.split("=", 1)[0]


def _plain_path(parsed: ada_url.URL) -> str:
    path = str(parsed.pathname)
    if _PLAIN_PATH.fullmatch(path):
        return path
    # Imported late: courlan brings urllib3 and a language database, a fifth of a second.
    from courlan import normalize_url

    parsed.search = parsed.hash = ""
    found = re.match(r"https?://[^/]*(/[^?#]*)", normalize_url(parsed.href))
    parsed.pathname = found[1] if found else "/"
    return str(parsed.pathname)


@lru_cache(maxsize=4096)
def _tracks(name: str) -> bool:
    """Whether a query parameter of this name only says where the reader came from.

    Asked with a value of our own: courlan would also drop parameters that have none
    (``story.php?20451``), and with them the identity of the page.
    """
    from courlan import normalize_url

    return "?" not in normalize_url(f"http://example.org/?{name or 'x'}=1")
