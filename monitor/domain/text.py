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
from itertools import chain, islice, repeat
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
_NUMBER = r"\d+(?:[.,:]\d+)*"
_TOKEN = re.compile(
    r"(?<!\w)(?:[^\W\d_]\.){2,}"  # an acronym
    rf"|{_NUMBER}(?!{_LETTER})"
    rf"|[{UNSPACED}][{UNSPACED}{_MARKS}]*"
    # a word; most are a run of plain letters, which a class of its own passes over fastest
    rf"|(?:[^\W_{UNSPACED}]+|[{_MARKS}]{_LETTER}*)(?:[{_MARKS}]{_LETTER}*|['\-]{_LETTER}+)*"
)
_IS_NUMBER = re.compile(_NUMBER)
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_PIECE = re.compile(r".{1,2000}\S*", re.DOTALL)
"""No token reaches over white space: so a long text is read no further than is asked for."""
_UNSPACED_LANGUAGES = frozenset({"ja", "km", "ko", "lo", "my", "th", "zh"})
_TYPOGRAPHY = {"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00ad": ""}


def surfaces(text: str) -> Iterator[str]:
    """The tokens of a text as written (NFKC; possessive 's and an acronym's stops dropped)."""
    clean = text[:TEXT_CHARACTERS]
    if not clean.isascii():
        clean = unicodedata.normalize("NFKC", clean)
        for mark, plain in _TYPOGRAPHY.items():
            clean = clean.replace(mark, plain)
    for piece in _PIECE.findall(clean):
        spaced = piece.isascii() or not _IS_UNSPACED.search(piece)
        for token in _TOKEN.findall(piece):
            if spaced and "'" not in token and "." not in token and len(token) <= LONGEST_TOKEN:
                yield token
            else:
                yield from _parts(token)


def _parts(token: str) -> Iterator[str]:
    """What is counted of a token; nothing of one that is too long."""
    if "." in token and not _IS_NUMBER.match(token):
        yield token.replace(".", "")
    elif _IS_UNSPACED.match(token) and not _IS_NUMBER.fullmatch(token):
        yield from (token[i : i + 2] for i in range(max(1, len(token) - 1)))
    elif len(token) <= LONGEST_TOKEN:
        yield token[:-2] if token[-2:] in {"'s", "'S"} else token


def tokens(text: str) -> list[str]:
    """The tokens of a text in lower case, stop words included."""
    return [token.lower() for token in surfaces(text)]


def counted_as(word: str, language: str) -> list[str]:
    """The terms of a word, or of a run of words; none for stop words."""
    return [term for token in surfaces(word) if (term := _term(token, language or "en"))]


def forms(article: Article, language: str = "") -> Counter[tuple[str, str]]:
    """How often each term occurs in each of its written forms, in the title and the first 300
    words of the body.

    ``language``: in which it is read, if not its own.
    """
    language = language or article.language[:2].lower() or "en"
    return Counter(
        (term, bare(token, language))
        for token in _lead(article.title, article.text, language)
        if (term := _term(token, language))
    )


def terms(article: Article, language: str = "") -> Mapping[str, int]:
    """How often each term occurs in the title and the first 300 words of the body."""
    return _counted(article.title, article.text, language or article.language[:2].lower() or "en")


@lru_cache(maxsize=2500)  # some 40 MB: what is fitted to is judged again, and by several topics
def _counted(title: str, text: str, language: str) -> Mapping[str, int]:
    found = map(_term, _lead(title, text, language), repeat(language))
    return MappingProxyType(Counter(filter(None, found)))


def _lead(title: str, text: str, language: str) -> Iterator[str]:
    """The tokens that count."""
    number = LEAD_PAIRS if language in _UNSPACED_LANGUAGES else LEAD_WORDS
    return chain(surfaces(title), islice(surfaces(text), number))


@lru_cache(maxsize=100_000)
def _term(token: str, language: str) -> str:
    """As what a token is counted; empty for stop words and single letters."""
    peculiar = language in PECULIAR
    word = lower(bare(token, language), language) if peculiar else token.lower()
    is_letter = len(word) == 1 and word.isascii() and not word.isdecimal()
    return "" if is_letter or word in STOP_WORDS.get(language, ()) else stem(word, language)
