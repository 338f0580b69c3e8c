"""Topics and their seeds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from models import Article, Entry, Event, Judgement, Topic
from monitor import types
from monitor.domain.routing import routing_to_dict
from monitor.domain.settings import settings_to_dict
from monitor.edge.store.digests import plan_digests
from monitor.edge.store.entries import article_key, make_judgements_due
from monitor.edge.store.feeds import SYNC_KEY
from monitor.edge.store.retelling import retell
from monitor.edge.store.statements import (
    UPLOADED,
    ask_for_fit,
    insert_new,
    one_at_a_time,
    topic_named,
)


@dataclass(frozen=True, slots=True)
class SeedInput:
    """A seed of the configuration: read from a file, or the address of a page to be collected."""

    source: str
    article: types.Article | None = None
    key: str = ""
    """The canonical URL, for a page."""
    host: str = ""


@dataclass(frozen=True, slots=True)
class TopicInput:
    name: str
    channels: tuple[str, ...]
    settings: types.TopicSettings
    seeds: tuple[SeedInput, ...]
    routing: Mapping[str, types.Routing] = field(default_factory=dict)
    """By channel; of those that are not named, the defaults."""


def sync_topics(session: Session, topics: Iterable[TopicInput], now: datetime) -> None:
    """Make the database's topics those of the configuration.

    One that is no longer there rests: nothing is judged for it, nothing of it is lost.
    """
    one_at_a_time(session, SYNC_KEY)
    hold_articles(session)
    wanted = {topic.name: topic for topic in topics}
    for name, topic in wanted.items():
        row = session.scalar(select(Topic).where(Topic.name == name))
        if row is None:
            row = _add_topic(session, topic, now)
        elif row.state != "active":
            row.state = "active"
            judge_the_stored(session, now)
        _change(session, row, topic, now)
    session.execute(
        update(Topic)
        .where(Topic.name.not_in(wanted), Topic.origin == "file")
        .values(state="inactive")
    )


def _add_topic(session: Session, topic: TopicInput, now: datetime) -> Topic:
    row = Topic(
        name=topic.name,
        origin="file",
        created_at=now,
        channels=list(topic.channels),
        settings=settings_to_dict(topic.settings),
        fit_due_at=now,
        fit_asked=1,
    )
    session.add(row)
    session.flush()
    judge_the_stored(session, now)
    return row


def hold_articles(session: Session) -> None:
    """Let no article be collected beside this transaction.

    It closes the gap between "this topic sees no such article" and "that article sees no such
    topic" in two transactions at once.  SQLite has one writer at a time as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE article IN SHARE ROW EXCLUSIVE MODE")


def judge_the_stored(session: Session, now: datetime) -> None:
    """Make the articles that are here already due for judging by the topics that lack them."""
    stored = session.scalars(select(Article.id).where(Article.text.is_not(None)))
    for batch in stored.partitions(10_000):
        make_judgements_due(session, batch, now)


def _change(session: Session, row: Topic, topic: TopicInput, now: datetime) -> None:
    settings = settings_to_dict(topic.settings)
    changed = row.settings != settings
    row.settings = settings
    row.channels = list(topic.channels)
    row.routing = {name: routing_to_dict(its) for name, its in topic.routing.items()}
    plan_digests(session, row, now)
    if _sync_seeds(session, row.id, topic.seeds, now) or changed:
        ask_for_fit(session, [row.id], now)


def _sync_seeds(session: Session, topic_id: int, seeds: Sequence[SeedInput], now: datetime) -> bool:
    """Add and remove seeds, but leave those that people have added; True if anything changed."""
    wanted = {_seed_key(seed): seed for seed in seeds}
    present = dict(
        session.execute(
            select(Article.key, Judgement)
            .join(Judgement)
            .where(Judgement.topic_id == topic_id, ~Judgement.seed.startswith(UPLOADED))
        ).all()
    )
    removed = present.keys() - wanted.keys()
    for key in removed:
        take_back_seed(session, present[key])
    added = {key: seed for key, seed in wanted.items() if key not in present}
    for key, seed in added.items():
        _add_seed(session, topic_id, key, seed, now)
    return bool(added or removed)


def _seed_key(seed: SeedInput) -> str:
    if seed.article is None:
        return article_key(seed.key)
    return text_key(seed.article.title, seed.article.text)


def text_key(title: str, text: str) -> str:
    """The identity of an article that a person has given."""
    told = f"{title}\n{text}"
    return f"seed:{hashlib.sha256(told.encode()).hexdigest()}"


def language_given(session: Session, title: str, text: str) -> str:
    """The language of an article that a person has given; empty where it is not here yet."""
    stored = select(Article.language).where(Article.key == text_key(title, text))
    return session.scalar(stored) or ""


def _add_seed(session: Session, topic_id: int, key: str, seed: SeedInput, now: datetime) -> None:
    insert_new(session, Article, [_seed_values(key, seed, now)], Article.id)
    make_seed(session, topic_id, key, seed.source, now)


def make_seed(session: Session, topic_id: int, key: str, source: str, now: datetime) -> None:
    """Make the article that is stored under ``key`` a seed."""
    article_id = session.scalar(select(Article.id).where(Article.key == key))
    row = session.scalar(
        select(Judgement).where(Judgement.topic_id == topic_id, Judgement.article_id == article_id)
    )
    if row is not None:  # a page that had been judged becomes a seed
        row.seed = source
        retell(session, filter(None, [row.event_id]))
        return
    values = {
        "topic_id": topic_id,
        "article_id": article_id,
        "seed": source,
        "state": "pending",
        "not_before": now,
    }
    insert_new(session, Judgement, [values], Judgement.id)


def _seed_values(key: str, seed: SeedInput, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        "key": key,
        "url": seed.source,
        "host": seed.host,
        "state": "new",
        "not_before": now,
        "first_seen_at": now,
        "title": "",
    }
    if seed.article is not None:
        article = asdict(seed.article)
        values |= {"state": "collected", "collected_at": now, **article, "url": seed.source}
    return values


def take_back_seed(session: Session, judgement: Judgement) -> None:
    """Take a seed back.  What a feed has brought too stays, as a match."""
    carried = session.scalar(select(exists().where(Entry.article_id == judgement.article_id)))
    if carried:
        judgement.seed = None
        retell(session, filter(None, [judgement.event_id]))
        return
    article, event = judgement.article_id, judgement.event_id
    session.delete(judgement)
    session.flush()
    used = session.scalar(select(exists().where(Judgement.article_id == article)))
    if not used:
        session.execute(delete(Article).where(Article.id == article))
    if event is not None:
        delete_empty_events(session, [event])
        retell(session, [event])


def channels_in_use(session: Session) -> set[str]:
    """The channels of all active topics, those of commands among them."""
    rows = session.scalars(select(Topic.channels).where(Topic.state == "active"))
    return {channel for channels in rows for channel in channels}


def delete_empty_events(session: Session, events: Iterable[int]) -> None:
    """Events that no judgement is in any more."""
    told = exists().where(Judgement.event_id == Event.id)
    session.execute(delete(Event).where(Event.id.in_(list(events)), ~told))


def delete_topic(session: Session, name: str) -> None:
    """Remove a topic and all that it holds, its seeds' texts included.  Raises NotFound."""
    topic = topic_named(session, name)
    session.execute(delete(Topic).where(Topic.id == topic.id))
    orphan = ~exists().where(Judgement.article_id == Article.id) & ~exists().where(
        Entry.article_id == Article.id
    )
    session.execute(delete(Article).where(orphan))
