"""Where a site keeps its feeds: from one of its documents to addresses that are worth a request.

For a worker process, as it parses feeds; looking through a page is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from monitor.domain.charsets import decode
from monitor.domain.clean import clean_line
from monitor.domain.feeds import parse_feed
from monitor.domain.sitemaps import is_sitemap, names_news, news_sitemaps
from monitor.domain.urls import host_of, join
from monitor.errors import ParseError
from monitor.types import Document

MAX_LEADS = 40
"""Taken from one document."""

_SEEN = 4 * 2**20
"""Bytes of a page that are looked through."""
_MAX_LINKS = 20_000
_MAX_DECLARED = 8
"""Feeds that a page names and that are tried before anything else is."""
_MAX_ROBOTS_LINES = 5_000
_MAX_TEXT = 100
"""Characters of an anchor's text."""
_PLAIN_SITEMAPS = 2
"""Sitemaps of robots.txt that are tried though their names do not speak of news."""

_FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
}
_FEED_ADDRESS = re.compile(
    r"/(?:rss\d?|atom|rdf|feeds?)(?:$|[/.])|[/._-](?:rss|atom|rdf|feed)$|\.xml$"
    r"|/(?:rss|feed)[^/]{0,40}\.(?:json|php|aspx?)$|//(?:rss|feeds?)\.",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"\b(?:feed|format|type|output|alt)=(?:rss|atom|feed|json)", re.IGNORECASE)
_FEED_WORDS = re.compile(r"\brss\b|\b(?:atom|news|web|xml)[ -]?feeds?\b|^feeds?$", re.IGNORECASE)
_NOT_NEWS = re.compile(
    r"/comments?(?:/|$)|[?&]s=|/search\b|oembed|/wp-json\b|replytocom|xmlrpc|opensearch|recentchanges",
    re.IGNORECASE,
)
_OF_COMMENTS = re.compile(r"\b(?:comment|kommentar|commentaire|comentario|commento)", re.IGNORECASE)

_GUESSED_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds")
_GUESSED_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml")


class Trust(IntEnum):
    """How likely an address is a feed; the lower, the sooner it is tried."""

    DECLARED = 0
    """The page names it as its feed, or robots.txt as a sitemap of news."""
    LINKED = 1
    """The page links to it."""
    NAMED = 2
    """robots.txt names it as a sitemap: of whatever pages, or an index of others."""
    GUESSED = 3
    """Many sites have one there."""

    @property
    def worth_while(self) -> bool:
        """Whether it is worth a request when the like of it has been found already."""
        return self <= Trust.LINKED


