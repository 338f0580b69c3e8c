"""A text with what matters in it told apart: the words that made the score, the sentences that
are new."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from monitor.domain.text import counted_as

_WORD = re.compile(r"\w+(?:[.'’-]\w+)*(?:(?<=\.\w)\.)?")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text."""

    text: str
    matched: bool = False
    """A word that made the score."""
    new: bool = False
    """In a sentence that no earlier coverage had."""


def segments(
    text: str, words: Collection[str], sentences: Sequence[str], language: str
) -> list[Segment]:
    """The text in order, cut where something begins or ends; joined it is the text again.

    ``words``: in any written form; ``sentences``: as they stand in the text; ``language``: ISO
    639-1, empty if unknown.
    """
    wanted = {stem for word in words for stem in counted_as(word, language)}
    found: list[Segment] = []
    for start, end, new in _stretches(text, sentences):
        found += _cut(text[start:end], wanted, language, new=new)
    return found


def _stretches(text: str, sentences: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
    """Where the text is new and where it is not, in order."""
    spans = sorted(
        (place, place + len(one)) for one in sentences if one and (place := text.find(one)) >= 0
    )
    done = 0
    for start, end in spans:
        if start >= done:
            yield done, start, False
            yield start, end, True
            done = end
    yield done, len(text), False


def _cut(text: str, wanted: AbstractSet[str], language: str, *, new: bool) -> Iterator[Segment]:
    done = 0
    for match in _WORD.finditer(text):
        if wanted and not wanted.isdisjoint(counted_as(match.group(), language)):
            if match.start() > done:
                yield Segment(text[done : match.start()], new=new)
            yield Segment(match.group(), matched=True, new=new)
            done = match.end()
    if done < len(text):
        yield Segment(text[done:], new=new)
