"""The API as an application of its own: what fails beneath ``/api`` is answered as a problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.web.api.asked import Asking
from monitor.web.api.endpoint import Asked, Endpoint
from monitor.web.api.problems import HANDLED, Mistake, Unacceptable, failed, unacceptable
from monitor.web.api.table import ENDPOINTS
from monitor.web.handlers.parameters import MAX_ID, storable

if TYPE_CHECKING:
    from monitor.pipeline import Parts


def api_routes(parts: Parts) -> list[Route]:
    """All of ``/api``, for another application, which does not have its failures."""
    app = create_api(parts)
    return [Route("/api", app), Route("/api/{rest:path}", app)]


def create_api(parts: Parts) -> Starlette:
    """It asks for no password and looks at no Origin: what changes something must be sent as
    application/json, which other sites' pages cannot do unasked (Fetch, "CORS-preflight")."""
    app = Starlette(
        routes=[
            Route(endpoint.path, _handler(endpoint, parts), methods=[endpoint.method])
            for endpoint in ENDPOINTS
        ],
        exception_handlers=dict.fromkeys((*HANDLED, Exception), failed),
    )
    app.router.redirect_slashes = False
    return app


def _handler(
    endpoint: Endpoint, parts: Parts
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handle(request: Request) -> Response:
        found = await endpoint.answer(parts, await _asked(endpoint, request, parts))
        return Response(_adapter(endpoint.result).dump_json(found), media_type="application/json")

    return handle


@cache
def _adapter(result: Any) -> TypeAdapter[Any]:
    """Made when first asked for: all of them together would take a start 40 ms."""
    return TypeAdapter(result)


async def _asked(endpoint: Endpoint, request: Request, parts: Parts) -> Asked[Any]:
    id = request.path_params.get("id", 0)
    if id > MAX_ID:
        raise HTTPException(404)
    name = storable(request.path_params.get("name", ""))
    body = endpoint.method == "POST"
    query = _query(Asking if body else endpoint.given, request)
    given = await _body(endpoint.given, request) if body else query
    page = parts.rules.review_url
    return Asked(given, parts.clock(), page, request.url.path, id, name)


def _query(kind: type[Asking], request: Request) -> Asking:
    """Raises Unacceptable."""
    given = request.query_params.multi_items()
    twice = [name for name, count in Counter(name for name, _ in given).items() if count > 1]
    if twice:
        raise Unacceptable(422, tuple(Mistake("query", one, "It is given twice.") for one in twice))
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        raise unacceptable(error, "query") from None


async def _body(kind: type[Asking], request: Request) -> Asking:
    """Raises Unacceptable."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "Send the body as application/json.")
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        raise unacceptable(error, "body") from None
