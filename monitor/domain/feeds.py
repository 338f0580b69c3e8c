"""Feeds: RSS, Atom, RDF and JSON Feed, from bytes to clean entries.

For a worker process: feedparser takes time quadratic in the length of some hostile feeds.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import Any

from monitor.domain.clean import clean_line, strip_html
from monitor.domain.dates import parse_date, plausible
from monitor.domain.urls import canonical, join
from monitor.domain.walls import wall
from monitor.errors import ParseError
from monitor.types import Document, Entry, ParsedFeed

MAX_ENTRIES = 2_000
MAX_TEXT = 200_000
"""Characters of an entry's own text that are kept."""
MAX_TITLE = 1_000
_SNIFFED = 400_000
"""Bytes of a web page in which its feed, or why it is no feed, is looked for."""

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


@dataclass(frozen=True, slots=True)
class _Item:
    """An item as its format has it: text still as markup, the date not yet judged."""

    link: str
    guid: str
    title: str
    markup: str
    published: datetime | None
    author: str


def parse_feed(document: Document, now: datetime) -> ParsedFeed:
    """The title and at most 2,000 entries of a feed, in its order, each identity once.

    Dates without a zone are UTC, later than ``now`` become ``now``.  Raises ParseError, saying what
    the document is instead, when it is no feed.
    """
    if not document.body.strip():
        raise ParseError("the answer was empty: no feed")
    is_json = "json" in document.content_type or document.body.lstrip()[:1] == b"{"
    title, items = (_read_json if is_json else _read_xml)(document)
    entries: dict[str, Entry] = {}
    for item in islice(items, MAX_ENTRIES):
        entry = _entry(item, document.url, now)
        if entry is not None:
            entries.setdefault(entry.key, entry)
    return ParsedFeed(_plain_title(title), tuple(entries.values()))


def _entry(item: _Item, feed_url: str, now: datetime) -> Entry | None:
    url, key = "", ""
    if item.link:
        try:
            url = join(feed_url, item.link)
            key = canonical(url)
        except ParseError:
            url = ""  # mailto:, a broken host …: a link nobody can follow
    title = _plain_title(item.title)
    identity = item.guid or item.link or title
    if not identity:
        return None
    return Entry(
        key=key or _guid_key(feed_url, identity),
        url=url,
        title=title,
        text=strip_html(item.markup[: 5 * MAX_TEXT])[:MAX_TEXT],
        published=plausible(item.published, now),
        author=clean_line(item.author)[:MAX_TITLE],
    )


def _guid_key(feed_url: str, guid: str) -> str:
    identity = f"{feed_url}#{guid}".encode("utf-8", "surrogatepass")
    return f"guid:{hashlib.sha256(identity).hexdigest()[:32]}"


def _plain_title(markup: str) -> str:
    return clean_line(strip_html(markup[: 10 * MAX_TITLE]))[:MAX_TITLE]


# ------------------------------------------------------------------ RSS, Atom, RDF


def _read_xml(document: Document) -> tuple[str, Iterator[_Item]]:
    import feedparser

    _refuse_html(document)
    try:
        # A stream, because feedparser would open bytes that spell a file's name; a base address is
        # not passed, so that links come as written and a guid is not made to look like one.
        parsed = feedparser.parse(
            BytesIO(document.body),
            response_headers={"content-type": document.content_type or "application/xml"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # a parser given hostile bytes raises anything
        raise ParseError(f"the feed cannot be read: {_short(error)}") from error
    if not parsed.entries and (parsed.bozo or not parsed.get("version")):
        reason = _short(parsed.get("bozo_exception")) or "its root element is unknown"
        raise ParseError(f"this is no feed, or one broken beyond reading: {reason}")
    return str(parsed.feed.get("title") or ""), map(_xml_item, parsed.entries)


def _refuse_html(document: Document) -> None:
    text = document.body[:_SNIFFED].removeprefix(BOM_UTF8).decode("latin-1")  # signs are ASCII
    if not _HTML_PAGE.match(text) or _FEED_ROOT.search(text, 0, _ROOT_WITHIN):
        return  # some feeds carry the DOCTYPE of a page, or lie in one
    obstacle = wall(text)
    if obstacle is not None:
        raise ParseError(f"the address answered with a web page that {obstacle}, not with a feed")
    found = _FEED_LINK.search(text)
    if found is None:
        raise ParseError("this is a web page, not a feed")
    try:
        feed = join(document.url, html.unescape(found[1]))
    except ParseError as error:
        raise ParseError("this is a web page, not a feed") from error
    raise ParseError(f"this is a web page, not a feed; it names {feed} as its feed")


def _xml_item(entry: Mapping[str, Any]) -> _Item:
    link = str(entry.get("link") or "")
    if entry.get("guidislink") and not re.match(r"https?://", link, re.I):
        link = ""  # a bare identifier, taken for a link for want of isPermaLink="false"
    texts = [_markup(detail) for detail in entry.get("content") or ()]
    texts.append(_markup(entry.get("summary_detail") or {}))
    # By `in`: feedparser's get() answers for a missing date with the other one, and warns.
    dates = [entry[name] for name in ("published_parsed", "updated_parsed") if name in entry]
    moment = next(filter(None, dates), None)
    return _Item(
        link=link,
        guid=str(entry.get("id") or ""),
        title=_markup(entry.get("title_detail") or {}),
        markup=max(texts, key=len),
        published=_from_parts(tuple(moment)) if moment else None,
        author=str(entry.get("author") or ""),
    )


def _markup(detail: Mapping[str, Any]) -> str:
    value = str(detail.get("value") or "")
    return html.escape(value, quote=False) if detail.get("type") == "text/plain" else value


def _from_parts(parts: tuple[int, ...]) -> datetime | None:
    try:
        return datetime(*parts[:5], min(parts[5], 59), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return None


def _short(error: object) -> str:
    words = re.sub(r"^<unknown>:(\d+):\d+:", r"line \1:", str(error or ""))
    return clean_line(words)[:200]


# ------------------------------------------------------------------ JSON Feed (jsonfeed.org, 1.1)


def _read_json(document: Document) -> tuple[str, Iterator[_Item]]:
    try:
        feed = json.loads(document.body)
    except (ValueError, RecursionError) as error:
        raise ParseError(
            f"this looks like a JSON Feed but is no valid JSON: {_short(error)}"
        ) from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ParseError("this is JSON, but no JSON Feed: it has no list of items")
    items = (_json_item(item) for item in feed["items"] if isinstance(item, dict))
    return html.escape(_text(feed, "title"), quote=False), items


def _json_item(item: Mapping[str, Any]) -> _Item:
    texts = [_text(item, "content_html")]
    texts += [html.escape(_text(item, name), quote=False) for name in ("content_text", "summary")]
    identifier = item.get("id")
    return _Item(
        link=_text(item, "url", "external_url"),
        guid=str(identifier) if isinstance(identifier, (str, int)) else "",
        title=html.escape(_text(item, "title"), quote=False),
        markup=max(texts, key=len),
        published=parse_date(_text(item, "date_published", "date_modified")),
        author=", ".join(_authors(item)),
    )


def _authors(item: Mapping[str, Any]) -> Iterable[str]:
    authors = item.get("authors")
    listed = authors if isinstance(authors, list) else [item.get("author")]
    return filter(None, (_text(author, "name") for author in listed if isinstance(author, dict)))


def _text(item: Mapping[str, Any], *names: str) -> str:
    """The first of these members that is a string with something in it, else an empty one."""
    values = (item.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), "")
