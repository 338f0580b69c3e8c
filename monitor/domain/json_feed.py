"""JSON Feed (jsonfeed.org, 1.1)."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.domain.clean import clean_line
from monitor.domain.dates import parse_date
from monitor.domain.feed_item import FeedContent, FeedItem
from monitor.errors import ParseError
from monitor.types import Document


def read_json(document: Document) -> FeedContent:
    """A JSON Feed as its items.  Raises ParseError when it is none."""
    try:
        feed = json.loads(document.body)
    except (ValueError, RecursionError) as error:
        reason = clean_line(str(error))[:200]
        raise ParseError(f"this looks like a JSON Feed but is no valid JSON: {reason}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ParseError("this is JSON, but no JSON Feed: it has no list of items")
    hubs = feed.get("hubs")
    listed = hubs if isinstance(hubs, list) else []
    return FeedContent(
        title=html.escape(_text(feed, "title"), quote=False),
        items=(_item(item) for item in feed["items"] if isinstance(item, dict)),
        hub=next((_text(hub, "url") for hub in listed if _is_websub(hub)), ""),
        self_url=_text(feed, "feed_url"),
    )


def _item(item: Mapping[str, Any]) -> FeedItem:
    texts = [_text(item, "content_html")]
    texts += [html.escape(_text(item, name), quote=False) for name in ("content_text", "summary")]
    identifier = item.get("id")
    return FeedItem(
        # Not external_url first: that is what an item is about, and several may be about one page.
        link=_text(item, "url", "external_url"),
        guid=str(identifier) if isinstance(identifier, (str, int, float)) else "",
        title=html.escape(_text(item, "title"), quote=False),
        markup=max(texts, key=len),
        published=parse_date(_text(item, "date_published", "date_modified")),
        author=", ".join(_authors(item)),
    )


def _authors(item: Mapping[str, Any]) -> Iterable[str]:
    authors = item.get("authors")
    listed = authors if isinstance(authors, list) else [item.get("author")]
    return filter(None, (_text(author, "name") for author in listed if isinstance(author, dict)))


def _is_websub(hub: object) -> bool:
    return isinstance(hub, dict) and _text(hub, "type").lower() in {"websub", "pubsubhubbub"}


def _text(item: Mapping[str, Any], *names: str) -> str:
    """The first of these members that is a string with something in it, else an empty one."""
    values = (item.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), "")
