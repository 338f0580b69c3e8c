"""Feeds that break parsers, up to the largest that is taken (10 MiB, decoded 20 MiB), as XML.

Each is a ``HostileFeed``; false charsets, dates, links and JSON are in ``false_feeds``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

DECODED = 20 * 2**20
"""Bytes of the largest feed that the fetcher hands on."""


@dataclass(frozen=True, slots=True)
class HostileFeed:
    """``titles``: of all entries, in order, or how many there are; ``refused``: else, what the
    error says (a pattern).
    """

    body: Callable[[], bytes]
    titles: tuple[str, ...] | int = ()
    refused: str = ""
    content_type: str = "application/rss+xml"
    links: tuple[str, ...] | None = None
    """Of all entries; None: not looked at."""
    published: tuple[datetime | None, ...] | None = None
    says: str = ""
    """What the text of the first entry holds."""


def item(title: str = "Fog", inside: str = "", link: str = "https://gull-point.example/fog") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{inside}</item>"


def rss(*items: str, before: str = "", attributes: str = "") -> bytes:
    return (
        f"{before}<rss version='2.0'{attributes}><channel><title>Gull Post</title>"
        f"{''.join(items)}</channel></rss>"
    ).encode("utf-8", "surrogatepass")


def described(markup: str) -> bytes:
    """A feed of one item, whose description is this markup, escaped."""
    escaped = markup.replace("&", "&amp;").replace("<", "&lt;")
    return rss(item(inside=f"<description>{escaped}</description>"))


def many(count: int, inside: str = "", title: str = "Fog") -> bytes:
    link = "https://gull-point.example"
    return rss(*(item(f"{title} {n}", inside, f"{link}/{n}") for n in range(count)))


def _laughs() -> str:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE rss [<!ENTITY l0 "lol">{steps}]>'


def _long_entity(length: int) -> str:
    return f'<!DOCTYPE rss [\n<!ENTITY a "{"a" * length}">\n]>'


FOG = ("Fog",)
_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>"
_PROSE = "The ferry waited outside the harbour until the fog had gone. "

BOMBS = {
    "a billion laughs": HostileFeed(
        lambda: rss(item("&l9;"), item("Fog"), before=_laughs()), refused="entities by one another"
    ),
    "a billion laughs, unlaughed": HostileFeed(
        lambda: rss(item("Fog"), before=_laughs()), refused="entities by one another"
    ),
    "quadratic entities": HostileFeed(
        lambda: rss(item("&a;" * 50_000), before=_long_entity(50_000)), refused="expand to more"
    ),
    "3 million short entities": HostileFeed(
        lambda: rss(item("&a;" * 3_000_000), before=_long_entity(100)), refused="expand to more"
    ),
    "references to no character": HostileFeed(
        lambda: rss(item("Fog&#xD800;&#xFFFFFFFF;&#0;"), item("Rain", link="https://e.example/r")),
        ("Fog\ufffd\ufffd\ufffd", "Rain"),
    ),
    "a reference of a million digits": HostileFeed(
        lambda: rss(item(f"Fog&#{'9' * 1_000_000};")), 1
    ),
    "backslash in a DOCTYPE": HostileFeed(
        lambda: rss(item(), before='<!DOCTYPE rss SYSTEM "c:\\x\\y.dtd">'), FOG
    ),
    "style attribute of 40 KB": HostileFeed(
        lambda: described(f"<p style='{'color: red; ' * 3_400}'>{_PROSE}</p>"), FOG, says=_PROSE[:9]
    ),
    "comments opened only": HostileFeed(lambda: described("<!--" * 100_000 + _PROSE), FOG),
    "comments opened only, outside": HostileFeed(
        lambda: rss(item(), "<!--" * 100_000), refused="comments that never end"
    ),
    "author of 200 KB": HostileFeed(
        lambda: rss(item(inside=f"<author>{'a@b (' * 40_000}</author>")), FOG
    ),
    "author of 200 KB of brackets": HostileFeed(
        lambda: rss(item(inside=f"<author>{'(' * 200_000}</author>")), FOG
    ),
    "30,000 namespaces": HostileFeed(
        lambda: rss(item(), attributes="".join(f" xmlns:n{n}='u:{n}'" for n in range(30_000))),
        refused="namespaces",
    ),
    "30,000 attributes": HostileFeed(
        lambda: rss(item(), attributes="".join(f" a{n}='x'" for n in range(30_000))),
        refused="attributes",
    ),
    "5 MB of ampersands": HostileFeed(
        lambda: rss(item("Fog " + "&" * 5_000_000)), refused="ampersands"
    ),
    "200,000 items": HostileFeed(lambda: rss("<item><title>Fog</title></item>" * 200_000), FOG),
    "20,000 different items": HostileFeed(lambda: many(20_000), 2_000),
    "2,000 entries of 10 KB": HostileFeed(
        lambda: many(2_000, f"<description>{_PROSE * 160}</description>"), 2_000
    ),
    "2,000 entries of 5 KB, and the largest characters": HostileFeed(
        lambda: many(
            2_000, f"<description>{_PROSE * 80}\U0001f32b</description>", "Fog \U0001f32b"
        ),
        2_000,
    ),
    "20 MiB of one description": HostileFeed(
        lambda: described(_PROSE * (DECODED // len(_PROSE) - 10)), FOG, says=_PROSE[:9]
    ),
    "20 MiB of spaces": HostileFeed(lambda: b" " * DECODED, refused="empty"),
    "20 MiB of one tag": HostileFeed(
        lambda: rss(item(), f"<x a='{'y' * (DECODED - 1_000)}'/>"), FOG
    ),
    "nested 50,000 deep": HostileFeed(lambda: rss(item(), "<a>" * 50_000 + "</a>" * 50_000), 1),
    "items in items": HostileFeed(lambda: rss("<item>" * 3_000 + item() + "</item>" * 3_000), 0),
    "text nested 50,000 deep": HostileFeed(lambda: described("<div>" * 50_000 + _PROSE), FOG),
    "half a million line breaks": HostileFeed(lambda: described("<br>" * 500_000 + _PROSE), FOG),
    "100,000 categories": HostileFeed(
        lambda: rss(item(inside="<category>fog</category>" * 100_000)), FOG
    ),
    "20,000 links": HostileFeed(
        lambda: rss(
            item(inside="<a:link href='/a'/>" * 20_000),
            attributes=" xmlns:a='http://www.w3.org/2005/Atom'",
        ),
        FOG,
    ),
    "100,000 processing instructions": HostileFeed(
        lambda: rss(item(), before="<?xml-stylesheet href='javascript:alert(1)'?>" * 100_000), FOG
    ),
    "title of 5 MB": HostileFeed(lambda: rss(item("Fog " * 1_250_000)), 1),
    "CDATA opened only": HostileFeed(lambda: rss(item("<![CDATA[" * 100_000)), 0),
    "combining marks": HostileFeed(lambda: rss(item("Fog" + "\u0301\u0323" * 500_000)), 1),
    "a million digits for a date": HostileFeed(
        lambda: rss(item(inside=f"<pubDate>{'9' * 1_000_000}</pubDate>")), FOG
    ),
    "a date of 200 KB": HostileFeed(
        lambda: rss(item(inside=f"<pubDate>{'1 Jan ' * 35_000}</pubDate>")), FOG
    ),
}

TRICKS = {
    "CDATA in two pieces": HostileFeed(
        lambda: rss(item("<![CDATA[Fog <b>]]]]><![CDATA[>]]>")), ("Fog <b>]]>",)
    ),
    "end of CDATA in the text": HostileFeed(lambda: rss(item("Fog ]]> here")), ("Fog ]]> here",)),
    "script in a title": HostileFeed(
        lambda: rss(item("Fog&lt;script&gt;alert(1)&lt;/script&gt;")), 1
    ),
    "twice escaped": HostileFeed(
        lambda: rss(item("Fog &amp;amp; rain &amp;lt;here&amp;gt;")), ("Fog & rain <here>",)
    ),
    "named references without a DTD": HostileFeed(
        lambda: rss(item("Fog&nbsp;&ndash;&eacute;&hellip;")), ("Fog –é…",)
    ),
    "bare ampersands": HostileFeed(lambda: rss(item("Fog & rain &c; x")), 1),
    "stylesheet": HostileFeed(
        lambda: rss(item(), before=f"{_DECLARATION}<?xml-stylesheet href='/x.xsl'?>"), FOG
    ),
    "spaces before the declaration": HostileFeed(
        lambda: rss(item(), before=f"\n\n  {_DECLARATION}"), FOG
    ),
    "a complaint before the declaration": HostileFeed(
        lambda: rss(item(), before=f"<br />Notice: x.php<br />{_DECLARATION}"), FOG
    ),
    "junk after the end": HostileFeed(lambda: rss(item()) + b"<!-- cached --> junk </rss>", FOG),
    "broken off in the second item": HostileFeed(
        lambda: rss(item(), item("Rain", link="https://e.example/r"))[:-60], FOG
    ),
    "inside a web page": HostileFeed(
        lambda: b"<html><body>" + rss(item()) + b"</body></html>", FOG, content_type="text/html"
    ),
    "DOCTYPE of a web page": HostileFeed(
        lambda: rss(item(), before="<!DOCTYPE html>"), FOG, content_type="text/html"
    ),
    "RSS 0.9": HostileFeed(
        lambda: (
            b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
            b"xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>P</title></channel>"
            + item().encode()
            + b"</rdf:RDF>"
        ),
        FOG,
    ),
    "RSS 1.0": HostileFeed(
        lambda: (
            b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
            b"xmlns='http://purl.org/rss/1.0/'><channel rdf:about='/'><title>P</title></channel>"
            + item().encode()
            + b"</rdf:RDF>"
        ),
        FOG,
    ),
    "Atom 0.3": HostileFeed(
        lambda: (
            b"<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>P</title><entry>"
            b"<title>Fog</title><link rel='alternate' href='https://e.example/f'/>"
            b"<issued>2024-04-30T09:00:00Z</issued></entry></feed>"
        ),
        FOG,
        links=("https://e.example/f",),
    ),
    "prefixed Atom": HostileFeed(
        lambda: (
            b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>Fog</a:title>"
            b"<a:link href='https://e.example/f'/></a:entry></a:feed>"
        ),
        FOG,
        links=("https://e.example/f",),
    ),
    "prefix that nobody declared": HostileFeed(
        lambda: rss(item(inside="<media:title>Mist</media:title><x:y>z</x:y>")), FOG
    ),
    "capitals": HostileFeed(
        lambda: rss(item()).replace(b"item", b"ITEM").replace(b"title", b"TITLE"), FOG
    ),
    "podcast without links": HostileFeed(
        lambda: rss(
            "<item><title>Fog</title><enclosure url='https://e.example/f.mp3' type='audio/mpeg'/>"
            "<guid isPermaLink='false'>7</guid></item>"
        ),
        FOG,
        links=("https://e.example/f.mp3",),
    ),
    "no items": HostileFeed(rss, 0),
    "items of nothing": HostileFeed(lambda: rss("<item/>" * 50), 0),
}

SPINNING = {
    "5 MB of less-than signs": HostileFeed(lambda: rss(item(), "<" * 5_000_000), 1),
    "text in 100,000 attributes": HostileFeed(
        lambda: described(f"<p {''.join(f'a{n}=x ' for n in range(100_000))}>{_PROSE}"), FOG
    ),
}
"""Those that only the deadline ends."""
