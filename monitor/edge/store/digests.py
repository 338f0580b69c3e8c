"""What has been held for a channel, said together: at the end of quiet hours, and in digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models import Alert, Article, Delivery, Digest, Event, Feed, Judgement, Topic
from monitor import types
from monitor.domain.daytime import digest_after, quiet_until
from monitor.domain.messages import alert_from_dict
from monitor.domain.routing import clears, digest_only, wanted
from monitor.edge.store.alerts import add_alert, add_delivery
from monitor.edge.store.kinship import current
from monitor.edge.store.overrides import effective_settings
from monitor.edge.store.since import match_page
from monitor.edge.store.standing import standings
from monitor.edge.store.statements import insert_new
from monitor.edge.store.telling import left_today, routing_of

LISTED = 30
"""Events in one message; the others are counted, and on the page."""

Held = tuple[Delivery, Alert]


def plan_digests(session: Session, topic: Topic, now: datetime) -> None:
    """A time for each channel's next digest, by the routing in force."""
    routing = routing_of(topic)
    for row in session.scalars(select(Digest).where(Digest.topic_id == topic.id)).all():
        if row.channel not in routing:
            session.delete(row)
        elif row.due_at > now:  # one that was missed is still to be made
            row.due_at = digest_after(routing[row.channel], now)
    missing = [
        {
            "topic_id": topic.id,
            "channel": channel,
            "since": now,
            "due_at": digest_after(its, now),
        }
        for channel, its in routing.items()
    ]
    insert_new(session, Digest, missing, Digest.id)


