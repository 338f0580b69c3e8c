"""What comes in: fetched, parsed, collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Document:
    """What an address answered.  ``status`` is 200 with a body, or 304 with an empty one."""

    url: str
    """The address that answered, after redirects."""
    status: int
    body: bytes
    content_type: str
    """The Content-Type header in lower case, parameters included; empty if there was none."""
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    """Where permanent redirects (301, 308) led, up to the first temporary one; None without any."""
    links: str = ""
    """The Link headers (RFC 8288), joined by commas."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, cleaned: no control characters, no markup, a plausible date or none."""

    key: str
    """Identity across feeds: the canonical URL, or ``guid:…`` where the item has no usable link."""
    url: str
    """The link as a person should follow it; empty where the item has none."""
    title: str
    text: str
    """The feed's own text (the longer of content and summary) as plain text."""
    published: datetime | None
    author: str = ""
    guid: str = ""
    """Identity within its feed, hashed; empty where the item has none, or shares it with others."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    title: str
    entries: tuple[Entry, ...]
    hub: str = ""
    """WebSub hub that the document names; empty without one."""
    self_url: str = ""
    """The address by which the hub knows the feed (``rel="self"``); empty if not named."""


TextFrom = Literal["page", "plain", "feed", "seed"]
"""``plain``: from the page too, by the cheap extractor, which is enough for what is off topic."""


@dataclass(frozen=True, slots=True)
class Article:
    """Text and metadata of one article, cleaned."""

    url: str
    title: str
    text: str
    published: datetime | None
    text_from: TextFrom
    source: str = ""
    """The outlet: the site's own name, else the host."""
    author: str = ""
    language: str = ""
    """ISO 639-1, or empty when unknown."""
    canonical_url: str = ""
