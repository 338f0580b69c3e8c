"""What a match says that no earlier coverage of its topic said.

A fact is new if nothing heard before covers it.  The sentences shown are those that carry most new
facts and repeat least of what was said.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice, pairwise
from typing import Generic, TypeVar

from monitor.domain.facts import Facts, Quantity, Sentence, squeezed
from monitor.domain.names import LONGEST_ACRONYM
from monitor.domain.namewords import COMMON, LINKS, NETWORKS
from monitor.domain.telling import telling
from monitor.domain.text import tokens
from monitor.types import Novelty

MOST = 5
"""Facts of a kind in a novelty."""
KEPT_NAMES, KEPT_NUMBERS, KEPT_WORDS, KEPT_PAIRS = 5_000, 5_000, 20_000, 40_000
"""What is remembered of a topic; the longest unheard is forgotten.  Some 11 MB when full."""
NUMBER_WEIGHT = 1.0
"""In the choice of sentences; a name weighs 1 and more."""

_K = TypeVar("_K")
_EMPTY = LINKS | COMMON
_TRIVIAL = frozenset({"us", "usa", "uk", "america", "united states", "white house"})
_MEASURES = frozenset({
    "second", "minute", "hour", "day", "week", "month", "year", "time", "mile", "feet", "inche",
    "pound",
})  # fmt: skip
"""What is counted in these is seldom the news."""


class Memory(Generic[_K]):
    """Keys heard, at most ``size`` of them; the one unheard for longest is forgotten first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._keys: dict[_K, None] = {}

    def __contains__(self, key: _K) -> bool:
        return key in self._keys

    def hear(self, keys: Iterable[_K]) -> list[_K]:
        """Remember keys; gives those that were forgotten for them."""
        for key in keys:
            self._keys.pop(key, None)
            self._keys[key] = None
        forgotten = list(islice(self._keys, max(0, len(self._keys) - self._size)))
        for key in forgotten:
            del self._keys[key]
        return forgotten


class Names:
    """Names heard, found by any of their words."""

    def __init__(self, size: int) -> None:
        self._heard: Memory[str] = Memory(size)
        self._by_word: dict[str, set[str]] = {}

    def hear(self, keys: Collection[str]) -> None:
        for key in keys:
            for word in _words(key):
                self._by_word.setdefault(word, set()).add(key)
        for forgotten in self._heard.hear(keys):
            for word in dict.fromkeys(_words(forgotten)):
                self._by_word[word].remove(forgotten)
                if not self._by_word[word]:
                    del self._by_word[word]

    def covers(self, key: str) -> bool:
        """Whether the name says nothing new: "Biden" after "Joe Biden", "Russian" after "Russia".

        Nor does "Joe R. Biden" after "Joe Biden", nor, unless another Biden was named in full,
        "Joe Biden" after a bare "Biden".
        """
        words = _words(key)
        if not words:
            return True
        if set.intersection(*(self._by_word.get(word, set()) for word in words)):
            return True
        last = words[-1]
        if len(words) == 1:
            return any(kin in self._by_word for kin in _kin(last))
        fuller = [name for name in self._by_word.get(last, ()) if name.endswith(f" {last}")]
        shorter = any(set(_words(name)) <= set(words) for name in fuller)
        return shorter or (last in self._heard and not fuller)


def _alike(_word: str) -> float:
    return 1.0


