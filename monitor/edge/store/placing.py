"""Where the matches of a batch belong: events opened and joined, merged and alerted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Topic
from monitor import types
from monitor.domain.kinship import kin
from monitor.edge.store import kinship
from monitor.edge.store.alerts import add_new_event_alert
from monitor.edge.store.topics import settings_from_dict

OUTLETS = 3
"""So many outlets, this one included, lift a doubtful event above the line for an alert."""


@dataclass(frozen=True, slots=True)
class ForJudging:
    """A collected article that a topic has yet to judge."""

    judgement: int
    article: types.Article
    seed: bool
    collected_at: datetime | None
    """When its text was had."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one article that counts for the topic."""

    judgement: int
    title: str
    score: float
    event: int
    event_title: str
    new_event: bool
    copy: bool
    seed: bool
    alerted: tuple[str, ...]
    """The channels on which an alert has become due."""
    merged: tuple[int, ...]
    """Events that this article has shown to be the same as its own, and that are part of it now."""


class Places(Protocol):
    """Earlier coverage that can place the next article: a pure decision."""

    def place(self, one: ForJudging) -> types.Placement: ...

    def novelty(self, one: ForJudging) -> dict[str, Any]:
        """What it says that nothing added before did, as ``dataclasses.asdict`` of it."""

    def add(self, one: ForJudging, event: int) -> None: ...

    def kinship(self, event: int, other: int) -> float:
        """Log-odds that two events are one."""

    def merge(self, event: int, into: int) -> None: ...


Say = Callable[[str, ForJudging, types.Score, int, types.NearestEvent | None], types.Alert]
"""The alert of an event (its topic's name first) that an article has just opened."""


class Placing:
    """Places the matches of a batch, one after another, inside the transaction of ``settle``."""

    def __init__(
        self, session: Session, topic: Topic, places: Places, say: Say, now: datetime
    ) -> None:
        self.session = session
        self.topic = topic
        self.places = places
        self.say = say
        self.now = now
        self.since = settings_from_dict(topic.settings).alert_since
        self._events: dict[int, Event] = {}
        self._outlets: dict[int, set[str]] = {}
        """By event: those that have reported it on their own."""
        self._unwritten: list[dict[str, Any]] = []

    def settle(self, one: ForJudging, score: types.Score) -> Settled:
        placement = self.places.place(one)
        nearest = self._nearest(placement)
        event, opened = self._joined(one, placement)
        tells = not one.seed and placement.copy_of is None
        novelty = self.places.novelty(one) if tells else None
        self.places.add(one, event.id)
        event, merged = self._merge(event, placement.rivals)
        alarm = self._alarms(one, event, placement)
        self._unwritten.append(
            {
                "id": one.judgement,
                "event_id": event.id,
                "similarity": placement.similarity,
                "nearest_event_id": placement.nearest_event,
                "copy_of_id": placement.copy_of,
                "alarm": alarm,
                "weighed": placement.weighed,
                "novelty": novelty,
            }
        )
        alerted = alarm and self._recent(one)
        if alerted:
            alert = self.say(self.topic.name, one, score, event.id, nearest)
            add_new_event_alert(self.session, self.topic, alert, self.now)
        return Settled(
            judgement=one.judgement,
            title=one.article.title,
            score=score.value,
            event=event.id,
            event_title=event.title,
            new_event=opened,
            copy=placement.copy_of is not None,
            seed=one.seed,
            alerted=tuple(self.topic.channels) if alerted else (),
            merged=tuple(merged),
        )

    def write(self) -> None:
        """Where the matches belong, all at once: one by one takes several times as long."""
        if self._unwritten:
            self.session.execute(update(Judgement), self._unwritten)
            self._unwritten = []

    def _merge(self, event: Event, rivals: Sequence[int]) -> tuple[Event, list[int]]:
        """The event, merged with those of its rivals that turn out to be the same; the one that
        opened first stays.  And those that do not."""
        merged = []
        for rival in rivals:
            log_odds = self.places.kinship(event.id, rival)
            verdict = kin(log_odds)
            if verdict == "perhaps":
                kinship.suggest(self.session, event.id, rival, log_odds, self.now)
            elif verdict == "one":
                event, gone = sorted((event, self._event(rival)), key=lambda one: one.id)
                self.write()
                kinship.merge(self.session, gone, event, log_odds, self.now)
                self.places.merge(gone.id, event.id)
                self._outlets.clear()
                merged.append(gone.id)
        return event, merged

    def _alarms(self, one: ForJudging, event: Event, placement: types.Placement) -> bool:
        """Whether this makes the event worth an alert: it opens one that is surely new, or it is
        clearly about one that was doubtful and that several outlets have reported by now.  What
        the seeds tell is known."""
        if event.alarmed_at is not None or placement.copy_of is not None:
            return False
        outlets = self._outlets_of(event)
        outlets.add(one.article.source)
        told_enough = placement.event is None or len(outlets) >= OUTLETS
        if not (one.seed or (placement.alarm and told_enough)):
            return False
        event.alarmed_at = self.now
        return not one.seed

    def _outlets_of(self, event: Event) -> set[str]:
        """The outlets that report an event on their own."""
        if event.id not in self._outlets:
            told = select(Article.source).join(Judgement)
            alone = told.where(Judgement.event_id == event.id, Judgement.copy_of_id.is_(None))
            self._outlets[event.id] = set(self.session.scalars(alone.distinct()))
        return self._outlets[event.id]

    def _nearest(self, placement: types.Placement) -> types.NearestEvent | None:
        if placement.nearest_event is None:
            return None
        event = self._event(placement.nearest_event)
        return types.NearestEvent(event.id, event.title, placement.similarity, event.last_seen)

    def _event(self, id: int) -> Event:
        if id not in self._events:
            self._events[id] = self.session.get_one(Event, id)
        return self._events[id]

    def _joined(self, one: ForJudging, placement: types.Placement) -> tuple[Event, bool]:
        """The event the article joins, or a new one; an event bears its earliest title."""
        published = one.article.published
        if placement.event is None:
            event = Event(
                topic_id=self.topic.id,
                title=one.article.title,
                opened_at=published,
                last_seen=published,
            )
            self.session.add(event)
            self.session.flush()
            self._events[event.id] = event
            self._outlets[event.id] = set()
            return event, True
        event = self._event(placement.event)
        if published is not None:
            if event.opened_at is None or published < event.opened_at:
                event.opened_at = published
                event.title = one.article.title
            event.last_seen = max(event.last_seen or published, published)
        return event, False

    def _recent(self, one: ForJudging) -> bool:
        published = one.article.published
        return self.since is None or published is None or published >= self.since
