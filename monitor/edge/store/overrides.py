"""Settings of a topic that were changed at the desk: they go before those of the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import Topic
from monitor import types
from monitor.domain.settings import settings_from_dict
from monitor.edge.store.statements import ask_for_fit, topic_named
from monitor.errors import ConfigError


def effective_settings(topic: Topic) -> types.TopicSettings:
    """What is in force: those of the configuration but for what was changed at the desk."""
    return settings_from_dict(topic.settings | topic.overrides)


def overrides_of(session: Session, name: str) -> dict[str, Any]:
    """What was changed at the desk, as ``domain.settings`` writes it.  Raises NotFound."""
    return dict(topic_named(session, name).overrides)


def set_overrides(session: Session, name: str, values: Mapping[str, Any], now: datetime) -> None:
    """Change settings of a topic, whatever the configuration says; the next fit, which is due at
    once, puts them in force.  ``values``: as ``domain.settings`` writes them.

    Raises NotFound.
    """
    topic = topic_named(session, name, lock=True)
    ask_for_fit(session, [topic.id], now)
    topic.overrides = {**topic.overrides, **values}


def reset_overrides(session: Session, name: str, keys: Iterable[str], now: datetime) -> None:
    """Let the configuration decide again.  Raises NotFound, and ConfigError for what was never
    changed at the desk."""
    topic = topic_named(session, name, lock=True)
    gone = set(keys)
    if unknown := gone - topic.overrides.keys():
        changed = ", ".join(sorted(topic.overrides)) or "none"
        raise ConfigError(
            f"{name}: {', '.join(sorted(unknown))} was not changed here (changed: {changed})"
        )
    ask_for_fit(session, [topic.id], now)
    topic.overrides = {key: value for key, value in topic.overrides.items() if key not in gone}
