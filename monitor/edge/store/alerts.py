"""The ledger: alerts, and the series of attempts to deliver each on its channels."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from models import Alert, Delivery, Topic
from monitor import types
from monitor.domain.messages import alert_from_dict, alert_to_dict, channel_dead
from monitor.edge.store.standing import standings
from monitor.edge.store.statements import insert_new
from monitor.errors import NotFound

LEASE = timedelta(minutes=5)
"""A delivery that is being sent is another's to send only after this: its sender has died."""


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
    said: types.Said,
    about: Mapping[str, int],
    *,
    channels: Sequence[str],
    now: datetime,
) -> None:
    alert_id = add_alert(session, key, said, about, now)
    if alert_id is not None:
        for channel in channels:
            add_delivery(session, alert_id, channel, now, now)


def add_alert(
    session: Session, key: str, said: types.Said, about: Mapping[str, int], now: datetime
) -> int | None:
    """Its id; None if this key has been alerted before: then nothing is added."""
    message = alert_to_dict(said)
    values = {"key": key, "kind": said.kind, **about, "created_at": now, "message": message}
    added = insert_new(session, Alert, [values], Alert.id)
    return added[0][0] if added else None


def add_delivery(
    session: Session, alert_id: int, channel: str, due: datetime, now: datetime
) -> Delivery:
    """Due at ``due``; if that is later than ``now``, together with what else is held until then."""
    row = Delivery(
        alert_id=alert_id,
        channel=channel,
        uid=str(uuid.uuid4()),
        state="held" if due > now else "pending",
        not_before=due,
        queued_at=None if due > now else now,
    )
    session.add(row)
    return row


_OLDEST = (
    select(Delivery)
    .where(
        Delivery.channel == bindparam("channel"),
        Delivery.state.in_(("pending", "sending")),
    )
    .order_by(Delivery.id)
    .limit(1)
)
_CLAIM = (
    update(Delivery)
    .where(
        Delivery.id == bindparam("delivery"),
        Delivery.state == bindparam("was"),
        Delivery.not_before == bindparam("due"),
    )
    .values(state="sending", not_before=bindparam("until"), attempts=Delivery.attempts + 1)
    .returning(Delivery)
    .execution_options(synchronize_session=False, populate_existing=True)
)


def claim(session: Session, channel: str, now: datetime) -> types.Delivery | None:
    """Lease the channel's oldest open delivery, if it is due.

    Only the oldest: a channel's messages arrive in order, and while it is down they wait together.
    """
    row = session.scalar(_OLDEST, {"channel": channel})
    if row is None or row.not_before > now:
        return None
    lease = {"delivery": row.id, "was": row.state, "due": row.not_before, "until": now + LEASE}
    if session.scalar(_CLAIM, lease) is None:  # another has claimed it meanwhile
        return None
    alert = session.get_one(Alert, row.alert_id)
    said = alert_from_dict(alert.message)
    if isinstance(said, types.Alert) and said.kind == "new_event":
        said = _as_now(session, said, alert.event_id)
    return types.Delivery(
        id=row.id,
        uid=row.uid,
        channel=channel,
        attempts=row.attempts,
        created_at=alert.created_at,
        queued_at=row.queued_at,
        alert=said,
        thread=thread_of(session, alert, channel) if alert.kind == "update" else None,
    )


def told_of(session: Session, event_id: int) -> types.Alert | None:
    """What was said of an event when it was new; None: nothing."""
    new = select(Alert.message).where(Alert.event_id == event_id, Alert.kind == "new_event")
    message = session.scalar(new.order_by(Alert.id).limit(1))
    said = alert_from_dict(message) if message is not None else None
    return said if isinstance(said, types.Alert) else None


