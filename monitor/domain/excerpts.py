"""A piece of a text around what a search has found in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.domain.search import Term

OPEN, CLOSE = "\ue000", "\ue001"
"""Around what was found: characters for private use, which are taken out of every text first."""
LENGTH = 160
"""Characters of an excerpt, about."""
BEFORE = 50
"""Of them at most so many before the first hit."""
READ = 100_000
"""Characters of a text in which hits are marked."""

_MARKS = str.maketrans("", "", OPEN + CLOSE)
_BETWEEN = re.compile(rf"{CLOSE}(\s+){OPEN}")


def unmarked(text: str) -> str:
    """Without the characters that mark hits."""
    return text.translate(_MARKS)


def marked(text: str, terms: Iterable[Term]) -> str:
    """A text with every occurrence of these terms marked, upper and lower case alike.

    Only as they are written: other forms of a word are for the databases to know.
    """
    longest_first = sorted(terms, key=lambda term: len(term.text), reverse=True)
    pattern = re.compile("|".join(map(_pattern, longest_first)), re.IGNORECASE)
    return pattern.sub(rf"{OPEN}\g<0>{CLOSE}", unmarked(text[:READ]))


def _pattern(term: Term) -> str:
    spaced = r"\s+".join(map(re.escape, term.text.split()))
    if term.unspaced:
        return spaced
    end = r"\w*" if term.prefix else r"(?!\w)"
    return rf"(?<!\w){spaced}{end}"


def excerpt(marked: str) -> str:
    """One line of a text with marks: its beginning, or from a little before the first hit on.

    What is cut off is shown by ``…``; hits that are neighbours become one.
    """
    line = _BETWEEN.sub(r"\1", " ".join(marked.split()))
    first = line.find(OPEN)
    begin = 0 if first <= BEFORE else first - BEFORE
    if begin:
        word = line.find(" ", begin, first)
        begin = begin if word < 0 else word + 1
    piece = line[begin:]
    if len(piece) > LENGTH:
        piece = _cut(piece)
    return f"{'…' if begin else ''}{piece}"


def _cut(piece: str) -> str:
    """Between words, where there are any; a hit that is cut ends there."""
    words = piece[:LENGTH].rpartition(" ")[0]
    kept = words if len(words) > LENGTH // 2 else piece[:LENGTH]
    if kept.rfind(OPEN) > kept.rfind(CLOSE):
        kept += CLOSE
    return f"{kept}…"
