"""A topic's settings as JSON for the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.types import TopicSettings


def settings_to_dict(settings: TopicSettings) -> dict[str, Any]:
    """As JSON types; ``settings_from_dict`` gives back equal ones."""
    since = settings.alert_since
    return asdict(settings) | {
        "must": list(settings.must),
        "exclude": list(settings.exclude),
        "alert_since": since.isoformat() if since else None,
    }


def settings_from_dict(data: Mapping[str, Any]) -> TopicSettings:
    since = data["alert_since"]
    return TopicSettings(
        must=tuple(data["must"]),
        exclude=tuple(data["exclude"]),
        threshold=data["threshold"],
        match_budget=data["match_budget"],
        alert_since=datetime.fromisoformat(since) if since else None,
    )
