"""From an article to the terms that are counted: tokens, stop words, stems.

A token is a word (letters and digits with inner apostrophes or hyphens), a number with its
separators, or, in scripts written without spaces, two neighbouring characters.  A term is a
token's Snowball stem (Porter, https://snowballstem.org).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import Stemmer

from monitor.domain.stopwords import STOP_WORDS
from monitor.types import Article

LEAD_WORDS = 300
"""Body words that count: news says first what it is about."""
TEXT_CHARACTERS = 40_000
"""Nothing is read beyond; bounds the work on a hostile text."""
LONGEST_TOKEN = 40
"""Longer tokens are addresses or noise."""

_MARKS = "".join(c for c in map(chr, range(0x300, 0x3100)) if unicodedata.category(c)[0] == "M")
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"  # kana, Han, Hangul
    r"\U00020000-\U0003ffff"  # Han beyond the basic plane
)
_LETTER = rf"(?:[^\W_{UNSPACED}]|[{_MARKS}])"
_TOKEN = re.compile(
    r"(?P<acronym>(?<!\w)(?:[^\W\d_]\.){2,})"
    rf"|(?P<number>\d+(?:[.,:]\d+)*)(?!{_LETTER})"
    rf"|(?P<unspaced>[{UNSPACED}][{UNSPACED}{_MARKS}]*)"
    rf"|(?P<word>{_LETTER}+(?:['\-]{_LETTER}+)*)"
)
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00ad": None})


def surfaces(text: str) -> Iterator[str]:
    """The tokens of a text as written (NFKC; possessive 's and an acronym's stops dropped)."""
    clean = unicodedata.normalize("NFKC", text[:TEXT_CHARACTERS]).translate(_TYPOGRAPHY)
    for match in _TOKEN.finditer(clean):
        token = match.group()
        if match.lastgroup == "unspaced":
            yield from (token[i : i + 2] for i in range(max(1, len(token) - 1)))
        elif match.lastgroup == "acronym":
            yield token.replace(".", "")
        elif len(token) <= LONGEST_TOKEN:
            yield token[:-2] if token[-2:] in {"'s", "'S"} else token


def tokens(text: str) -> list[str]:
    """The tokens of a text in lower case, stop words included."""
    return [token.lower() for token in surfaces(text)]


def forms(article: Article) -> dict[str, Counter[str]]:
    """The terms of the title and the first 300 words of the body: how often in which form."""
    found: dict[str, Counter[str]] = {}
    for term, surface in _occurrences(article):
        found.setdefault(term, Counter())[surface] += 1
    return found


def terms(article: Article) -> Counter[str]:
    """How often each term occurs in the title and the first 300 words of the body."""
    return Counter(term for term, _ in _occurrences(article))


def readable(written: Counter[str]) -> str:
    """The most common of a term's written forms, the first of equals."""
    return written.most_common(1)[0][0]


def _occurrences(article: Article) -> Iterator[tuple[str, str]]:
    """Each counted term with its written form, in order."""
    language = article.language[:2].lower() or "en"
    stop = STOP_WORDS.get(language, frozenset())
    yield from _stems(surfaces(article.title), language, stop)
    yield from _stems(islice(surfaces(article.text), LEAD_WORDS), language, stop)


def _stems(
    written: Iterator[str], language: str, stop: frozenset[str]
) -> Iterator[tuple[str, str]]:
    for surface in written:
        word = surface.lower()
        if word not in stop and (len(word) > 1 or not word.isascii() or word.isdecimal()):
            yield _stem(word, language), surface


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    return word if stemmer is None else str(stemmer.stemWord(word))


@lru_cache(maxsize=100)
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    """The language's stemmer; None where Snowball has none: words then stay whole."""
    try:
        return Stemmer.Stemmer(language, 0)
    except (KeyError, UnicodeEncodeError):
        return None
