"""What a person types to search for, and which judgements a filter asks for.

========================  ============================================================
``dam burst``             both words, anywhere in title or text
``"dam burst"``           these words next to one another
``-burst``, ``-"a b"``    not this one; nothing but such: all articles without them
``dam OR dyke tunnel``    one of the two (or more) beside the ``OR``, and ``tunnel``
``tunnel*``               words that begin so, from three letters on
========================  ============================================================

Anything else is taken as words, so nothing that is typed is an error: a quotation mark without its
other half counts for nothing, nor does an ``OR`` that does not stand between two terms that must
occur.  Words are found in all their English forms (``weapon`` finds ``weapons``).

A term in a script without spaces between words (Chinese, Japanese, Korean, Thai …) is one word to
both indexes, and so is the whole clause in which it occurs: it is looked for as a part of the text.

The databases differ in this.  Postgres: accents count (``café`` is not ``cafe``); words of English
grammar (``the``, ``of``) are in no index, and as search words count for nothing; a word with marks
inside (``F-16``, ``example.org``) is one.  SQLite: accents do not count, all words do, and a
word with marks inside is a phrase of its parts.  Some rare words have another stem: Porter's
(1980) in SQLite, that of his later English stemmer in Postgres.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from monitor.domain.clean import clean_line
from monitor.domain.text import UNSPACED
from monitor.types import Filter

LONGEST = 500
"""Characters of a search that are read.  Postgres takes no word longer than 2,046 bytes."""
SHORTEST_PREFIX = 3
"""Letters before a ``*``: fewer fit most articles, and take SQLite as long as all the words do."""

_TERM = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»＂", '""""""')
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or several next to one another."""

    text: str
    """With a letter or digit in it, without quotation marks."""
    prefix: bool = False
    """The last word may go on."""

    @property
    def unspaced(self) -> bool:
        """To be looked for as a part of the text: the indexes do not know it."""
        return _IS_UNSPACED.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Words:
    """What must occur and what must not; never both empty."""

    must: tuple[tuple[Term, ...], ...]
    """Of each group one."""
    never: tuple[Term, ...] = ()


def parse(typed: str) -> Words | None:
    """None: there is nothing to search for (but marks, say), so words are no condition."""
    must: list[list[Term]] = []
    never: list[Term] = []
    either = False
    for negated, term in _terms(clean_line(typed[:LONGEST]).translate(_QUOTES)):
        if term is None:
            either = bool(must) and not negated
            continue
        if negated:
            never.append(term)
        elif either:
            must[-1].append(term)
        else:
            must.append([term])
        either = False
    if not must and not never:
        return None
    return Words(tuple(map(tuple, must)), tuple(never))


def _terms(typed: str) -> Iterator[tuple[bool, Term | None]]:
    """Each with whether it is negated; None for an ``OR``."""
    negated_last = False
    for found in _TERM.finditer(typed):
        negated, word, phrase = found["minus"] is not None, found["word"], found["phrase"]
        if word == "OR" and not negated:
            yield negated_last, None
            continue
        text = " ".join((phrase if word is None else word.rstrip("*")).split())
        if not any(map(str.isalnum, text)):
            continue
        star = bool(found["star"]) if word is None else word.endswith("*")
        enough = len(text.split()[-1]) >= SHORTEST_PREFIX
        yield negated, Term(text, prefix=star and enough)
        negated_last = negated


def to_fts5(groups: Iterable[Sequence[Term]]) -> str:
    """One term of each group, for MATCH of SQLite: https://sqlite.org/fts5.html#full_text_query_syntax

    Every term is a string in quotes, in which nothing has a meaning of its own.
    """
    return _joined(groups, " AND ", " OR ", _fts5)


def _fts5(term: Term) -> str:
    quoted = term.text.replace('"', '""')
    return f'"{quoted}"{"*" if term.prefix else ""}'


def to_tsquery(groups: Iterable[Sequence[Term]]) -> str:
    """One term of each group, for ``to_tsquery('english', …)`` of Postgres.

    Every term is in quotes: there Postgres itself parses it as it does a text, joins its words by
    ``<->``, and counts those of grammar as gaps.
    """
    return _joined(groups, " & ", " | ", _tsquery)


def _tsquery(term: Term) -> str:
    quoted = term.text.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'{':*' if term.prefix else ''}"


def _joined(groups: Iterable[Sequence[Term]], both: str, either: str, render: Any) -> str:
    return both.join(f"({either.join(map(render, group))})" for group in groups)


def filter_to_dict(filter: Filter) -> dict[str, Any]:
    """What it asks for, as JSON has it: times in ISO 8601; nothing that does not matter."""
    asked = ((one.name, getattr(filter, one.name), one.default) for one in fields(Filter))
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value, default in asked
        if value != default
    }


def filter_from_dict(stored: Mapping[str, Any]) -> Filter:
    """As ``filter_to_dict`` wrote it.  A key that this version does not know does not matter."""
    known = {one.name: stored[one.name] for one in fields(Filter) if one.name in stored}
    for name in ("since", "until"):
        if name in known:
            known[name] = datetime.fromisoformat(known[name])
    return Filter(**known)


_KINDS = {"matches": "matches", "rejected": "rejected articles", "all": "all articles"}
_LABELS = {"none": "unlabelled", "any": "labelled"}


def filter_words(filter: Filter) -> str:
    """A filter for people: ``“gliding weapons” in defence, since 2026-01-01, unlabelled``."""
    words = clean_line(filter.words)
    about = (words if '"' in words else f"“{words}”") if words else _KINDS[filter.kind]
    if filter.topic is not None:
        about += f" in {filter.topic}"
    return ", ".join([about, *_conditions(filter)])


def _conditions(filter: Filter) -> Iterator[str]:
    if filter.words.strip() and filter.kind != "matches":
        yield _KINDS[filter.kind]
    if filter.event is not None:
        yield f"event {filter.event}"
    if filter.source:
        yield f"from {clean_line(filter.source)}"
    if filter.language:
        yield f"language {clean_line(filter.language)}"
    if filter.since is not None:
        yield f"since {_moment(filter.since)}"
    if filter.until is not None:
        yield f"before {_moment(filter.until)}"
    if filter.min_score is not None:
        yield f"score from {filter.min_score:g}"
    if filter.max_score is not None:
        yield f"score up to {filter.max_score:g}"
    if filter.label is not None:
        yield _LABELS.get(filter.label, filter.label)


def _moment(moment: datetime) -> str:
    """The day, and the time unless it is midnight, UTC."""
    said = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
    return said.removesuffix(" 00:00")
