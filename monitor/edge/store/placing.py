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
from monitor.edge.store.overrides import effective_settings
from monitor.edge.store.reports import Report, clearest_report
from monitor.edge.store.standing import Standing, count_again
from monitor.edge.store.telling import History, Telling
from monitor.edge.store.threads import merged

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
    quiet: bool = False
    """It is judged again because a person asked for it: nobody hears of it."""


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


Say = Callable[[str, int, Report, Standing], types.Alert]
"""The alert of a new event of a topic: its name, the event, the match that shows it best, how
widely it is reported."""


class Placing:
    """Places the matches of a batch, one after another, inside the transaction of ``settle``."""

    def __init__(
        self, session: Session, topic: Topic, places: Places, say: Say, telling: Telling
    ) -> None:
        self.session = session
        self.topic = topic
        self.places = places
        self.say = say
        self.telling = telling
        self.now = telling.now
        self.since = effective_settings(topic).alert_since
        self._events: dict[int, Event] = {}
        self._outlets: dict[int, set[str]] = {}
        """By event: those that have reported it on their own."""
        self._unwritten: list[dict[str, Any]] = []
        self._new: set[int] = set()
        """Events found worth an alert."""
        self._matches: dict[int, list[int]] = {}
        """Judgements of the batch that may be told, by event; without seeds."""
        self._gained: set[int] = set()
        """Events that the batch has brought matches."""

    def settle(self, one: ForJudging, score: types.Score) -> Settled:
        placement = self.places.place(one)
        event, opened = self._joined(one, placement)
        tells = not one.seed and placement.copy_of is None
        novelty = self.places.novelty(one) if tells else None
        self.places.add(one, event.id)
        event, merged = self._merge(one, event, placement.rivals)
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
        if alarm and self._recent(one):
            self._new.add(event.id)
        if not one.seed:
            self._gained.add(event.id)
            if not one.quiet:
                self._matches.setdefault(event.id, []).append(one.judgement)
            told_at = one.article.published or self.now
            event.newest_at = max(event.newest_at or told_at, told_at)
        return Settled(
            judgement=one.judgement,
            title=one.article.title,
            score=score.value,
            event=event.id,
            event_title=event.title,
            new_event=opened,
            copy=placement.copy_of is not None,
            seed=one.seed,
            merged=tuple(merged),
        )

    def tell(self) -> None:
        """Say what the batch has brought: new events, the clearest first, and what is new in those
        that have been told."""
        self.write()
        histories = self.telling.histories(self._matches)
        known = count_again(self.session, self._gained.union(self._matches))
        told = known.keys() & self._matches.keys()
        for event in sorted(told, key=lambda one: (-known[one].score, one)):
            if event in histories:
                self._tell_more(event, histories[event], known[event])
            elif event in self._new and (alert := self._alert(event, known[event])):
                self.telling.announce(alert)

    def _tell_more(self, event: int, history: History, standing: Standing) -> None:
        if channels := self.telling.waiting(history):
            alert = self._alert(event, standing)
            if alert is not None:
                self.telling.announce_late(alert, channels)
        self.telling.update(self._event(event), history, standing, self._matches[event])

    def _alert(self, event: int, standing: Standing) -> types.Alert | None:
        report = clearest_report(self.session, event)
        return None if report is None else self.say(self.topic.name, event, report, standing)

    def write(self) -> None:
        """Where the matches belong, all at once: one by one takes several times as long."""
        if self._unwritten:
            self.session.execute(update(Judgement), self._unwritten)
            self._unwritten = []

    def _merge(
        self, one: ForJudging, event: Event, rivals: Sequence[int]
    ) -> tuple[Event, list[int]]:
        """The event, merged with those of its rivals that turn out to be the same; the one that
        opened first stays.  And those that do not.

        A person's word that two are two goes before all odds.  What nobody is to hear of merges
        nothing: threads would have to be corrected.
        """
        merged = []
        for rival in rivals:
            log_odds = self.places.kinship(event.id, rival)
            verdict = kin(log_odds)
            if verdict == "apart" or kinship.apart(self.session, event.id, rival):
                continue
            if verdict == "perhaps" or one.quiet:
                kinship.suggest(self.session, event.id, rival, log_odds, self.now)
            else:
                event, gone = sorted((event, self._event(rival)), key=lambda each: each.id)
                self.write()
                kinship.merge(self.session, gone, event, log_odds, self.now)
                self.places.merge(gone.id, event.id)
                self._outlets.clear()
                self._follow(gone, event)
                merged.append(gone.id)
        return event, merged

    def _follow(self, gone: Event, event: Event) -> None:
        """What was to be said of an event that has been merged is said of the other."""
        self._matches.setdefault(event.id, []).extend(self._matches.pop(gone.id, []))
        if gone.id in self._new:
            self._new.remove(gone.id)
            self._new.add(event.id)
        merged(self.telling, gone, event)

    def _alarms(self, one: ForJudging, event: Event, placement: types.Placement) -> bool:
        """Whether this makes the event worth an alert: it opens one that is surely new, or it is
        clearly about one that was doubtful and that several outlets have reported by now.  What
        the seeds tell is known."""
        if event.alarmed_at is not None or placement.copy_of is not None:
            return False
        outlets = self._outlets_of(event)
        outlets.add(one.article.source)
        told_enough = placement.event is None or len(outlets) >= OUTLETS
        if not (one.seed or (placement.alarm and told_enough and not one.quiet)):
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
                if not event.named:
                    event.title = one.article.title
            event.last_seen = max(event.last_seen or published, published)
        return event, False

    def _recent(self, one: ForJudging) -> bool:
        published = one.article.published
        return self.since is None or published is None or published >= self.since
