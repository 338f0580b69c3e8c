"""What the endpoints that only read answer: functions of a session."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.edge.store import coverage, health, kinship, search, searches, undoing, views
from monitor.errors import ConfigError
from monitor.types import ActionView, AlertView, Coverage, EventView, SavedSearchView, TopicView
from monitor.types.records import MatchRecord, taken
from monitor.web.api import asked as ask
from monitor.web.api.endpoint import Asked, paged
from monitor.web.api.shapes import (
    EventRecord,
    FeedRecord,
    FoundRecord,
    Page,
    TopicRow,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MEMBERS = 1000
"""Matches that are told of an event."""
DAYS = timedelta(days=90)
"""Of a timeline."""
MAX_DAYS = timedelta(days=3652)


def topics(session: Session, asked: Asked[ask.Asking]) -> Page[TopicRow]:
    return Page(tuple(taken(TopicRow, one) for one in views.topics(session)), None)


def topic(session: Session, asked: Asked[ask.Asking]) -> TopicView:
    return views.topic(session, asked.name)


def timeline(session: Session, asked: Asked[ask.TimelineAsked]) -> Coverage:
    """Raises NotFound, ConfigError."""
    until = asked.given.until or asked.now.date()
    before = until - date.min
    since = asked.given.since or until - min(DAYS, before)
    if since > until:
        raise ConfigError(f"since ({since}) is after until ({until}): no day lies between them")
    since = max(since, until - min(MAX_DAYS, before))
    return coverage.coverage(session, asked.name, since, until, now=asked.now)


def matches(session: Session, asked: Asked[ask.MatchesAsked]) -> Page[FoundRecord]:
    given = asked.given
    found = search.search(session, given.as_filter(), limit=given.limit + 1, offset=given.offset)
    records = [taken(FoundRecord, one.match, one, event=one.match.event or None) for one in found]
    return paged(asked, records)


def match(session: Session, asked: Asked[ask.Asking]) -> MatchRecord:
    return match_record(session, asked.id)


def match_record(session: Session, judgement: int) -> MatchRecord:
    return MatchRecord.of(views.match(session, judgement))


def events(session: Session, asked: Asked[ask.EventsAsked]) -> Page[EventView]:
    given = asked.given
    found = views.events(session, topic=given.topic, limit=given.limit + 1, offset=given.offset)
    return paged(asked, found)


def event(session: Session, asked: Asked[ask.Asking]) -> EventRecord:
    return event_record(session, asked.id)


def event_record(session: Session, event: int) -> EventRecord:
    """Under a name of an event merged into it too."""
    found = views.event(session, event)
    return taken(
        EventRecord,
        found,
        members=tuple(views.matches(session, event=found.id, limit=MEMBERS)),
        kin=tuple(kinship.kin_of(session, found.id)),
    )


def feeds(session: Session, asked: Asked[ask.Listing]) -> Page[FeedRecord]:
    given = asked.given
    listed = health.listed(session, asked.now)[given.offset :][: given.limit + 1]
    completed = health.completed(session, listed)
    return paged(asked, [taken(FeedRecord, one) for one in completed])


def alerts(session: Session, asked: Asked[ask.AlertsAsked]) -> Page[AlertView]:
    given = asked.given
    found = views.alerts(session, state=given.state, limit=given.limit + 1, offset=given.offset)
    return paged(asked, found)


def actions(session: Session, asked: Asked[ask.ActionsAsked]) -> Page[ActionView]:
    given = asked.given
    return Page(tuple(undoing.actions(session, topic=given.topic, limit=given.limit)), None)


def saved_searches(session: Session, asked: Asked[ask.Asking]) -> Page[SavedSearchView]:
    return Page(tuple(searches.saved(session)), None)
