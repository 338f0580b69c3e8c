"""The ledger: alerts, and the series of attempts to deliver each on its channels."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Alert, Delivery, Topic
from monitor import types
from monitor.domain.messages import alert_from_dict, alert_to_dict
from monitor.edge.store.statements import insert_new
from monitor.errors import NotFound

LEASE = timedelta(minutes=5)
"""A delivery that is being sent is another's to send only after this: its sender has died."""


def add_new_event_alert(session: Session, topic: Topic, alert: types.Alert, now: datetime) -> None:
    """The alert of an event and its deliveries; a second one for the same event adds nothing."""
    about = {"topic_id": topic.id, "event_id": alert.event}
    _add(session, f"new_event:{alert.event}", alert, about, channels=topic.channels, now=now)


def add_feed_alert(
    session: Session,
    feed_id: int,
    key: str,
    alert: types.FeedAlert,
    *,
    channels: Sequence[str],
    now: datetime,
) -> None:
    """An alert about a feed; a second one of the same key adds nothing."""
    if channels:
        _add(session, key, alert, {"feed_id": feed_id}, channels=channels, now=now)


def feed_alerted(session: Session, key: str) -> bool:
    """Whether this alert has been given."""
    return session.scalar(select(Alert.id).where(Alert.key == key)) is not None


def _add(
    session: Session,
    key: str,
    alert: types.Alert | types.FeedAlert,
    about: Mapping[str, int],
    *,
    channels: Sequence[str],
    now: datetime,
) -> None:
    message = alert_to_dict(alert)
    values = {"key": key, "kind": alert.kind, **about, "created_at": now, "message": message}
    added = insert_new(session, Alert, [values], Alert.id)
    session.add_all(
        Delivery(
            alert_id=alert_id,
            channel=channel,
            uid=str(uuid.uuid4()),
            state="pending",
            not_before=now,
        )
        for (alert_id,) in added
        for channel in channels
    )


def claim(session: Session, channel: str, now: datetime) -> types.Delivery | None:
    """Lease the channel's oldest open delivery, if it is due.

    Only the oldest: a channel's messages arrive in order, and while it is down they wait together.
    """
    row = session.scalar(
        select(Delivery)
        .where(Delivery.channel == channel, Delivery.state.in_(("pending", "sending")))
        .order_by(Delivery.id)
        .limit(1)
    )
    if row is None or row.not_before > now:
        return None
    won = session.execute(
        update(Delivery)
        .where(
            Delivery.id == row.id,
            Delivery.state == row.state,
            Delivery.not_before == row.not_before,
        )
        .values(state="sending", not_before=now + LEASE, attempts=Delivery.attempts + 1)
    )
    if not won.rowcount:  # type: ignore[attr-defined]
        return None
    session.refresh(row)
    alert = session.get_one(Alert, row.alert_id)
    return types.Delivery(
        id=row.id,
        uid=row.uid,
        channel=channel,
        attempts=row.attempts,
        created_at=alert.created_at,
        alert=alert_from_dict(alert.message),
    )


def mark_sent(session: Session, delivery_id: int, now: datetime) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(state="sent", sent_at=now, last_error=None)
    )


def mark_failed(
    session: Session, delivery_id: int, *, error: str, retry_at: datetime | None
) -> None:
    """Try again at ``retry_at``; None: never, it is dead until resent by hand."""
    values: dict[str, object] = {"last_error": error}
    if retry_at is None:
        values["state"] = "dead"
    else:
        values |= {"state": "pending", "not_before": retry_at}
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(values))


def release_leases(session: Session, now: datetime) -> int:
    """At the start of a daemon that is alone on the database: nobody else is sending."""
    released = session.execute(
        update(Delivery).where(Delivery.state == "sending").values(state="pending", not_before=now)
    )
    return int(released.rowcount)  # type: ignore[attr-defined]


def resend(session: Session, delivery_id: int, now: datetime) -> None:
    """Make a delivery due again, whatever became of it.  Raises NotFound."""
    found = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(state="pending", not_before=now, attempts=0, sent_at=None)
    )
    if not found.rowcount:  # type: ignore[attr-defined]
        raise NotFound(f"no alert {delivery_id}: see `monitor alerts list`")
