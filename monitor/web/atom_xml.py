"""Atom documents (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from monitor.domain.clean import clean_line, clean_text
from monitor.domain.messages.content import headline

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    title: str
    address: str
    """http(s); where a person reads it."""
    updated: datetime
    published: datetime | None
    summary: str
    category: str
    author: str = ""
    """Empty: the feed's."""
    related: str = ""
    """Another address about it."""


@dataclass(frozen=True, slots=True)
class Feed:
    id: str
    title: str
    own: str
    """Its address."""
    address: str
    """Of the page that shows the same."""
    begun: datetime
    """When it was updated last, without any entry."""
    entries: Sequence[Entry]

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=self.begun)


def tag(kind: str, name: object) -> str:
    """A lasting name (RFC 4151), whatever address the page is served under: a reader would show
    every entry again under a new one.  ``monitor`` stands for whoever runs it; what else another
    of its kind calls by that name, is in other feeds."""
    return f"tag:monitor,2026:{kind}/{quote(str(name), safe='', errors='replace')}"


def document(feed: Feed) -> bytes:
    """In UTF-8.  Texts may hold anything: what XML 1.0 has no place for is left out."""
    root = ET.Element("feed", xmlns=_NAMESPACE)
    _add(root, "id", feed.id)
    _add(root, "title", headline(feed.title))
    _add(root, "updated", _moment(feed.updated))
    _link(root, "self", feed.own, "application/atom+xml")
    _link(root, "alternate", feed.address, "text/html")
    _author(root, "News monitor")
    for entry in feed.entries:
        _add_entry(root, entry)
    written: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return written


def _add_entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", headline(entry.title))
    _add(element, "updated", _moment(entry.updated))
    if entry.published is not None:
        _add(element, "published", _moment(entry.published))
    _link(element, "alternate", entry.address)
    if entry.related:
        _link(element, "related", entry.related)
    if author := clean_line(entry.author):
        _author(element, author)
    if term := clean_line(entry.category):
        ET.SubElement(element, "category", term=term)
    _add(element, "summary", clean_text(entry.summary))


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _author(parent: ET.Element, name: str) -> None:
    _add(ET.SubElement(parent, "author"), "name", name)


def _link(parent: ET.Element, rel: str, href: str, media_type: str = "") -> None:
    kind = {"type": media_type} if media_type else {}
    ET.SubElement(parent, "link", {"rel": rel, "href": href} | kind)


def _moment(when: datetime) -> str:
    """RFC 3339."""
    exact = when.astimezone(UTC).replace(tzinfo=None)
    return f"{exact.isoformat(timespec='seconds')}Z"
