"""What Slack would find wrong with a message, by the limits it publishes for Block Kit."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

BLOCKS = 50
HEADER = 150
SECTION = 3000
FIELD = 2000
FIELDS = 10
CONTEXT_ELEMENTS = 10
ACTIONS = 25
BUTTON = 75
IDENTIFIER = 255
URL = 3000
TEXT = 40_000
WHOLE = 11_000
"""Characters of JSON, past which Slack may call all blocks too long: undocumented, but reported."""

_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>|]+)?>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")


def complaint(payload: dict[str, Any]) -> str:
    """What is wrong with text and blocks; empty if nothing is."""
    blocks = payload.get("blocks")
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= BLOCKS:
        return "1 to 50 blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > WHOLE:
        return "msg_too_long"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    if any(count > 1 for count in ids.values()):
        return "block_id twice"
    found = [_markup(payload.get("text"), TEXT), *map(_block, blocks)]
    return "; ".join(filter(None, found))


def _block(block: dict[str, Any]) -> str:
    identifier = block.get("block_id", "x")
    if not isinstance(identifier, str) or not 1 <= len(identifier) <= IDENTIFIER:
        return "block_id of 1 to 255 characters"
    match block:
        case {"type": "header", "text": {"type": "plain_text"} as text}:
            return _text(text, HEADER)
        case {"type": "section"} if "text" in block or "fields" in block:
            return _section(block)
        case {"type": "context", "elements": [_, *_] as elements}:
            if len(elements) > CONTEXT_ELEMENTS:
                return "10 elements of a context at most"
            return _first(_text(element, SECTION) for element in elements)
        case {"type": "actions", "elements": [_, *_] as elements}:
            if len(elements) > ACTIONS:
                return "25 actions at most"
            return _first(map(_button, elements))
        case {"type": "divider"}:
            return ""
        case _:
            return f"no such block: {block}"


def _section(block: dict[str, Any]) -> str:
    fields = block.get("fields", [{"type": "plain_text", "text": "x"}])
    if not 1 <= len(fields) <= FIELDS:
        return "1 to 10 fields"
    return _first(
        [
            _text(block["text"], SECTION) if "text" in block else "",
            *(_text(field, FIELD) for field in fields),
            _button(block["accessory"]) if "accessory" in block else "",
        ]
    )


def _button(element: dict[str, Any]) -> str:
    match element:
        case {"type": "button", "text": {"type": "plain_text"} as text}:
            url = element.get("url", "")
            if len(url) > URL or (url and not url.startswith(("http://", "https://"))):
                return "the address of a button"
            return _text(text, BUTTON)
        case _:
            return f"no such element: {element}"


def _text(text: dict[str, Any], limit: int) -> str:
    if text.get("type") not in ("plain_text", "mrkdwn"):
        return f"no such text: {text}"
    if set(text) - {"type", "text", "emoji", "verbatim"}:
        return f"a text has no such key: {text}"
    if text["type"] == "plain_text":
        return _plain(text.get("text"), limit)
    return _markup(text.get("text"), limit)


def _plain(text: object, limit: int) -> str:
    if not isinstance(text, str) or not 1 <= len(text) <= limit:
        return f"a text of 1 to {limit} characters"
    bare = _ENTITY.sub("", text)
    return f"not escaped: {text[:80]}" if re.search("[&<>]", bare) else ""


def _markup(text: object, limit: int) -> str:
    """mrkdwn: links as ``<url|words>``, every other ``& < >`` escaped."""
    if not isinstance(text, str) or not 1 <= len(text) <= limit:
        return f"a text of 1 to {limit} characters"
    if any(len(url) > URL for url in _LINK.findall(text)):
        return "a link of 3000 characters at most"
    # Each link leaves a letter, so that an empty rest is still a text.
    return _plain(_LINK.sub("x", text), limit)


def _first(found: Iterable[str]) -> str:
    return next(filter(None, found), "")
