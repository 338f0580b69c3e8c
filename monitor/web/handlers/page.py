"""What all pages have in common: reading, showing, and forms that change something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.edge.store import undoing, views
from monitor.errors import ConfigError, NotFound, StoreError
from monitor.pipeline.parts import Recent
from monitor.web.formats import environment
from monitor.web.security import Token, local_path

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.pipeline import Parts
    from monitor.types import ActionView, Role

P = ParamSpec("P")
T = TypeVar("T")

FIELDS = 400
"""Of a form: ticks of an event's matches are many."""
MANY, COUNTED = 10_000, timedelta(minutes=1)
"""So many judgements or matches are not counted more often."""
_SAID = {
    400: ("Not understood", ""),
    401: ("Not logged in", ""),
    403: ("Not taken", ""),
    404: ("Nothing here", "There is no page at this address, or no longer."),
    405: ("Not this way", "This address does not take such a request."),
    409: ("Not done", ""),
    500: ("Something went wrong", "The page could not be made; the monitor’s log says why."),
    503: ("The database does not answer", ""),
}
"""Title and usual reason of an error page."""


class Page:
    """Around one store, for all handlers."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.store = parts.store
        self.clock = parts.clock
        self.templates = environment(parts.clock)
        self.token = Token()
        self._judged: Recent[int, tuple[int, datetime]] = Recent(100)

    async def read(
        self, function: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``Store.read`` in a thread."""
        return await asyncio.to_thread(lambda: self.store.read(function, *args, **kwargs))

    def judged(self, session: Session, topic: int) -> int:
        """How many articles a topic has judged; of many, as counted a minute ago at most."""
        now, known = self.clock(), self._judged.get(topic)
        if known is not None and timedelta(0) <= now - known[1] < COUNTED:
            return known[0]
        count = views.judged(session, topic)
        if count >= MANY:
            self._judged.put(topic, (count, now))
        return count

    async def show(
        self, request: Request, template: str, *, status: int = 200, **context: object
    ) -> HTMLResponse:
        """A template with what all of them know; ``done`` of the address is what was just done."""
        common = {
            "role": role_of(request),
            "path": request.scope["path"],
            "here": here(request),
            "token": self.token.value,
            "done": await self._done(request),
        }
        return HTMLResponse(self.templates.get_template(template).render(common | context), status)

    async def _done(self, request: Request) -> ActionView | None:
        number = request.query_params.get("done", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            return None
        try:
            return await self.read(undoing.action, int(number))
        except NotFound:
            return None

    async def form(self, request: Request, *, files: int = 0) -> FormData:
        """What a form of ours has sent.  Raises HTTPException for any other."""
        form = await request.form(max_files=files, max_fields=FIELDS)
        if not self.token.matches(form.get("token")):
            raise HTTPException(
                403, "This form is from before the monitor was last started: reload its page."
            )
        return form

    async def change(
        self, function: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``Store.write``; what a person may not do is said on a page.  Raises HTTPException."""
        try:
            return await self.store(function, *args, **kwargs)
        except ConfigError as error:
            raise HTTPException(409, str(error)) from None

    @property
    def review_url(self) -> str:
        return self.parts.rules.review_url

    def back(self, form: FormData, otherwise: str, action: int | None = None) -> RedirectResponse:
        """To where the form says, else ``otherwise``; ``action`` can be undone there."""
        path = local_path(form.get("next"), otherwise=otherwise)
        if action is not None:
            path, _, fragment = path.partition("#")
            path += ("&" if "?" in path else "?") + urlencode({"done": action})
            path += f"#{fragment}" if fragment else ""
        return RedirectResponse(path, 303)

    async def failed(self, request: Request, error: Exception) -> Response:
        """A page for whatever went wrong."""
        status, reason = _in_words(error)
        title, usual = _SAID.get(status, (HTTPStatus(status).phrase, ""))
        page = HTMLResponse(
            self.templates.get_template("error.html").render(
                {
                    "role": role_of(request),
                    "path": request.scope["path"],
                    "here": "/",
                    "token": self.token.value,
                    "done": None,
                    "status": status,
                    "title": title,
                    "reason": reason or usual,
                }
            ),
            status,
        )
        if isinstance(error, HTTPException):
            page.headers.update(error.headers or {})
        return page


def role_of(request: Request) -> Role:
    """editor or viewer; of somebody who has not logged in (yet) as of a viewer."""
    return request.state.role or "viewer"


def here(request: Request) -> str:
    """The address of the page, to come back to; without what was done there before."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "done"]
    return quote(request.scope["path"]) + (f"?{urlencode(kept)}" if kept else "")


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks, to put the answer into a page that is there already."""
    return request.headers.get("hx-request") == "true"


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
