"""OPML 2.0 (http://opml.org/spec2.opml), as feed readers exchange it: folders are tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from xml.etree import ElementTree

from monitor.domain.charsets import decode
from monitor.domain.clean import clean_line
from monitor.domain.urls import MAX_LENGTH, absolute
from monitor.errors import ParseError

MAX_FEEDS = 20_000
MAX_NAME = 500
"""Characters of a name or tag."""
MAX_TAGS = 100
"""Of one feed; folders nested deeper add none."""
MAX_PROBLEMS = 1_000

_FEED_TYPES = {"rss", "atom", "rdf", "include"}
"""Of outlines that should name an address; one without it is a problem, not a folder."""


_Folders = dict[tuple[str, ...], ElementTree.Element]
"""By path, from the outside in."""


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    url: str
    """As written."""
    name: str = ""
    tags: tuple[str, ...] = ()
    """The folders from the outside in, then the categories; each once, cleaned."""


@dataclass(frozen=True, slots=True)
class Opml:
    feeds: tuple[OpmlFeed, ...]
    """Each address once, in the order of the file; at most 20,000."""
    problems: tuple[str, ...]
    """Why an outline was left out, in words, one each; at most 1,000."""


def read_opml(data: bytes) -> Opml:
    """The feeds of an OPML file, whatever its encoding and however careless its markup.

    An outline that cannot be used is a problem of its own.  An address that is listed several times
    has the tags of all its places.  Linear in the length of ``data``.  Raises ParseError if no feed
    can be used.
    """
    from lxml import etree

    reader = _Reader()
    # By the rules of HTML, because many an exporter leaves the ampersands of addresses bare.  It
    # knows no entities but HTML's, and builds no tree here.
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=False)
    try:
        parser.feed(decode(data).encode("utf-8", "replace"))
        parser.close()
    except _Full:
        reader.problem(f"only the first {MAX_FEEDS:,} feeds are taken")
    except (etree.LxmlError, ValueError) as error:
        raise ParseError(f"cannot be read as OPML: {clean_line(str(error))[:200]}") from error
    if not reader.feeds:
        because = f" ({reader.problems[0]})" if reader.problems else ""
        raise ParseError(f"holds no feed that can be followed{because}: is it an OPML file?")
    feeds = tuple(
        OpmlFeed(url, name, tuple(tags)[:MAX_TAGS]) for url, (name, tags) in reader.feeds.items()
    )
    return Opml(feeds, tuple(reader.problems))


class _Full(Exception):
    """Ends the reading: there are as many feeds as are taken."""


class _Reader:
    """A parser's target: feeds by address, as their name and tags (the keys, in order)."""

    def __init__(self) -> None:
        self.feeds: dict[str, tuple[str, dict[str, None]]] = {}
        self.problems: list[str] = []
        self._path: list[str] = []
        """The name of each open outline; empty for those that are no folder."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag != "outline":
            return
        name = _name(attributes.get("text", "")) or _name(attributes.get("title", ""))
        url = attributes.get("xmlurl", "").strip()
        is_feed = bool(url) or attributes.get("type", "").strip().lower() in _FEED_TYPES
        self._path.append("" if is_feed else name)
        if is_feed:
            self._feed(url, name, attributes.get("category", ""))

    def end(self, tag: str) -> None:
        if tag == "outline" and self._path:
            self._path.pop()

    def close(self) -> None:
        """Called at the end of the document."""

    def problem(self, words: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(words)

    def _feed(self, url: str, name: str, categories: str) -> None:
        if not url:
            self.problem(f"{name or 'an outline'}: has no xmlUrl")
            return
        if url not in self.feeds:
            try:
                absolute(url)
            except ParseError as error:
                self.problem(f"{name}: {error}" if name else str(error))
                return
            if len(self.feeds) >= MAX_FEEDS:
                raise _Full
            self.feeds[url] = ("" if name == url else name, {})
        tags = self.feeds[url][1]
        if len(tags) < MAX_TAGS:
            tags.update(dict.fromkeys(chain(self._folders(), _categories(categories))))

    def _folders(self) -> Iterable[str]:
        return filter(None, self._path[:MAX_TAGS])


def _categories(written: str) -> Iterable[str]:
    """Of ``/a/b,c``: a and b, one within the other, and c."""
    names = written[: MAX_TAGS * MAX_NAME].replace("/", ",").split(",")
    return filter(None, map(_name, names[:MAX_TAGS]))


def _name(text: str) -> str:
    return clean_line(text[: 2 * MAX_NAME])[:MAX_NAME].strip()


def write_opml(feeds: Iterable[OpmlFeed]) -> bytes:
    """An OPML file in UTF-8 from which ``read_opml`` gets the same feeds.

    The first tag is the folder, and all are categories; names that no category can hold (with a
    comma or slash) become folders within one another instead.
    """
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = "Feeds of the news monitor"
    folders: _Folders = {(): ElementTree.SubElement(root, "body")}
    for feed in feeds:
        tags = tuple(dict.fromkeys(filter(None, map(_name, feed.tags))))
        nested = any("," in tag or "/" in tag for tag in tags)
        name = _name(feed.name) or _writable(feed.url)
        attributes = {"type": "rss", "text": name, "title": name, "xmlUrl": _writable(feed.url)}
        if len(tags) > 1 and not nested:
            attributes["category"] = ",".join(tags)
        folder = _folder(folders, tags if nested else tags[:1])
        ElementTree.SubElement(folder, "outline", attributes)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _folder(folders: _Folders, path: tuple[str, ...]) -> ElementTree.Element:
    for depth in range(len(path)):
        here = path[: depth + 1]
        if here not in folders:
            name = path[depth]
            parent = folders[path[:depth]]
            folders[here] = ElementTree.SubElement(parent, "outline", text=name, title=name)
    return folders[path]


def _writable(url: str) -> str:
    """An address with characters that XML cannot hold, or not keep, in the spelling of browsers."""
    return url if url.isprintable() and len(url) <= MAX_LENGTH else absolute(url)
