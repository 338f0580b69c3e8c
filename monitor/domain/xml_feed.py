"""RSS, Atom and RDF, by feedparser; plain RSS 2.0 in a shorter way.

For a worker process: feedparser takes time quadratic in the length of some hostile feeds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import Any

from monitor.domain.charsets import decode, decode_xml
from monitor.domain.clean import clean_line
from monitor.domain.dates import parse_date
from monitor.domain.feed_item import FeedContent, FeedItem
from monitor.domain.items import MAX_ENTRIES
from monitor.domain.plain_rss import NotPlain, read_plain
from monitor.domain.urls import join
from monitor.domain.walls import wall
from monitor.domain.xml_text import clean_xml
from monitor.errors import ParseError
from monitor.types import Document

_SNIFFED = 400_000
"""Characters of a web page in which its feed, or why it is no feed, is looked for."""

_HTML_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html)", re.I
)
_FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:rdf)[\s>]", re.I)
_ROOT_WITHIN = 4_000
_FEED_LINK = re.compile(
    r"<link\b(?=[^>]{0,500}\btype\s*=\s*[\"']?application/(?:rss|atom|feed)\+)"
    r"[^>]{0,500}\bhref\s*=\s*[\"']?([^\"'\s>]{1,500})",
    re.I,
)
_MARKER = re.compile(rb"<(?:item|entry)[\s>]", re.I)
_UNUSED = re.compile(
    rb"<(category|(?:itunes:|media:)?keywords|dc:subject|(?:slash:)?comments|wfw:commentRss"
    rb"|media:(?:content|thumbnail|credit))"
    rb"(?:\s[^<>]{0,2000})?(?:/>|(?<!/)>(?:[^<]{0,2000}|<!\[CDATA\[[^<\]]{0,2000}\]\]>)</\1\s*>)\s*"
)
"""Elements without children that nothing is read from: each would cost as much as any other."""


def read_xml(document: Document) -> FeedContent:
    """A feed as its items, of which more than 2,000 are cut off.

    Raises ParseError, saying what the document is instead, when it is no feed.
    """
    text = decode_xml(document.body, document.content_type)
    if text is None:
        text = decode(document.body, document.content_type)
    _refuse_html(text, document.url)
    body = _bounded(clean_xml(text))
    try:
        return read_plain(body)
    except NotPlain:
        return _read_any(_UNUSED.sub(b"", body))


def _read_any(body: bytes) -> FeedContent:
    import feedparser

    try:
        # A stream, because feedparser would open bytes that spell a file's name; a base address is
        # not passed, so that links come as written and a guid is not made to look like one.
        parsed = feedparser.parse(
            BytesIO(body),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # a parser given hostile bytes raises anything
        raise ParseError(f"the feed cannot be read: {_short(error)}") from error
    if not parsed.entries and (parsed.bozo or not parsed.get("version")):
        reason = _short(parsed.get("bozo_exception")) or "its root element is unknown"
        raise ParseError(f"this is no feed, or one broken beyond reading: {reason}")
    links = parsed.feed.get("links") or ()
    site = "" if parsed.version.startswith("atom") else str(parsed.feed.get("link") or "")
    return FeedContent(
        title=str(parsed.feed.get("title") or ""),
        items=map(_item, parsed.entries),
        base=site if re.match(r"https?://", site, re.I) else "",
        hub=_link(links, "hub"),
        self_url=_link(links, "self"),
    )


def _bounded(body: bytes) -> bytes:
    """``body`` without what lies between the 2,000th item and the end of the last."""
    surplus = next(islice(_MARKER.finditer(body), MAX_ENTRIES, None), None)
    if surplus is None:
        return body
    last = max(body.rfind(b"</item"), body.rfind(b"</entry"), surplus.start())
    return body[: surplus.start()] + body[last:].partition(b">")[2]


def _refuse_html(text: str, url: str) -> None:
    text = text[:_SNIFFED]
    if not _HTML_PAGE.match(text) or _FEED_ROOT.search(text, 0, _ROOT_WITHIN):
        return  # some feeds carry the DOCTYPE of a page, or lie in one
    obstacle = wall(text)
    if obstacle is not None:
        raise ParseError(f"the address answered with a web page that {obstacle}, not with a feed")
    found = _FEED_LINK.search(text)
    if found is None:
        raise ParseError("this is a web page, not a feed")
    try:
        feed = join(url, html.unescape(found[1]))
    except ParseError as error:
        raise ParseError("this is a web page, not a feed") from error
    raise ParseError(f"this is a web page, not a feed; it names {feed} as its feed")


def _item(parsed: Mapping[str, Any]) -> FeedItem:
    entry = dict(parsed)  # feedparser's own get() is slow, and answers for one date with another
    texts = [_markup(detail) for detail in entry.get("content") or ()]
    texts.append(_markup(entry.get("summary_detail") or {}))
    return FeedItem(
        link=_item_link(entry),
        guid=str(entry.get("id") or ""),
        title=_markup(entry.get("title_detail") or {}),
        markup=max(texts, key=len),
        published=_date(entry, "published") or _date(entry, "updated") or _date(entry, "created"),
        author=str(entry.get("author") or ""),
    )


def _item_link(entry: Mapping[str, Any]) -> str:
    link = str(entry.get("feedburner_origlink") or entry.get("link") or "")
    if entry.get("guidislink") and not re.match(r"https?://", link, re.I):
        link = ""  # a bare identifier, taken for a link for want of isPermaLink="false"
    links = entry.get("links") or ()
    return link or _link(links, "alternate") or _link(links, "enclosure")


def _link(links: Iterable[Mapping[str, Any]], relation: str) -> str:
    """The first address of this relation; empty without one."""
    found = (str(link.get("href") or "") for link in links if link.get("rel") == relation)
    return next(filter(None, found), "")


def _markup(detail: Mapping[str, Any]) -> str:
    value = str(detail.get("value") or "")
    return html.escape(value, quote=False) if detail.get("type") == "text/plain" else value


def _date(entry: Mapping[str, Any], name: str) -> datetime | None:
    parts = entry.get(f"{name}_parsed")
    if not parts:
        return parse_date(str(entry.get(name) or ""))
    year, month, day, hour, minute, second = tuple(parts)[:6]
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _short(error: object) -> str:
    words = re.sub(r"^<unknown>:(\d+):\d+:", r"line \1:", str(error or ""))
    return clean_line(words[:1_000])[:200]
