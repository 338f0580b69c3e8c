"""A message as JSON for the database, which must give it back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args, get_type_hints

from monitor.types import (
    Alert,
    ChannelAlert,
    Digest,
    DigestItem,
    FeedAlert,
    NearestEvent,
    Novelty,
    Said,
)

_KINDS: Mapping[str, type[Said]] = {
    kind: said
    for said in (Alert, FeedAlert, ChannelAlert, Digest)
    for kind in get_args(get_type_hints(said)["kind"])
}
_PARTS: Mapping[str, type[NearestEvent | Novelty | DigestItem]] = {
    "nearest_event": NearestEvent,
    "novelty": Novelty,
    "items": DigestItem,
}
_TIMES = frozenset({"published", "last_seen", "since", "until"})


def alert_to_dict(said: Said) -> dict[str, Any]:
    """A message as JSON types, times in ISO 8601; ``alert_from_dict`` gives back an equal one."""
    return asdict(said, dict_factory=_as_json_types)


def alert_from_dict(record: Mapping[str, Any]) -> Said:
    """The message that ``alert_to_dict`` wrote, or an earlier version of it that knew fewer fields.

    Raises KeyError, TypeError or ValueError for anything else: the record is ours.
    """
    return _KINDS[record["kind"]](**_fields(record))


def _as_json_types(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for key, value in pairs:
        match value:
            case tuple():
                record[key] = list(value)
            case datetime():
                record[key] = value.isoformat()
            case _:
                record[key] = value
    return record


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(key, value) for key, value in record.items()}


def _value(key: str, value: Any) -> Any:
    """A field's value, or one of several, as its type holds it."""
    match value:
        case list():
            return tuple(_value(key, one) for one in value)
        case dict():
            return _PARTS[key](**_fields(value))
        case str() if key in _TIMES:
            return datetime.fromisoformat(value)
    return value
