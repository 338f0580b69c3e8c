"""Sentences of a text, as written."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CAPITAL = """
Mr Mrs Ms Dr Prof St Sr Jr Rev Hon Gov Sen Sens Rep Reps Gen Lt Col Sgt Cpl Capt Maj Cmdr Adm Det
Supt Pres Atty Messrs No Nos Univ Ave Blvd Rd Co Corp Inc Ltd Bros Ft Mt
Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Sat Sun
Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev
Okla Ore Pa Penn Tenn Tex Vt Va Wash Wis Wyo
Nr Str Abs Mme Mlle Sra Srta Ud Uds Sig Dott Avv Ing Exmo Dhr Mevr Ir
"""
_SMALL = "vs eg ie cf al approx est dept bzw ca evtl ggf inkl usw vgl fr str nr dr mevr drs art"
ABBREVIATIONS = frozenset(_CAPITAL.split()) | frozenset(_SMALL.split())
"""After them a full stop ends no sentence, unless a word follows that begins most sentences."""
LONGEST = 1_000
"""Characters of a sentence; longer runs without an end are cut off."""

_END = re.compile(
    r"[.!?…؟۔।]{1,8}[\"'”’»)\]]{0,4}\s+"
    r"|[。！？]{1,8}[」』）”]{0,4}"
    r"|(?<=[a-z]{2})[.!?][”’\"]?(?=[“\"]?[A-Z][a-z])"  # a space was lost
    r"|\n\s*"
)
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.$")
_OPENERS = "\"'“‘«„([¿¡—–- "
_STARTERS = frozenset(
    {"The", "In", "On", "At", "He", "She", "It", "They", "We", "But", "And", "His"}
)
"""They begin a sentence even after an abbreviation such as U.S."""


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text in order, each as it stands there, without outer white space."""
    start = 0
    for match in _END.finditer(text):
        if match.start() >= start and _ends(text, match):
            yield from _cut(text[start : match.end()])
            start = match.end()
    yield from _cut(text[start:])


def _cut(sentence: str) -> Iterator[str]:
    stripped = sentence.strip()
    if stripped:
        yield stripped[:LONGEST].rstrip()


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends at a possible end."""
    mark = match.group()
    if mark[0] in "。！？":
        return True
    following = text[match.end() : match.end() + 12].lstrip(_OPENERS)
    if following[:1].islower():
        return False
    if mark[0] != "." or "\n" in mark:
        return True
    word = _LAST_WORD.search(text, max(0, match.start() - 20), match.start() + 1)
    if word is None or following.split(" ", 1)[0] in _STARTERS:
        return True
    last = word[1]
    initials = "." in last or (len(last) == 1 and last.isupper())  # U.S., John F. Kennedy
    return not initials and last not in ABBREVIATIONS