@dataclass(frozen=True, slots=True)
class Lead:
    url: str
    trust: Trust
    sought: Literal["feed", "sitemap"] = "feed"


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A document that is a feed; ``newest`` None: no entry is dated."""

    title: str
    kind: Literal["RSS", "Atom", "JSON Feed", "news sitemap"]
    entries: int
    newest: datetime | None
    keys: frozenset[str]
    """Identities of its entries: the same under two addresses, the same feed."""


@dataclass(frozen=True, slots=True)
class Examined:
    feed: FoundFeed | None
    leads: tuple[Lead, ...]
    """Where else to look, best first; none from a feed."""
    reason: str = ""
    """Why it is no feed."""


def examine(document: Document, now: datetime) -> Examined:
    """What a document is, and where it leads.  Raises nothing on account of its content."""
    try:
        parsed = parse_feed(document, now)
    except ParseError as error:
        return Examined(None, tuple(leads(document)), str(error))
    dates = [entry.published for entry in parsed.entries if entry.published]
    keys = frozenset(entry.key for entry in parsed.entries)
    feed = FoundFeed(parsed.title, _kind(document), len(keys), max(dates, default=None), keys)
    return Examined(feed, ())


def _kind(document: Document) -> Literal["RSS", "Atom", "JSON Feed", "news sitemap"]:
    head = document.body[:4_000].replace(b"\0", b"").lower()
    if is_sitemap(document.body):
        return "news sitemap"
    if "json" in document.content_type or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "JSON Feed"
    return "Atom" if b"<feed" in head and b"<rss" not in head else "RSS"


def leads(document: Document) -> list[Lead]:
    """Where a page, a robots.txt or a sitemap index leads: at most 40 addresses, best first."""
    found: Iterable[Lead]
    if urlsplit(document.url).path == "/robots.txt":
        found = _of_robots(document)
    elif is_sitemap(document.body):
        found = _of_index(document)
    else:
        found = _of_page(document)
    best = sorted(found, key=lambda lead: lead.trust)
    return list(islice(dict.fromkeys(best), MAX_LEADS))


def guesses(url: str) -> list[Lead]:
    """Where sites of all kinds keep their feeds, on the host of ``url``.  Raises ParseError."""
    return [
        Lead(join(url, "/robots.txt"), Trust.DECLARED, "sitemap"),
        *(Lead(join(url, path), Trust.GUESSED) for path in _GUESSED_FEEDS),
        *(Lead(join(url, path), Trust.GUESSED, "sitemap") for path in _GUESSED_SITEMAPS),
    ]


def _of_robots(document: Document) -> Iterator[Lead]:
    """The ``Sitemap`` lines (sitemaps.org/protocol.html#submit_robots), those of news first."""
    text = document.body.decode("utf-8", "replace")
    lines = (line.partition(":") for line in text.splitlines()[:_MAX_ROBOTS_LINES])
    named = [value.strip() for name, _, value in lines if name.strip().lower() == "sitemap"]
    yield from _all(document.url, filter(names_news, named), Trust.DECLARED, "sitemap")
    others = [url for url in named if not names_news(url)][:_PLAIN_SITEMAPS]
    yield from _all(document.url, others, Trust.NAMED, "sitemap")


def _of_index(document: Document) -> Iterator[Lead]:
    try:
        listed = news_sitemaps(document.body)
    except ParseError:
        return  # the reason is known: it could not be read as a feed either
    yield from _all(document.url, listed, Trust.LINKED, "sitemap")


def _all(
    base: str, links: Iterable[str], trust: Trust, sought: Literal["feed", "sitemap"] = "feed"
) -> Iterator[Lead]:
    for link in links:
        try:
            url = join(base, link).partition("#")[0]
        except ParseError:
            continue  # mailto:, a broken host …: leads nowhere
        if not _NOT_NEWS.search(url):
            yield Lead(url, trust, sought)


# ------------------------------------------------------------------ pages


def _of_page(document: Document) -> Iterator[Lead]:
    from lxml import etree

    reader = _PageReader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=False)
    try:
        text = decode(document.body[:_SEEN], document.content_type)
        parser.feed(text.encode("utf-8", "replace"))
        parser.close()
    except _Full:
        pass  # a page with more links than that names its feeds before
    except (etree.LxmlError, ValueError):
        return  # no markup at all
    base = _joined(document.url, reader.base)
    yield from _all(base, reader.declared[:_MAX_DECLARED], Trust.DECLARED)
    near = (link for link, text in reader.anchors if _looks_like_feed(link, text))
    for lead in _all(base, near, Trust.LINKED):
        if _same_site(lead.url, document.url):
            yield lead


def _joined(url: str, link: str) -> str:
    try:
        return join(url, link)
    except ParseError:
        return url


def _looks_like_feed(link: str, text: str) -> bool:
    path, _, query = f"/{link.partition('#')[0]}".partition("?")
    if _OF_COMMENTS.search(text):
        return False
    looks = _FEED_ADDRESS.search(path) or _FEED_QUERY.search(query) or _FEED_WORDS.search(text)
    return looks is not None


def _same_site(url: str, other: str) -> bool:
    """Whether one host is the other or lies below it (``feeds.example.org``); ``www.`` aside."""
    one, two = (host_of(address).removeprefix("www.") for address in (url, other))
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


class _Full(Exception):
    """Ends the reading: there are as many links as are taken."""


class _PageReader:
    """A parser's target: no tree is built."""

    def __init__(self) -> None:
        self.base = ""
        self.declared: list[str] = []
        self.anchors: list[tuple[str, str]] = []
        """Links with their texts."""
        self._link = ""
        """Of the anchor that is open."""
        self._text = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        link = attributes.get("href", "").strip()
        if tag == "base":
            self.base = self.base or link
        elif tag == "link" and link and _declares_feed(attributes):
            self._check(self.declared)
            self.declared.append(link)
        elif tag == "a":
            self._close_anchor()
            self._link, self._text = link, attributes.get("title", "")[:_MAX_TEXT]
        elif tag == "img" and self._link:
            self.data(attributes.get("alt", ""))

    def data(self, text: str) -> None:
        if self._link and len(self._text) < _MAX_TEXT:
            self._text += f" {text[:_MAX_TEXT]}"

    def end(self, tag: str) -> None:
        if tag == "a":
            self._close_anchor()

    def close(self) -> None:
        self._close_anchor()

    def _close_anchor(self) -> None:
        if self._link:
            self._check(self.anchors)
            self.anchors.append((self._link, clean_line(self._text)))
        self._link = ""

    def _check(self, links: list[str] | list[tuple[str, str]]) -> None:
        if len(links) >= _MAX_LINKS:
            raise _Full


def _declares_feed(attributes: Mapping[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    return (
        "alternate" in relations
        and kind in _FEED_TYPES
        and not _OF_COMMENTS.search(attributes.get("title", ""))
    )
