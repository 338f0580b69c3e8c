"""From an article to the terms that are counted: tokens, stop words, stems.

A token is a word (letters and digits with inner apostrophes or hyphens), a number with its
separators, or, in scripts written without spaces, two neighbouring characters.  A term is a
token's stem in the article's language; a text of unknown language is taken for English.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

from monitor.domain.stemming import PECULIAR, bare, lower, stem
from monitor.domain.stopwords import STOP_WORDS
from monitor.types import Article

LEAD_WORDS = 300
"""Body words that count: news says first what it is about."""
LEAD_PAIRS = 600
"""The same in scripts written without spaces, where a word is about two pairs of characters."""
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
_UNSPACED_LANGUAGES = frozenset({"ja", "km", "ko", "lo", "my", "th", "zh"})
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00ad": None})


def surfaces(text: str) -> Iterator[str]:
    """The tokens of a text as written (NFKC; possessive 's and an acronym's stops dropped)."""
    clean = text[:TEXT_CHARACTERS]
    if not clean.isascii():
        clean = unicodedata.normalize("NFKC", clean).translate(_TYPOGRAPHY)
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


def forms(article: Article, language: str = "") -> dict[str, Counter[str]]:
    """The terms of the title and the first 300 words of the body: how often in which form.

    ``language``: in which it is read, if not its own.
    """
    found: dict[str, Counter[str]] = {}
    for term, surface in _occurrences(article, language):
        found.setdefault(term, Counter())[surface] += 1
    return found


def terms(article: Article, language: str = "") -> Mapping[str, int]:
    """How often each term occurs in the title and the first 300 words of the body."""
    return _counted(article.title, article.text, language or article.language[:2].lower())


@lru_cache(maxsize=2500)  # some 40 MB: what is fitted to is judged again, and by several topics
def _counted(title: str, text: str, language: str) -> Mapping[str, int]:
    article = Article("", title, text, None, "page", language=language)
    return MappingProxyType(Counter(term for term, _ in _occurrences(article, language)))


def readable(written: Counter[str]) -> str:
    """The most common of a term's written forms, the first of equals."""
    return written.most_common(1)[0][0]


def _occurrences(article: Article, language: str) -> Iterator[tuple[str, str]]:
    """Each counted term with its written form, in order."""
    language = language or article.language[:2].lower() or "en"
    stop = STOP_WORDS.get(language, frozenset())
    lead = LEAD_PAIRS if language in _UNSPACED_LANGUAGES else LEAD_WORDS
    yield from _stems(surfaces(article.title), language, stop)
    yield from _stems(islice(surfaces(article.text), lead), language, stop)


def _stems(
    written: Iterator[str], language: str, stop: frozenset[str]
) -> Iterator[tuple[str, str]]:
    peculiar = language in PECULIAR
    for token in written:
        surface = bare(token, language) if peculiar else token
        word = lower(surface, language) if peculiar else surface.lower()
        if word not in stop and (len(word) > 1 or not word.isascii() or word.isdecimal()):
            yield stem(word, language), surface
