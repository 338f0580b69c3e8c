"""The login page and the way out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.web.checks import TooSoon
from monitor.web.doors import LOGIN, LOGOUT, Doors, host_of
from monitor.web.security import local_path

if TYPE_CHECKING:
    from starlette.datastructures import FormData, QueryParams

log = logging.getLogger(__name__)

WRONG = "That is not the password."


class Logins:
    """The handlers: one field, whose password decides the role."""

    def __init__(self, doors: Doors, templates: Environment) -> None:
        self.doors = doors
        self.templates = templates

    def routes(self) -> list[Route]:
        return [
            Route(LOGIN, self.page),
            Route(LOGIN, self.enter, methods=["POST"]),
            Route(LOGOUT, self.leave, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """``next``: the local path to go to afterwards."""
        return self._show(_next(request.query_params))

    async def enter(self, request: Request) -> Response:
        """``password``, ``next``: as above."""
        form = await request.form(max_files=0, max_fields=5)
        given, wanted, host = form.get("password"), _next(form), host_of(request)
        try:
            role = await self.doors.checks.role_of(given, host) if isinstance(given, str) else None
        except TooSoon as error:
            answer = self._show(wanted, status=429, problem=str(error))
            answer.headers["Retry-After"] = str(error.seconds)
            return answer
        if role is None:
            return self._show(wanted, status=403, problem=WRONG)
        answer = RedirectResponse(wanted, 303)
        await self.doors.sessions.open(role, request, answer)
        log.info("page: %s has logged in as %s", host, role)
        return answer

    async def leave(self, request: Request) -> Response:
        answer = RedirectResponse(LOGIN, 303)
        await self.doors.sessions.close(request, answer)
        return answer

    def _show(self, wanted: str, *, status: int = 200, problem: str = "") -> Response:
        page = self.templates.get_template("login.html").render(next=wanted, problem=problem)
        return HTMLResponse(page, status)


def _next(given: FormData | QueryParams) -> str:
    return local_path(given.get("next"), otherwise="/")
