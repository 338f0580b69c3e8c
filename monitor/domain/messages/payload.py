"""A message as JSON for other programs."""

from __future__ import annotations

from typing import Any

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import web_link
from monitor.domain.messages.record import alert_to_dict
from monitor.types import Delivery

VERSION = 1
"""Raised when a key is renamed, removed or comes to mean something else; not when one is added."""
_ADDRESSES = frozenset({"url", "review_url"})


def as_json(delivery: Delivery) -> dict[str, Any]:
    """A delivery with stable keys, clean text, http(s) links (else empty) and ISO 8601 times.

    ``thread`` is the id of the first message about the same event, None if this is the first.
    """
    said: dict[str, Any] = _cleaned("", alert_to_dict(delivery.alert))
    return {
        "version": VERSION,
        "id": delivery.uid,
        **said,
        "thread": delivery.thread.uids[0] if delivery.thread else None,
        "created_at": delivery.created_at.isoformat(),
    }


def _cleaned(key: str, value: Any) -> Any:
    match value:
        case str():
            return web_link(value) if key in _ADDRESSES else clean_line(value)
        case list():
            return [_cleaned(key, one) for one in value]
        case dict():
            return {name: _cleaned(name, one) for name, one in value.items()}
    return value
