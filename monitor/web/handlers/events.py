"""Events: the list of all, the page of one, and what a person says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.domain.told import fold_copies
from monitor.edge.store import cards, corrections, threads, undoing, views
from monitor.edge.store.kinship import kin_of
from monitor.web.handlers.page import Page
from monitor.web.handlers.parameters import id_of, number_of, topic_of, window_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.types import EventView, KinView, MatchView, Told

EVENTS = 30
"""Events on a page."""
BENEATH = 5
"""Matches listed beneath an event."""
TOLD = 100
"""Matches of an event on a page."""
NAMED = 40
"""Events to choose from, for a merge."""
MUTES = {
    "1": "a day",
    "7": "a week",
    "30": "30 days",
    "0": "no longer",
}
"""Days, and how they are called."""


class EventHandlers:
    def __init__(self, page: Page) -> None:
        self.page = page

    def routes(self) -> list[Route]:
        return [
            Route("/", self.list),
            Route("/events/{id:int}", self.show),
            Route("/events/{id:int}/merge", self.merge, methods=["POST"]),
            Route("/events/{id:int}/separate", self.separate, methods=["POST"]),
            Route("/events/{id:int}/split", self.split, methods=["POST"]),
            Route("/events/{id:int}/rename", self.rename, methods=["POST"]),
            Route("/events/{id:int}/mute", self.mute, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        """The latest events, each with its newest matches."""
        query = request.query_params
        topic, window = topic_of(query), window_of(query, EVENTS)

        def look(
            session: Session,
        ) -> tuple[dict[str, int], list[EventView], dict[int, list[MatchView]]]:
            events = views.events(session, topic=topic, limit=window.limit, offset=window.offset)
            shown = [event.id for event in events[: window.size]]
            beneath = views.newest_of(session, shown, BENEATH)
            return views.topic_ids(session), events, beneath

        known, events, beneath = await self.page.read(look)
        return await self.page.show(
            request,
            "events.html",
            page=window.cut(events, query),
            beneath=beneath,
            topics=sorted({*known, topic} if topic else known),
            topic=topic,
        )

    async def show(self, request: Request) -> Response:
        event_id, query = id_of(request), request.query_params
        window = window_of(query, TOLD)

        def look(
            session: Session,
        ) -> tuple[EventView, list[Told], list[KinView], list[tuple[int, str]]]:
            event = views.event(session, event_id)
            told = cards.told(session, event.id, limit=window.limit, offset=window.offset)
            others = cards.events_to_name(session, event.topic, NAMED)
            return event, told, kin_of(session, event.id), others

        event, told, kin, others = await self.page.read(look)
        page = window.cut(told, query)
        return await self.page.show(
            request,
            "event.html",
            event=event,
            page=page,
            told=fold_copies([one.match for one in page.items]),
            new={one.match.id: one.novelty for one in page.items},
            first=told[0].match if told and window.number == 1 else None,
            kin=kin,
            others=[(id, title) for id, title in others if id != event.id],
            mutes=MUTES,
        )

    async def merge(self, request: Request) -> Response:
        """``into``: the event of which this one becomes a part."""
        event, form = id_of(request), await self.page.form(request)
        into = number_of(form, "into")
        action = await self.page.change(
            corrections.merge_events, event, into, self.page.clock(), self.page.review_url
        )
        return self.page.back(form, f"/events/{into}", action)

    async def separate(self, request: Request) -> Response:
        """An event that was found to be a part of another is one of its own."""
        event, form = id_of(request), await self.page.form(request)
        action = await self.page.change(
            corrections.separate, event, self.page.clock(), self.page.review_url
        )
        return self.page.back(form, f"/events/{event}", action)

    async def split(self, request: Request) -> Response:
        """``match``, repeatedly: those that are of another event."""
        event, form = id_of(request), await self.page.form(request)
        matches = [number_of({"match": value}, "match") for value in form.getlist("match")]
        if not matches:
            raise HTTPException(400, "Tick the matches that belong to an event of their own.")
        now = self.page.clock()

        def split(session: Session) -> tuple[int, int]:
            own = corrections.split_event(session, matches, now, self.page.review_url, of=event)
            [action] = undoing.actions(session, limit=1)
            return own, action.id

        own, action = await self.page.change(split)
        return self.page.back(form, f"/events/{own}", action)

    async def rename(self, request: Request) -> Response:
        """``title``; empty: that of its first article."""
        event, form = id_of(request), await self.page.form(request)
        title = str(form.get("title") or "")
        action = await self.page.change(corrections.rename_event, event, title, self.page.clock())
        return self.page.back(form, f"/events/{event}", action)

    async def mute(self, request: Request) -> Response:
        """``days``: no updates for so long; 0: from now on again."""
        event, form = id_of(request), await self.page.form(request)
        if form.get("days") not in MUTES:
            raise HTTPException(400, "days is none of the choices.")
        days = number_of(form, "days")
        until = self.page.clock() + timedelta(days=days) if days else None
        await self.page.change(threads.mute_event, event, until)
        return self.page.back(form, f"/events/{event}")
