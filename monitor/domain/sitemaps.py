"""News sitemaps as feeds (the sitemaps protocol with Google's extension for news).

https://www.sitemaps.org/protocol.html,
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
For a worker process, though linear in the length of the document.
"""

from __future__ import annotations

import html
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Mapping
from urllib.parse import urlsplit

from monitor.domain.charsets import decode
from monitor.domain.clean import clean_line
from monitor.domain.dates import parse_date
from monitor.domain.feed_item import FeedItem
from monitor.errors import ParseError

MAX_ITEMS = 2_000
MAX_INFLATED = 20 * 2**20
"""Bytes of a compressed sitemap once decompressed."""
MAX_INDEXED = 50_000
"""Sitemaps of an index that are looked at; the protocol allows as many."""

_MAX_FIELD = 10_000
"""Characters of one field."""
_HEAD = 4_000
"""Bytes in which the root element begins."""
_GZIP = b"\x1f\x8b"
_ROOT = re.compile(
    rb"(?:\s++|<\?[^>]{0,500}>|<!--.{0,2000}?-->|<!doctype[^>\[]{0,500}>)*+"
    rb"<(?:[\w.-]{1,40}:)?(urlset|sitemapindex)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,31};)")
_EXTENSION = re.compile(r"sitemap-(\w+)")


def is_sitemap(body: bytes) -> bool:
    """Whether the root element is a sitemap's or an index's: a look at the beginning only."""
    return _root(body) is not None


def names_news(url: str) -> bool:
    """Whether the path of a sitemap's address says that it is one of news."""
    try:
        return "news" in urlsplit(url).path.lower()
    except ValueError:
        return False


def read_sitemap(body: bytes) -> tuple[str, list[FeedItem]]:
    """The publication's name, as plain text, and at most 2,000 items, in the sitemap's order.

    Only pages that are marked as news are items.  A compressed body is decompressed, to 20 MiB at
    most.  Raises ParseError: for an index, and for a sitemap with pages of which none is news.
    """
    reader = _read(body)
    if reader.sitemaps:
        raise ParseError("this is an index of sitemaps: follow one of those that it lists")
    if reader.pages and not reader.items:
        raise ParseError("this is a sitemap, but not one of news: no page in it has a news:news")
    return reader.publication, reader.items


def news_sitemaps(body: bytes) -> list[str]:
    """The addresses that an index lists and whose names speak of news; as written.

    Raises ParseError if it cannot be read; empty for a sitemap that is no index.
    """
    return [url for url in _read(body).sitemaps if names_news(url)]


def _read(body: bytes) -> _Reader:
    from lxml import etree

    if _root(body) is None:
        raise ParseError("this is no sitemap")
    text = decode(_inflated(body, MAX_INFLATED))
    if "<!ENTITY" in text[:_HEAD]:
        raise ParseError("a sitemap that declares entities is not read")
    if "<![CDATA[" not in text:
        text = _BARE_AMPERSAND.sub("&amp;", text)
    reader = _Reader()
    parser = etree.XMLParser(
        target=reader,
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        parser.feed(text.encode("utf-8", "replace"))
        parser.close()
    except _Full:
        pass  # the rest is more than is taken
    except (etree.LxmlError, ValueError) as error:
        raise ParseError(f"the sitemap cannot be read: {clean_line(str(error))[:200]}") from error
    return reader


def _root(body: bytes) -> bytes | None:
    """The name of the root element if it is a sitemap's, else None."""
    head = body[:_HEAD]
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
        except zlib.error:
            return None
    found = _ROOT.match(head.removeprefix(BOM_UTF8))
    return found[1].lower() if found else None


def _inflated(body: bytes, limit: int) -> bytes:
    if not body.startswith(_GZIP):
        return body
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        inflated = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise ParseError(f"the compressed sitemap is damaged: {error}") from error
    if len(inflated) > limit:
        raise ParseError(f"the sitemap is larger than {limit // 2**20} MiB once decompressed")
    if not stream.eof:
        raise ParseError("the compressed sitemap breaks off")
    return inflated


class _Full(Exception):
    """Ends the reading: there are as many items as are taken."""


class _Reader:
    """A parser's target: no tree is built."""

    def __init__(self) -> None:
        self.publication = ""
        self.items: list[FeedItem] = []
        self.sitemaps: list[str] = []
        self.pages = 0
        self._fields: dict[str, str] = {}
        """Of the page or sitemap that is open."""
        self._text: list[str] = []
        """Of the innermost element so far."""
        self._room = _MAX_FIELD

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if _name(tag) in {"url", "sitemap"}:
            self._fields.clear()
        self._text.clear()
        self._room = _MAX_FIELD

    def data(self, text: str) -> None:
        if self._room > 0:
            self._text.append(text[: self._room])
            self._room -= len(text)

    def end(self, tag: str) -> None:
        name = _name(tag)
        if name == "url":
            self._page()
        elif name == "sitemap":
            self._sitemap()
        elif name:
            self._fields.setdefault(name, "".join(self._text).strip())
        self._text.clear()

    def close(self) -> None:
        """Called at the end of the document."""

    def _page(self) -> None:
        self.pages += 1
        fields, link = self._fields, self._fields.get("loc", "")
        if not link or not any(name.startswith("news:") for name in fields):
            return
        self.publication = self.publication or html.unescape(fields.get("news:name", ""))
        # Many publishers escape titles twice.
        title = html.escape(html.unescape(fields.get("news:title", "")), quote=False)
        published = parse_date(fields.get("news:publication_date", ""))
        self.items.append(FeedItem(link, "", title, "", published, ""))
        if len(self.items) >= MAX_ITEMS:
            raise _Full

    def _sitemap(self) -> None:
        link = self._fields.get("loc")
        if link:
            self.sitemaps.append(link)
        if len(self.sitemaps) >= MAX_INDEXED:
            raise _Full


def _name(tag: str) -> str:
    """``loc``, ``news:title``; empty for other extensions (images, videos, languages)."""
    namespace, _, name = tag.rpartition("}")
    extension = _EXTENSION.search(namespace)
    if extension is None:
        return name if "sitemap" in namespace or not namespace else ""
    return f"news:{name}" if extension[1] == "news" else ""
