"""Which alerts of a topic reach a channel, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal

AlertKind = Literal["new_event", "update", "digest", "feed"]
Mode = Literal["instant", "daily", "weekly"]


@dataclass(frozen=True, slots=True)
class Routing:
    """What one topic tells on one channel."""

    kinds: tuple[AlertKind, ...] = ("new_event", "update", "digest")
    mode: Mode = "instant"
    """instant: each alert as it comes; else all of them in a digest."""
    at: time = time(8)
    """When the digest is due, by the clock of ``timezone``."""
    weekday: int = 0
    """Of a weekly digest: 0 is Monday."""
    timezone: str = "UTC"
    """As the IANA database names it."""
    quiet: tuple[time, time] | None = None
    """From, to: what comes between is held, and said together at the end.  May pass midnight."""
    alerts_per_day: int | None = None
    """So many instant messages at most; what is left over goes into the digest."""
    min_score: float | None = None
    """Of the clearest match of an event, for it to be told."""
    update_gap: timedelta = timedelta(hours=1)
    """Between the first message of a thread and an update; each update doubles it."""
    min_sources: int = 1
    """So many outlets must report an event for it to be told."""
