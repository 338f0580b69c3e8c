"""Lines that are not the story: bylines, picture credits, invitations to readers, headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_LONGEST = 300
"""Characters; a longer line tells of something."""

_BEGINNING = re.compile(
    r"\W*(?:"
    r"(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Dd]oor) [A-Z][\w.'’-]+"
    r"(?:(?: and | und | et | y |[ ,|]+)[A-Z@][\w.'’@-]+){1,8}\W*$"
    r"|(?:-- ?|— ?)[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}\W*$"
    r"|(?i:photo|image|picture|foto|video|credit|caption|source|quelle|file|courtesy)\w*"
    r"(?:\s?(?:by|credit|courtesy|copyright|caption))?\s?[:/|]"
    r"|(?i:photo|image|foto|picture)s? (?i:by|courtesy|credit|copyright|caption)\b"
    r"|(?i:posted|published|updated|last updated|last modified|created|first published)"
    r"(?:[: ].{0,80})?$"
    r"|(?i:sign up|subscribe|click|read more|watch(?: the video)?:|also read|related:|more:|also:"
    r"|download|stay (?:connected|informed|tuned)|like us|join us|share this|tap here|see also"
    r"|read (?:the|our) (?:full|original)|for more (?:on|info\w*|details|stories|news|visit)\b"
    r"|get (?:the|our|breaking)|view (?:more|comments)"
    r"|listen (?:now|live)|tags?:|filed under|topics?:|this (?:story|article|post)\b"
    r"|copyright|all rights reserved|if you have (?:any )?information|crime ?stoppers|call \d"
    r"|stick with|check back|please |our editors|editor['’]s note|correction:|media playback)"
    r"|https?://\S+\W*$|[\d\s./:,|-]+$"
    r")"
)
WRAPPED_WIDTH = 120
"""Characters; longer lines are paragraphs."""
SHORT_LINE = 15
"""Words; a shorter line without an end is a heading, a caption or a link."""
_ENDS = frozenset(".!?…:;,。！？،؟।")
_BULLETS = frozenset("-—–")
_FIRST_WORDS = """
all also anyone breaking by caption check click copyright correction courtesy created credit call
crime crimestoppers door download editor editors file filed first for foto get if image images join
last like listen media more our par photo photograph photographs photos picture pictures please por
posted published quelle read related see share sign source sources stay stick subscribe tag tags tap
this topic topics updated video view von watch
"""
_LOOKED_AT = frozenset(_FIRST_WORDS.split())
"""Only lines that begin so are looked at closer: the patterns are slow, the lines many."""
_FIRST_WORD = re.compile(r"\W*([^\W\d_]*)")
_MARKS = (
    "getty images", "ap photo", "afp photo", "shutterstock", "reuters/", "/reuters", "/afp", "/ap)",
    "contributed to this", "reporting by", "contributed reporting", "follow us", "©",
    "anyone with information", "stoppers", "on twitter at", "on twitter @", "pic.twitter",
    "newsletter", "privacy policy", "sign up for", "anonymous tip", "asked to call",
    "urged to call", "full caption", "toggle caption", "enlarge this image", "courtesy of",
    "courtesy the",
)  # fmt: skip
"""In lower case; they give a line away wherever they stand in it."""


def is_credit(line: str) -> bool:
    """Whether a line or sentence says who tells, or asks something of the reader."""
    return len(line) <= _LONGEST and (_is_marked(line) or _begins_as_credit(line))


def prose(text: str) -> str:
    """The lines of a text that are neither headings nor credits.

    Where none would remain, all but the credits.  Lines broken at a fixed width become one.
    """
    marked = _is_marked(text)  # seldom: one look at the whole spares one at each line
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    if _is_wrapped(lines):
        return " ".join(lines)
    lines = [line for line in lines if not (is_credit if marked else _begins_as_credit)(line)]
    return "\n".join([line for line in lines if not is_heading(line)] or lines)


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether most lines break off amid a sentence: without an end, before a small letter."""
    if len(lines) < 3 or len(lines[1]) > WRAPPED_WIDTH:
        return False
    broken = sum(
        line[-1] not in _ENDS and following[0].islower() for line, following in pairwise(lines)
    )
    return broken > len(lines) / 4


def _is_marked(text: str) -> bool:
    lowered = text.lower()
    return any(mark in lowered for mark in _MARKS)


def _begins_as_credit(line: str) -> bool:
    first = _FIRST_WORD.match(line)
    word = first[1].lower() if first else ""
    looked_at = word in _LOOKED_AT or line[:1] in _BULLETS or not word or word[:4] == "http"
    return looked_at and len(line) <= _LONGEST and _BEGINNING.match(line) is not None


def is_title_case(line: str) -> bool:
    """Whether words that prose writes small have capitals: a headline or the name of a section."""
    longer = [word for word in line.split()[1:] if len(word) > 3 and word[0].isalpha()]
    return len(longer) >= 2 and sum(word[0].isupper() for word in longer) > 0.6 * len(longer)


def is_heading(line: str) -> bool:
    """Whether a line is no prose: in capitals, or without an end and short or in Title Case."""
    if line.isupper():
        return True
    if line.rstrip("\"'”’»」）) ")[-1:] in _ENDS:
        return False
    return len(line.split(None, SHORT_LINE)) < SHORT_LINE or is_title_case(line)
