"""A message for Slack, in Block Kit.

What comes from articles goes into ``plain_text`` objects, in which Slack formats nothing, so that
``*bold*``, ``:emoji:`` or ``<!channel>`` in a title stay the characters they are.  Only the links,
whose words are ours, are ``mrkdwn``.
"""

from __future__ import annotations

import json
from typing import Any

from monitor.domain.messages.compose import compose
from monitor.domain.messages.content import Content, Item, Link, and_more, joined, labelled
from monitor.domain.messages.subject import subject
from monitor.types import Said

HEADER_LENGTH = 150
TEXT_LENGTH = 2000
"""Of one text.  A section takes 3,000 characters and its fields 2,000, but see ``ROOM``."""
BLOCKS = 50
ROOM = 10_000
"""Characters of JSON.  All blocks together are refused as too long from some 11,000 characters on:
undocumented, reported by others."""
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

Block = dict[str, Any]


def slack_text(said: Said) -> str:
    """The one line that Slack shows in notifications, escaped."""
    return _escape(subject(said), TEXT_LENGTH)


def slack_blocks(said: Said, uid: str = "") -> list[Block]:
    """The message as Block Kit blocks, JSON-ready and within Slack's limits.

    The first block bears ``uid``, so that a repeat can be told.  A title too long for a header is
    repeated whole.  A link too long for Slack is left out, and so are the last items of a long
    digest, which says how many; the other channels carry them.
    """
    content = compose(said)
    lines = "\n".join(labelled(fact) for line in content.lines for fact in line)
    header = _plain(content.title, HEADER_LENGTH)
    is_cut = header != _plain(content.title)
    paragraphs = (content.title if is_cut else "", lines, content.text)
    blocks: list[Block] = [
        {"type": "header", "text": header},
        {"type": "context", "elements": [_plain(joined(content.lead, content.byline))]},
        *({"type": "section", "text": _plain(text)} for text in paragraphs if text),
    ]
    if uid:
        blocks[0]["block_id"] = uid
    items, left = _items(content, BLOCKS - len(blocks) - 1, ROOM - _size(blocks))
    return blocks + items + _end(content, left)


def _items(content: Content, places: int, room: int) -> tuple[list[Block], int]:
    """The items, under their headings, that fit into so many blocks and characters beside the
    end; the number of those left out."""
    blocks: list[Block] = []
    left = sum(len(section.items) for section in content.sections)
    room -= _size(_end(content, left))
    for section in content.sections:
        heading = [{"type": "section", "text": _marked(f"*{section.heading}*")}]
        for item in section.items:
            more = [*heading, _item(item)]
            if len(blocks) + len(more) > places or _size(blocks + more) > room:
                return blocks, left
            blocks += more
            left -= 1
            heading = []
    return blocks, left


def _item(item: Item) -> Block:
    text = _plain(f"{item.title}\n{item.byline}")
    block: Block = {"type": "section", "text": text}
    if links := _linked("", item.links):
        block["fields"] = [_marked(links)]
    return block


def _end(content: Content, left: int) -> list[Block]:
    """How many items are left out here, how many report it, and the links; nothing if there is
    none of these."""
    counts = joined(and_more(content.omitted + left, content.links), content.counts)
    text = _linked(counts, content.links + content.answers)
    return [{"type": "section", "text": _marked(text)}] if text else []


def _linked(text: str, links: tuple[Link, ...]) -> str:
    """The text, which is ours, and those of the links that there is room for."""
    for label, url in links:
        longer = joined(text, f"<{url.translate(_ESCAPES)}|{label}>")
        text = longer if len(longer) <= TEXT_LENGTH else text
    return text


def _size(blocks: list[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _marked(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _plain(text: str, limit: int = TEXT_LENGTH) -> dict[str, Any]:
    return {"type": "plain_text", "text": _escape(text, limit), "emoji": False}


def _escape(text: str, limit: int) -> str:
    """Escape ``& < >`` as Slack asks, cutting between characters to stay within ``limit``."""
    escaped = text.translate(_ESCAPES)
    if len(escaped) <= limit:
        return escaped
    kept: list[str] = []
    room = limit - 1
    for char in text:
        piece = char.translate(_ESCAPES)
        room -= len(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"
