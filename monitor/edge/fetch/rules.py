"""What a robots.txt says (RFC 9309), in bounded time and memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

PRODUCT = "news-monitor"
MAX_BYTES = 500 * 1024
"""Of a robots.txt are read (RFC 9309, 2.5)."""
MAX_DELAY = 60.0
"""Seconds: no Crawl-delay asks for more."""
_MAX_LINES = 2000
"""Of a site that are heeded; the longest robots.txt of large sites have some hundreds for all."""
_LINE_WEIGHT, _CHARACTER_WEIGHT = 500, 9
"""Bytes of memory: 2,000 short rules took 0.6 to 1.6 MB, one of 250,000 wildcards 2.6 MB."""

_GROUP = re.compile(r"\s*user[\s-]?agent\s*[:\s]\s*([\w-]+|\*)?", re.IGNORECASE)
_RULE = re.compile(r"\s*(?:allow|di\w{4,7}w|crawl[\s-]delay)\b", re.IGNORECASE)
"""Misspellings of Disallow are common; which of them count is left to the parser."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one site for one robot."""

    parsed: Protego
    agent: str
    delay: float
    """Seconds between requests that the site asks for, in [0, 60]."""
    weight: int
    """Bytes that these rules take in memory, roughly."""

    def allow(self, url: str) -> bool:
        return self.parsed.can_fetch(url, self.agent)


def tokens(user_agent: str) -> tuple[str, ...]:
    """The product tokens (RFC 9309, 2.2.1) that we answer to, in lower case."""
    found = re.match(r"[\w-]+", user_agent)
    return tuple(dict.fromkeys([*([found[0].lower()] if found else []), PRODUCT]))


def read_rules(body: bytes, names: tuple[str, ...]) -> Rules:
    """The rules for a robot of these names; those for all ("*") where none is named."""
    from protego import Protego

    text = body[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    lines = _for_us(text, {*names, "*"})
    kept = "\n".join(lines)
    parsed = Protego.parse(kept)
    agent = " ".join(names)
    return Rules(
        parsed=parsed,
        agent=agent,
        delay=min(parsed.crawl_delay(agent) or 0.0, MAX_DELAY),
        weight=_LINE_WEIGHT * (len(lines) + 1) + _CHARACTER_WEIGHT * len(kept),
    )


def _for_us(text: str, names: set[str]) -> list[str]:
    """The groups (RFC 9309, 2.2.1) that name us, and their rules.

    The parser takes time and memory in proportion to groups × rules, of which others have many.
    """
    lines: list[str] = []
    ours = has_rules = False
    for line in text.splitlines():
        if group := _GROUP.match(line):
            if has_rules:  # a group ends where the next begins
                ours = has_rules = False
            name = (group[1] or "").lower()
            if name in names:
                ours = True
                lines.append(f"User-agent: {name}")
        elif _RULE.match(line):
            has_rules = True
            if ours:
                lines.append(line)
        if len(lines) == _MAX_LINES:
            break
    return lines
