"""The report of a topic: what was told of it in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from monitor.domain.timeline import legend
from monitor.domain.told import Told, fold_copies
from monitor.edge.store import account
from monitor.edge.store.account import EventAccount
from monitor.edge.store.coverage import coverage
from monitor.edge.store.store import Store
from monitor.report.rendering import render

MOST_EVENTS, MOST_MATCHES = 200, 50
SHOWN = 6
"""Texts of an event that are seen at once; the others when asked for, and in print."""


@dataclass(frozen=True, slots=True)
class _Event:
    account: EventAccount
    colour: str
    """In the timeline; empty for one that it does not name."""
    told: list[Told]

    @property
    def left_out(self) -> int:
        return self.account.matches - len(self.account.told)


def topic_report(store: Store, topic: str, since: date, until: date, now: datetime) -> str:
    """An HTML page about the days from ``since`` to ``until``, both included, UTC.

    It lists the ``MOST_EVENTS`` events with the latest news, each with its first ``MOST_MATCHES``
    matches, and says what is left out.  Raises NotFound.
    """
    begin = datetime.combine(since, time(), UTC)
    end = datetime.combine(until, time(), UTC) + timedelta(days=1)
    figures = store.read(account.figures, topic, begin, end)
    days = store.read(coverage, topic, since, until, now=now)
    told = store.read(
        account.events_told, topic, begin, end, most=MOST_EVENTS, matches=MOST_MATCHES
    )
    listed = {event.id for event in told}
    named = {key.event.id: key.colour for key in legend(days) if key.event is not None}

    def link(_first: date, _last: date, event: int | None) -> str:
        return f"#event-{event}" if event in listed else ""

    return render(
        "topic.html",
        topic=topic,
        since=since,
        until=until,
        now=now,
        figures=figures,
        coverage=days,
        link=link,
        unread=sum(days.unread) / len(days.days),
        events=[_Event(event, named.get(event.id, ""), fold_copies(event.told)) for event in told],
        shown=SHOWN,
    )
