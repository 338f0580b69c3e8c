"""Numbers that a text gives, in one spelling: "1,200" and "1200", "3.5 million" and "3500000"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import NamedTuple


class Amount(NamedTuple):
    """A number in a text."""

    key: str
    """Digits with a decimal point, before it a currency, after it "%": "1200", "$40", "3.5%"."""
    start: int
    end: int


_SCALES = {
    10**3: "k thousand tausend mille mil mila duizend",
    10**6: "m mn million millions mio million millionen millón millones milione milioni milhão"
    " milhões miljoen",
    10**9: "b bn billion billions mrd milliarde milliarden milliard milliards miliardo miliardi"
    " miljard",
    10**12: "tn trillion trillions",
}
_SCALE = {word: scale for scale, words in _SCALES.items() for word in words.split()}
_PERCENT = frozenset({"%", "percent", "prozent", "procent"})
_COUNTING = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
_WORDS = {word: str(number) for number, word in enumerate(_COUNTING.split(), 1)}
_WORDS["dozens"] = "dozens"
_PEOPLE = r"(?= (?:dead|killed|person|people|man|woman|boy|girl|child|officer|student|victim)\b)"
"""After them alone is "one" a number."""
_WORD_PATTERNS = {
    form: (key, re.compile(rf"{form}\b(?!-[^y]){_PEOPLE if key == '1' else ''}"))
    for word, key in _WORDS.items()
    for form in (word, word.capitalize())
}
_FORMS = frozenset(_WORD_PATTERNS)

_FIGURE = re.compile(
    r"(?P<number>\d(?:\d{0,2}(?:[,. \u00a0\u202f’']\d{3}(?!\d)){1,4}(?:[.,]\d{1,3})?(?!\d)"
    r"|\d{0,11}(?:[.,]\d{1,3})?(?!\d)))"
    r"(?P<clock>:\d\d|h\d\d| ?[ap]\.?m\b| Uhr\b| o['’]clock\b|[年月日時时分])?"
    r"(?:[ \u00a0\u202f-]?(?P<unit>%|(?i:" + "|".join((*_SCALE, *_PERCENT - {"%"})) + r")\b))?"
    r"(?P<money>[ \u00a0]?[€£$](?!\d))?"
    r"(?![a-zA-Z\u00c0-\u1fff\d_/:]|[.,]\d|-\d|\) ?\d)"
)
_MONEY = frozenset("$€£¥₽₹")
_INSIDE = frozenset(".,:/#@=&%+-_'’")
"""A figure after one of these is part of something else."""
_UNSPACED_FROM = "\u2e80"
"""From here on scripts are written without spaces: a figure may follow a letter."""
_POINT_GROUPS = frozenset({"de", "es", "it", "pt", "nl", "da", "id", "tr", "el"})
"""Languages that write 1.200,5."""
_SPACE_GROUPS = frozenset({"fr", "ru", "uk", "pl", "sv", "cs"})
"""Languages that write 1 200,5."""


def amounts(text: str, language: str, words: AbstractSet[str]) -> Iterator[Amount]:
    """The numbers of a text in figures, then in English words to twenty; no years or clock times.

    ``words``: those of the text, split at spaces.
    """
    for match in _FIGURE.finditer(text):
        start, end = match.span()
        before = text[max(0, start - 2) : start]
        money = before.strip()[-1:]
        if money in _MONEY:
            start -= len(before) - before.index(money)
            before = text[start - 1 : start]
        else:
            money = (match["money"] or "").strip()
        beside = before[-1:]
        inside = beside in _INSIDE or (beside.isalnum() and beside < _UNSPACED_FROM)
        if match["clock"] is None and not inside:
            key = _key(match, money, language)
            if key is not None:
                yield Amount(key, start, end)
    if language == "en":
        for form in sorted(words & _FORMS):
            key, pattern = _WORD_PATTERNS[form]
            for match in pattern.finditer(text):
                if not text[match.start() - 1 : match.start()].isalnum():
                    yield Amount(key, *match.span())


def _key(match: re.Match[str], money: str, language: str) -> str | None:
    """One spelling of a figure; None for a year."""
    written, unit = match["number"], (match["unit"] or "").lower()
    if not unit and not money and len(written) == 4 and "1900" <= written <= "2100":
        return None
    value = _value(written, language) * _SCALE.get(unit, 1)
    digits = f"{value.normalize():f}"
    return f"{money}{digits}{'%' if unit in _PERCENT else ''}"


def _value(written: str, language: str) -> Decimal:
    """Thousands separators removed, the decimal separator a point."""
    for space in " \u00a0\u202f’'":
        written = written.replace(space, "")
    if language in _POINT_GROUPS:
        written = written.replace(".", "").replace(",", ".")
    elif language in _SPACE_GROUPS:
        written = written.replace(",", ".")
    else:
        written = written.replace(",", "")
    head, *rest = written.split(".")
    return Decimal(f"{head or 0}.{''.join(rest) or 0}")
