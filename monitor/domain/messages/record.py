"""An alert as JSON: for the database, which must give it back exactly, and for the file channel."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import web_link
from monitor.types import Alert, Delivery, FeedAlert, NearestEvent


def alert_to_dict(alert: Alert | FeedAlert) -> dict[str, Any]:
    """An alert as JSON types; ``alert_from_dict`` gives back an equal one."""
    record = asdict(alert)
    if isinstance(alert, FeedAlert):
        return record | {"since": _iso(alert.since)}
    record["terms"] = list(alert.terms)
    record["published"] = _iso(alert.published)
    if alert.nearest_event is not None:
        record["nearest_event"]["last_seen"] = _iso(alert.nearest_event.last_seen)
    return record


def alert_from_dict(record: dict[str, Any]) -> Alert | FeedAlert:
    """The alert that ``alert_to_dict`` wrote.

    Raises KeyError, TypeError or ValueError for anything else: the record is ours.
    """
    if "feed" in record:
        return FeedAlert(**{**record, "since": _moment(record["since"])})
    nearest = record["nearest_event"]
    if nearest is not None:
        nearest = NearestEvent(**{**nearest, "last_seen": _moment(nearest["last_seen"])})
    return Alert(
        **{
            **record,
            "terms": tuple(record["terms"]),
            "published": _moment(record["published"]),
            "nearest_event": nearest,
        }
    )


def as_json(delivery: Delivery) -> dict[str, Any]:
    """A delivery for other programs: stable keys, clean text, http(s) links, ISO 8601 times."""
    alert = delivery.alert
    about = _feed(alert) if isinstance(alert, FeedAlert) else _event(alert)
    return {"id": delivery.uid, **about, "created_at": delivery.created_at.isoformat()}


def _feed(alert: FeedAlert) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "feed": clean_line(alert.feed),
        "url": web_link(alert.url),
        "title": clean_line(alert.title),
        "detail": clean_line(alert.detail),
        "since": _iso(alert.since),
    }


def _event(alert: Alert) -> dict[str, Any]:
    nearest = alert.nearest_event
    return {
        "kind": alert.kind,
        "topic": clean_line(alert.topic),
        "event": alert.event,
        "title": clean_line(alert.title),
        "url": web_link(alert.url),
        "source": clean_line(alert.source),
        "published": _iso(alert.published),
        "score": alert.score,
        "terms": [clean_line(term) for term in alert.terms],
        "excerpt": clean_line(alert.excerpt),
        "nearest_seed": clean_line(alert.nearest_seed),
        "nearest_event": None if nearest is None else _nearest(nearest),
        "review_url": web_link(alert.review_url),
    }


def _nearest(event: NearestEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "title": clean_line(event.title),
        "similarity": event.similarity,
        "last_seen": _iso(event.last_seen),
    }


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _moment(iso: str | None) -> datetime | None:
    return None if iso is None else datetime.fromisoformat(iso)
