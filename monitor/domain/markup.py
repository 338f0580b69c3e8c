"""What can be told of a page from its markup alone, without the parsers it may be made to break.

All of it takes time linear in the length of the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from monitor.domain.clean import strip_html
from monitor.domain.pages import words

_MAX_TAGS = 60_000
"""Three times as many as on the longest real pages; trees of more take tens of seconds to walk."""
_MAX_ATTRIBUTES = 1_000
"""Of one tag: the parser compares each with all before it."""
_LONG_TAG = re.compile(rf"<[a-z][^<>]{{{4 * _MAX_ATTRIBUTES},}}", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")

_TAG = re.compile(r"<(?:(!--)|(/?)([a-z][a-z0-9]*)[^<>]*>?)", re.IGNORECASE)
_INLINE = re.compile(
    r"abbr|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike"
    r"|strong|su[bp]|time|tt|u|var|wbr"
)
"""Elements that do not end the block they stand in."""
_SILENT = re.compile(
    r"a|aside|audio|button|canvas|footer|head|iframe|math|nav|noscript|object|script|select|style"
    r"|svg|template|textarea|title|video"
)
"""Elements whose text is not shown, or is no prose."""
_PROSE = 10
"""A block of fewer words is a caption, a date or an item of a menu."""

_DATA = re.compile(r"<script\b[^<>]{0,300}\bapplication/ld\+json\b[^<>]{0,300}>", re.IGNORECASE)
_DATA_END = re.compile(r"</script", re.IGNORECASE)
_MAX_BLOCKS, _MAX_BLOCK, _MAX_NODES = 20, 1_000_000, 10_000
"""Blocks of JSON-LD read, characters of each, values looked at in each."""


def too_costly(markup: str) -> bool:
    """Whether a page is so made that to build its tree, or to walk it, could take minutes."""
    if markup.count("<") > _MAX_TAGS:
        return True
    tags = (_QUOTED.sub("", tag[0]) for tag in _LONG_TAG.finditer(markup))
    return any(len(tag.split()) > _MAX_ATTRIBUTES for tag in tags)


def visible_words(markup: str, enough: int) -> int:
    """About how many words of prose a page shows outside links and menus, counted to ``enough``."""
    count = 0
    for block in _blocks(markup):
        if len(block) > _PROSE:
            size = words(block)
            count += size if size >= _PROSE else 0
        if count >= enough:
            return enough
    return count


def article_body(markup: str) -> str:
    """The longest text that a page's JSON-LD (schema.org) gives as an article's; empty if none."""
    bodies = [
        node["articleBody"] for node in _data(markup) if isinstance(node.get("articleBody"), str)
    ]
    return strip_html(max(bodies, key=len, default=""))


def for_subscribers(markup: str) -> bool:
    """Whether a page's JSON-LD says that its article is not to be read for nothing."""
    return any(
        str(node.get("isAccessibleForFree", True)).lower() == "false" for node in _data(markup)
    )


def _blocks(markup: str) -> Iterator[str]:
    """The texts between the tags that end a block, without those of silent elements."""
    parts: list[str] = []
    silent, at = "", 0
    while (tag := _TAG.search(markup, at)) is not None:
        if not silent:
            parts.append(markup[at : tag.start()])
        at = tag.end()
        if tag[1]:
            end = markup.find("-->", at)
            if end < 0:
                break  # a comment without end hides the rest
            at = end + 3
            continue
        name, closes = tag[3].lower(), bool(tag[2])
        if silent:
            silent = "" if closes and name == silent else silent
        elif _SILENT.fullmatch(name):
            silent = "" if closes else name
        elif not _INLINE.fullmatch(name):
            yield "".join(parts)
            parts.clear()
    if tag is None and not silent:
        parts.append(markup[at:])
    yield "".join(parts)


def _data(markup: str) -> Iterator[dict[str, Any]]:
    """The objects in a page's blocks of JSON-LD, nested ones too."""
    for _, block in zip(range(_MAX_BLOCKS), _DATA.finditer(markup), strict=False):
        end = _DATA_END.search(markup, block.end())
        if end is None:
            return
        if end.start() - block.end() > _MAX_BLOCK:
            continue
        try:
            nodes = [json.loads(markup[block.end() : end.start()], strict=False)]
        except (ValueError, RecursionError):
            continue
        for _ in range(_MAX_NODES):
            if not nodes:
                break
            node = nodes.pop()
            if isinstance(node, dict):
                yield node
                nodes.extend(node.values())
            elif isinstance(node, list):
                nodes.extend(node)
