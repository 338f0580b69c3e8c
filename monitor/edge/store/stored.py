"""What a database holds that can be replayed: a topic as it is, and the articles that came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models import Article, Judgement, Topic
from monitor import types
from monitor.edge.store.articles import as_article
from monitor.edge.store.overrides import effective_settings
from monitor.edge.store.statements import topic_named
from monitor.edge.store.telling import routing_of

_TOLD = func.coalesce(Article.published, Article.first_seen_at)


@dataclass(frozen=True, slots=True)
class StoredTopic:
    seeds: tuple[tuple[str, types.Article], ...]
    """Source and text of those that can be read."""
    settings: types.TopicSettings
    """In force."""
    routing: Mapping[str, types.Routing]
    """By channel."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Articles whose texts were dropped, because they were off topic and old."""

    articles: int
    until: datetime
    """The newest of them came then."""


def stored_topic(session: Session, name: str) -> StoredTopic:
    """Raises NotFound."""
    topic = topic_named(session, name)
    rows = session.execute(
        select(Judgement.seed, Article)
        .join(Article)
        .where(Judgement.topic_id == topic.id, Judgement.seed.is_not(None), _has_text())
        .order_by(Judgement.id)
    )
    seeds = tuple((seed or "", as_article(article)) for seed, article in rows)
    return StoredTopic(seeds, effective_settings(topic), routing_of(topic))


def stored_articles(
    session: Session, topic: str, since: datetime, *, after: int, limit: int
) -> list[tuple[int, types.Article]]:
    """Articles with a text published (else first seen) from ``since`` on, by rising id from beyond
    ``after``; each with a date.  Seeds of the topic are left out, and what only was given as one.
    """
    seeds = (
        select(Judgement.article_id)
        .join(Topic)
        .where(Topic.name == topic, Judgement.seed.is_not(None))
    )
    rows = session.scalars(
        select(Article)
        .where(
            Article.id > after,
            _has_text(),
            Article.text_from != "seed",
            since <= _TOLD,
            Article.id.not_in(seeds),
        )
        .order_by(Article.id)
        .limit(limit)
    )
    return [
        (row.id, replace(as_article(row), published=row.published or row.first_seen_at))
        for row in rows
    ]


def lost_texts(session: Session, since: datetime) -> Lost | None:
    """Of the articles published (else first seen) from ``since`` on; None: all have their texts."""
    gone = Article.state == "collected", Article.text.is_(None), since <= _TOLD
    articles, until = session.execute(select(func.count(), func.max(_TOLD)).where(*gone)).one()
    return Lost(articles, until) if articles else None


def _has_text() -> ColumnElement[bool]:
    return Article.text.is_not(None) & (Article.text != "")
