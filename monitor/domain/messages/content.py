"""What a message says, apart from how: the parts of it, and words clean and short enough for any
channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from monitor.domain.clean import clean_line

_NAME_LENGTH = 80
_TITLE_LENGTH = 300

# Characters that RFC 3986 allows nowhere in a URL, and with which a URL could leave the quotes or
# the angle brackets that a rendering puts around it.
_URL_ESCAPES = str.maketrans({char: f"%{ord(char):02X}" for char in " \"'<>\\^`{|}"})

Fact = tuple[str, str]
"""Label (may be empty) and text."""
Link = tuple[str, str]
"""Label and address; http(s) only."""


@dataclass(frozen=True, slots=True)
class Item:
    """One of several things that a message tells."""

    title: str
    byline: str
    links: tuple[Link, ...]
    """To the article first, if it has an address."""


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What every rendering says, in this order.  Single lines of plain text, none escaped yet; what
    is empty is left out."""

    lead: str
    """What kind of message this is, and of which topic."""
    title: str
    """What happened; never empty."""
    byline: str
    """Source and time."""
    lines: tuple[tuple[Fact, ...], ...] = ()
    """Why it matched, why it is new; none of them empty."""
    text: str = ""
    """In the article's own words."""
    sections: tuple[Section, ...] = ()
    omitted: int = 0
    """Further items that are told elsewhere."""
    counts: str = ""
    """How many report it."""
    links: tuple[Link, ...] = ()
    """To read further."""
    answers: tuple[Link, ...] = ()
    """To say whether it was worth telling."""


def web_link(url: str) -> str:
    """The address if it is an http(s) one that names a host, safe to quote; else empty."""
    cleaned = clean_line(url).strip().translate(_URL_ESCAPES)
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname
    except ValueError:
        return ""
    return cleaned if parts.scheme in ("http", "https") and host else ""


def web_links(*links: Link) -> tuple[Link, ...]:
    """Those of them that lead somewhere."""
    return tuple((label, address) for label, url in links if (address := web_link(url)))


def moment(when: datetime | None) -> str:
    """``2026-11-21 07:14 UTC``: the same in every language; empty for None."""
    if when is None:
        return ""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'minutes')} UTC"


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where there are any, marked with ``…``."""
    if len(text) <= limit:
        return text
    words = text[:limit].rpartition(" ")[0]
    return (words if len(words) > limit // 2 else text[: limit - 1]).rstrip() + "…"


def short_name(name: str) -> str:
    """The name of a topic, seed or outlet, on one line and not endless."""
    return shorten(clean_line(name), _NAME_LENGTH)


def headline(title: str) -> str:
    """A title on one line, not endless and never empty."""
    return shorten(clean_line(title), _TITLE_LENGTH) or "(untitled)"


def plural(number: int, noun: str) -> str:
    """``1 outlet``, ``1,200 outlets``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counted(outlets: int, originals: int) -> str:
    """How many report an event: ``12 outlets, 2 originals``; ``1 outlet``."""
    told = plural(outlets, "outlet")
    return told if outlets == 1 else f"{told}, {plural(originals, 'original')}"


def labelled(fact: Fact) -> str:
    label, text = fact
    return f"{label}: {text}" if label else text


def joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def and_more(omitted: int, links: tuple[Link, ...]) -> str:
    """``and 7 more on the page``, if there is one; empty for none."""
    return f"and {omitted:,} more{' on the page' if links else ''}" if omitted else ""
