"""What keeps the monitor going: feeds, and alerts on their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.edge.store import health, views
from monitor.types import DeliveryState, FeedView, Health
from monitor.web.handlers.page import Page
from monitor.web.handlers.parameters import window_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.domain.health import Volume
    from monitor.web.handlers.listing import Slice

ROWS = 100
"""Rows of a table on a page."""

_FEEDS_FIRST: tuple[Health, ...] = ("failing", "silent", "retired")
"""States of feeds that need a look."""
_STATES = get_args(DeliveryState)


class WatchHandlers:
    def __init__(self, page: Page) -> None:
        self.page = page

    def routes(self) -> list[Route]:
        return [
            Route("/feeds", self.feeds),
            Route("/alerts", self.alerts),
            Route("/healthz", self.healthz),
        ]

    async def feeds(self, request: Request) -> Response:
        """Those that need a look come first."""
        window, now = window_of(request.query_params, ROWS), self.page.clock()
        order = {state: number for number, state in enumerate(_FEEDS_FIRST)}

        def look(session: Session) -> tuple[list[FeedView], Slice[FeedView], Volume]:
            feeds = health.listed(session, now)
            feeds.sort(key=lambda feed: order.get(feed.health, len(order)))
            page = window.cut(feeds[window.offset :], request.query_params)
            page = replace(page, items=health.completed(session, page.items))
            return feeds, page, health.volume(session, now)

        feeds, page, volume = await self.page.read(look)
        states = Counter(feed.health for feed in feeds)
        return await self.page.show(
            request,
            "feeds.html",
            page=page,
            count=len(feeds),
            troubles=[(state, states[state]) for state in _FEEDS_FIRST if states[state]],
            volume=volume,
        )

    async def alerts(self, request: Request) -> Response:
        query = request.query_params
        window, state = window_of(query, ROWS), query.get("state") or None
        if state not in (None, *_STATES):
            raise HTTPException(400, f"state is none of {', '.join(_STATES)}.")
        alerts, dead = await self.page.read(
            lambda session: (
                views.alerts(session, state=state, limit=window.limit, offset=window.offset),
                views.dead_alerts(session),
            )
        )
        return await self.page.show(
            request,
            "alerts.html",
            page=window.cut(alerts, query),
            state=state,
            states=_STATES,
            dead=dead,
        )

    async def healthz(self, request: Request) -> Response:
        return PlainTextResponse("ok")
