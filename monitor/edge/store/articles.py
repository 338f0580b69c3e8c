"""Articles on their way from a feed's entry to collected text, and to a new text when edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Article, Entry, Feed, Judgement
from monitor import types
from monitor.edge.store import revisions
from monitor.edge.store.entries import make_judgements_due
from monitor.edge.store.standing import count_again
from monitor.edge.store.statements import DUE, ask_for_fit


@dataclass(frozen=True, slots=True)
class ArticleForCollect:
    """What the feed told about a page that is due."""

    id: int
    url: str
    title: str
    text: str
    published: datetime | None
    feed: str
    """The name of the first feed that carried it; empty for a seed."""
    attempts: int
    kills: int
    seed: bool
    edited_from: types.TextFrom | None
    """Of an edited article: where its present text came from."""


@dataclass(frozen=True, slots=True)
class Collected:
    id: int
    article: types.Article
    error: str | None = None
    """Why the page could not be used, where the text is the feed's."""


@dataclass(frozen=True, slots=True)
class Postponed:
    id: int
    not_before: datetime
    error: str
    killed: bool = False
    """The page cost a worker process."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An edited article whose page could not be had: its text stays as it was."""

    id: int
    error: str


Outcome = Collected | Postponed | Kept


def articles_due(session: Session, host: str, now: datetime, limit: int) -> list[ArticleForCollect]:
    """Pages of ``host`` to fetch now, the first seen first."""
    due = (
        select(Article)
        .where(Article.host == host, Article.state.in_(DUE), Article.not_before <= now)
        .order_by(Article.id)
        .limit(limit)
    )
    rows = session.scalars(due).all()
    ids = [row.id for row in rows]
    names = dict(
        session.execute(
            select(Entry.article_id, Feed.name)
            .join(Feed)
            .where(Entry.article_id.in_(ids))
            .order_by(Entry.id.desc())
        ).all()
    )
    seeds = set(
        session.scalars(
            select(Judgement.article_id).where(
                Judgement.article_id.in_(ids), Judgement.seed.is_not(None)
            )
        )
    )
    return [
        ArticleForCollect(
            id=row.id,
            url=row.url,
            title=row.title,
            text=row.feed_text or "",
            published=row.published,
            feed=names.get(row.id, ""),
            attempts=row.attempts,
            kills=row.kills,
            seed=row.id in seeds,
            edited_from=row.text_from if row.state == "edited" else None,  # type: ignore[arg-type]
        )
        for row in rows
    ]


def save_collected(session: Session, outcomes: Sequence[Outcome], now: datetime) -> list[int]:
    """Keep what came of a batch of pages; returns the topics that have something to judge.

    A page that another worker has meanwhile collected is left as it is.
    """
    _block_new_topics(session)
    done: list[int] = []
    changed: list[int] = []
    for one in outcomes:
        match one:
            case Collected():
                taken = _collect(session, one, now)
                if taken and revisions.close(session, one.id, one.article, now):
                    changed.append(one.id)
                done += [one.id] if taken else []
            case Kept():
                changed += [one.id] if _keep(session, one, now) else []
            case Postponed():
                _postpone(session, one)
    tried = [one.id for one in outcomes if isinstance(one, Postponed)]
    _refit_seeded(session, [*done, *tried], now)
    topics = set(make_judgements_due(session, done, now))
    topics.update(revisions.judge_again(session, changed, now))
    revisions.wake_threads(session, changed, now)
    _count_outlets(session, done)
    topics.update(
        session.scalars(select(Judgement.topic_id).where(Judgement.article_id.in_(done)).distinct())
    )
    return sorted(topics)


def _count_outlets(session: Session, articles: Sequence[int]) -> None:
    """A match whose page was fetched again may name another outlet."""
    edited = select(Judgement.event_id).where(
        Judgement.article_id.in_(articles), Judgement.event_id.is_not(None)
    )
    count_again(session, filter(None, session.scalars(edited)))


def _block_new_topics(session: Session) -> None:
    """Take a lock on ``article`` before topics are read: see ``topics.sync_topics``."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE article IN ROW EXCLUSIVE MODE")


def _collect(session: Session, one: Collected, now: datetime) -> bool:
    article = one.article
    values = {
        "state": "collected",
        "collected_at": now,
        "attempts": Article.attempts + 1,
        "last_error": one.error,
        "feed_text": None,
        "title": article.title,
        "text": article.text,
        "text_from": article.text_from,
        "published": article.published,
        "source": article.source,
        "author": article.author,
        "language": article.language,
        "canonical_url": article.canonical_url,
    }
    changed = session.execute(
        update(Article).where(Article.id == one.id, Article.state.in_(DUE)).values(values)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def _keep(session: Session, one: Kept, now: datetime) -> bool:
    """True if its feed has given it another headline."""
    session.execute(
        update(Article)
        .where(Article.id == one.id, Article.state == "edited")
        .values(state="collected", feed_text=None, last_error=one.error)
    )
    return revisions.close(session, one.id, as_article(session.get_one(Article, one.id)), now)


def _postpone(session: Session, one: Postponed) -> None:
    session.execute(
        update(Article)
        .where(Article.id == one.id, Article.state.in_(DUE))
        .values(
            attempts=Article.attempts + 1,
            kills=Article.kills + int(one.killed),
            not_before=one.not_before,
            last_error=one.error,
        )
    )


def _refit_seeded(session: Session, articles: Iterable[int], now: datetime) -> None:
    """A seed that has arrived, or failed for the first time, is a reason to fit."""
    seeded = select(Judgement.topic_id).where(
        Judgement.article_id.in_(list(articles)), Judgement.seed.is_not(None)
    )
    ask_for_fit(session, session.scalars(seeded.distinct()), now)


def as_article(row: Article) -> types.Article:
    """A stored article as the domain knows it."""
    return types.Article(
        url=row.url,
        title=row.title,
        text=row.text or "",
        published=row.published,
        text_from=row.text_from or "feed",  # type: ignore[arg-type]
        source=row.source,
        author=row.author,
        language=row.language,
        canonical_url=row.canonical_url,
    )
