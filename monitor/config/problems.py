"""What pydantic found wrong, as ``file: [section] key: problem``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from monitor.config.alerts import AlertKeys
from monitor.config.channels import Channel
from monitor.config.schema import Config, Database, Feed, Fetch, HostRule, Run, Topic, Web
from monitor.config.words import suggestion

Location = tuple[int | str, ...]

SECTIONS: dict[str, type[BaseModel]] = {
    "database": Database,
    "fetch": Fetch,
    "run": Run,
    "web": Web,
}
CHANNELS: dict[str, type[BaseModel]] = {
    get_args(model.model_fields["type"].annotation)[0]: model
    for model in get_args(get_args(Channel)[0])
}
TYPES = '"{}" or "{}"'.format('", "'.join(list(CHANNELS)[:-1]), list(CHANNELS)[-1])


def in_words(path: Path, overridden: Mapping[tuple[str, ...], str], error: ErrorDetails) -> str:
    """One problem as ``file: [section] key: problem``."""
    location = error["loc"]
    variable = overridden.get(tuple(str(part) for part in location))
    prefix = f"environment variable {variable}" if variable else f"{path}: {_key(location)}"
    if error["type"] in ("union_tag_not_found", "union_tag_invalid"):
        return f"{prefix} type: is not {TYPES}"
    return f"{prefix}: {_problem(location, error)}"


def _problem(location: Location, error: ErrorDetails) -> str:
    kind, given, message = error["type"], error["input"], error["msg"]
    fields = _fields(location)
    if kind == "extra_forbidden" or (kind == "model_type" and _is_in_alerts(location)):
        return f"unknown key{suggestion(str(location[-1]), fields)}"
    if kind == "missing":
        return "is missing: add it"
    if kind in ("too_short", "string_too_short"):
        return f"is empty: {'fill it in' if given == '' else 'name at least one'}"
    if isinstance(given, Mapping) and location[0] == "channels":
        return message
    shown = "what is there" if _is_secret(location, fields) else _written(given)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{shown} is no table of keys"
    if kind == "string_pattern_mismatch":
        return f"{shown} is no http(s) address"
    if kind == "literal_error":
        return f"{shown} is not {_choices(given, error['ctx']['expected'])}"
    return f"{shown} {message if message.startswith('is ') else f'is not right: {message}'}"


def _written(given: object) -> str:
    """As in the file, near enough."""
    return str(given) if isinstance(given, (date, time)) else repr(given)


def _choices(given: object, expected: str) -> str:
    """``'a', 'b' or 'c'``, and the one that was probably meant."""
    close = difflib.get_close_matches(str(given), re.findall(r"'([^']*)'", expected), n=1)
    return expected.replace("'", '"') + (f': did you mean "{close[0]}"?' if close else "")


def _is_secret(location: Location, fields: Mapping[str, FieldInfo]) -> bool:
    """Also what stands where a channel's table should: it may be the address of a webhook."""
    field = fields.get(str(location[-1]))
    return (field is not None and not field.repr) or (
        location[0] == "channels" and len(location) < 3
    )


def _is_in_alerts(location: Location) -> bool:
    return location[0] == "topics" and len(location) > 3 and location[2] == "alerts"


def _key(location: Location) -> str:
    """``("topics", "x", "seeds", 0)`` as ``[topics.x] seeds``."""
    names = [str(part) for part in location if not isinstance(part, int)]
    if location and location[0] == "feeds" and len(location) > 1:
        return f"[[feeds]] number {int(location[1]) + 1}: {'.'.join(names[1:])}".rstrip(": ")
    if len(names) < 2:
        return names[0] if names else "the file"
    depth = 2 if names[0] in ("topics", "channels") else 1
    if names[0] == "channels":
        del names[2:3]  # the type, by which pydantic chose the model
    if _is_in_alerts(location):
        depth = min(len(names) - 1, 4)
    return f"[{'.'.join(names[:depth])}] {'.'.join(names[depth:])}".rstrip()


def _fields(location: Location) -> dict[str, FieldInfo]:
    """The keys of the table that holds the last of ``location``."""
    return {field.alias or name: field for name, field in _model(location).model_fields.items()}


def _model(location: Location) -> type[BaseModel]:
    match location:
        case ("topics", _, "alerts", _, *_):
            return AlertKeys
        case ("topics", _, _, *_):
            return Topic
        case ("channels", _, str(kind), _, *_):
            return CHANNELS[kind]
        case ("fetch", "hosts", _, _, *_):
            return HostRule
        case ("feeds", _, _, *_):
            return Feed
        case (str(section), _, *_) if section in SECTIONS:
            return SECTIONS[section]
        case _:
            return Config
