"""Plain RSS 2.0, by lxml, in a tenth of feedparser's time.

Both read the same from a plain feed: what feedparser might mend or guess at is not plain.
"""

from __future__ import annotations

import html
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from monitor.domain.feed_item import FeedContent, FeedItem

if TYPE_CHECKING:
    from lxml import etree

_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_WORDPRESS = "{com-wordpress:feed-additions:1}"
_FIELDS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "pubDate": "date",
    "description": "description",
    _CONTENT: "content",
    _CREATOR: "author",
    "author": "author",
}
_PASSED_OVER = frozenset(
    [
        *("category", "comments", "enclosure", "source"),
        *(_MEDIA + name for name in ("content", "thumbnail", "credit")),
        "{http://purl.org/dc/elements/1.1/}subject",
        "{http://purl.org/rss/1.0/modules/slash/}comments",
        "{http://wellformedweb.org/CommentAPI/}commentRss",
        _WORDPRESS + "post-id",
    ]
)
"""Children of items that nothing is read from."""
_PASSED_OVER_IN_CHANNEL = frozenset(
    [
        *("category", "copyright", "description", "docs", "generator", "language"),
        *("lastBuildDate", "managingEditor", "pubDate", "ttl", "webMaster"),
        *(_SYNDICATION + name for name in ("updatePeriod", "updateFrequency", "updateBase")),
        _WORDPRESS + "site",
    ]
)
"""Children of the channel likewise."""
_IN_IMAGE = frozenset({"url", "title", "link", "width", "height", "description"})
_PLAIN_ADDRESS = re.compile(r"https?://[^\s/;][!-:<-~]*", re.I | re.A)
"""Of which feedparser changes nothing: no third slash, nothing like an entity."""
_PLAIN_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} (?:19|20)\d\d \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})"
)
_PERHAPS_HTML = re.compile(r"</\w|&#?\w+;")
_PERHAPS_MISREAD = re.compile("[\x80-\x9f]|[\xc2-\xf4][\x80-\xbf]")
"""Where feedparser looks for Windows-1252, or for UTF-8 that was decoded as Latin-1."""


class NotPlain(Exception):
    """The document is not as a program writes RSS 2.0 that keeps to the letter."""


def read_plain(body: bytes) -> FeedContent:
    """Plain RSS 2.0: each element once, with text only; absolute links, RFC 5322 dates.

    Raises NotPlain for everything else.
    """
    channel = _plain_channel(body)
    told: dict[str, str] = {}
    items: list[FeedItem] = []
    for child in channel:
        if child.tag == "item":
            items.append(_plain_item(child))
        elif child.tag in {"title", "link"}:
            _tell(told, child.tag, _plain_text(child))
        elif child.tag == _ATOM_LINK and child.get("rel") in {"hub", "self"}:
            told.setdefault(child.get("rel", ""), _plain_address(child.get("href", "")))
        elif child.tag == "image":
            if any(part.tag not in _IN_IMAGE or len(part) for part in child):
                raise NotPlain
        elif child.tag not in _PASSED_OVER_IN_CHANNEL or len(child):
            raise NotPlain
    return FeedContent(
        title=told.get("title", ""),
        items=iter(items),
        base=_plain_address(told["link"]) if "link" in told else "",
        hub=told.get("hub", ""),
        self_url=told.get("self", ""),
    )


def _plain_channel(body: bytes) -> etree._Element:
    from lxml import etree

    if b"<!DOCTYPE" in body:
        raise NotPlain
    # The encoding is given because the declaration may still name the one it was in before.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotPlain from error
    if root.tag != "rss" or dict(root.attrib) != {"version": "2.0"}:
        raise NotPlain
    if len(root) != 1 or root[0].tag != "channel" or root[0].attrib:
        raise NotPlain
    return root[0]


def _plain_item(item: etree._Element) -> FeedItem:
    if item.attrib:
        raise NotPlain
    told: dict[str, str] = {}
    for child in item:
        field = _FIELDS.get(child.tag)
        if field is not None:
            _tell(told, field, _plain_text(child))
        elif child.tag not in _PASSED_OVER or len(child):
            raise NotPlain
    title, date = told.get("title", ""), told.get("date")
    if _PERHAPS_HTML.search(title):
        raise NotPlain
    return FeedItem(
        link=_plain_address(told.get("link", "")),
        guid=told.get("guid", ""),
        title=html.escape(title, quote=False),
        markup=max(told.get("content", ""), told.get("description", ""), key=len),
        published=None if date is None else _plain_date(date),
        author=told.get("author", ""),
    )


def _tell(told: dict[str, str], field: str, text: str) -> None:
    if field in told:
        raise NotPlain
    told[field] = text


def _plain_text(element: etree._Element) -> str:
    text = (element.text or "").strip()
    allowed = ["isPermaLink"] if element.tag == "guid" else []
    if len(element) or element.keys() not in ([], allowed):
        raise NotPlain
    if element.tag == "guid" and element.get("isPermaLink", "true") == "true":
        _plain_address(text)
    if not text.isascii() and _PERHAPS_MISREAD.search(text):
        raise NotPlain
    return text


def _plain_address(text: str) -> str:
    if not _PLAIN_ADDRESS.fullmatch(text):
        raise NotPlain
    return text


def _plain_date(text: str) -> datetime:
    if not _PLAIN_DATE.fullmatch(text):
        raise NotPlain
    try:
        return parsedate_to_datetime(text)
    except ValueError as error:
        raise NotPlain from error
