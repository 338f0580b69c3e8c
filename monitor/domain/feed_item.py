"""A feed as its format has it, before anything is judged or cleaned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedItem:
    """What the items of every format (RSS, Atom, RDF, JSON Feed, news sitemaps) are read into."""

    link: str
    """As written, or made absolute where the document names its own base; empty without one."""
    guid: str
    """The publisher's identifier; empty without one."""
    title: str
    """As HTML: plain text is escaped."""
    markup: str
    """The longest text the item carries, as HTML; empty without one."""
    published: datetime | None
    """Naive: in UTC.  Not yet judged: it may lie in the future, or before there was a web."""
    author: str
    """Plain text."""


@dataclass(frozen=True, slots=True)
class FeedContent:
    """A document of any format."""

    title: str
    """As HTML."""
    items: Iterator[FeedItem]
    base: str = ""
    """What relative links are relative to, if not the document's own address."""
    hub: str = ""
    self_url: str = ""
