"""What only a replay asks of its database: articles written in bulk, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.orm import Session, aliased

from models import Alert, Article, Delivery, Event, Judgement, Model, Topic
from monitor import types
from monitor.domain.messages import alert_from_dict
from monitor.edge.store.entries import article_key
from monitor.edge.store.kinship import current
from monitor.edge.store.store import Store
from monitor.edge.store.telling import ABOUT_EVENTS


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided about an article."""

    judgement: int
    judged: bool
    """False: it could not be, and was set aside."""
    score: float | None
    probability: float | None
    event: int | None
    alarm: bool
    copy_of: int | None


@dataclass(frozen=True, slots=True)
class Announced:
    """An alert about an event."""

    id: int
    at: datetime
    """When it was found to be due."""
    event: int
    """As which it went on: events may be found to be one."""
    said: types.Alert
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of an alert on a channel."""

    channel: str
    at: datetime | None
    """When it was said; None: it was still held at the end."""
    carried: bool
    """It was said together with others."""


_OWN = MetaData()
_STEPS = Table("replayed", _OWN, Column("id", Integer, primary_key=True), Column("found", JSON))
_MEMORY = Table("remembered", _OWN, Column("body", LargeBinary))


def throw_away(store: Store) -> None:
    """Trust the system to write: of a database that nobody needs after a crash.  Call it first."""

    @event.listens_for(store.engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA journal_mode=MEMORY")


def add_published(
    session: Session, topic_id: int, articles: Sequence[tuple[str, types.Article]]
) -> list[int]:
    """Articles with a date, each collected and due for judging at that time; ids first.

    Returns their judgements, in the same order.
    """
    rows = [_row(id, article) for id, article in articles]
    adding = insert(Article).returning(Article.id, sort_by_parameter_order=True)
    added = session.scalars(adding, rows).all()
    due = [
        {
            "topic_id": topic_id,
            "article_id": id,
            "state": "pending",
            "not_before": article.published,
        }
        for id, (_, article) in zip(added, articles, strict=True)
    ]
    judging = insert(Judgement).returning(Judgement.id, sort_by_parameter_order=True)
    return list(session.scalars(judging, due).all())


def _row(id: str, article: types.Article) -> dict[str, Any]:
    return {
        "key": article_key(f"archive:{id}"),
        "url": article.url,
        "host": "",
        "state": "collected",
        "not_before": article.published,
        "first_seen_at": article.published,
        "collected_at": article.published,
        "title": article.title,
        "text": article.text,
        "text_from": article.text_from,
        "published": article.published,
        "source": article.source,
        "author": article.author,
        "language": article.language,
        "canonical_url": article.canonical_url,
    }


def rulings(session: Session, judgements: Sequence[int]) -> list[Ruling]:
    """What became of these, in the order of their ids."""
    columns = (
        Judgement.id,
        Judgement.state,
        Judgement.score,
        Judgement.probability,
        Judgement.event_id,
        Judgement.alarm,
        Judgement.copy_of_id,
    )
    rows = session.execute(
        select(*columns).where(Judgement.id.in_(judgements)).order_by(Judgement.id)
    )
    return [
        Ruling(id, state == "judged", score, probability, told, alarm, copy)
        for id, state, score, probability, told, alarm, copy in rows
    ]


def events_now(session: Session, topic_id: int) -> dict[int, int]:
    """Judgement -> the event that it is in."""
    rows = session.execute(
        select(Judgement.id, Judgement.event_id).where(
            Judgement.topic_id == topic_id, Judgement.event_id.is_not(None)
        )
    )
    return {id: told for id, told in rows if told is not None}


def seeds_of(session: Session, topic_id: int) -> dict[int, str]:
    """Judgement -> the source of the seed."""
    rows = session.execute(
        select(Judgement.id, Judgement.seed).where(
            Judgement.topic_id == topic_id, Judgement.seed.is_not(None)
        )
    )
    return {id: source for id, source in rows if source is not None}


def messages(session: Session, topic_id: int) -> list[tuple[str, datetime, types.Said]]:
    """What is to be sent: channel, when it was due, what it says; in that order."""
    due = (
        select(Delivery.channel, Delivery.queued_at, Alert.message)
        .join(Alert, Delivery.alert_id == Alert.id)
        .where(Alert.topic_id == topic_id, Delivery.queued_at.is_not(None))
        .order_by(Delivery.queued_at, Delivery.id)
    )
    return [
        (channel, at, alert_from_dict(message))
        for channel, at, message in session.execute(due)
        if at is not None
    ]


def models_of(session: Session, topic_id: int) -> int:
    """How often the topic has been fitted."""
    made = select(func.count()).select_from(Model).where(Model.topic_id == topic_id)
    return session.scalar(made) or 0


def topic_id(session: Session, name: str) -> int:
    """The id of a topic that is there."""
    return session.scalars(select(Topic.id).where(Topic.name == name)).one()


def fit_state(session: Session, topic_id: int) -> tuple[datetime | None, str | None]:
    """When the topic is fitted next, and why the last fit failed, if it did."""
    row = session.get_one(Topic, topic_id)
    return row.fit_due_at, row.last_error


def begin_steps(session: Session) -> None:
    """Make room for ``note_step`` and ``remember``."""
    _OWN.create_all(session.connection())


def note_step(session: Session, found: list[Any]) -> None:
    """What a step has found, as JSON types."""
    session.execute(insert(_STEPS).values(found=found))


def steps(session: Session) -> list[list[Any]]:
    """What the steps so far have found, in their order; nothing before ``begin_steps``."""
    if not inspect(session.connection()).has_table(_STEPS.name):
        return []
    return list(session.scalars(select(_STEPS.c.found).order_by(_STEPS.c.id)))


def remember(session: Session, body: bytes) -> None:
    """In place of what was remembered before."""
    session.execute(delete(_MEMORY))
    session.execute(insert(_MEMORY).values(body=body))


def remembered(session: Session) -> bytes:
    return bytes(session.execute(select(_MEMORY.c.body)).scalar_one())


def labels_given(session: Session, topic_id: int) -> int:
    labelled = Judgement.topic_id == topic_id, Judgement.label.is_not(None)
    return session.scalar(select(func.count()).where(*labelled)) or 0


def event_titles(session: Session, topic_id: int) -> dict[int, str]:
    """Event -> its title."""
    rows = session.execute(select(Event.id, Event.title).where(Event.topic_id == topic_id))
    return {row.id: row.title for row in rows}


def announced(session: Session, topic_id: int) -> list[Announced]:
    """The alerts about events, in order; of a topic without channels nobody heard them."""
    about = Alert.topic_id == topic_id, Alert.kind.in_(ABOUT_EVENTS)
    carrier = aliased(Delivery)
    said = func.coalesce(Delivery.queued_at, carrier.queued_at)
    rows = session.execute(
        select(Delivery.alert_id, Delivery.channel, said, Delivery.carried_by.is_not(None))
        .join(Alert, Delivery.alert_id == Alert.id)
        .outerjoin(carrier, Delivery.carried_by == carrier.id)
        .where(*about)
        .order_by(Delivery.id)
    )
    heard: dict[int, list[Heard]] = {}
    for alert, channel, at, carried in rows:
        heard.setdefault(alert, []).append(Heard(channel, at, carried))
    found = session.execute(
        select(Alert.id, Alert.created_at, Alert.message).where(*about).order_by(Alert.id)
    )
    read = ((id, at, alert_from_dict(message)) for id, at, message in found)
    return [
        Announced(id, at, current(session, said.event), said, tuple(heard.get(id, ())))
        for id, at, said in read
        if isinstance(said, types.Alert)
    ]
