"""Names in a text: spans of capitalised words, told from words that only begin a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from monitor.domain.daywords import CALENDAR
from monitor.domain.namewords import (
    AGENCIES,
    COMMON,
    DIRECTIONS,
    FEASTS,
    GENERAL,
    HEADS,
    INSTITUTIONS,
    OFFICES,
    POSSESSED,
    SUFFIXES,
    TITLES,
)
from monitor.domain.sentences import ABBREVIATIONS
from monitor.domain.stopwords import STOP_WORDS

LONGEST_NAME = 6
"""Words; more capitals in a row are a heading."""
LONGEST_ACRONYM = 6
LONGEST_SPAN = 200
"""Characters; a longer run of capitals is a heading."""


class Name(NamedTuple):
    """A name where it stands in a text."""

    key: str
    """In lower case, without titles, stops and possessive; "us" for U.S. and US."""
    start: int
    end: int
    first: bool
    """It begins a sentence, where a capital alone says little."""
    acronym: bool
    whole: str = ""
    """At the beginning of a sentence: the key with the words that were taken off there."""
    whole_start: int = 0


def _letters(categories: AbstractSet[str]) -> str:
    """The letters of the cased scripts (Latin, Greek, Cyrillic, Armenian)."""
    return "".join(
        c for c in map(chr, range(0x41, 0x2000)) if unicodedata.category(c) in categories
    )


_U = f"[{_letters({'Lu', 'Lt'})}]"
_L = f"[{_letters({'Lu', 'Lt', 'Ll'})}\u0300-\u036f0-9]"
_ABBREVIATED = (
    r"(?:(?<=[SMFL])t|(?<=S)te|(?<=G)ov|(?<=[SG])en|(?<=S)ens|(?<=R)eps?|(?<=[DMJS])r|(?<=M)rs?"
    r"|(?<=M)s|(?<=S)gt|(?<=C)(?:pl|ol|apt)|(?<=M)aj|(?<=D)et|(?<=P)rof|(?<=R)ev|(?<=A)(?:dm|tty))"
    rf"\.(?=[ ]{_U})"
)
# Begins with a plain class: the search then skips to the next capital without trying the rest.
_WORD = (
    rf"{_U}(?:\.(?:{_U}\.){{1,3}}(?!{_L})"  # U.S.
    rf"|\.(?=[ ]{_U})"  # John F. Kennedy
    rf"|{_ABBREVIATED}"  # Gov. Cuomo
    rf"|{_L}*(?:['’-]{_L}+)*)"
)
_SMALL = "de la|de los|de las|de|del|di|da|dos|du|van der|van den|van de|van|von der|von|bin|ibn"
_PARTICLES = {
    "en": f"of the|of|for the|for|&|{_SMALL}",
    "de": "von der|von|van der|van|zu|de|di|bin|&",
}
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff][\u30a1-\u30ff]{2,}")
_BEFORE_SENTENCES = frozenset("\n.!?:;…•*|”\"'“‘«„([")
_BESIDE = frozenset("/@#_=abcdefghijklmnopqrstuvwxyz0123456789")
"""A capital after one of these belongs to an address, a handle or a word like iPhone."""

_COMMON_OFF = COMMON - INSTITUTIONS
_LAST = SUFFIXES | {"the"}
_ELIDED = frozenset({"L'", "L’", "D'", "D’"})
"""French and Italian articles (L'Assemblée)."""
_PARTIES = frozenset({"r-", "d-", "i-"})
"""(R-Ariz.)"""


class _Word(NamedTuple):
    """A word of a span, and where it stands in it."""

    plain: str
    """As compared: lower case, no stops, no possessive."""
    start: int
    end: int
    link: bool
    """A small word inside a name: of, de la."""
    compound: bool
    """It was the first part of Chicago-based or the like: the name ends with it."""


@lru_cache(maxsize=4)
def _pattern(particles: str) -> re.Pattern[str]:
    more = rf"[ \u00a0](?:(?:{particles})[ \u00a0])?(?:(?:al|el)-)?{_WORD}"
    return re.compile(f"{_WORD}(?:{more})*")


def spans(text: str, language: str) -> Iterator[Name]:
    """Every run of capitals that may be a name, in order; what is one, :func:`names` decides."""
    for match in _pattern(_PARTICLES.get(language, _SMALL)).finditer(text):
        start, end = match.span()
        raw = match.group()
        read = _read(raw, _begins_sentence(text, start), language)
        if not read or end - start > LONGEST_SPAN or text[start - 1 : start] in _BESIDE:
            continue
        after = text[end : end + 2]
        if after[:1] == ":" and end - start > LONGEST_ACRONYM and raw.isupper():
            continue  # PREVIOUS STORY:
        numbered = after[:1] == " " and after[1:].isdecimal()
        for key, begin, stop, first, acronym, whole, whole_start in read:
            if numbered and start + stop == end and not acronym and " " not in key:
                continue  # Article 50
            yield Name(key, start + begin, start + stop, first, acronym, whole, start + whole_start)
    if language in {"ja", "zh"}:
        for match in _KATAKANA.finditer(text):
            yield Name(match.group(), *match.span(), first=False, acronym=False)


def names(
    found: Sequence[Name], language: str, small: AbstractSet[str], known: AbstractSet[str]
) -> Iterator[Name]:
    """Those of a text's spans that are names.

    A word that is seen only where sentences begin is a name if it belongs to a longer name, or if
    it comes three times and ``small`` (words that the text writes in lower case) has it not.
    In German, where every noun has a capital, a single word must belong to a longer name.
    ``known``: keys that are names for another reason.
    """
    sure = {name.key for name in found if not name.first} | known
    part_of = {word for name in found if " " in name.key for word in name.key.split(" ")}
    firsts = Counter(name.key for name in found if name.first)
    for name in found:
        key = name.key
        if name.whole and name.whole in sure:
            yield name._replace(key=name.whole, start=name.whole_start)
        elif " " in key or key in known or (key in part_of and key not in small):
            yield name
        elif name.acronym:
            if len(key) < 4 or key not in small:
                yield name
        elif language == "de":
            if not name.first and _KATAKANA.match(key):
                yield name
        elif not name.first or (key not in small and (key in sure or firsts[key] > 2)):
            yield name


def _begins_sentence(text: str, start: int) -> bool:
    before = text[start - 4 if start > 4 else 0 : start].rstrip(" \u00a0")
    return not before or before[-1] in _BEFORE_SENTENCES


@lru_cache(maxsize=50_000)
def _read(raw: str, first: bool, language: str) -> tuple[Name, ...]:
    """The names of one span, with positions inside it; the same spans come again and again."""
    stop = STOP_WORDS.get(language, STOP_WORDS["en"])
    found = (
        _name(raw, words, first and words[0].start < 3, language, stop)
        for words in _parts(_split(raw))
    )
    return tuple(name for name in found if name)


def _split(raw: str) -> list[_Word]:
    words, start = [], 0
    for whole in raw.replace("\u00a0", " ").split(" "):
        head, dash, tail = whole.rpartition("-")
        compound = bool(dash) and tail.islower() and len(head) > 3
        end = start + len(head if compound else whole)
        begin = start + 2 * (whole[:2] in _ELIDED)
        plain = raw[begin:end].replace("’", "'").replace(".", "").lower()
        link = whole == "&" or whole.islower()
        words.append(_Word(plain, begin, end, link, compound))
        start += len(whole) + 1
    return words


def _parts(words: list[_Word]) -> Iterator[list[_Word]]:
    """Cut a span where a title, a possessive or an "of" ends one name and begins another."""
    part: list[_Word] = []
    rest = words[::-1]
    while rest:
        word = rest.pop()
        following = rest[-1].plain if rest else ""
        possessive = word.plain.endswith("'s")
        is_title = word.plain in TITLES or (
            word.plain == "general" and not part and following not in GENERAL
        )
        cut = is_title or (word.plain in {"of", "for"} and not (part and part[-1].plain in HEADS))
        if possessive:
            word = word._replace(plain=word.plain[:-2], end=word.end - 2)
        if not cut and (part or not word.link):
            part.append(word)
        if is_title and not rest:
            return  # an office, not a name (Education Secretary)
        while is_title and part and part[-1].plain in OFFICES:
            part.pop()  # Hawthorne Police Chief
        if cut or word.compound or (possessive and following not in POSSESSED):
            if part:
                yield part
            part = []
        if possessive and is_agency(word.plain):
            return  # who asked, not who was asked (CNN's Jake Tapper)
        if is_title and following == "of" and len(rest) > 2 and rest[-2].plain in OFFICES:
            del rest[-2:]  # Secretary of State John Kerry
    if part:
        yield part


def is_agency(key: str) -> bool:
    """Whether a name is that of an agency or channel (CBS2 too)."""
    return key.rstrip("0123456789") in AGENCIES


def _name(
    raw: str, words: list[_Word], first: bool, language: str, stop: AbstractSet[str]
) -> Name | None:
    """Take off what is no part of the name at either end; None if nothing remains."""
    begin, end = 0, len(words)
    calendar = CALENDAR.get(language, CALENDAR["en"])
    while begin < end and (
        words[begin].link
        or words[begin].plain == "the"
        or words[begin].plain in calendar
        or (first and words[begin].plain in stop)
        or ((first or language == "de") and words[begin].plain in _COMMON_OFF)
    ):
        begin += 1
    while end > begin and (words[end - 1].link or words[end - 1].plain in _LAST | calendar):
        if end - begin > 1 and words[end - 2].plain in FEASTS:
            break
        end -= 1
    kept = words[begin:end]
    key = " ".join(word.plain for word in kept)
    capitals = [word.plain for word in kept if not word.link]
    if len(key) < 2 or len(capitals) > LONGEST_NAME or is_agency(key) or key[:2] in _PARTIES:
        return None
    if all(word in COMMON for word in capitals):
        return None
    start, stop_at = kept[0].start, kept[-1].end
    letters = raw[start:stop_at].replace(".", "")
    acronym = len(kept) == 1 and len(letters) <= LONGEST_ACRONYM and letters.isupper()
    if len(kept) == 1 and not acronym and (letters.isupper() or key in stop or key in DIRECTIONS):
        return None
    shouted = len(capitals) > 2 and letters.isupper()
    if shouted or letters in ABBREVIATIONS:
        return None
    whole = " ".join(word.plain for word in words[:end]) if first and begin else ""
    return Name(key, start, stop_at, first and begin == 0, acronym, whole, words[0].start)
