"""Pages that break parsers: of monstrous make, up to the largest size that is taken (4 MiB).

Each is a ``HostilePage``; what sites put in the place of their articles is in ``false_pages``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

PARAGRAPHS = [
    "The lighthouse on Gull Point went dark on Monday night for the first time in ninety years, "
    "and the keeper's daughter, who looks after the lamp, said that rats had eaten the cable.",
    "Two trawlers and a ferry waited outside the harbour until dawn, the coastguard said, because "
    "the channel between the sandbanks is only forty metres wide and was dredged last in autumn.",
    "An engineer from the mainland is to replace the cable on Thursday, if the wind allows the "
    "supply boat to land; until then a lamp on a fishing boat marks the entrance to the channel.",
    "The town has asked for a second cable since a storm cut the first one off eleven years ago, "
    "but the ministry of transport answered each time that the money had been spent elsewhere.",
]
LAST = "money had been spent elsewhere"
TITLE = "Lighthouse goes dark"
SUMMARY = "The lighthouse on Gull Point went dark for a night, and ships had to wait outside."

LIMIT = 4 * 2**20
"""Bytes of the largest page that is taken."""

Ending = Literal["page", "feed", "killed"]
"""Where the article comes from in the end; killed: it spins until the worker is killed."""


@dataclass(frozen=True, slots=True)
class HostilePage:
    """``because``: what the error says where neither page nor feed have an article (a pattern)."""

    body: Callable[[], bytes]
    ending: Ending
    because: str = ""
    content_type: str = "text/html; charset=utf-8"
    says: str = LAST
    """What an article that comes from the page must hold."""
    never: tuple[str, ...] = ()
    """What it must not hold."""


def article(*paragraphs: str) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or PARAGRAPHS)
    return f"<article><h1>{TITLE}</h1>{text}</article>"


def html(body: str, head: str = "", title: str = TITLE) -> bytes:
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    ).encode()


def fill(unit: str, size: int = LIMIT - 10_000) -> str:
    """``unit`` as often as it fits into ``size`` bytes."""
    return unit * (size // len(unit.encode()))


def json_ld(data: object) -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    return f"<script type='application/ld+json'>{text}</script>"


def _numbered(unit: str, count: int) -> str:
    return "".join(unit.format(n) for n in range(count))


def body_in_data(**more: object) -> str:
    text = "\n".join(PARAGRAPHS)
    return json_ld({"@graph": [{"@type": "NewsArticle", "articleBody": text, **more}]})


_TAGS = "more tags than any article needs"
_NONE = "no article text"

SHAPES = {
    "0.9 MB of attributes": HostilePage(
        lambda: html(f"<div {_numbered('a{}=x ', 100_000)}>{article()}"), "feed", _TAGS
    ),
    "1,000 attributes again and again": HostilePage(
        lambda: html(f"<p {_numbered('a{}=x ', 990)}>word</p>" * 30 + article()), "page"
    ),
    "1.4 MB of unclosed paragraphs": HostilePage(
        lambda: html(fill("<p>", 1_400_000) + article()), "feed", _TAGS
    ),
    "half a million line breaks": HostilePage(
        lambda: html(article() + "<br>" * 500_000), "feed", _TAGS
    ),
    "600,000 images": HostilePage(lambda: html(fill("<img>") + article()), "feed", _TAGS),
    "table without end": HostilePage(
        lambda: html("<table>" + fill("<tr><td>1<td>2") + "</table>"), "feed", _TAGS
    ),
    "100,000 times": HostilePage(
        lambda: html(article() + "<time>2024-01-01</time>" * 100_000), "feed", _TAGS
    ),
    "nested 200 deep": HostilePage(
        lambda: html("<div>" * 200 + article() + "</div>" * 200), "page"
    ),
    "nested 1,500 deep": HostilePage(
        lambda: html("<div>" * 1_500 + article() + "</div>" * 1_500), "feed", _NONE
    ),
    "nested 29,000 deep": HostilePage(
        lambda: html("<div>" * 29_000 + article() + "</div>" * 29_000), "feed", _NONE
    ),
    "nested 100,000 deep": HostilePage(lambda: html("<div>" * 100_000 + article()), "feed", _TAGS),
    "nested 20,000 deep, and the text in its data": HostilePage(
        lambda: html("<b>" * 20_000 + article(), body_in_data()), "page"
    ),
    "tables in tables": HostilePage(
        lambda: html("<table><tr><td>" * 10_000 + article()), "feed", _NONE
    ),
    "quotes in lists in quotes": HostilePage(
        lambda: html("<blockquote><ul><li>" * 10_000 + article()), "feed", _NONE
    ),
    "text node of 4 MB": HostilePage(
        lambda: html(f"<article><p>{fill(PARAGRAPHS[3] + ' ')}</p></article>"), "page"
    ),
    "word of 400 KB": HostilePage(
        lambda: html(f"<article><p>{fill('x', 400_000)}</p></article>"), "feed"
    ),
    "4,000 paragraphs": HostilePage(
        lambda: html("".join(f"<p>{n}. {PARAGRAPHS[3]}</p>" for n in range(4_000))), "page"
    ),
    "the same line 5,000 times": HostilePage(
        lambda: html(article() + "<p>Follow the story as it unfolds here.</p>" * 5_000), "page"
    ),
    "8,000 links": HostilePage(
        lambda: html(article() + "<a href='/more'>Read more of this</a> " * 8_000), "page"
    ),
    "unclosed link": HostilePage(lambda: html("<a href='/x'>" * 5_000 + article()), "page"),
    "ampersands": HostilePage(lambda: html(fill("&", 400_000) + article()), "page"),
    "less-than signs": HostilePage(lambda: html(fill("<") + article()), "feed", _TAGS),
    "references to no character": HostilePage(
        lambda: html("&#xD800;&#xFFFFFFFF;&#0;&#" + "9" * 300_000 + ";" + article()), "page"
    ),
    "a million NULs": HostilePage(lambda: html("\0" * 1_000_000 + article()), "page"),
    "combining marks": HostilePage(
        lambda: html("<p>e" + "\u0301\u0323" * 600_000 + article()),
        "page",
    ),
    "hostile class names": HostilePage(
        lambda: html(f"<div class='{'comment-' * 20 + 'a-' * 200_000}x'></div>" + article()), "page"
    ),
    "class names in thousands": HostilePage(
        lambda: html(f"<p class='{'share-' * 50}'>x</p>" * 2_000 + article()), "page"
    ),
    "inline scripts of 3 MB": HostilePage(
        lambda: html(f"<script>{fill('var a = 1; ', 3_000_000)}</script>{article()}"), "page"
    ),
    "script without end": HostilePage(
        lambda: html(f"<script>var a='{article()}" + fill("x", 100_000)), "feed", _NONE
    ),
    "data address of 3 MB": HostilePage(
        lambda: html(f"<img src='data:image/png;base64,{fill('A', 3_000_000)}'>{article()}"), "page"
    ),
    "comments in thousands": HostilePage(
        lambda: html("<!-- x -->" * 20_000 + article() + "<!-- --!> <!--- x -->"), "page"
    ),
    "comment without end": HostilePage(lambda: html(f"<!-- {article()}", body_in_data()), "page"),
    "comments opened only": HostilePage(lambda: html(fill("<!--", 200_000)), "feed", _NONE),
    "CDATA": HostilePage(
        lambda: html("<![CDATA[ not an article ]]>" * 1_000 + article() + "]]>"), "page"
    ),
    "metadata in thousands": HostilePage(
        lambda: html(article(), "<meta name='author' content='A, B'>" * 8_000), "page"
    ),
    "author of 1 MB": HostilePage(
        lambda: html(article(), f"<meta name=author content='{fill('By A and ', 1_000_000)}'>"),
        "page",
    ),
    "title of 1 MB": HostilePage(
        lambda: html(article(), title=fill("Lighthouse | ", 1_000_000)), "page"
    ),
    "JSON-LD nested 100,000 deep": HostilePage(
        lambda: html(article(), json_ld("[" * 100_000 + "]" * 100_000)), "page"
    ),
    "JSON-LD with 50,000 authors": HostilePage(
        lambda: html(article(), json_ld({"@type": "Article", "author": [{"name": "A"}] * 50_000})),
        "page",
    ),
    "JSON-LD blocks in thousands": HostilePage(
        lambda: html(article(), json_ld({"@type": "NewsArticle", "author": "A"}) * 2_000), "page"
    ),
    "JSON-LD of numbers and nothing": HostilePage(
        lambda: html(article("Short."), json_ld(f'{{"articleBody": {"9" * 5_000}, "a": NaN}}')),
        "feed",
    ),
    "frameset": HostilePage(
        lambda: html("<frameset><frame src='/a'><frame src='/b'></frameset>"), "feed", _NONE
    ),
    "refresh": HostilePage(
        lambda: html("", "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>"),
        "feed",
        _NONE,
    ),
    "declared as 20 encodings": HostilePage(
        lambda: html(article(), _numbered("<meta charset='x-user-{}'>", 20)), "page"
    ),
    "4 MiB and one byte": HostilePage(
        lambda: html(article()).ljust(LIMIT + 1), "feed", "is no web page"
    ),
    "4 MiB of spaces": HostilePage(lambda: b" " * LIMIT, "feed", "is no web page"),
}

SPINNING = {
    "JSON-LD of quotes without end": HostilePage(
        lambda: html(article(), json_ld('{"@type":"NewsArticle","headline":"' + '\\"' * 900_000)),
        "killed",
    ),
}
