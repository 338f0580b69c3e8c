"""What a topic has to say of its events: to whom, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Alert, Delivery, Digest, Event, Topic
from monitor import types
from monitor.domain.attention import HISTORY, Budget
from monitor.domain.daytime import day_of
from monitor.domain.routing import clears, has_bar, routing_from_dict, wanted, when
from monitor.domain.updates import Update
from monitor.edge.store.alerts import add_alert, add_delivery
from monitor.edge.store.since import Since, shown_again
from monitor.edge.store.standing import Standing, standings

RISING = timedelta(days=30)
"""So long may an event become important enough for a channel after it was found to be new."""
DAY = timedelta(days=1)
ABOUT_EVENTS = ("new_event", "update")


@dataclass(slots=True)
class History:
    """What has been said of an event, and where."""

    first: Alert
    """Of the new event."""
    last: Alert
    updates: int = 0
    channels: dict[str, str] = field(default_factory=dict)
    """Channel -> state of the delivery that told of the new event there."""


class Telling:
    """Says what one topic has to say, inside the transaction that found it out."""

    def __init__(self, session: Session, topic: Topic, now: datetime, page: str) -> None:
        """``page``: where the review page is; empty if there is none."""
        self.session = session
        self.topic = topic
        self.now = now
        self.page = page
        self.routing = routing_of(topic)
        self.channels: dict[str, None] = {}
        """Those on which a message has become due now."""

    def announce(self, alert: types.Alert) -> None:
        """Tell of a new event, wherever it is important enough; a second time adds nothing."""
        self._say(f"new_event:{alert.event}", alert, self.clearing(self.routing, alert))

    def announce_late(self, alert: types.Alert, channels: Collection[str]) -> None:
        """Tell of an event where it has become important enough since it was new."""
        for channel in self.clearing(channels, alert):
            self._say(f"new_event:{alert.event}:{channel}", alert, [channel])

    def clearing(self, channels: Iterable[str], alert: types.Alert) -> list[str]:
        """Those of the channels that hear of new events as important as this."""
        return [
            channel
            for channel in channels
            if wanted(self.routing[channel], "new_event")
            and clears(self.routing[channel], alert.score, alert.outlets)
        ]

    def waiting(self, history: History) -> list[str]:
        """Channels for which the event has not been important enough so far."""
        event = self.session.get_one(Event, history.first.event_id)
        if self.muted(event) or self.now - history.first.created_at > RISING:
            return []
        return [
            channel
            for channel, routing in self.routing.items()
            if has_bar(routing) and channel not in history.channels
        ]

    def update(
        self, event: Event, history: History, standing: Standing, fresh: Collection[int] = ()
    ) -> None:
        """Tell the threads of an event what is new since the last message, if anything is and
        enough time has passed; otherwise remember when.

        ``fresh``: judgements that have just been made.
        """
        event.update_due_at = None
        channels = self._following(history)
        if not channels:
            return
        if self.muted(event):
            event.update_due_at = event.muted_until
            return
        since = Since(self.session, history.last, fresh)
        gap = min(self.routing[channel].update_gap for channel in channels)
        update = since.update(standing, history.updates, gap)
        if update is None:
            return
        if update.due_at > self.now:
            event.update_due_at = update.due_at
            return
        alert = since.alert(self.topic.name, update, standing, self.page)
        self._say(f"update:{event.id}:{history.last.id}", alert, channels)

    def _following(self, history: History) -> list[str]:
        """Channels that have been told of the event and hear of updates."""
        return [
            channel
            for channel, state in history.channels.items()
            if state != "held" and channel in self.routing
            if wanted(self.routing[channel], "update")
        ]

    def muted(self, event: Event) -> bool:
        """Whether its threads are to hear nothing now."""
        return event.muted_until is not None and event.muted_until > self.now

    def correct(self, history: History, change: str) -> None:
        """Say in the threads of an event what was wrong."""
        update = Update((f"correction: {change}",), self.now, correction=True)
        alert = shown_again(history.last, update)
        now = standings(self.session, [alert.event]).get(alert.event)
        if now is not None:
            alert = replace(alert, outlets=now.outlets, originals=now.originals)
        self._say(f"correction:{history.last.id}", alert, self._following(history))

    def histories(self, events: Collection[int]) -> dict[int, History]:
        """By event; those that nobody was to be told of are left out."""
        histories: dict[int, History] = {}
        about = Alert.event_id.in_(events), Alert.kind.in_(ABOUT_EVENTS)
        for alert in self.session.scalars(select(Alert).where(*about).order_by(Alert.id)):
            history = histories.setdefault(alert.event_id or 0, History(alert, alert))
            if alert.kind == "update":  # what a channel hears late is no news to the others
                history.last = alert
                history.updates += 1
        told = (
            select(Alert.event_id, Delivery.channel, Delivery.state)
            .join(Delivery, Delivery.alert_id == Alert.id)
            .where(Alert.event_id.in_(list(histories)), Alert.kind == "new_event")
        )
        for event, channel, state in self.session.execute(told):
            histories[event or 0].channels[channel] = state
        return histories

    def _say(self, key: str, alert: types.Alert, channels: Sequence[str]) -> None:
        about = {"topic_id": self.topic.id, "event_id": alert.event}
        alert_id = add_alert(self.session, key, alert, about, self.now)
        if alert_id is None:
            return
        for channel in channels:
            due = when(
                self.routing[channel],
                alert,
                self.now,
                muted_until=self.topic.muted_until,
                digest_at=self._digest_at(channel),
                budget=partial(self._budget, channel),
            )
            add_delivery(self.session, alert_id, channel, due, self.now)
            if due <= self.now:
                self.channels[channel] = None

    def _digest_at(self, channel: str) -> datetime:
        due = select(Digest.due_at).where(
            Digest.topic_id == self.topic.id, Digest.channel == channel
        )
        return self.session.scalar(due) or self.now

    def _budget(self, channel: str) -> Budget:
        routing = self.routing[channel]
        begin, end = day_of(routing, self.now)
        lately = select(Alert.message["score"].as_float()).where(
            Alert.topic_id == self.topic.id,
            Alert.kind == "new_event",
            Alert.created_at > self.now - HISTORY,
            Alert.created_at < self.now,
        )
        age = min(self.now - self.topic.created_at, HISTORY)
        return Budget(
            left=left_today(self.session, self.topic, channel, routing, self.now),
            rest=(end - self.now) / (end - begin),
            scores=tuple(self.session.scalars(lately)),
            days=max(1.0, age / DAY),
        )


def left_today(
    session: Session, topic: Topic, channel: str, routing: types.Routing, now: datetime
) -> int:
    """How many of the day's messages are left; only where their number is bounded."""
    begin, end = day_of(routing, now)
    sent = (
        select(func.count())
        .select_from(Delivery)
        .join(Alert, Delivery.alert_id == Alert.id)
        .where(
            Alert.topic_id == topic.id,
            Alert.kind.in_(ABOUT_EVENTS),
            Delivery.channel == channel,
            Delivery.queued_at >= begin,
            Delivery.queued_at < end,
        )
    )
    return (routing.alerts_per_day or 0) - (session.scalar(sent) or 0)


def routing_of(topic: Topic) -> dict[str, types.Routing]:
    """By channel."""
    records = topic.routing
    return {channel: routing_from_dict(records.get(channel, {})) for channel in topic.channels}
