"""Copies made of a stream's own texts, and how many of them are found.

half, quarter  that part of the words, from one of its two or four places
wrapped        whole, with boilerplate of a third of its length before and after it
edited         one word in ten replaced by a word of another text: harder than struck out or added
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.domain.copies import Originals, is_copy, shingles
from monitor.edge.archive import Archived

SAMPLE = 400
"""Texts that are copied, a stream."""
LEAST_WORDS = 120
"""Of a text that is copied: a quarter of it is no stub."""
EDITED = 0.1
FRAME = (
    "Skip to main content Sign in Subscribe Newsletters Weather Traffic Sport Obituaries Jobs "
    "Share this story on Facebook Twitter Email Print Comment Get the day's top stories "
    "delivered to your inbox every morning By signing up you agree to our terms of use and "
    "privacy policy Read more Most popular now Trending Watch live Advertisement Story "
    "continues below All rights reserved This material may not be published broadcast rewritten "
    "or redistributed Contact the newsroom with tips corrections or questions Follow us for "
    "breaking news alerts More from this section Related articles Load comments Manage your "
    "subscription Help centre About us Careers Site map"
)

Copier = Callable[[list[str], Sequence[str], random.Random], list[str]]


def half(words: list[str], vocabulary: Sequence[str], chance: random.Random) -> list[str]:
    return _portion(words, 2, chance)


def quarter(words: list[str], vocabulary: Sequence[str], chance: random.Random) -> list[str]:
    return _portion(words, 4, chance)


def wrapped(words: list[str], vocabulary: Sequence[str], chance: random.Random) -> list[str]:
    length = len(words) // 3
    around = FRAME.split()
    start, end = (chance.randrange(len(around)) for _ in range(2))
    frame = around * (length // len(around) + 2)
    return [*frame[start : start + length], *words, *frame[end : end + length]]


def edited(words: list[str], vocabulary: Sequence[str], chance: random.Random) -> list[str]:
    return [chance.choice(vocabulary) if chance.random() < EDITED else word for word in words]


KINDS: dict[str, Copier] = {
    "half": half,
    "quarter": quarter,
    "wrapped": wrapped,
    "edited": edited,
}


def recall(lines: Sequence[Archived], chance: random.Random) -> dict[str, float]:
    """By kind: the share of copies that the program calls copies of their original."""
    long = [one for one in lines if len(one.article.text.split()) >= LEAST_WORDS]
    some = chance.sample(long, min(SAMPLE, len(long)))
    vocabulary = [word for one in some for word in one.article.text.split()]
    found = dict.fromkeys(KINDS, 0)
    for one in some:
        words = one.article.text.split()
        original = shingles(one.article)
        for kind, copier in KINDS.items():
            text = " ".join(copier(words, vocabulary, chance))
            found[kind] += is_copy(original, shingles(replace(one.article, text=text)))
    return {kind: hits / len(some) for kind, hits in found.items()} if some else {}


def false_copies(lines: Sequence[Archived], events: dict[str, str]) -> list[tuple[str, str]]:
    """The articles that the program would call copies of an earlier one of another event, and
    those; by id."""
    originals, ids = Originals(), list[str]()
    found = []
    for one in lines:
        if one.id not in events:
            continue
        text = shingles(one.article)
        earlier = originals.repeated(text)
        if earlier is not None and events[ids[earlier]] != events[one.id]:
            found.append((one.id, ids[earlier]))
        originals.add(text)
        ids.append(one.id)
    return found


def _portion(words: list[str], parts: int, chance: random.Random) -> list[str]:
    length, place = len(words) // parts, chance.randrange(parts)
    return words[place * length : (place + 1) * length]
