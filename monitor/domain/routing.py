"""Whether an alert is told on a channel: now, later together with others, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from monitor.domain.attention import Budget
from monitor.domain.daytime import digest_after, quiet_until
from monitor.types import Alert, Routing


def wanted(routing: Routing, kind: str) -> bool:
    """Whether the channel hears of new events, or of updates, at all."""
    return kind in routing.kinds or (not _names_events(routing) and "digest" in routing.kinds)


def digest_only(routing: Routing) -> bool:
    """Whether all that the channel hears of comes in its digest."""
    return routing.mode != "instant" or not _names_events(routing)


def _names_events(routing: Routing) -> bool:
    """Whether it says which of new events and updates it wants; else its digest has both."""
    return not {"new_event", "update"}.isdisjoint(routing.kinds)


def clears(routing: Routing, score: float, outlets: int) -> bool:
    """Whether an event is important enough for the channel."""
    high = routing.min_score is None or score >= routing.min_score
    return high and outlets >= routing.min_sources


def has_bar(routing: Routing) -> bool:
    """Whether an event may become important enough later."""
    return routing.min_score is not None or routing.min_sources > 1


def when(
    routing: Routing,
    alert: Alert,
    now: datetime,
    *,
    muted_until: datetime | None,
    digest_at: datetime,
    budget: Callable[[], Budget],
) -> datetime:
    """``now``, or the later time at which it is told with what else has been held until then.

    ``digest_at``: when the channel's next digest is due.  If that is past, it is about to be made,
    and what comes now belongs in the one after it.
    """
    if digest_at <= now:
        digest_at = digest_after(routing, now)
    heard = max(now, muted_until or now)
    if digest_only(routing):
        return max(digest_at, heard)
    if heard > now:
        return heard
    if (morning := quiet_until(routing, now)) is not None:
        return morning
    if routing.alerts_per_day is not None and not _fits(alert, budget()):
        return digest_at
    return now


def _fits(alert: Alert, budget: Budget) -> bool:
    if alert.correction:
        return budget.left > 0  # whatever may still come that day
    return budget.takes(alert.score) if alert.kind == "new_event" else budget.takes_update


def routing_to_dict(routing: Routing) -> dict[str, Any]:
    """As JSON types; ``routing_from_dict`` gives back an equal one."""
    quiet = routing.quiet and [one.isoformat() for one in routing.quiet]
    kinds = list(routing.kinds)
    return asdict(routing) | {
        "kinds": kinds,
        "at": routing.at.isoformat(),
        "quiet": quiet,
        "update_gap": routing.update_gap.total_seconds(),
    }


def routing_from_dict(record: Mapping[str, Any]) -> Routing:
    """What ``routing_to_dict`` wrote; keys that are not there have their defaults."""
    values = dict(record)
    if "kinds" in values:
        values["kinds"] = tuple(values["kinds"])
    if "at" in values:
        values["at"] = time.fromisoformat(values["at"])
    if "update_gap" in values:
        values["update_gap"] = timedelta(seconds=values["update_gap"])
    if values.get("quiet"):
        begin, end = values["quiet"]
        values["quiet"] = (time.fromisoformat(begin), time.fromisoformat(end))
    return Routing(**values)
