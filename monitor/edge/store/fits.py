"""What fitting reads and writes: seeds, labels and the stream; models and when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import Article, Judgement, Model, Topic
from monitor import types
from monitor.domain.formats import MODEL_FORMAT
from monitor.edge.store.articles import as_article
from monitor.edge.store.overrides import effective_settings
from monitor.errors import NotFound


@dataclass(frozen=True, slots=True)
class TopicForFit:
    name: str
    asked: int
    """What is read here answers so many reasons to fit."""
    settings: types.TopicSettings
    seeds: tuple[types.Article, ...]
    missing: int
    """Seeds whose page has not been asked for yet."""
    relevant: tuple[types.Article, ...]
    irrelevant: tuple[types.Article, ...]
    stream: tuple[types.Article, ...]
    """Recent articles in order, matches included."""
    stream_days: float
    attempts: int


@dataclass(frozen=True, slots=True)
class FitNeed:
    """What speaks for a fit that is due."""

    asked: int
    unanswered: bool
    """Whether the model in force has not seen every reason to fit."""
    stream: int
    """Articles in a sample of the stream."""
    span: timedelta
    """Between the first and the last of them."""
    grown: int
    """Articles that have come since the model in force was fitted."""


def fit_need(session: Session, topic_id: int, now: datetime, sample: int) -> FitNeed | None:
    """Whether a fit is due, and what for; ``sample``: how many stream articles it may read."""
    topic = session.get(Topic, topic_id)
    if topic is None or topic.state != "active" or not topic.fit_due_at or topic.fit_due_at > now:
        return None
    fitted = select(func.max(Model.created_at)).where(Model.topic_id == topic_id)
    collected = select(Article.collected_at).where(Article.collected_at.is_not(None))
    newest = collected.order_by(Article.collected_at.desc()).limit(sample)
    times = [time for time in session.scalars(newest) if time is not None]
    since = session.scalar(fitted)
    return FitNeed(
        asked=topic.fit_asked,
        unanswered=topic.fit_asked > topic.fit_answered,
        stream=len(times),
        span=times[0] - times[-1] if times else timedelta(),
        grown=sum(since is None or time > since for time in times),
    )


def topic_for_fit(
    session: Session, topic_id: int, now: datetime, sample: int
) -> TopicForFit | None:
    """All that a fit reads, if the topic is due; ``sample``: how many stream articles at most."""
    topic = session.get(Topic, topic_id)
    if topic is None or topic.state != "active" or not topic.fit_due_at or topic.fit_due_at > now:
        return None
    seeds = _seeds(session, topic_id)
    stream, days = _stream(session, sample)
    return TopicForFit(
        name=topic.name,
        asked=topic.fit_asked,
        settings=effective_settings(topic),
        seeds=tuple(as_article(row) for row in seeds if row.text),
        missing=sum(row.state == "new" and row.attempts == 0 for row in seeds),
        relevant=_labelled(session, topic_id, "relevant"),
        irrelevant=_labelled(session, topic_id, "irrelevant"),
        stream=stream,
        stream_days=days,
        attempts=topic.attempts,
    )


def _seeds(session: Session, topic_id: int) -> Sequence[Article]:
    return session.scalars(
        select(Article)
        .join(Judgement)
        .where(Judgement.topic_id == topic_id, Judgement.seed.is_not(None))
        .order_by(Article.id)
    ).all()


def _labelled(session: Session, topic_id: int, label: str) -> tuple[types.Article, ...]:
    rows = session.scalars(
        select(Article)
        .join(Judgement)
        .where(Judgement.topic_id == topic_id, Judgement.label == label, Article.text.is_not(None))
        .order_by(Article.id)
    )
    return tuple(as_article(row) for row in rows)


def _stream(session: Session, sample: int) -> tuple[tuple[types.Article, ...], float]:
    """The newest articles that feeds have brought, matches included, and the days they span."""
    rows = session.scalars(
        select(Article)
        .where(Article.text.is_not(None), Article.text_from != "seed")
        .order_by(Article.collected_at.desc(), Article.id.desc())
        .limit(sample)
    ).all()
    times = [row.collected_at for row in rows if row.collected_at]
    span = max(times) - min(times) if times else timedelta()
    return tuple(as_article(row) for row in reversed(rows)), span / timedelta(days=1)


def save_model(
    session: Session,
    topic_id: int,
    asked: int,
    *,
    body: bytes,
    threshold: float,
    matches_a_day: float | None = None,
    now: datetime,
    next_fit_at: datetime,
) -> int:
    """Put a fitted model in force; returns its id.

    A label or seed that came while it was fitted has asked again: then the next fit is due now.
    """
    model = Model(
        format=MODEL_FORMAT,
        topic_id=topic_id,
        created_at=now,
        threshold=threshold,
        matches_a_day=matches_a_day,
        body=body,
    )
    session.add(model)
    session.execute(
        update(Topic)
        .where(Topic.id == topic_id)
        .values(attempts=0, last_error=None, fit_answered=asked)
    )
    _set_fit_due(session, topic_id, asked, next_fit_at)
    session.flush()
    return model.id


def postpone_fit(
    session: Session,
    topic_id: int,
    asked: int,
    *,
    until: datetime | None,
    error: str | None = None,
) -> None:
    """Wait: for a seed to arrive (``until`` None), for news, or after a failed fit."""
    if error is not None:
        session.execute(
            update(Topic)
            .where(Topic.id == topic_id)
            .values(attempts=Topic.attempts + 1, last_error=error)
        )
    _set_fit_due(session, topic_id, asked, until)


def _set_fit_due(session: Session, topic_id: int, asked: int, then: datetime | None) -> None:
    session.execute(
        update(Topic).where(Topic.id == topic_id, Topic.fit_asked == asked).values(fit_due_at=then)
    )


def newest_model(session: Session, topic_id: int) -> int | None:
    """The id of the model in force, if one has been fitted."""
    readable = Model.format == MODEL_FORMAT
    return session.scalar(select(func.max(Model.id)).where(Model.topic_id == topic_id, readable))


def models_in_force(session: Session) -> list[int | None]:
    """The id of every active topic's model; None where none has been fitted yet."""
    readable = Model.format == MODEL_FORMAT
    newest = select(func.max(Model.id)).where(Model.topic_id == Topic.id, readable)
    rows = (
        select(newest.scalar_subquery())
        .select_from(Topic)
        .where(Topic.state == "active")
        .order_by(Topic.id)
    )
    return list(session.scalars(rows))


def model_body(session: Session, model_id: int) -> bytes:
    """Raises NotFound."""
    body = session.scalar(select(Model.body).where(Model.id == model_id))
    if body is None:
        raise NotFound(f"no model {model_id}")
    return body
