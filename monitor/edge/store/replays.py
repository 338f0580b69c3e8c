"""What only a replay asks of its database: articles written in bulk, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from models import Alert, Article, Delivery, Judgement, Model, Topic
from monitor import types
from monitor.domain.messages import alert_from_dict
from monitor.edge.store.entries import article_key
from monitor.edge.store.store import Store


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
