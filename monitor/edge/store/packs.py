"""Topics into packs, and out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Article, Feed, Judgement
from monitor.domain import packs
from monitor.domain.packs import MAX_LABELS, Label, Pack, Seed, Settings, Told, elsewhere
from monitor.domain.urls import canonical, host_of
from monitor.edge.store.entries import article_key
from monitor.edge.store.feeds import FeedInput, add_feed
from monitor.edge.store.overrides import effective_settings
from monitor.edge.store.seeds import add_seed, add_topic, collected
from monitor.edge.store.statements import UPLOADED, chunks, insert_new, topic_named
from monitor.edge.store.topics import text_key


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What has become of a pack."""

    seeds: int
    labels: int
    feeds: int
    """Those that were not followed yet."""


def topic_pack(session: Session, name: str, *, labels: bool = True, feeds: bool = True) -> Pack:
    """A topic with the seeds and labels whose text is kept, of labels the latest ``MAX_LABELS``.

    Raises NotFound.
    """
    topic = topic_named(session, name)
    return Pack(
        name=name,
        settings=Settings(**asdict(effective_settings(topic))),
        seeds=_seeds(session, topic.id),
        labels=_labels(session, topic.id) if labels else (),
        feeds=_feeds(session) if feeds else (),
    )


def _seeds(session: Session, topic_id: int) -> tuple[Seed, ...]:
    rows = session.execute(
        select(Judgement.seed, Article)
        .join(Article)
        .where(
            Judgement.topic_id == topic_id,
            Judgement.seed.is_not(None),
            Article.text.is_not(None),
        )
        .order_by(Article.id)
    )
    return tuple(
        Seed(packs.file_name((source or "").removeprefix(UPLOADED)), _told(article))
        for source, article in rows
    )


def _labels(session: Session, topic_id: int) -> tuple[Label, ...]:
    rows = session.execute(
        select(Judgement.label, Article)
        .join(Article)
        .where(
            Judgement.topic_id == topic_id,
            Judgement.label.is_not(None),
            Judgement.seed.is_(None),
            Article.text.is_not(None),
        )
        .order_by(Judgement.labelled_at.desc(), Article.id.desc())
        .limit(MAX_LABELS)
    ).all()
    return tuple(
        Label(label, _told(article))  # type: ignore[arg-type]
        for label, article in sorted(rows, key=lambda row: row[1].id)
    )


def _told(row: Article) -> Told:
    return Told(
        title=row.title,
        text=row.text or "",
        url=elsewhere(row.url),
        published=row.published,
        source=row.source,
        language=row.language,
    )


def _feeds(session: Session) -> tuple[packs.Feed, ...]:
    rows = session.scalars(
        select(Feed).where(Feed.state.in_(("active", "paused"))).order_by(Feed.url)
    )
    return tuple(
        packs.Feed(row.url, row.name, tuple(row.tags)) for row in rows if elsewhere(row.url)
    )


def save_pack(
    session: Session,
    pack: Pack,
    name: str,
    channels: Sequence[str],
    now: datetime,
    *,
    feeds: bool = True,
) -> Unpacked:
    """A new topic out of a pack, to be fitted at once.  Raises ConfigError where the name is taken.

    Articles that are here already are kept as they are: a pack may claim what it likes of others.
    """
    topic_id = add_topic(session, name, pack.topic_settings, channels, now)
    for seed in pack.seeds:
        add_seed(session, name, seed.article.article(), seed.name, now)
    followed = [
        add_feed(session, FeedInput(feed.url, host_of(feed.url), feed.name, tags=feed.tags), now)
        for feed in (pack.feeds if feeds else ())
    ]
    _save_labels(session, topic_id, pack.labels, now)
    return Unpacked(len(pack.seeds), len(pack.labels), sum(followed))


def _save_labels(session: Session, topic_id: int, labels: Sequence[Label], now: datetime) -> None:
    """Labels of articles that no feed has brought here are to be learnt from, not judged."""
    here = _stored(session, [key for label in labels if (key := _page_key(label.article))])
    verdicts: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    for label in labels:
        article = label.article.article()
        key = _page_key(label.article)
        if key not in here:
            key = text_key(article.title, article.text)
            rows.append(collected(key, article, now))
        verdicts[key] = label.verdict
    insert_new(session, Article, rows, Article.id)
    ids = _stored(session, list(verdicts))
    _label(session, topic_id, {ids[key]: verdict for key, verdict in verdicts.items()}, now)


def _page_key(article: Told) -> str:
    """Under which a feed's article of this address is stored; empty without one."""
    return article_key(canonical(article.url)) if article.url else ""


def _stored(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """The ids of articles with a text, by key."""
    found: dict[str, int] = {}
    for some in chunks(keys):
        there = select(Article.key, Article.id).where(
            Article.key.in_(some), Article.text.is_not(None)
        )
        found.update(session.execute(there).all())
    return found


def _label(session: Session, topic_id: int, verdicts: Mapping[int, str], now: datetime) -> None:
    """``verdicts`` by article."""
    rows = [
        {
            "topic_id": topic_id,
            "article_id": article,
            "state": "judged",
            "not_before": now,
            "label": verdict,
            "labelled_at": now,
        }
        for article, verdict in verdicts.items()
    ]
    new = {row.article_id for row in insert_new(session, Judgement, rows, Judgement.article_id)}
    for verdict in ("relevant", "irrelevant"):
        due = [one for one, its in verdicts.items() if its == verdict and one not in new]
        for some in chunks(due):
            session.execute(
                update(Judgement)
                .where(
                    Judgement.topic_id == topic_id,
                    Judgement.article_id.in_(some),
                    Judgement.seed.is_(None),
                )
                .values(label=verdict, labelled_at=now)
            )
