"""What an edit changed: the same address, another headline or text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

MATERIAL_SHARE = 0.1
"""Part of an article's words whose change is one of substance."""

_WORD = re.compile(r"\w+(?:[.,’'-]\w+)*")
_CORRECTION = re.compile(
    r"\b(?:corrections?(?: and clarifications?)?|clarifications?|erratum|berichtigung|korrektur"
    r"|rectificati(?:f|on)|correcci[oó]n|rectificaci[oó]n|correzione|errata corrige)\s?:"
    r"|\b(?:earlier|previous|original) version of (?:this|the) (?:\w+ )?"
    r"(?:article|story|report|post|column|piece|essay|headline|item|caption)\b"
    r"|\b(?:article|story|report|post|column|piece|headline)(?: has been| was|'s been) corrected\b"
    r"|\(corrects\b|\bupdated? to correct\b",
    re.IGNORECASE,
)
"""A publisher's note; not the Department of Corrections, nor the market's."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between two versions of an article."""

    material: bool
    """Another headline, other numbers, at least a tenth of the words, or a correction."""
    words: str
    """For people: ``headline changed; 120 words added, 14 removed``."""
    correction: bool = False
    """The publisher says that an earlier version was wrong."""


def compare(title: str, text: str, new_title: str, new_text: str) -> Change | None:
    """What the new version changed; None if nothing but spacing, punctuation or case.

    Words are compared as a multiset, so a paragraph that has only moved is no change.
    """
    before, after = _words(text), _words(new_text)
    added, removed = (after - before).total(), (before - after).total()
    retitled = _words(title) != _words(new_title)
    if not (retitled or added or removed):
        return None
    share = max(added, removed) / max(before.total(), 1)
    numbers = _numbers(f"{title} {text}") ^ _numbers(f"{new_title} {new_text}")
    told = ["headline changed"] if retitled else []
    if added or removed:
        told.append(f"{added} words added, {removed} removed")
    corrected = _notes(f"{new_title}\n{new_text}") > _notes(f"{title}\n{text}")
    return Change(
        material=retitled or bool(numbers) or share >= MATERIAL_SHARE or corrected,
        words="; ".join(told),
        correction=corrected,
    )


def _notes(text: str) -> int:
    """How many corrections it tells of."""
    return len(_CORRECTION.findall(text))


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))
