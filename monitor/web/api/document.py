"""The OpenAPI document (version 3.1), made of the endpoints and of the types they answer with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from monitor import __version__
from monitor.web.api.described import describe
from monitor.web.api.endpoint import Endpoint
from monitor.web.api.problems import MEDIA_TYPE, Problem
from monitor.web.handlers.parameters import MAX_ID

_REFERENCE = "#/components/schemas/{model}"
_ABOUT = (
    "Reads and labels what the monitor has found. Times are ISO 8601 in UTC. A parameter or a key "
    "that is not described here is refused. Failures are problem details (RFC 9457)."
)
_ALWAYS = frozenset({401, 403, 421, 422, 429, 500, 503})
_WITH_BODY = frozenset({400, 409, 413, 415})
_BEFORE = frozenset({403, 421})
"""Said in plain text where a request is refused before anything looks at its address."""
_MEANT: Mapping[int, str] = {
    400: "The body is no JSON.",
    401: "A password is asked for.",
    403: "Who has come in so may read only, or comes from another site.",
    404: "There is no such thing.",
    409: "It does not go together with what is there.",
    413: "The body is too large.",
    415: "The body is not sent as application/json.",
    421: "This is not the name under which the page is served.",
    422: "A parameter or the body makes no sense; the answer says which and why.",
    429: "Too many wrong passwords; Retry-After says how long to wait.",
    500: "Something went wrong; the log says what.",
    503: "The database does not answer.",
}
_COOKIE = "What a browser holds that has given the password"
SECURITY: Mapping[str, Mapping[str, str]] = {
    "password": {
        "type": "http",
        "scheme": "basic",
        "description": "Where a password is set. The name says nothing.",
    },
    "login": {"type": "apiKey", "in": "cookie", "name": "monitor", "description": f"{_COOKIE}."},
    "secure_login": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-monitor",
        "description": f"{_COOKIE}, over https.",
    },
}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """As JSON has it."""
    made, components = _schemas(endpoints)
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, made)
        paths.setdefault(endpoint.documented_path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "News monitor", "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{}, *({name: []} for name in SECURITY)],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {str(status): _problem(status) for status in _MEANT},
            "securitySchemes": SECURITY,
        },
    }


def _schemas(endpoints: Sequence[Endpoint]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The schema of each body and each answer, by its type, and those that they refer to."""
    answers: list[Any] = [Problem, *(endpoint.result for endpoint in endpoints)]
    bodies = [endpoint.given for endpoint in endpoints if endpoint.method == "POST"]
    made, found = TypeAdapter.json_schemas(
        [
            *((one, "serialization", TypeAdapter(one)) for one in answers),
            *((one, "validation", TypeAdapter(one)) for one in bodies),
        ],
        ref_template=_REFERENCE,
    )
    components = found.get("$defs", {})
    for schema in components.values():
        if "additionalProperties" not in schema and "properties" in schema:
            schema["required"] = list(schema["properties"])  # an answer has all of its keys
            for one in schema["properties"].values():
                one.pop("default", None)
    describe(components, answers)
    return {kind: schema for (kind, _), schema in made.items()}, components


def _operation(endpoint: Endpoint, made: Mapping[Any, Any]) -> dict[str, Any]:
    raised = _ALWAYS | endpoint.raises | ({404} if endpoint.placed else set())
    operation: dict[str, Any] = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "parameters": [*_in_path(endpoint), *_in_query(endpoint)],
    }
    if endpoint.method == "POST":
        raised |= _WITH_BODY
        content = {"application/json": {"schema": made[endpoint.given]}}
        operation["requestBody"] = {"required": True, "content": content}
    answer = {
        "description": "As asked.",
        "content": {"application/json": {"schema": made[endpoint.result]}},
    }
    failures = {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(raised)
    }
    return operation | {"responses": {"200": answer} | failures}


def _in_path(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    kinds = {
        "id": {"type": "integer", "minimum": 1, "maximum": MAX_ID},
        "name": {"type": "string", "minLength": 1},
    }
    if endpoint.placed:
        schema = kinds[endpoint.placed]
        yield {"name": endpoint.placed, "in": "path", "required": True, "schema": schema}


def _in_query(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    if endpoint.method == "POST":
        return
    for name, schema in endpoint.given.model_json_schema()["properties"].items():
        told = {key: schema[key] for key in ("description",) if key in schema}
        yield {"name": name, "in": "query", "schema": _given(schema), **told}


def _given(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of a parameter that is there: null only says that it may be left out."""
    kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
    if kept.get("default", 0) is None:
        del kept["default"]
    choices = [one for one in kept.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept |= choices[0]
    elif choices:
        kept["anyOf"] = choices
    return kept


def _problem(status: int) -> dict[str, Any]:
    content: dict[str, Any] = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
    if status in _BEFORE:
        content["text/plain"] = {"schema": {"type": "string"}}
    return {"description": _MEANT[status], "content": content}
