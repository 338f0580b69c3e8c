"""Measures of relevance, of events and of new-event detection.

Each takes outcomes in the order of judging and gives a number in [0, 1] (``detection_cost``: from
0 up), or None where it is not defined.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

MISS, FALSE_ALARM = 1.0, 4.9
"""C_miss 1, C_fa .1, P_target .02, normalised (TDT)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is true of an article, and what was said of it."""

    published: datetime
    relevant: bool | None
    """Gold; None where it is not known."""
    event: str | None
    """Gold."""
    matched: bool
    score: float | None
    found: str | None
    """The event it was put into."""
    new_event: bool
    alarm: bool


def f1(outcomes: Iterable[Outcome]) -> float | None:
    """Of the matches, over the articles of which it is known whether they are relevant."""
    hits, false, missed = _counts(outcomes)
    return _ratio(2 * hits, 2 * hits + false + missed)


def t11su(outcomes: Iterable[Outcome]) -> float | None:
    """Scaled linear utility (TREC-11 filtering): a match is worth 2, a false one costs 1; 1/3 is
    what silence earns."""
    hits, false, missed = _counts(outcomes)
    utility = _ratio(2 * hits - false, 2 * (hits + missed))
    return None if utility is None else (max(utility, -0.5) + 0.5) / 1.5


def average_precision(outcomes: Iterable[Outcome]) -> float | None:
    """The precision at each relevant article of the ranking, on average; equal scores are ranked
    together, an article without a score is last."""
    ranked = sorted(
        (
            (-math.inf if one.score is None else one.score, one.relevant)
            for one in outcomes
            if one.relevant is not None
        ),
        key=itemgetter(0),
        reverse=True,
    )
    total = hits = seen = 0.0
    for _, tied in groupby(ranked, key=itemgetter(0)):
        truths = [truth for _, truth in tied]
        seen += len(truths)
        hits += sum(truths)
        total += sum(truths) * hits / seen
    return _ratio(total, hits)


def bcubed_f1(outcomes: Iterable[Outcome]) -> float | None:
    """B-cubed F1 (Bagga and Baldwin 1998) over relevant articles with an event; one that was not
    matched, or put into none, is alone."""
    pairs = [
        (one.event, one.found if one.matched and one.found is not None else number)
        for number, one in enumerate(outcomes)
        if one.relevant and one.event is not None
    ]
    both, gold, found = Counter(pairs), Counter(g for g, _ in pairs), Counter(f for _, f in pairs)
    precision = sum(n * n / found[f] for (_, f), n in both.items())
    recall = sum(n * n / gold[g] for (g, _), n in both.items())
    return _ratio(2 * precision * recall, (precision + recall) * len(pairs))


def new_event_f1(outcomes: Sequence[Outcome]) -> float | None:
    """Of the articles said to open an event, against those that are an event's first."""
    hits, flagged, targets, _ = _detection(outcomes, "new_event")
    return _ratio(2 * hits, flagged + targets)


def detection_cost(outcomes: Sequence[Outcome], flag: str) -> float | None:
    """Normalised C_det = P_miss + 4.9 P_fa of ``flag``, "new_event" or "alarm"; 1 is what silence
    costs."""
    hits, flagged, targets, others = _detection(outcomes, flag)
    misses, false_alarms = _ratio(targets - hits, targets), _ratio(flagged - hits, others)
    if misses is None or false_alarms is None:
        return None
    return MISS * misses + FALSE_ALARM * false_alarms


def _counts(outcomes: Iterable[Outcome]) -> tuple[int, int, int]:
    """Hits, false matches, misses."""
    cells = Counter((one.matched, one.relevant) for one in outcomes)
    return cells[True, True], cells[True, False], cells[False, True]


def _detection(outcomes: Sequence[Outcome], flag: str) -> tuple[int, int, int, int]:
    """Targets flagged, all flagged, targets, and articles that are none.

    A target is the first relevant article of an event by publication, of several at one time the
    one judged first.  Others are the event's later articles, and what is known to be irrelevant.
    """
    firsts: dict[str, int] = {}
    asked = []
    for number, one in sorted(enumerate(outcomes), key=lambda pair: pair[1].published):
        if one.relevant and one.event is not None:
            firsts.setdefault(one.event, number)
        if one.relevant is False or (one.relevant and one.event is not None):
            asked.append(number)
    flagged = {number for number in asked if getattr(outcomes[number], flag)}
    hits = len(flagged.intersection(firsts.values()))
    return hits, len(flagged), len(firsts), len(asked) - len(firsts)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
