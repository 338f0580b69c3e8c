"""The application: addresses, assets and the guard around them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.errors import NotFound, StoreError
from monitor.types import Explanation
from monitor.web.api import api_routes, failed
from monitor.web.atom import Atom
from monitor.web.doors import Access, Doorkeeper, Doors
from monitor.web.handlers.events import EventHandlers
from monitor.web.handlers.matches import Explain, MatchHandlers
from monitor.web.handlers.page import Page
from monitor.web.handlers.quality import QualityHandlers
from monitor.web.handlers.review import ReviewHandlers
from monitor.web.handlers.topics import TopicHandlers
from monitor.web.handlers.watch import WatchHandlers
from monitor.web.logins import Logins
from monitor.web.security import API, CALLBACKS, Guard
from monitor.web.websub import Callback

if TYPE_CHECKING:
    from monitor.pipeline import Parts

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def create_app(
    parts: Parts,
    *,
    listen: str,
    public_url: str = "",
    explain: Explain | None = None,
    access: Access | None = None,
) -> Starlette:
    """The review page as an ASGI application, with the callback of hubs.

    ``listen`` is the HOST:PORT under which it is served, ``public_url`` the address at which hubs
    reach it (empty: they do not); ``explain`` says why an article matched; ``access`` says under
    which address and with which passwords people come in (None: as editors, without).
    """
    page, assets = Page(parts), Assets()
    page.templates.globals["asset"] = assets.address
    access = access or Access()
    doors = Doors(parts, access.passwords, access.url) if access.passwords else None
    page.templates.globals["logged_in"] = doors is not None
    hubs = [Route(f"{CALLBACKS}{{token}}", Callback(parts).answer, methods=["GET", "POST"])]
    return _Guarded(
        partial(Guard, listen=listen, public_url=public_url, url=access.url),
        partial(Doorkeeper, doors=doors, failed=partial(_failed, page)),
        [
            *(Logins(doors, page.templates).routes() if doors else ()),
            *(hubs if public_url else ()),
            *EventHandlers(page).routes(),
            *MatchHandlers(page, explain or _explain).routes(),
            *ReviewHandlers(page).routes(),
            *TopicHandlers(page).routes(),
            *QualityHandlers(page).routes(),
            *WatchHandlers(page).routes(),
            *api_routes(parts),
            *Atom(parts).routes(),
            Route("/static/{name}", assets.serve),
        ],
        page,
    )


async def _failed(page: Page, request: Request, error: Exception) -> Response:
    """A page for people; programs are told in their own way."""
    to_program = API.fullmatch(request.url.path)
    return await (failed if to_program else page.failed)(request, error)


async def _explain(parts: Parts, judgement_id: int) -> Explanation:
    # Imported late: it brings the numerical libraries, which most pages do without.
    from monitor.explain import explain_match

    return await explain_match(parts, judgement_id)


class _Guarded(Starlette):
    """The guard goes around everything, the answer to an unexpected error included."""

    def __init__(
        self,
        guard: Callable[[ASGIApp], ASGIApp],
        doorkeeper: Callable[[ASGIApp], ASGIApp],
        routes: list[Route],
        page: Page,
    ) -> None:
        kinds = (HTTPException, NotFound, StoreError, Exception)
        answer = partial(_failed, page)
        super().__init__(routes=routes, exception_handlers=dict.fromkeys(kinds, answer))
        self.guard = guard
        self.doorkeeper = doorkeeper

    def build_middleware_stack(self) -> ASGIApp:
        return self.guard(self.doorkeeper(super().build_middleware_stack()))


class Assets:
    """The few static files, held in memory; their addresses change with their content."""

    def __init__(self) -> None:
        self.files: Mapping[str, bytes] = {
            file.name: file.read_bytes() for file in _STATIC.iterdir() if file.suffix in _TYPES
        }
        self.versions = {
            name: hashlib.sha256(body).hexdigest()[:12] for name, body in self.files.items()
        }

    def address(self, name: str) -> str:
        return f"/static/{name}?v={self.versions[name]}"

    async def serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.files:
            raise HTTPException(404)
        current = request.query_params.get("v") == self.versions[name]
        keep = "max-age=31536000, immutable" if current else "no-cache"
        return Response(
            self.files[name],
            media_type=_TYPES[Path(name).suffix],
            headers={"Cache-Control": keep},
        )
