"""Feeds of every format, from bytes to clean entries, each with an identity.

For a worker process: parsers take time quadratic in the length of some hostile feeds.
"""

from __future__ import annotations

import hashlib
import html
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import islice

from monitor.domain.clean import clean_line, strip_html
from monitor.domain.dates import plausible
from monitor.domain.feed_item import FeedContent, FeedItem
from monitor.domain.items import MAX_ENTRIES
from monitor.domain.json_feed import read_json
from monitor.domain.sitemaps import is_sitemap, read_sitemap
from monitor.domain.urls import canonical, join, target
from monitor.domain.xml_feed import read_xml
from monitor.errors import ParseError
from monitor.types import Document, Entry, ParsedFeed

MAX_TEXT = 200_000
"""Characters of an entry's own text that are kept."""
MAX_ALL_TEXT = 4_000_000
"""Characters of all entries' texts together: later ones have their titles only."""
MAX_TITLE = 1_000


def parse_feed(document: Document, now: datetime) -> ParsedFeed:
    """The title and at most 2,000 entries of a feed, in its order, each identity once.

    Dates without a zone are UTC, later than ``now`` become ``now``.  Raises ParseError, saying what
    the document is instead, when it is no feed.
    """
    content = _read(document)
    entries: list[Entry] = []
    left = MAX_ALL_TEXT
    for item in islice(content.items, MAX_ENTRIES):
        entry = _entry(item, content.base or document.url, now, left)
        if entry is not None:
            entries.append(entry)
            left -= len(entry.text)
    return ParsedFeed(
        title=_plain_title(content.title),
        entries=tuple(_identified(entries, document.url)),
        hub=_address(document.url, content.hub),
        self_url=_address(document.url, content.self_url),
    )


def _read(document: Document) -> FeedContent:
    if not document.body.strip():
        raise ParseError("the answer was empty: no feed")
    if is_sitemap(document.body):
        publication, items = read_sitemap(document.body)
        return FeedContent(html.escape(publication, quote=False), iter(items))
    if "json" in document.content_type or document.body.lstrip()[:1] == b"{":
        return read_json(document)
    return read_xml(document)


def _entry(item: FeedItem, base: str, now: datetime, room: int) -> Entry | None:
    """The entry, its key the canonical URL or empty, its guid as written, its text of at most
    ``room`` characters; None if it has neither of them and no title.
    """
    url, key = "", ""
    if item.link:
        try:
            url = target(join(base, item.link))
            key = canonical(url)
        except ParseError:
            url = ""  # mailto:, a broken host …: a link nobody can follow
    title = _plain_title(item.title)
    if not (key or item.guid or title):
        return None
    return Entry(
        key=key,
        url=url,
        title=title,
        text=strip_html(item.markup[: 5 * min(MAX_TEXT, room)])[: min(MAX_TEXT, room)],
        published=plausible(item.published, now),
        author=clean_line(item.author[: 5 * MAX_TITLE])[:MAX_TITLE],
        guid=item.guid,
    )


def _plain_title(markup: str) -> str:
    return clean_line(strip_html(markup[: 10 * MAX_TITLE]))[:MAX_TITLE]


def _address(base: str, link: str) -> str:
    try:
        return join(base, link) if link else ""
    except ParseError:
        return ""


# ------------------------------------------------------------------ identity


def _identified(entries: Iterable[Entry], feed_url: str) -> tuple[Entry, ...]:
    """The entries with their final keys and guids, each identity once.

    An entry is its canonical URL.  Where several differ in title under one URL, and where that is a
    site's front page, each is its guid or, for want of one of its own, its title.
    """
    unique: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        unique.setdefault((entry.key or entry.guid, entry.title), entry)
    under_key = Counter(entry.key for entry in unique.values())
    under_guid = Counter(entry.guid for entry in unique.values())
    found: dict[str, Entry] = {}
    for entry in unique.values():
        guid = entry.guid if under_guid[entry.guid] == 1 else ""
        key, name = entry.key, guid or entry.title or entry.guid
        if name and (under_key[key] > 1 or not key or _is_front_page(key)):
            key = f"guid:{_hashed(f'{feed_url}#{name}')}"
        found.setdefault(key, replace(entry, key=key, guid=_hashed(guid) if guid else ""))
    return tuple(found.values())


def _is_front_page(url: str) -> bool:
    """Of a canonical address: such links are no article's, and every item may have the same."""
    return url.endswith("/") and url.count("/") == 3


def _hashed(identity: str) -> str:
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
