"""What went wrong, for programs: problem details (RFC 9457)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Literal

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from monitor.errors import ConfigError, NotFound, ParseError, StoreError

MEDIA_TYPE = "application/problem+json"
Place = Literal["query", "body"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a request."""

    place: Place
    name: str
    """Of the parameter; in a body a JSON pointer (RFC 6901), empty for all of it."""
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem details (RFC 9457); the type is ``about:blank``, so the status says which it is."""

    title: str
    """Of the status."""
    status: int
    detail: str
    """What was wrong this time, for people; empty where the title says all."""
    errors: tuple[Mistake, ...] = ()
    """Each thing that is wrong with the request, of status 400 and 422."""


class Unacceptable(Exception):
    """A request that does not say what it must."""

    def __init__(self, status: int, mistakes: tuple[Mistake, ...]) -> None:
        self.status = status
        self.mistakes = mistakes
        super().__init__("; ".join(f"{one.name}: {one.detail}".lstrip(": ") for one in mistakes))


def unacceptable(error: ValidationError, place: Place) -> Unacceptable:
    """What pydantic found: 400 for what is no JSON, else 422."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    malformed = any(one["type"] == "json_invalid" for one in found)
    return Unacceptable(
        400 if malformed else 422,
        tuple(Mistake(place, _name(one["loc"], place), one["msg"]) for one in found),
    )


def _name(path: tuple[int | str, ...], place: Place) -> str:
    if place == "query":
        return str(path[0]) if path else ""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


async def failed(request: Request, error: Exception) -> Response:
    """The answer to whatever went wrong; of an unexpected error it says nothing."""
    problem = _problem(error)
    headers = error.headers if isinstance(error, HTTPException) else None
    body = {"type": "about:blank"} | asdict(problem)
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def _problem(error: Exception) -> Problem:
    match error:
        case Unacceptable():
            return _titled(error.status, str(error), error.mistakes)
        case NotFound():  # what follows speaks of commands
            return _titled(404, str(error).partition(": see `")[0])
        case ConfigError() | ParseError():
            return _titled(409, str(error))
        case StoreError():
            return _titled(503, str(error))
        case ClientDisconnect():
            return _titled(400, "The request broke off.")
        case HTTPException():
            bare = error.detail == HTTPStatus(error.status_code).phrase
            return _titled(error.status_code, "" if bare else error.detail)
    return _titled(500, "")


def _titled(status: int, detail: str, errors: tuple[Mistake, ...] = ()) -> Problem:
    return Problem(HTTPStatus(status).phrase, status, detail, errors)


HANDLED = (
    *(Unacceptable, HTTPException, ClientDisconnect),
    *(NotFound, ConfigError, ParseError, StoreError),
)
"""What ``failed`` says more of than that it went wrong."""