class Heard:
    """What the matches of a topic have said so far.

    ``rarity``: how telling a word is (its IDF), given in lower case; by default all are alike.
    """

    def __init__(self, rarity: Callable[[str], float] = _alike) -> None:
        self._rarity = rarity
        self._names = Names(KEPT_NAMES)
        self._values: Memory[str] = Memory(KEPT_NUMBERS)
        self._nouns: Memory[str] = Memory(KEPT_NUMBERS)
        self._counts: Memory[tuple[str, str]] = Memory(KEPT_NUMBERS)
        self._words: Memory[str] = Memory(KEPT_WORDS)
        self._pairs: Memory[int] = Memory(KEPT_PAIRS)

    def add(self, told: Facts) -> None:
        """Remember what a match says."""
        counted = [quantity for sentence in told.sentences for quantity in sentence.quantities]
        self._names.hear(told.mentions.names)
        self._values.hear(told.mentions.numbers)
        self._values.hear(quantity.value for quantity in counted)
        self._nouns.hear(quantity.noun for quantity in counted)
        self._counts.hear((quantity.value, quantity.noun) for quantity in counted)
        self._words.hear(word for sentence in told.sentences for word in sentence.words)
        self._pairs.hear(pair for sentence in told.sentences for pair in _pairs(sentence))

    def novelty(self, told: Facts) -> Novelty:
        """What a match says beyond what was remembered.  A copy has nothing new: do not ask."""
        new = [key for key in told.mentions.names if not self._names.covers(key)]
        weights = _weights(new, told)
        places = _fullest(weights, told.mentions.places & weights.keys())
        names = _fullest(weights, weights.keys() - told.mentions.places)
        numbers = tuple(quantity.written for quantity in self._new_numbers(told.sentences))[:MOST]
        written = told.mentions.written
        facts = {written[key]: weights[key] for key in (*names, *places)}
        facts |= dict.fromkeys(numbers, NUMBER_WEIGHT)
        return Novelty(
            names=tuple(written[key] for key in names),
            places=tuple(written[key] for key in places),
            numbers=numbers,
            sentences=telling(told.sentences, facts, self._freshness),
        )

    def _new_numbers(self, told: Sequence[Sentence]) -> list[Quantity]:
        """The new quantities, each value once; counts of days and the like last."""
        new: dict[str, Quantity] = {}
        for sentence in told:
            for quantity in sentence.quantities:
                if self._is_new(quantity):
                    new.setdefault(quantity.value, quantity)
        return sorted(new.values(), key=lambda q: q.noun in _MEASURES or q.value == "1")

    def _is_new(self, quantity: Quantity) -> bool:
        """A value never heard; or one heard elsewhere, of things counted otherwise so far.

        So "5 dead" is new after "4 dead" and "5 officers", but "7 officials" is not after
        "7 people": nobody had counted officials, and outlets word the same count differently.
        """
        if quantity.value not in self._values:
            return True
        counted = (quantity.value, quantity.noun) in self._counts
        return bool(quantity.noun) and quantity.noun in self._nouns and not counted

    def _freshness(self, sentence: Sentence) -> float:
        """The mean of the shares of words, by rarity, and of pairs of words that were not heard."""
        rarity = {word: self._rarity(word) for word in sentence.words}
        total = sum(rarity.values())
        pairs = _pairs(sentence)
        if not pairs or total <= 0:
            return 0.0
        words = sum(weight for word, weight in rarity.items() if word not in self._words) / total
        return (words + sum(pair not in self._pairs for pair in pairs) / len(pairs)) / 2


def _weights(new: Sequence[str], told: Facts) -> dict[str, float]:
    """The new names worth telling, in the order of the article: how much the article is of them."""
    names, title = told.mentions.names, f" {' '.join(tokens(told.title))} "
    words = {key: frozenset(key.split(" ")) for key in names}
    weights = {}
    for key in new:
        support = sum(count for other, count in names.items() if words[other] <= words[key])
        if _is_worth(key, support, told):
            weights[key] = 1 + math.log2(support) + (f" {key} " in title)
    return weights


def _fullest(weights: Mapping[str, float], keys: AbstractSet[str]) -> list[str]:
    """The weightiest of some names; of two that share words, only the longer one."""
    words = {key: frozenset(key.split(" ")) for key in keys}
    kept = [
        key
        for key in weights
        if key in keys and not any(words[key] < words[other] for other in keys)
    ]
    return sorted(kept, key=lambda key: -weights[key])[:MOST]


def _is_worth(key: str, support: int, told: Facts) -> bool:
    """Whether a name tells something: not the outlet's, no network's, and no lone odd capital."""
    if key in NETWORKS or key in _TRIVIAL or (len(key) > 2 and squeezed(key) in told.outlet):
        return False
    if support == 1 and len(key) > LONGEST_ACRONYM and told.mentions.written[key].isupper():
        return False  # a dateline alone is where the writer sits
    return " " in key or support > 1 or key in told.mentions.places


def _words(key: str) -> list[str]:
    """The words of a name that must agree: no initials, particles, "police" or "county"."""
    words = key.replace("-", " ").split()
    telling = [word for word in words if len(word) > 1 and word not in _EMPTY]
    return telling or words


def _kin(word: str) -> Iterator[str]:
    """Other forms of a name: Russia, Russian, Russians."""
    if len(word) > 4:
        yield from (word[:-1], word[:-2], f"{word}n", f"{word}ns", f"{word}an", f"{word}s")


def _pairs(sentence: Sentence) -> list[int]:
    """Hashes (CRC-32, the same in every process) of neighbouring words."""
    return [zlib.crc32(f"{a} {b}".encode()) for a, b in pairwise(sentence.words)]