def thread_of(session: Session, alert: Alert, channel: str) -> types.Thread | None:
    """What this channel has been sent about the event before; None: nothing."""
    sent = (
        select(Delivery.uid, Delivery.receipt, Alert)
        .join(Alert, Delivery.alert_id == Alert.id)
        .where(
            Alert.event_id == alert.event_id,
            Alert.kind.in_(("new_event", "update")),
            Delivery.channel == channel,
            Delivery.state == "sent",
            Delivery.alert_id != alert.id,
        )
        .order_by(Delivery.id)  # not by sent_at: the first may have been sent again
    )
    rows = session.execute(sent).all()
    if not rows or alert.event_id is None:
        return None
    _, receipt, first = rows[0]
    said = alert_from_dict(first.message)
    if not isinstance(said, types.Alert):
        return None
    said = _as_now(session, said, alert.event_id)
    return types.Thread(uids=tuple(uid for uid, _, _ in rows), receipt=receipt or "", alert=said)


def _as_now(session: Session, said: types.Alert, event: int | None) -> types.Alert:
    """With the numbers of today: it may have been held, or its channel down."""
    now = None if event is None else standings(session, [event]).get(event)
    return said if now is None else replace(said, outlets=now.outlets, originals=now.originals)


def mark_sent(session: Session, delivery_id: int, receipt: str, now: datetime) -> None:
    """``receipt``: the channel's own name for the message."""
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(state="sent", sent_at=now, receipt=receipt or None, last_error=None)
    )


def mark_failed(session: Session, delivery: types.Delivery, error: str, retry_at: datetime) -> None:
    """Try again at ``retry_at``."""
    values = {"state": "pending", "not_before": retry_at, "last_error": error}
    session.execute(update(Delivery).where(*_leased(delivery)).values(values))


def _leased(delivery: types.Delivery) -> tuple[ColumnElement[bool], ...]:
    """It is still ours: where the lease has ended, another may have sent it meanwhile."""
    return (
        Delivery.id == delivery.id,
        Delivery.state == "sending",
        Delivery.attempts == delivery.attempts,
    )


def mark_dead(
    session: Session, delivery: types.Delivery, error: str, ops: Sequence[str], now: datetime
) -> list[str]:
    """It is not tried again until it is resent by hand.  Another channel hears of that, once a day:
    those of ``ops``, or where there is none the other ones of the topic; returns them."""
    values = {"state": "dead", "last_error": error}
    died = session.execute(update(Delivery).where(*_leased(delivery)).values(values))
    if not died.rowcount or isinstance(delivery.alert, types.ChannelAlert):  # type: ignore[attr-defined]
        return []
    channel = delivery.channel
    others = [other for other in ops if other != channel]
    if not others:
        its_topic = select(Topic.channels).join(Alert, Alert.topic_id == Topic.id)
        found = session.scalar(
            its_topic.join(Delivery, Delivery.alert_id == Alert.id).where(
                Delivery.id == delivery.id
            )
        )
        others = [other for other in found or () if other != channel]
    of_it = Delivery.channel == channel, Delivery.state == "dead"
    dead = session.scalar(select(func.count()).select_from(Delivery).where(*of_it)) or 0
    report = channel_dead(channel, error, dead, now)
    if not others:
        return []
    _add(session, f"channel_dead:{channel}:{now.date()}", report, {}, channels=others, now=now)
    return others


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
        .values(
            state="pending",
            not_before=now,
            queued_at=now,
            attempts=0,
            sent_at=None,
            carried_by=None,
        )
    )
    if not found.rowcount:  # type: ignore[attr-defined]
        raise NotFound(f"no alert {delivery_id}: see `monitor alerts list`")


def resend_dead(session: Session, channel: str | None, now: datetime) -> int:
    """Make all that is dead due again, on one channel or on all; returns how much."""
    dead = [Delivery.state == "dead", *([Delivery.channel == channel] if channel else [])]
    values = {"state": "pending", "not_before": now, "queued_at": now, "attempts": 0}
    found = session.execute(update(Delivery).where(*dead).values(values))
    return int(found.rowcount)  # type: ignore[attr-defined]
