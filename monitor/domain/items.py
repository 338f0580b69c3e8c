"""The items of a feed, told apart without parsing them: only those not seen before are parsed.

A document is cut only where that is certain: UTF-8, well-formed, no DTD, no item inside an item.
Leaving items out of such a document leaves a well-formed one that means the same for the others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain, pairwise
from xml.parsers import expat

from monitor.domain.charsets import decode_xml
from monitor.domain.urls import canonical
from monitor.domain.xml_text import clean_xml, refuse_slow
from monitor.errors import ParseError
from monitor.types import Document

MAX_ENTRIES = 2_000
DIGEST = 8
"""Bytes of an item's digest."""
_MAX_BODY = 8 * 2**20
_MAX_SIGNS = 300_000
"""Of each of ``<``, ``&`` and ``=``: what takes time; a document with more is parsed as a whole."""
_MAX_EFFORT = 60_000
"""Elements, of which an item counts for five."""

_MARKERS = frozenset({"item", "entry"})
_SITEMAP_MARKERS = frozenset({"url"})
_NAMES = frozenset({"link", "guid", "id", "origlink", "title", "loc"})
_LINKS = frozenset({"link", "loc", "origlink"})
_ABSOLUTE = re.compile(r"[a-z][a-z\d+.-]*:", re.I)
_TAG = re.compile(rb"<([^\s/>]+)")
_BASE = "http://www.w3.org/XML/1998/namespace base"
_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"


@dataclass(frozen=True, slots=True)
class RawItem:
    start: int
    end: int
    """Its bytes are ``body[start:end]``, both tags included."""
    digest: bytes
    """Eight bytes (BLAKE2b)."""
    names: frozenset[str]
    """What it might be identified by, as written: links, guid, title."""


@dataclass(frozen=True, slots=True)
class Split:
    """A document and where its items lie, in its order."""

    body: bytes
    items: tuple[RawItem, ...]

    def digests(self) -> tuple[bytes, ...]:
        return tuple(item.digest for item in self.items)

    def only(self, kept: Collection[int]) -> bytes:
        """The document with the items at these indices and no others."""
        left_out = [(i.start, i.end) for n, i in enumerate(self.items) if n not in kept]
        cuts = chain([0], chain.from_iterable(left_out), [len(self.body)])
        return b"".join(self.body[a:b] for n, (a, b) in enumerate(pairwise(cuts)) if n % 2 == 0)

    def without(self, known: Collection[bytes]) -> tuple[bytes, list[bytes]]:
        """The document without the items of these digests, and the digests of those left in it.

        Known items that share a link, guid or title with a new one stay, because what identifies
        either is decided by comparing them.  At most 2,000 items stay.
        """
        digests = self.digests()
        new = [n for n, digest in enumerate(digests) if digest not in known]
        if not new:
            return self.only(()), []
        if len(new) == len(digests):
            kept = set(new[:MAX_ENTRIES])
        else:
            chosen = new[:MAX_ENTRIES]
            related = sorted(self._related(chosen) - set(chosen))
            kept = set([*chosen, *related][:MAX_ENTRIES])
        return self.only(kept), [digests[n] for n in sorted(kept)]

    def _related(self, chosen: Iterable[int]) -> set[int]:
        names = [tuple(map(_plain, item.names)) for item in self.items]
        sharing: defaultdict[str, list[int]] = defaultdict(list)
        for n, name in ((n, name) for n, own in enumerate(names) for name in own):
            sharing[name].append(n)
        found: set[int] = set()
        waiting = list(chosen)
        while waiting:
            n = waiting.pop()
            if n not in found:
                found.add(n)
                for name in names[n]:
                    waiting += sharing.pop(name, ())
        return found


@dataclass(frozen=True, slots=True)
class Unseen:
    """What of a document is new."""

    document: Document | None
    """To be parsed; None if nothing is new."""
    digests: bytes
    """Of the items known after that, eight bytes each; empty if the document cannot be cut."""
    left_out: int
    """Items that are not in ``document`` because they are known."""
    known: int = 0
    """Items known from before, left out or not: more than 0 if this poll overlaps with the last."""
    waiting: int = 0
    """New items beyond the limit: for the next poll, even if the document does not change."""


