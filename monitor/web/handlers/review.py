"""The review queue: a question at a time, a key a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.edge.store import review, undoing, views
from monitor.edge.store.statements import topic_named
from monitor.web.handlers.page import Page, wants_fragment
from monitor.web.handlers.parameters import id_of, number_of, storable, topic_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.types import ActionView, Question

QUESTIONS = 20
"""On a page: a minute's work."""
ACTIONS = 100
"""Things that people did, on their page."""


class ReviewHandlers:
    def __init__(self, page: Page) -> None:
        self.page = page

    def routes(self) -> list[Route]:
        return [
            Route("/review", self.choose),
            Route("/review/{name:path}", self.queue),
            Route("/actions", self.actions),
            Route("/actions/{id:int}/undo", self.undo, methods=["POST"]),
        ]

    async def choose(self, request: Request) -> Response:
        """To the queue of the only topic, else to a choice of them."""
        topics = await self.page.read(views.topic_ids)
        if len(topics) == 1:
            [name] = topics
            return RedirectResponse(f"/review/{quote(name)}", 303)
        return await self.page.show(request, "review_topics.html", topics=sorted(topics))

    async def queue(self, request: Request) -> Response:
        name = storable(request.path_params["name"])

        def look(session: Session) -> tuple[list[Question], int, list[str]]:
            topic = topic_named(session, name).id
            return (
                review.questions(session, name, limit=QUESTIONS),
                review.labels(session, topic),
                sorted(views.topic_ids(session)),
            )

        questions, labels, topics = await self.page.read(look)
        return await self.page.show(
            request, "review.html", topic=name, questions=questions, labels=labels, topics=topics
        )

    async def actions(self, request: Request) -> Response:
        """What people did, and may undo."""
        topic = topic_of(request.query_params)

        def look(session: Session) -> tuple[list[ActionView], list[str]]:
            found = undoing.actions(session, topic=topic, limit=ACTIONS)
            return found, sorted(views.topic_ids(session))

        found, topics = await self.page.read(look)
        return await self.page.show(
            request, "actions.html", actions=found, topics=topics, topic=topic
        )

    async def undo(self, request: Request) -> Response:
        action, form = id_of(request), await self.page.form(request)
        undone = await self.page.change(
            undoing.undo, action, self.page.clock(), self.page.review_url
        )
        if wants_fragment(request):
            match = await self.page.read(views.match, number_of(form, "match"))
            return await self.page.show(request, "labelled.html", match=match, action=None)
        return self.page.back(form, "/actions", undone.id)
