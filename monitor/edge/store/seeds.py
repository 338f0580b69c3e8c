"""Topics and seeds that people add beside the configuration, which leaves them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Judgement, Topic
from monitor import types
from monitor.domain.settings import settings_to_dict
from monitor.domain.urls import absolute, canonical, host_of
from monitor.edge.store.entries import article_key
from monitor.edge.store.feeds import SYNC_KEY
from monitor.edge.store.statements import (
    UPLOADED,
    ask_for_fit,
    insert_new,
    one_at_a_time,
    topic_named,
)
from monitor.edge.store.topics import (
    hold_articles,
    judge_the_stored,
    make_seed,
    take_back_seed,
    text_key,
)
from monitor.errors import ConfigError, NotFound


def add_topic(
    session: Session,
    name: str,
    settings: types.TopicSettings,
    channels: Sequence[str],
    now: datetime,
) -> int:
    """A topic without seeds, that the configuration does not name; returns its id.

    Articles that are here already are judged too.  Raises ConfigError where the name is taken.
    """
    one_at_a_time(session, SYNC_KEY)
    hold_articles(session)
    if session.scalar(select(Topic.id).where(Topic.name == name)) is not None:
        raise ConfigError(f"there is a topic {name} already: choose another name")
    row = Topic(
        name=name,
        origin="command",
        created_at=now,
        channels=list(channels),
        settings=settings_to_dict(settings),
        fit_due_at=now,
        fit_asked=1,
    )
    session.add(row)
    session.flush()
    judge_the_stored(session, now)
    return row.id


def add_seed(
    session: Session, topic: str, article: types.Article, name: str, now: datetime
) -> None:
    """Make an article that a person has given a seed; ``name``: of its file.

    A text that is one already stays as it is.  Raises NotFound.
    """
    key = text_key(article.title, article.text)
    _add(session, topic, collected(key, article, now), name, now)


def add_seed_url(session: Session, topic: str, url: str, now: datetime) -> None:
    """Make the page at an address a seed; where it is not here yet, it is to be collected.

    Raises NotFound, ParseError (no http or https address).
    """
    values = {
        "key": article_key(canonical(url)),
        "url": absolute(url),
        "host": host_of(url),
        "state": "new",
        "not_before": now,
        "first_seen_at": now,
        "title": "",
    }
    _add(session, topic, values, url, now)


def _add(session: Session, topic: str, values: dict[str, object], name: str, now: datetime) -> None:
    topic_id, key = topic_named(session, topic).id, str(values["key"])
    is_seed = (
        select(Judgement.id)
        .join(Article)
        .where(Judgement.topic_id == topic_id, Article.key == key, Judgement.seed.is_not(None))
    )
    ask_for_fit(session, [topic_id], now)
    if session.scalar(is_seed) is None:
        insert_new(session, Article, [values], Article.id)
        make_seed(session, topic_id, key, f"{UPLOADED}{name}", now)


def collected(key: str, article: types.Article, now: datetime) -> dict[str, object]:
    """The row of an article that a person has given."""
    return {
        "key": key,
        "host": "",
        "state": "collected",
        "not_before": now,
        "first_seen_at": now,
        "collected_at": now,
        **asdict(article),
    }


def remove_seed(session: Session, topic: str, judgement_id: int, now: datetime) -> None:
    """Take back a seed that a person has added; what a feed has brought too stays, as an article.

    Raises NotFound, and ConfigError for a seed of the configuration.
    """
    topic_id = topic_named(session, topic).id
    row = session.get(Judgement, judgement_id)
    if row is None or row.topic_id != topic_id or row.seed is None:
        raise NotFound(
            f"{topic} has no seed {judgement_id}: see `monitor topics seeds list {topic}`"
        )
    if not row.seed.startswith(UPLOADED):
        raise ConfigError(f"[topics.{topic}] seeds: names {row.seed}: take it out there")
    ask_for_fit(session, [topic_id], now)
    take_back_seed(session, row)
