"""Matches: searched for, looked at, labelled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.domain.search import filter_words
from monitor.edge.store import corrections, search, searches, views
from monitor.errors import NotFound, ParseError
from monitor.types import EventView, Explanation, MatchDetail, SavedSearchView, Verdict
from monitor.web.formats import bars
from monitor.web.handlers.page import Page, wants_fragment
from monitor.web.handlers.parameters import filter_of, id_of, storable, window_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.pipeline import Parts
    from monitor.types import Filter, Found

Explain = Callable[["Parts", int], Awaitable[Explanation]]

ROWS = 50
"""Matches on a page."""
MANY = 2 * ROWS
"""No further are hits counted: that would take longer than to find those of the page."""
MARKED = 30
"""The strongest words of a score are marked in the text."""
NAME = 100
"""Characters of a saved search's name."""

VERDICTS: dict[object, Verdict | None] = {
    "relevant": "relevant",
    "irrelevant": "irrelevant",
    "none": None,
}


class MatchHandlers:
    def __init__(self, page: Page, explain: Explain) -> None:
        self.page = page
        self.explain = partial(explain, page.parts)

    def routes(self) -> list[Route]:
        return [
            Route("/matches", self.search),
            Route("/matches/{id:int}", self.show),
            Route("/matches/{id:int}/text", self.text),
            Route("/matches/{id:int}/label", self.label, methods=["POST"]),
            Route("/searches", self.save, methods=["POST"]),
            Route("/searches/{id:int}", self.saved),
            Route("/searches/{id:int}/delete", self.forget, methods=["POST"]),
        ]

    async def search(self, request: Request) -> Response:
        """Those that the address asks for, the newest first."""
        query = request.query_params
        window, wanted = window_of(query, ROWS), filter_of(query)

        def look(
            session: Session,
        ) -> tuple[
            tuple[list[Found], int],
            tuple[list[str], list[str]],
            list[SavedSearchView],
            dict[str, int],
        ]:
            return (
                search.search_and_count(
                    session, wanted, limit=window.limit, offset=window.offset, at_most=MANY + 1
                ),
                search.choices(session, wanted.topic),
                searches.saved(session),
                views.topic_ids(session),
            )

        (found, count), (sources, languages), saved, topics = await self.page.read(look)
        return await self.page.show(
            request,
            "matches.html",
            page=window.cut(found, query),
            filter=wanted,
            query=query,
            narrow=_narrowed(wanted),
            words=filter_words(wanted),
            count=count,
            many=MANY,
            sources=sources,
            languages=languages,
            saved=saved,
            topics=sorted({*topics, wanted.topic} if wanted.topic else topics),
        )

    async def save(self, request: Request) -> Response:
        """``name``: under which the search of the query string is kept."""
        form = await self.page.form(request)
        name = " ".join(storable(str(form.get("name") or "")).split())
        if not 0 < len(name) <= NAME:
            raise HTTPException(400, f"Give the search a name of at most {NAME} characters.")
        wanted = filter_of(request.query_params)
        number = await self.page.change(searches.save, name, wanted, self.page.clock())
        return RedirectResponse(f"/searches/{number}", 303)

    async def saved(self, request: Request) -> Response:
        """To the matches that a saved search finds now."""
        one = await self.page.read(searches.saved_search, id_of(request))
        return RedirectResponse(f"/matches?{search_query(one.filter)}", 303)

    async def forget(self, request: Request) -> Response:
        form = await self.page.form(request)
        one = await self.page.read(searches.saved_search, id_of(request))
        await self.page.change(searches.forget, one.name)
        return self.page.back(form, "/matches")

    async def show(self, request: Request) -> Response:
        match = await self.page.read(views.match, id_of(request))
        asked = request.query_params.get("verdict")
        why = await self._explanation(match)
        near = match.nearest_event
        return await self.page.show(
            request,
            "match.html",
            match=match,
            why=why,
            bars=bars(why.terms, why.neighbours) if why else None,
            marked=_marked(why),
            nearest=await self._event(near.id) if near else None,
            asked=asked if asked in ("relevant", "irrelevant") else "",
        )

    async def text(self, request: Request) -> Response:
        """The text alone, to be read beneath its line in a list."""
        match = await self.page.read(views.match, id_of(request))
        if not wants_fragment(request):
            return RedirectResponse(f"/matches/{match.id}#text-heading", 303)
        why = await self._explanation(match)
        return await self.page.show(request, "text.html", match=match, marked=_marked(why))

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
            return await self.page.read(views.event, event_id)
        except NotFound:
            return None

    async def label(self, request: Request) -> Response:
        """``verdict``: relevant, irrelevant or none; ``drawn``: chance chose the question;
        ``next``: the local path to go back to."""
        judgement_id, form = id_of(request), await self.page.form(request)
        if form.get("verdict") not in VERDICTS:
            raise HTTPException(400, "The verdict is none of relevant, irrelevant and none.")
        action = await self.page.change(
            corrections.label,
            judgement_id,
            VERDICTS[form.get("verdict")],
            self.page.clock(),
            drawn=form.get("drawn") == "1",
        )
        if wants_fragment(request):
            match = await self.page.read(views.match, judgement_id)
            return await self.page.show(request, "labelled.html", match=match, action=action)
        return self.page.back(form, f"/matches/{judgement_id}", action)


def search_query(wanted: Filter) -> str:
    """The query string that asks for it; what ``filter_of`` reads."""
    values = {
        "words": wanted.words,
        "topic": wanted.topic,
        "event": wanted.event,
        "source": wanted.source,
        "language": wanted.language,
        "since": wanted.since.date().isoformat() if wanted.since else None,
        "until": last_day(wanted),
        "min_score": wanted.min_score,
        "max_score": wanted.max_score,
        "label": wanted.label,
        "kind": None if wanted.kind == "matches" else wanted.kind,
    }
    return urlencode({name: value for name, value in values.items() if value not in (None, "")})


def last_day(wanted: Filter) -> str:
    """The last day before ``until``; empty if there is no end."""
    if wanted.until is None:
        return ""
    return (wanted.until - timedelta(microseconds=1)).date().isoformat()


def _narrowed(wanted: Filter) -> bool:
    """Whether anything but words and topic is asked for: then the choices stand open."""
    return replace(wanted, words="", topic=None) != type(wanted)()


def _marked(why: Explanation | None) -> tuple[str, ...]:
    """The words that spoke most for the topic."""
    if why is None:
        return ()
    return tuple(term.term for term in why.terms if term.part > 0)[:MARKED]
