"""What pydantic found wrong, as ``file: [section] key: problem``."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from monitor.config.schema import Channel, Config, Database, Feed, Fetch, Run, Topic, Web

SECRETS = ("password", "webhook_url", "proxy")
"""Keys whose value no message repeats."""


def in_words(
    path: Path, data: dict[str, Any], overridden: Mapping[tuple[str, ...], str], error: ErrorDetails
) -> str:
    """One problem as ``file: [section] key: problem``."""
    location = [part for part in error["loc"] if part not in ("email", "slack", "file")]
    where = overridden.get(tuple(str(part) for part in location))
    prefix = f"environment variable {where}" if where else f"{path}: {_key(location)}"
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{prefix}: unknown key{_suggestion(location)}"
    if kind == "missing":
        return f"{prefix}: is missing: add it"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return f'{path}: [channels.{location[1]}] type: is not "email", "slack" or "file"'
    if kind == "too_short":
        return f"{prefix}: is empty: name at least one"
    if kind == "string_pattern_mismatch":
        return f"{prefix}: {error['input']!r} is no http(s) address"
    shown = "what is there" if location[-1] in SECRETS else repr(error["input"])
    return f"{prefix}: {shown} {_problem(error)}"


def _problem(error: ErrorDetails) -> str:
    message = error["msg"]
    return message if message.startswith("is ") else f"is not right: {message}"


def _key(location: list[Any]) -> str:
    """``("topics", "x", "seeds", 0)`` as ``[topics.x] seeds``."""
    names = [str(part) for part in location if not isinstance(part, int)]
    if location and location[0] == "feeds" and len(location) > 1:
        return f"[[feeds]] number {int(location[1]) + 1}: {'.'.join(names[1:])}".rstrip(": ")
    if len(names) < 2:
        return names[0] if names else "the file"
    depth = 2 if names[0] in ("topics", "channels") and len(names) > 2 else 1
    return f"[{'.'.join(names[:depth])}] {'.'.join(names[depth:])}"


def _known_keys(location: list[Any]) -> list[str]:
    models: dict[str, list[type[BaseModel]]] = {
        "database": [Database],
        "fetch": [Fetch],
        "run": [Run],
        "web": [Web],
        "feeds": [Feed],
        "topics": [Topic],
        "channels": list(get_args(get_args(Channel)[0])),
    }
    chosen = models.get(str(location[0]), [Config]) if len(location) > 1 else [Config]
    return sorted({f.alias or n for m in chosen for n, f in m.model_fields.items()})


def _suggestion(location: list[Any]) -> str:
    known = _known_keys(location)
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f': did you mean "{close[0]}"?' if close else f": known here are {', '.join(known)}"
