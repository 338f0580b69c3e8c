"""When the thread of an event hears more: only when something of substance has changed.

Pure: what has been told and what is known now in, words out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from monitor.types import Novelty

STEPS = (5, 10, 25, 50)
"""Outlets: growth past each of these is told."""
LONGEST_GAP = timedelta(days=7)
CONFIRMED_GAP = timedelta(minutes=10)
"""A second report in words of its own waits no longer: those that come together with the first
are told with it."""
MOST = 5
"""Facts of a kind in one message."""
SENTENCES = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What the thread of an event has said last."""

    at: datetime
    outlets: int
    originals: int
    updates: int
    """Since the first message."""


@dataclass(frozen=True, slots=True)
class News:
    """What is known of the event now; what is new in it since that message."""

    outlets: int
    originals: int
    novelty: Novelty
    confirmed_by: str = ""
    """The outlet that reported it last in words of its own."""
    edits: tuple[str, ...] = ()
    """Reports that have been changed, in words."""
    corrections: tuple[str, ...] = ()
    """Reports that their publishers have corrected, in words."""


@dataclass(frozen=True, slots=True)
class Update:
    """What an update has to say, and from when on it is said."""

    changes: tuple[str, ...]
    due_at: datetime
    correction: bool = False


def update_of(told: Told, news: News, gap: timedelta) -> Update | None:
    """None: nothing of substance has changed.

    ``gap``: from the first message to an update; each update doubles it, and what comes in between
    is told together.  A correction is due at once, a first confirmation soon.
    """
    corrected = [f"correction: {one}" for one in news.corrections]
    confirmed = []
    if told.originals < 2 <= news.originals:
        by = f": {news.confirmed_by}" if news.confirmed_by else ""
        confirmed.append(f"a second outlet reports it in words of its own{by}")
    grown = [step for step in STEPS if told.outlets < step <= news.outlets]
    patient = [f"{news.outlets} outlets by now"] if grown else []
    patient += [*_facts(news.novelty), *news.edits]
    if not (corrected or confirmed or patient):
        return None
    if corrected:
        wait = timedelta()
    elif confirmed:
        wait = min(gap, CONFIRMED_GAP)
    else:
        wait = min(gap * 2 ** min(told.updates, 16), max(gap, LONGEST_GAP))
    changes = (*corrected, *confirmed, *patient)
    return Update(changes, told.at + wait, correction=bool(corrected))


def _facts(novelty: Novelty) -> list[str]:
    kinds = (("names", novelty.names), ("places", novelty.places), ("numbers", novelty.numbers))
    new = [kind for kind, facts in kinds if facts]
    return [f"new {', '.join(new)}"] if new else []


def together(novelties: Iterable[Novelty]) -> Novelty:
    """What several matches of one event have brought, the first ones first."""
    some = list(novelties)
    joined: dict[str, Sequence[str]] = {
        field.name: tuple(dict.fromkeys(fact for one in some for fact in getattr(one, field.name)))
        for field in fields(Novelty)
    }
    return Novelty(
        **{
            kind: tuple(facts[: SENTENCES if kind == "sentences" else MOST])
            for kind, facts in joined.items()
        }
    )
