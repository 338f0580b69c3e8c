"""OPML 2.0 (http://opml.org/spec2.opml), as feed readers exchange it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from monitor.domain.clean import clean_line

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.edge.store.feeds import FeedInput
    from monitor.edge.store.store import Store
    from monitor.types import FeedView


def add_all(store: Store, found: Sequence[FeedInput]) -> int:
    """Add all feeds or, on an error, none; returns how many were new."""
    from monitor.app import utc_now
    from monitor.edge.store.feeds import add_feed

    def add(session: Session) -> int:
        return sum(add_feed(session, feed, utc_now()) for feed in found)

    return store.write(add)


def document(feeds: Iterable[FeedView]) -> bytes:
    """An OPML file in UTF-8; a feed's first tag is its folder."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = "Feeds of the news monitor"
    body = SubElement(root, "body")
    folders = {"": body}
    for feed in feeds:
        tag = clean_line(feed.tags[0]) if feed.tags else ""
        if tag not in folders:
            folders[tag] = SubElement(body, "outline", text=tag, title=tag)
        name = clean_line(feed.name)
        SubElement(folders[tag], "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
