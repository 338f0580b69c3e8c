"""What is due to be said by the passing of time alone, and what follows from what people do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from models import Alert, Delivery, Digest, Event, Judgement, Topic
from monitor.edge.store import kinship
from monitor.edge.store.digests import Gathering, plan_digests
from monitor.edge.store.standing import standings
from monitor.edge.store.statements import topic_named
from monitor.edge.store.telling import Telling

LIMIT = 200
"""Events at once."""

_NOW: BindParameter[datetime] = bindparam("now")
_UPDATES = select(Event.topic_id).where(Event.update_due_at <= _NOW)
_HELD = (
    select(Alert.topic_id)
    .join(Delivery, Delivery.alert_id == Alert.id)
    .where(Delivery.state == "held", Delivery.not_before <= _NOW)
)
_ACTIVE = select(Topic.id).where(Topic.state == "active")
_DIGESTS = select(Digest.topic_id).where(Digest.due_at <= _NOW, Digest.topic_id.in_(_ACTIVE))
_TO_TELL = (
    select(Topic.id)
    .where(or_(Topic.id.in_(_UPDATES), Topic.id.in_(_HELD), Topic.id.in_(_DIGESTS)))
    .order_by(Topic.id)
    .limit(bindparam("most"))
)


def topics_to_tell(session: Session, now: datetime, limit: int) -> list[int]:
    """Topics that have something to say by now."""
    return list(session.scalars(_TO_TELL, {"now": now, "most": limit}))


def tell_what_is_due(session: Session, topic_id: int, now: datetime, page: str) -> list[str]:
    """Updates whose time has come, messages that were held, digests; returns the channels that have
    a message due.  ``page``: where the review page is."""
    lock = select(Topic).where(Topic.id == topic_id).with_for_update(key_share=True)
    topic = session.scalar(lock)
    if topic is None:
        return []
    telling = Telling(session, topic, now, page)
    due = select(Event).where(Event.topic_id == topic_id, Event.update_due_at <= now)
    events = session.scalars(due.order_by(Event.update_due_at).limit(LIMIT)).all()
    ids = [event.id for event in events]
    histories, now_known = telling.histories(ids), standings(session, ids)
    for event in events:
        event.update_due_at = None
        if event.id in histories and event.id in now_known:
            telling.update(event, histories[event.id], now_known[event.id])
    session.flush()
    gathering = Gathering(session, topic, now, page)
    gathering.gather()
    return [*dict.fromkeys((*telling.channels, *gathering.channels))]


def merged(telling: Telling, event: Event, into: Event) -> None:
    """An event has been found to be another: its threads go on as that one's, or are told."""
    histories = telling.histories([event.id, into.id])
    if event.id not in histories:
        return
    session = telling.session
    seeded = select(Judgement.id).where(Judgement.event_id == into.id, Judgement.seed.is_not(None))
    if into.id not in histories and session.scalar(seeded.limit(1)) is None:
        session.execute(update(Alert).where(Alert.event_id == event.id).values(event_id=into.id))
        return
    _told_already(session, event, into)
    telling.correct(histories[event.id], f"the same as an earlier event: {into.title}")


def _told_already(session: Session, event: Event, into: Event) -> None:
    """What is still held of an event that has turned out to be another is not told as a new one
    where the other is told."""
    of_them = (
        select(Delivery)
        .join(Alert, Delivery.alert_id == Alert.id)
        .where(Alert.kind == "new_event", Delivery.state != "dead")
    )
    told = session.scalars(of_them.where(Alert.event_id == into.id))
    ids = {delivery.channel: delivery.id for delivery in told}
    held = of_them.where(Alert.event_id == event.id, Delivery.state == "held")
    for delivery in session.scalars(held.where(Delivery.channel.in_(ids))):
        delivery.state, delivery.carried_by = "carried", ids[delivery.channel]


def parted(telling: Telling, event: Event, others: Sequence[Event], merged_at: datetime) -> None:
    """An event that had been merged is one again: what ``merged`` did is undone.

    ``others``: those that it was part of, as ``kinship.unmerge`` gives them; ``merged_at``: when.
    """
    session = telling.session
    names = kinship.names(session, event.id)
    for other in others:
        of_it = Alert.event_id == other.id
        new = select(Alert).where(of_it, Alert.kind == "new_event").order_by(Alert.id)
        first = session.scalar(new.limit(1))
        if first is not None and first.message["event"] in names:  # the thread came from there
            session.execute(update(Alert).where(of_it).values(event_id=event.id))
    if said_at(session, event.id, merged_at):
        _told_not_yet(session, event, others)
        history = telling.histories([event.id])[event.id]
        telling.correct(history, f"an event of its own after all, not: {others[-1].title}")


def said_at(session: Session, event: int, moment: datetime) -> bool:
    """Whether the thread of an event was corrected at this very time."""
    correction = Alert.key.startswith("correction:")
    said = exists().where(Alert.event_id == event, Alert.created_at == moment, correction)
    return bool(session.scalar(select(said)))


def _told_not_yet(session: Session, event: Event, others: Sequence[Event]) -> None:
    """The opposite of ``_told_already``: what was not told for that reason is held again."""
    of_them = select(Delivery.id).join(Alert, Delivery.alert_id == Alert.id)
    there = of_them.where(Alert.event_id.in_([other.id for other in others]))
    alerts = select(Alert.id).where(Alert.event_id == event.id, Alert.kind == "new_event")
    carried = Delivery.state == "carried", Delivery.carried_by.in_(there)
    session.execute(
        update(Delivery)
        .where(Delivery.alert_id.in_(alerts), *carried)
        .values(state="held", carried_by=None)
    )


def mute_event(session: Session, event_id: int, until: datetime | None) -> None:
    """Its threads hear nothing before then; None: that ends.  Raises NotFound."""
    row = kinship.as_it_goes_on(session, event_id)
    if row.update_due_at is not None and row.update_due_at == row.muted_until:
        row.update_due_at = until or row.alarmed_at
    row.muted_until = until


def mute_topic(session: Session, name: str, until: datetime | None, now: datetime) -> None:
    """What it has to say is held until then; None: that ends.  Raises NotFound."""
    topic = topic_named(session, name, lock=True)
    if topic.muted_until is not None:
        alerts = select(Alert.id).where(Alert.topic_id == topic.id)
        held = (
            Delivery.alert_id.in_(alerts),
            Delivery.state == "held",
            Delivery.not_before == topic.muted_until,
        )
        session.execute(update(Delivery).where(*held).values(not_before=until or now))
    topic.muted_until = until
    plan_digests(session, topic, now)