def unseen(document: Document, known: bytes) -> Unseen:
    """The document without the items whose digests are in ``known``; whole if it cannot be cut."""
    found = _split(document)
    if found is None:
        return Unseen(document, b"", 0)
    seen = {known[at : at + DIGEST] for at in range(0, len(known), DIGEST)}
    body, kept = found.without(seen)
    if not kept:
        count = len(found.items)
        return Unseen(None, b"".join(found.digests()), left_out=count, known=count)
    digests = found.digests()
    after = seen.union(kept)
    waiting = sum(digest not in after for digest in digests)
    return Unseen(
        document=replace(document, body=body, content_type="application/xml; charset=utf-8"),
        digests=b"".join(dict.fromkeys(digest for digest in digests if digest in after)),
        left_out=len(digests) - waiting - len(kept),
        known=sum(digest in seen for digest in digests),
        waiting=waiting,
    )


def _split(document: Document) -> Split | None:
    if len(document.body) > _MAX_BODY:
        return None
    text = decode_xml(document.body, document.content_type)
    if text is None:
        return None
    body = text.encode(errors="replace")
    signs = max(body.count(b"<"), body.count(b"&"), body.count(b"="))
    if signs > _MAX_SIGNS:
        return None
    try:
        refuse_slow(body)
        try:
            return _cut(body)
        except expat.ExpatError:
            return split(clean_xml(text))
    except ParseError:
        return None  # which is said when the whole is parsed


def split(body: bytes) -> Split | None:
    """Where the items of a UTF-8 document lie; None without items, and where it is not certain.

    Linear in its length; at most 60,000 elements are looked at.
    """
    try:
        return _cut(body)
    except expat.ExpatError:
        return None


def _cut(body: bytes) -> Split | None:
    """As ``split``; raises ExpatError where ``body`` is found not to be well-formed."""
    if b"<!DOCTYPE" in body:
        return None
    try:
        items = _Scanner(body).items
    except _Doubtful:
        return None
    return Split(body, tuple(items)) if items else None


class _Doubtful(Exception):
    """The items cannot be told apart with certainty."""


class _Scanner:
    def __init__(self, body: bytes) -> None:
        self.items: list[RawItem] = []
        self._body = body
        self._markers = _MARKERS
        self._effort = _MAX_EFFORT
        self._depth = 0
        self._item_depth = 0
        """Of the open item; 0 outside of items."""
        self._start = 0
        self._names: set[str] = set()
        self._text: list[str] = []
        self._parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.Parse(body, True)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        self._depth += 1
        self._effort -= 1
        if self._effort < 0:
            raise _Doubtful
        inside = self._item_depth or local in self._markers
        if inside and (_BASE in attributes or "base" in attributes):
            raise _Doubtful  # feedparser is not sure to forget it at the end of the item
        if self._depth == 1 and local == "urlset":
            self._markers = _SITEMAP_MARKERS
        elif local in self._markers:
            if self._item_depth:
                raise _Doubtful
            self._effort -= 4
            self._item_depth, self._start = self._depth, self._parser.CurrentByteIndex
            self._names = {attributes[_ABOUT]} if _ABOUT in attributes else set()
        elif (
            self._item_depth
            and local in _NAMES
            and self._depth == self._item_depth + 1
            and attributes.get("rel", "alternate") == "alternate"
        ):
            self._text = [attributes.get("href", "")]
            self._parser.CharacterDataHandler = self._text.append

    def _close(self, name: str) -> None:
        if self._parser.CharacterDataHandler is not None:
            self._parser.CharacterDataHandler = None
            text = "".join(self._text).strip()
            if text and _local(name) in _LINKS and not _ABSOLUTE.match(text):
                raise _Doubtful  # which page it means is not known here
            self._names.add(text)
        if self._depth == self._item_depth:
            self._end_item(self._parser.CurrentByteIndex)
        self._depth -= 1

    def _end_item(self, at: int) -> None:
        tag = _TAG.match(self._body, self._start)
        if tag is None or not self._body.startswith(b"</" + tag[1], at):
            raise _Doubtful  # an empty element: where it ends is not told
        end = self._body.index(b">", at) + 1
        digest = blake2b(self._body[self._start : end], digest_size=DIGEST).digest()
        self.items.append(RawItem(self._start, end, digest, frozenset(self._names - {""})))
        self._item_depth = 0


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()


def _plain(name: str) -> str:
    if "#" not in name and "?" not in name:
        return name
    try:
        return canonical(name)
    except ParseError:
        return name
