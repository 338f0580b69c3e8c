"""The pages: read what the store knows, show it; and the one form that changes something."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from monitor.edge.store import health, judging, views
from monitor.edge.store.kinship import kin_of
from monitor.errors import NotFound, ParseError, StoreError
from monitor.types import (
    DeliveryState,
    EventView,
    Explanation,
    FeedView,
    Health,
    MatchDetail,
    Verdict,
)
from monitor.web.formats import bars, environment
from monitor.web.listing import Slice, fold_copies
from monitor.web.parameters import id_of, min_score_of, storable, topic_of, window_of
from monitor.web.security import Token, local_path

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.domain.health import Volume
    from monitor.pipeline import Parts

P = ParamSpec("P")
T = TypeVar("T")
Explain = Callable[["Parts", int], Awaitable[Explanation]]

EVENTS = 30
"""Events on a page."""
ROWS = 100
"""Rows of a table on a page."""
BENEATH = 5
"""Matches listed beneath an event."""
EVENT_MATCHES = 1000
"""Matches on the page of one event."""

_FEEDS_FIRST: tuple[Health, ...] = ("failing", "silent", "retired")
"""States of feeds that need a look."""
_STATES = get_args(DeliveryState)
_VERDICTS: dict[object, Verdict | None] = {
    "relevant": "relevant",
    "irrelevant": "irrelevant",
    "none": None,
}
_SAID = {
    400: ("Not understood", ""),
    403: ("Not taken", ""),
    404: ("Nothing here", "There is no page at this address, or no longer."),
    405: ("Not this way", "This address does not take such a request."),
    500: ("Something went wrong", "The page could not be made; the monitor’s log says why."),
    503: ("The database does not answer", ""),
}
"""Title and usual reason of an error page."""


class Pages:
    """The handlers of all addresses, around one store."""

    def __init__(self, parts: Parts, explain: Explain) -> None:
        self.store = parts.store
        self.clock = parts.clock
        self.explain = partial(explain, parts)
        self.templates = environment(parts.clock)
        self.token = Token()

    async def read(
        self, function: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``Store.read`` in a thread."""
        return await asyncio.to_thread(lambda: self.store.read(function, *args, **kwargs))

    def show(self, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
        return HTMLResponse(self.templates.get_template(template).render(context), status)

    async def events(self, request: Request) -> Response:
        """The latest events, each with its newest matches."""
        query = request.query_params
        topic, window = topic_of(query), window_of(query, EVENTS)
        known = await self.read(views.topic_ids)
        events = await self.read(views.events, topic=topic, limit=window.limit)
        page = window.cut(events, query)
        beneath = await self.read(
            lambda session: {
                event.id: views.matches(session, event=event.id, limit=BENEATH)
                for event in page.items
            }
        )
        return self.show(
            "events.html",
            page=page,
            beneath=beneath,
            topics=sorted({*known, topic} if topic else known),
            topic=topic,
        )

    async def event(self, request: Request) -> Response:
        event_id = id_of(request)
        event = await self.read(views.event, event_id)
        matches, kin = await self.read(
            lambda session: (
                views.matches(session, event=event.id, limit=EVENT_MATCHES),
                kin_of(session, event.id),
            ),
        )
        matches.reverse()
        told = fold_copies(matches)
        return self.show("event.html", event=event, told=told, shown=len(matches), kin=kin)

    async def matches(self, request: Request) -> Response:
        query = request.query_params
        topic, window = topic_of(query), window_of(query, ROWS)
        unlabelled, min_score = "unlabelled" in query, min_score_of(query)
        known = await self.read(views.topic_ids)
        matches = await self.read(
            views.matches,
            topic=topic,
            unlabelled=unlabelled,
            min_score=min_score,
            limit=window.limit,
        )
        return self.show(
            "matches.html",
            page=window.cut(matches, query),
            topics=sorted({*known, topic} if topic else known),
            topic=topic,
            unlabelled=unlabelled,
            min_score=min_score,
        )

    async def match(self, request: Request) -> Response:
        judgement_id = id_of(request)
        match = await self.read(views.match, judgement_id)
        asked = request.query_params.get("verdict")
        why = await self._explanation(match)
        return self.show(
            "match.html",
            match=match,
            why=why,
            bars=bars(why.terms, why.neighbours) if why else None,
            nearest=await self._event(match.nearest_event.id) if match.nearest_event else None,
            token=self.token.value,
            asked=asked if asked in ("relevant", "irrelevant") else "",
        )

    async def _explanation(self, match: MatchDetail) -> Explanation | None:
        """None: its text or its model is no longer kept, or that is of an earlier format."""
        if not match.article.text:
            return None
        try:
            return await self.explain(match.id)
        except (NotFound, ParseError):
            return None

    async def _event(self, event_id: int) -> EventView | None:
        """None: it holds seeds only, and has no page."""
        try:
            return await self.read(views.event, event_id)
        except NotFound:
            return None

    async def label(self, request: Request) -> Response:
        """``verdict``: relevant, irrelevant or none; ``next``: the local path to go back to."""
        judgement_id = id_of(request)
        form = await request.form(max_files=0, max_fields=10)
        if not self.token.matches(form.get("token")):
            raise HTTPException(
                403, "This form is from before the monitor was last started: reload its page."
            )
        if form.get("verdict") not in _VERDICTS:
            raise HTTPException(400, "The verdict is none of relevant, irrelevant and none.")
        verdict = _VERDICTS[form.get("verdict")]
        await self.store(judging.label, judgement_id, verdict, self.clock())
        back = local_path(form.get("next"), otherwise=f"/matches/{judgement_id}")
        return RedirectResponse(back, 303)

    async def feeds(self, request: Request) -> Response:
        """Those that need a look come first."""
        window, now = window_of(request.query_params, ROWS), self.clock()
        order = {state: number for number, state in enumerate(_FEEDS_FIRST)}

        def look(session: Session) -> tuple[list[FeedView], Slice[FeedView], Volume]:
            feeds = health.listed(session, now)
            feeds.sort(key=lambda feed: order.get(feed.health, len(order)))
            page = window.cut(feeds, request.query_params)
            page = replace(page, items=health.completed(session, page.items))
            return feeds, page, health.volume(session, now)

        feeds, page, volume = await self.read(look)
        states = Counter(feed.health for feed in feeds)
        return self.show(
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
        alerts, dead = await self.read(
            lambda session: (
                views.alerts(session, state=state, limit=window.limit),
                views.dead_alerts(session),
            )
        )
        page = window.cut(alerts, query)
        return self.show("alerts.html", page=page, state=state, states=_STATES, dead=dead)

    async def topics(self, request: Request) -> Response:
        topics = await self.read(views.topics)
        return self.show("topics.html", topics=topics)

    async def topic(self, request: Request) -> Response:
        name = storable(request.path_params["name"])
        topic = await self.read(views.topic, name)
        return self.show("topic.html", topic=topic)

    async def healthz(self, request: Request) -> Response:
        return PlainTextResponse("ok")

    async def failed(self, request: Request, error: Exception) -> Response:
        """A page for whatever went wrong."""
        status, reason = _in_words(error)
        title, usual = _SAID.get(status, (HTTPStatus(status).phrase, ""))
        page = self.show("error.html", status=status, title=title, reason=reason or usual)
        if isinstance(error, HTTPException):
            page.headers.update(error.headers or {})
        return page


def _in_words(error: Exception) -> tuple[int, str]:
    """Status and reason; of an unexpected error the page says nothing, the log everything."""
    if isinstance(error, NotFound):  # its text speaks of commands
        return 404, ""
    if isinstance(error, StoreError):
        return 503, str(error)
    if isinstance(error, HTTPException):
        bare = error.detail == HTTPStatus(error.status_code).phrase
        return error.status_code, "" if bare else error.detail
    return 500, ""
