"""Every endpoint."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor import __version__
from monitor.types import (
    ActionView,
    AlertView,
    Coverage,
    EventView,
    Quality,
    SavedSearchView,
    TopicView,
)
from monitor.types.records import MatchRecord
from monitor.web.api import asked as ask
from monitor.web.api import changing, reading
from monitor.web.api.document import document
from monitor.web.api.endpoint import Asked, Endpoint, read, write
from monitor.web.api.shapes import (
    EventRecord,
    FeedRecord,
    FoundRecord,
    Page,
    Start,
    TopicRow,
)

if TYPE_CHECKING:
    from monitor.pipeline import Parts

_CONFLICT = frozenset({409})


async def _start(parts: Parts, asked: Asked[ask.Asking]) -> Start:
    found = {
        endpoint.path.rpartition("/")[2]: endpoint.path
        for endpoint in ENDPOINTS
        if endpoint.method == "GET" and endpoint.placed is None
    }
    return Start(version=__version__, links={"self": found.pop("api"), **found})


async def _document(parts: Parts, asked: Asked[ask.Asking]) -> dict[str, Any]:
    return await asyncio.to_thread(_made)


@cache
def _made() -> dict[str, Any]:
    return document(ENDPOINTS)


async def _quality(parts: Parts, asked: Asked[ask.Asking]) -> Quality:
    # Imported late: it brings the numerical libraries.
    from monitor.quality import topic_quality

    return await topic_quality(parts, asked.name)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("/api", "What there is", _start, Start),
    Endpoint("/api/openapi.json", "This document", _document, dict[str, Any]),
    Endpoint("/api/topics", "Every topic, by name", read(reading.topics), Page[TopicRow]),
    Endpoint(
        "/api/topics/{name:path}/timeline",
        "What was told of a topic, day by day",
        read(reading.timeline),
        Coverage,
        ask.TimelineAsked,
        raises=_CONFLICT,
    ),
    Endpoint(
        "/api/topics/{name:path}/quality",
        "How well a topic does, at its threshold and at others",
        _quality,
        Quality,
        raises=_CONFLICT,
    ),
    Endpoint("/api/topics/{name:path}", "A topic and its seeds", read(reading.topic), TopicView),
    Endpoint(
        "/api/matches",
        "Matches, or what was rejected, the newest first",
        read(reading.matches),
        Page[FoundRecord],
        ask.MatchesAsked,
    ),
    Endpoint("/api/matches/{id:int}", "One judgement", read(reading.match), MatchRecord),
    Endpoint(
        "/api/matches/{id:int}/label",
        "Say whether a match is relevant; the topic learns from it at once",
        write(changing.label),
        MatchRecord,
        ask.Labelled,
    ),
    Endpoint(
        "/api/events",
        "Events, those with the latest news first",
        read(reading.events),
        Page[EventView],
        ask.EventsAsked,
    ),
    Endpoint(
        "/api/events/{id:int}",
        f"An event and its {reading.MEMBERS} newest matches",
        read(reading.event),
        EventRecord,
    ),
    Endpoint(
        "/api/events/{id:int}/merge",
        "Say that it is the same as another event; answers with that one",
        write(changing.merge),
        EventRecord,
        ask.Merged,
    ),
    Endpoint(
        "/api/events/{id:int}/separate",
        "Say that it is not the event that it was merged into",
        write(changing.separate),
        EventRecord,
        ask.Nothing,
    ),
    Endpoint(
        "/api/events/{id:int}/split",
        "Say that some of its matches report another event; answers with that one",
        write(changing.split),
        EventRecord,
        ask.Split,
    ),
    Endpoint(
        "/api/events/{id:int}/rename",
        "Give it a title",
        write(changing.rename),
        EventRecord,
        ask.Renamed,
    ),
    Endpoint(
        "/api/events/{id:int}/mute",
        "Send no updates about it for a time; what comes meanwhile is told afterwards",
        write(changing.mute),
        EventRecord,
        ask.Muted,
    ),
    Endpoint(
        "/api/actions",
        "What people did, the latest first",
        read(reading.actions),
        Page[ActionView],
        ask.ActionsAsked,
        raises=frozenset({404}),
    ),
    Endpoint(
        "/api/actions/{id:int}/undo",
        "Undo what somebody did",
        write(changing.undo),
        ActionView,
        ask.Nothing,
    ),
    Endpoint(
        "/api/feeds", "Feeds, and how they fare", read(reading.feeds), Page[FeedRecord], ask.Listing
    ),
    Endpoint(
        "/api/alerts",
        "The ledger of alerts, the newest first: one row for each channel",
        read(reading.alerts),
        Page[AlertView],
        ask.AlertsAsked,
    ),
    Endpoint(
        "/api/searches",
        "Searches that are saved under a name",
        read(reading.saved_searches),
        Page[SavedSearchView],
    ),
)
