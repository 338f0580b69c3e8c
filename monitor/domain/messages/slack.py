"""An alert as a Slack message in Block Kit.

What comes from articles goes into ``plain_text`` objects, in which Slack formats nothing, so that
``*bold*``, ``:emoji:`` or ``<!channel>`` in a title stay the characters they are.  Only the links,
whose words are ours, are ``mrkdwn``.
"""

from __future__ import annotations

from typing import Any

from monitor.domain.messages.content import compose
from monitor.domain.messages.mail import subject
from monitor.types import Alert, FeedAlert

HEADER_LENGTH = 150
TEXT_LENGTH = 3000
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

Block = dict[str, Any]


def slack_text(alert: Alert | FeedAlert) -> str:
    """The one line that Slack shows in notifications, escaped."""
    return _escape(subject(alert), TEXT_LENGTH)


def slack_blocks(alert: Alert | FeedAlert) -> list[Block]:
    """The message as Block Kit blocks, JSON-ready and within Slack's limits of length.

    A link too long for Slack is left out; the other channels carry it.
    """
    content = compose(alert)
    byline = " · ".join(part for part in (content.lead, content.byline) if part)
    reasons = "\n".join(f"{label}: {text}" for label, text in content.reasons)
    blocks: list[Block] = [
        {"type": "header", "text": _plain(content.title, HEADER_LENGTH)},
        {"type": "context", "elements": [_plain(byline)]},
    ]
    paragraphs = [text for text in (content.excerpt, reasons) if text]
    blocks += [{"type": "section", "text": _plain(text)} for text in paragraphs]
    links = [f"<{url.translate(_ESCAPES)}|{label}>" for label, url in content.links]
    blocks += [
        {"type": "section", "text": {"type": "mrkdwn", "text": link}}
        for link in links
        if len(link) <= TEXT_LENGTH
    ]
    return blocks


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