class Gathering:
    """Gathers what one topic has held until now.  The topic is locked."""

    def __init__(self, session: Session, topic: Topic, now: datetime, page: str) -> None:
        self.session = session
        self.topic = topic
        self.now = now
        self.page = page
        self.routing = routing_of(topic)
        self.channels: dict[str, None] = {}
        """Those on which a message has become due now."""

    def gather(self) -> None:
        over = self._held(Delivery.not_before <= self.now)
        held = {channel: list(rows) for channel, rows in groupby(over, _channel)}
        mine = select(Digest).where(Digest.topic_id == self.topic.id, Digest.due_at <= self.now)
        due = {row.channel: row for row in self.session.scalars(mine)}
        for channel in dict.fromkeys((*held, *due)):
            digest = due.get(channel)
            rows: Sequence[Held] = held.get(channel, [])
            routing = self.routing.get(channel, types.Routing())
            if (later := self._not_now(channel, routing, digest)) is not None:
                for delivery, _ in rows:
                    delivery.not_before = later
                if digest is not None:
                    digest.due_at = digest_after(routing, later)
                continue
            if digest is not None and digest_only(routing):  # whatever hour was in force before
                rows = self._held(Delivery.channel == channel)
            self._gather(channel, routing, rows, digest)

    def _held(self, condition: ColumnElement[bool]) -> Sequence[Held]:
        waiting = (
            select(Delivery, Alert)
            .join(Alert, Delivery.alert_id == Alert.id)
            .where(Alert.topic_id == self.topic.id, Delivery.state == "held", condition)
            .order_by(Delivery.channel, Delivery.id)
        )
        return self.session.execute(waiting).all()

    def _not_now(
        self, channel: str, routing: types.Routing, digest: Digest | None
    ) -> datetime | None:
        """When instead; a digest keeps its hour even if that is a quiet one, and what belongs in it
        waits for it."""
        muted = self.topic.muted_until
        if muted is not None and muted > self.now:
            return muted
        if digest is not None:
            return None
        if digest_only(routing):
            mine = Digest.topic_id == self.topic.id, Digest.channel == channel
            return self.session.scalar(select(Digest.due_at).where(*mine))
        return quiet_until(routing, self.now)

    def _gather(
        self, channel: str, routing: types.Routing, rows: Sequence[Held], digest: Digest | None
    ) -> None:
        hears = digest is not None and "digest" in routing.kinds
        regular = hears and digest_only(routing)
        begun = digest.since if digest is not None else self.now
        doubtful = self._doubtful(begun, routing) if hears else []
        if len(rows) == 1 and not (regular or doubtful) and self._room(channel, routing):
            self._let_go(*rows[0])
        elif rows or doubtful or regular:
            since = min([begun, *(alert.created_at for _, alert in rows)])
            self._send(channel, since, rows, doubtful)
        if digest is not None:
            digest.since, digest.due_at = self.now, digest_after(routing, self.now)

    def _room(self, channel: str, routing: types.Routing) -> bool:
        """Whether there may be one more message of its own today."""
        if routing.alerts_per_day is None:
            return True
        return left_today(self.session, self.topic, channel, routing, self.now) > 0

    def _let_go(self, delivery: Delivery, alert: Alert) -> None:
        """As a message of its own; what has come of its event meanwhile is looked at after it."""
        delivery.state, delivery.not_before, delivery.queued_at = "pending", self.now, self.now
        self.channels[delivery.channel] = None
        if alert.kind == "new_event" and alert.event_id is not None:
            event = self.session.get_one(Event, current(self.session, alert.event_id))
            event.update_due_at = event.update_due_at or self.now

    def _send(
        self,
        channel: str,
        since: datetime,
        rows: Sequence[Held],
        doubtful: Sequence[types.DigestItem],
    ) -> None:
        items = [*self._items(alert for _, alert in rows), *doubtful]
        message = types.Digest(
            kind="digest",
            topic=self.topic.name,
            since=since,
            until=self.now,
            items=tuple(items[:LISTED]),
            omitted=max(0, len(items) - LISTED),
            review_url=f"{self.page}/" if self.page else "",
            **self._health(since),
        )
        last = rows[-1][0].id if rows else 0
        key = f"digest:{self.topic.id}:{channel}:{self.now.isoformat()}:{last}"
        alert_id = add_alert(self.session, key, message, {"topic_id": self.topic.id}, self.now)
        if alert_id is None:
            return
        carrier = add_delivery(self.session, alert_id, channel, self.now, self.now)
        self.session.flush()
        for delivery, _ in rows:
            delivery.state, delivery.carried_by = "carried", carrier.id
        self.channels[channel] = None

    def _items(self, alerts: Iterable[Alert]) -> list[types.DigestItem]:
        """One for each event: new ones first, among them those that score best."""
        by_event: dict[int, types.Alert] = {}
        for alert in alerts:
            said = alert_from_dict(alert.message)
            if isinstance(said, types.Alert) and alert.event_id is not None:
                event = current(self.session, alert.event_id)
                before = by_event.get(event)
                if before is not None and before.kind == said.kind == "update":
                    changes = dict.fromkeys((*before.changes, *said.changes))
                    said = replace(said, changes=tuple(changes))
                if before is None or before.kind != "new_event":
                    by_event[event] = said
        now = standings(self.session, list(by_event))
        items = [
            types.DigestItem(
                kind="update" if said.kind == "update" else "new_event",
                event=event,
                title=said.title,
                url=said.url,
                source=said.source,
                published=said.published,
                score=said.score,
                outlets=now[event].outlets if event in now else said.outlets,
                originals=now[event].originals if event in now else said.originals,
                changes=said.changes,
                review_url=said.review_url,
                match=said.match,
            )
            for event, said in by_event.items()
        ]
        return sorted(items, key=lambda item: (item.kind != "new_event", -item.score))

    def _doubtful(self, since: datetime, routing: types.Routing) -> list[types.DigestItem]:
        """Events that opened since, may be no new ones, and are important enough for the channel;
        the best-scored first."""
        if not wanted(routing, "new_event"):
            return []
        earliest = effective_settings(self.topic).alert_since
        recent = [] if earliest is None else [func.coalesce(Event.opened_at, self.now) >= earliest]
        score = func.max(Judgement.score)
        opened = (
            select(Event.id, Event.title, score, func.min(Judgement.id))
            .join(Judgement, Judgement.event_id == Event.id)
            .where(Event.topic_id == self.topic.id, Event.alarmed_at.is_(None), *recent)
            .where(Judgement.quiet.is_(False))
            .group_by(Event.id, Event.title)
            .having(func.min(Judgement.judged_at) > since)
            .order_by(score.desc())
        )
        found = self.session.execute(opened).all()
        now = standings(self.session, [event for event, *_ in found])
        first = select(Judgement.id, Article).join(Article)
        shown = first.where(Judgement.id.in_([match for *_, match in found]))
        articles: Mapping[int, Article] = dict(self.session.execute(shown).all())
        return [
            types.DigestItem(
                kind="doubtful",
                event=event,
                title=title,
                url=articles[match].url,
                source=articles[match].source,
                published=articles[match].published,
                score=best or 0.0,
                outlets=now[event].outlets,
                originals=now[event].originals,
                review_url=match_page(self.page, match),
                match=match,
            )
            for event, title, best, match in found
            if event in now and clears(routing, best or 0.0, now[event].outlets)
        ]

    def _health(self, since: datetime) -> dict[str, int]:
        """What was read since, and the feeds."""
        read = select(func.count()).where(Article.collected_at > since)
        failing, feeds = self.session.execute(
            select(func.count().filter(Feed.failures > 0), func.count()).where(
                Feed.state == "active"
            )
        ).one()
        articles = self.session.scalar(read) or 0
        return {"articles": articles, "feeds": feeds, "failing": failing}


def _channel(held: Held) -> str:
    return held[0].channel
