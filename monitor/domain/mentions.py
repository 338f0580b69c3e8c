"""What an article speaks of by name: people, organisations, places, numbers, days, quotations.

Rules of form and short lists of words, no gazetteer: cheap enough for every match, right often
enough to tell two happenings apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from monitor.domain.amounts import Amount, amounts
from monitor.domain.credits import is_title_case, prose
from monitor.domain.daywords import Day, days_named, weekdays_named
from monitor.domain.names import Name, names, spans
from monitor.domain.namewords import AGENCIES, GERMAN_IDIOMS, GERMAN_NOUN_ENDINGS, PLACE_CUES

LEAD_WORDS = 600
"""Words of the text that are read."""
LEAD_CHARACTERS = 6_000
"""At most so many characters of it: about 600 words of German, and a bound for hostile texts."""
TITLE_CHARACTERS = 300
DATELINE_LINES = 5
"""A dateline stands in one of the first lines."""
QUOTE_WORDS = 4
"""Shorter quotations are turns of phrase."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a title and text speak of; keys are in lower case, in order of first appearance."""

    names: Mapping[str, int] = field(default_factory=dict)
    """People, organisations and places, and how often each occurs."""
    places: frozenset[str] = frozenset()
    """Those of ``names`` that stand where a place stands ("in Kyiv", a dateline)."""
    numbers: frozenset[str] = frozenset()
    """1200, 3500000, 3.5%, $40, dozens; no years, clock times or days of a month."""
    dates: frozenset[str] = frozenset()
    """ISO dates."""
    quotes: frozenset[str] = frozenset()
    """Quotations of four words and more, in lower case, without punctuation."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Each name as written, in its most common form."""


_QUOTE = re.compile(
    r"“([^”“\n]{12,600})”|\"([^\"\n]{12,600})\"|«([^»«\n]{12,600})»|„([^“”„\n]{12,600})[“”]"
    r"|「([^」\n]{6,600})」"
)
_QUOTED_WORD = re.compile(r"\w+(?:['’]\w+)?")
_DATELINE = re.compile(
    r"(?P<city>[^\W\d_a-z][\w.'’ -]{2,30}?)(?:, [\w. ]{2,20}?)?"
    r"(?: ?\((?P<agency>[\w /.-]{2,30})\))?(?P<dash> ?(?:[—–]|--?))? "
)


def mentions(title: str, text: str, language: str, published: date | None = None) -> Mentions:
    """What an article speaks of.

    ``language``: ISO 639-1, empty counts as English.  ``published`` gives days without a year
    their year and weekdays their date; without it such days are left out.
    Reads the first 600 words of the text (at most 6,000 characters) and 300 characters of the
    title.  A title in Title Case gives no names of its own.
    """
    language = language[:2].lower() or "en"
    title = title[:TITLE_CHARACTERS]
    loud = is_title_case(title) or title.isupper()
    body, cities = _without_datelines(prose(lead(text)))
    whole = body if loud else f"{title}.\n{body}"
    small = frozenset(whole.split())
    found = list(spans(whole, language))
    places = _places(found, whole, language) | cities.keys()
    known = frozenset(name.key for name in found if name.key in places)
    forms = Counter(cities.items())
    named = names(found, language, small, known)
    forms.update((name.key, whole[name.start : name.end]) for name in named)
    days = days_named(whole, language, published)
    dates = {day.day for day in days if day.day}
    if published is not None:
        dates |= weekdays_named(whole, language, published)
    counts, written = _counted(forms)
    return Mentions(
        names=counts,
        places=frozenset(places & counts.keys()),
        numbers=frozenset(amount.key for amount in amounts_outside(whole, language, small, days)),
        dates=frozenset(day.isoformat() for day in dates),
        quotes=_quotes(whole),
        written=written,
    )


def lead(text: str) -> str:
    """The words of a text that are read."""
    text = text[:LEAD_CHARACTERS]
    rest = text.split(None, LEAD_WORDS)[LEAD_WORDS:]
    return text[: len(text) - len(rest[0])] if rest else text


def amounts_outside(
    text: str, language: str, words: AbstractSet[str], days: Sequence[Day]
) -> Iterator[Amount]:
    """The numbers of a text that belong to no date."""
    taken = {position for day in days for position in range(day.start, day.end)}
    return (amount for amount in amounts(text, language, words) if amount.start not in taken)


def _without_datelines(text: str) -> tuple[str, dict[str, str]]:
    """The text with its datelines blanked, and their cities: key -> as written."""
    cities: dict[str, str] = {}
    lines = text.split("\n", DATELINE_LINES)
    for i, line in enumerate(lines[:DATELINE_LINES]):
        match = _DATELINE.match(line)
        if match is None:
            continue
        city, agency = match["city"], match["agency"]
        if (match["dash"] and (city.isupper() or agency)) or (agency or "").lower() in AGENCIES:
            lines[i] = " " * match.end() + line[match.end() :]
            if city.lower() not in AGENCIES and len(city.split()) <= 4:
                cities.setdefault(city.lower().replace("’", "'").replace(".", ""), city)
    return "\n".join(lines), cities


def _places(found: Sequence[Name], text: str, language: str) -> set[str]:
    """Keys of the spans that stand where a place stands; two doubtful cues make a sure one."""
    sure, doubtful = PLACE_CUES.get(language, (frozenset(), frozenset()))
    votes: Counter[str] = Counter()
    previous, previous_vote = -2, 0
    for name in found:
        before = text[max(0, name.start - 24) : name.start].lower().removesuffix("the ").split()
        vote = 0
        if before and (before[-1] in sure or " ".join(before[-2:]) in sure):
            vote = 2
        elif before and before[-1] in doubtful:
            vote = 1
        elif name.start - previous <= 2 and text[name.end : name.end + 1] in {",", ".", ";", ")"}:
            vote = previous_vote
        if vote and not (language == "de" and _is_german_noun(name.key)):
            votes[name.key] += vote
        previous, previous_vote = name.end, vote
    places = {key for key, vote in votes.items() if vote >= 2}
    surnames = {name.key.rsplit(" ", 1)[1] for name in found if " " in name.key} - {
        key.rsplit(" ", 1)[-1] for key in places if " " in key
    }
    return places - surnames


def _is_german_noun(key: str) -> bool:
    return key in GERMAN_IDIOMS or (" " not in key and key.endswith(GERMAN_NOUN_ENDINGS))


def _quotes(text: str) -> frozenset[str]:
    quoted = (match[match.lastindex or 0] for match in _QUOTE.finditer(text))
    spoken = (_QUOTED_WORD.findall(quote.lower().replace("’", "'")) for quote in quoted)
    return frozenset(" ".join(words) for words in spoken if len(words) >= QUOTE_WORDS)


def _counted(forms: Mapping[tuple[str, str], int]) -> tuple[dict[str, int], dict[str, str]]:
    """How often each key occurs, and its most common form: not in capitals, if there is another."""
    counts: dict[str, int] = {}
    written: dict[str, str] = {}
    for (key, form), count in forms.items():
        best = written.setdefault(key, form)
        if best is not form and (best.isupper(), -forms[key, best]) > (form.isupper(), -count):
            written[key] = form
        counts[key] = counts.get(key, 0) + count
    return counts, written
