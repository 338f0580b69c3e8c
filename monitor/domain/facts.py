"""What an article says, in the form in which articles of a topic are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from monitor.domain.amounts import Amount
from monitor.domain.credits import is_credit, prose
from monitor.domain.daywords import days_named
from monitor.domain.mentions import Mentions, amounts_outside, lead, mentions
from monitor.domain.sentences import sentences
from monitor.domain.stopwords import STOP_WORDS
from monitor.domain.text import tokens
from monitor.types import Article

_WORD = re.compile(r"[^\W_]+")
_FOLLOWING = re.compile(r" ([^\W\d_]{2,}(?:-[^\W\d_]+)*)")
_DOZENS_OF = re.compile(r" of ([a-z]{3,})")
_FARTHEST = 3
"""So many words after an English number may be what it counts (three more young men)."""
_UNSPACED = frozenset({"ja", "zh"})
"""Here a counter of one character follows a number."""
_MODIFIERS = frozenset({"more", "other", "such"})
_COUNTED = frozenset({
    "people", "men", "women", "children", "police", "dead", "killed", "injured", "wounded", "hurt",
    "shot", "missing", "arrested", "percent", "feet",
})  # fmt: skip
"""In English, what is counted ends in s or is one of these."""
_UNCOUNTED = frozenset({
    "street", "avenue", "ave", "road", "block", "lane", "drive", "boulevard", "things", "ways",
    "times",
})  # fmt: skip
"""Before them a number is part of an address, or says nothing."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts or measures."""

    value: str
    """One spelling of the number, with its unit: "1200", "$40", "3.5%"."""
    noun: str
    """What is counted, in lower case without a final s; empty for money and percentages."""
    written: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article on one line, and what can be compared of it."""

    text: str
    words: tuple[str, ...]
    """In lower case, without stop words; pairs of characters in scripts without spaces."""
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the title and lead of an article say."""

    mentions: Mentions
    sentences: tuple[Sentence, ...]
    title: str
    outlet: str
    """Letters and digits of source and address, in lower case: to know the outlet's name by."""


def facts(article: Article) -> Facts:
    """Read an article once: its mentions, and its sentences with their terms and numbers.

    Of the text the same lead is read as :func:`~monitor.domain.mentions.mentions` reads.
    """
    language = article.language[:2].lower() or "en"
    published = article.published.date() if article.published else None
    stop = STOP_WORDS.get(language, frozenset())
    return Facts(
        mentions=mentions(article.title, article.text, language, published),
        sentences=tuple(
            Sentence(text, _words(text, stop), tuple(_quantities(text, language, stop)))
            for sentence in sentences(prose(lead(article.text)))
            if not is_credit(text := " ".join(sentence.split()))
        ),
        title=article.title,
        outlet=squeezed(f"{article.source} {article.url[:200]}"),
    )


def squeezed(text: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(filter(str.isalnum, text.lower()))


def _words(sentence: str, stop: AbstractSet[str]) -> tuple[str, ...]:
    spaced = " " in sentence or sentence.isascii()
    words = _WORD.findall(sentence.lower()) if spaced else tokens(sentence)
    return tuple(word for word in words if word not in stop)


def _quantities(sentence: str, language: str, stop: AbstractSet[str]) -> Iterator[Quantity]:
    """The numbers of a sentence that count or measure something; bare ones are ages."""
    days = days_named(sentence, language, None)
    found = amounts_outside(sentence, language, frozenset(sentence.split()), days)
    for amount in sorted(found, key=lambda amount: amount.start):
        quantity = _quantity(sentence, amount, language, stop)
        if quantity:
            yield quantity


def _quantity(
    sentence: str, amount: Amount, language: str, stop: AbstractSet[str]
) -> Quantity | None:
    start, end = amount.start, amount.end
    if amount.key.isalpha():
        dozens = _DOZENS_OF.match(sentence, end)
        return Quantity(amount.key, dozens[1], sentence[start : dozens.end()]) if dozens else None
    if not amount.key.replace(".", "").isdecimal():  # 3.5%, $40
        return Quantity(amount.key, "", sentence[start:end])
    if language in _UNSPACED and (counter := sentence[end : end + 1]).isalpha():
        return Quantity(amount.key, counter, sentence[start : end + 1])
    before = sentence[:start].rpartition(" ")[0].rpartition(" ")[2]
    if before[:1].isupper() and before.lower() not in stop:
        return None  # Interstate 95
    for _ in range(_FARTHEST if language == "en" else 1):
        match = _FOLLOWING.match(sentence, end)
        if match is None or match[1] in _UNCOUNTED or match[1][0].isupper():
            return None
        noun, end = match[1], match.end()
        if noun in stop and noun not in _MODIFIERS:
            return None
        if language != "en" or noun in _COUNTED or noun.endswith("s") or amount.key == "1":
            return Quantity(amount.key, noun.rstrip("s"), sentence[start:end])
    return None
