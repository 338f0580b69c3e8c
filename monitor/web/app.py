"""The application: addresses, assets and the guard around them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
from monitor.web.pages import Explain, Pages
from monitor.web.security import CALLBACKS, Guard
from monitor.web.websub import Callback

if TYPE_CHECKING:
    from monitor.pipeline import Parts

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


def create_app(
    parts: Parts, *, listen: str, public_url: str = "", explain: Explain | None = None
) -> Starlette:
    """The review page as an ASGI application, with the callback of hubs.

    ``listen`` is the HOST:PORT under which it is served, ``public_url`` the address at which hubs
    reach it (empty: they do not); ``explain`` says why an article matched.
    """
    pages, assets = Pages(parts, explain or _explain), Assets()
    pages.templates.globals["asset"] = assets.address
    hubs = [Route(f"{CALLBACKS}{{token}}", Callback(parts).answer, methods=["GET", "POST"])]
    return _Guarded(
        listen,
        public_url,
        [
            *(hubs if public_url else ()),
            Route("/", pages.events),
            Route("/events/{id:int}", pages.event),
            Route("/matches", pages.matches),
            Route("/matches/{id:int}", pages.match),
            Route("/matches/{id:int}/label", pages.label, methods=["POST"]),
            Route("/topics", pages.topics),
            Route("/topics/{name:path}", pages.topic),
            Route("/feeds", pages.feeds),
            Route("/alerts", pages.alerts),
            Route("/healthz", pages.healthz),
            Route("/static/{name}", assets.serve),
        ],
        pages,
    )


async def _explain(parts: Parts, judgement_id: int) -> Explanation:
    # Imported late: it brings the numerical libraries, which most pages do without.
    from monitor.explain import explain_match

    return await explain_match(parts, judgement_id)


class _Guarded(Starlette):
    """The guard goes around everything, the answer to an unexpected error included."""

    def __init__(self, listen: str, public_url: str, routes: list[Route], pages: Pages) -> None:
        kinds = (HTTPException, NotFound, StoreError, Exception)
        super().__init__(routes=routes, exception_handlers=dict.fromkeys(kinds, pages.failed))
        self.listen = listen
        self.public_url = public_url

    def build_middleware_stack(self) -> ASGIApp:
        return Guard(
            super().build_middleware_stack(), listen=self.listen, public_url=self.public_url
        )


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
