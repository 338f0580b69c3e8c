"""Phrases an article must or must not hold: whole words, whatever their case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from monitor.domain.text import TEXT_CHARACTERS, UNSPACED
from monitor.types import Article


def objection(article: Article, must: Sequence[str], exclude: Sequence[str]) -> str:
    """Why the article is not wanted, in words; empty if it is.

    Each entry of ``must`` has to occur in the title or text and none of ``exclude`` may; ``a|b`` in
    an entry means either.
    """
    if not must and not exclude:
        return ""
    text = _folded(f"{article.title}\n{article.text[:TEXT_CHARACTERS]}")
    for entry in must:
        if not _occurs(entry, text):
            return f"does not contain {_words(entry)}"
    for entry in exclude:
        if _occurs(entry, text):
            return f"contains {_words(entry)}"
    return ""


def _words(entry: str) -> str:
    return " or ".join(f"“{phrase}”" for phrase in _phrases(entry))


def _phrases(entry: str) -> list[str]:
    return [phrase.strip() for phrase in entry.split("|") if phrase.strip()]


def _occurs(entry: str, text: str) -> bool:
    return any(_pattern(_folded(phrase)).search(text) for phrase in _phrases(entry))


def _folded(text: str) -> str:
    """Without differences of case, of typography and of white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


@lru_cache(maxsize=1000)
def _pattern(phrase: str) -> re.Pattern[str]:
    """No letter may follow or precede, except in scripts that do not part words."""
    spaced = rf"[^\W{UNSPACED}]"
    before = rf"(?<!{spaced})" if re.match(spaced, phrase) else ""
    after = rf"(?!{spaced})" if re.match(spaced, phrase[-1:]) else ""
    return re.compile(before + re.escape(phrase) + after)
