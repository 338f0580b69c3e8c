"""What the monitor remembers.  Rows with a ``state`` are its to-do list as well.

topic ─┬─ model                      feed ─┬─ entry ── article ── revision
       ├─ judgement ── article             ├─ alert ── delivery
       ├─ event ── alert ── delivery       ├─ outage
       ├─ digest                           └─ subscription, push
       └─ action
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Article(Base):
    """One page of the web (or one linkless feed item): its identity is kept for ever."""

    __tablename__ = "article"
    __table_args__ = (
        Index(
            "ix_article_due",
            "host",
            "not_before",
            sqlite_where=text("state IN ('new', 'edited')"),
            postgresql_where=text("state IN ('new', 'edited')"),
        ),
        Index("ix_article_collected_at", "collected_at"),
        Index("ix_article_first_seen_at", "first_seen_at"),
        Index("ix_article_outlet", text("lower(source)")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Canonical URL, else ``guid:…``; of a seed file ``seed:<sha256 of its text>``."""
    url: Mapped[str]
    host: Mapped[str]
    state: Mapped[str]
    """new (page due) | collected | edited (collected, and due again: its feed shows it changed)"""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    last_error: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    collected_at: Mapped[datetime | None]

    title: Mapped[str]
    feed_text: Mapped[str | None]
    """The feed's own text, until the page has been collected."""
    text: Mapped[str | None]
    """Null before collection and after retention."""
    text_from: Mapped[str | None]
    """page | plain (a page's, by the cheap extractor) | feed | seed"""
    published: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    canonical_url: Mapped[str] = mapped_column(default="")
    kills: Mapped[int] = mapped_column(default=0)
    """Worker processes that its page has cost."""
    revisions: Mapped[int] = mapped_column(default=0)
    """How often its feed has shown it changed since it was collected first."""


class Revision(Base):
    """What an article said before its publisher changed it."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )
    replaced_at: Mapped[datetime]
    title: Mapped[str]
    text: Mapped[str]
    text_from: Mapped[str | None]
    material: Mapped[bool]
    """Whether the change was one of substance."""
    correction: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the publisher says that this version was wrong."""
    change: Mapped[str]
    """What changed, in words."""


class Entry(Base):
    """A sighting of an article in a feed."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("feed_id", "article_id"),
        Index("ix_entry_feed_id_guid", "feed_id", "guid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )
    seen_at: Mapped[datetime]
    guid: Mapped[str] = mapped_column(default="")
    """Hashed; empty where the item has none of its own."""
    digest: Mapped[str] = mapped_column(default="")
    """Of the title and text that the feed gave it last."""


class Topic(Base):
    """What the user follows."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    """active | inactive (no longer in the configuration; kept until deleted)"""
    created_at: Mapped[datetime]
    channels: Mapped[list[str]]
    routing: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """By channel: which alerts reach it, and when."""
    muted_until: Mapped[datetime | None]
    settings: Mapped[dict[str, Any]]
    """As the configuration has them."""
    overrides: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Settings that were changed at the desk: they go before those of the configuration."""
    fit_due_at: Mapped[datetime | None] = mapped_column(index=True)
    fit_asked: Mapped[int] = mapped_column(default=0)
    """Counts the reasons to fit (a seed, a label, a setting): a fit that has not seen the last of
    them does not put the next one off."""
    fit_answered: Mapped[int] = mapped_column(default=0)
    """So many of them the newest model has seen."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Failed fits in a row."""
    last_error: Mapped[str | None]


class Model(Base):
    """A fitted topic model, frozen.  A topic's newest is in force; older ones stay, so that each
    judgement can be explained by the model that made it."""

    __tablename__ = "model"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    threshold: Mapped[float]
    matches_a_day: Mapped[float | None]
    """To be expected, by the stream that it was fitted to; null without one."""
    format: Mapped[int] = mapped_column(default=0)
    """Of ``body``; one that this version cannot read is in force no more."""
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Event(Base):
    """The matches (and seeds) that report one real-world happening."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_topic_id_newest_at", "topic_id", "newest_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    """That of its earliest article, unless a person has named it."""
    named: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a person has."""
    opened_at: Mapped[datetime | None]
    """When its earliest article was published; null where none has a date."""
    last_seen: Mapped[datetime | None]
    newest_at: Mapped[datetime | None] = mapped_column(index=True)
    """The latest ``told_at`` of its matches; null: it has none, but seeds."""
    matches: Mapped[int] = mapped_column(default=0, server_default="0")
    outlets: Mapped[int] = mapped_column(default=0, server_default="0")
    """That its matches come from."""
    originals: Mapped[int] = mapped_column(default=0, server_default="0")
    """The outlets that have not only copied others."""
    alarmed_at: Mapped[datetime | None]
    """When it was found worth an alert; null of one that may be no new event."""
    update_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When its threads are to hear what is new since the last message; null: nothing is."""
    muted_until: Mapped[datetime | None]


class Kinship(Base):
    """Two events that may be one, or have been merged."""

    __tablename__ = "kinship"
    __table_args__ = (UniqueConstraint("event_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    """The one that opened first."""
    other_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    log_odds: Mapped[float | None]
    """That they are one; null where a person said so."""
    found_at: Mapped[datetime]
    moved: Mapped[list[int] | None]
    """The judgements that went over from the other one, which has none since; null: they have not
    been merged."""
    apart: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A person says that they are two: they are never merged, nor suggested."""


class Judgement(Base):
    """One article scored against one topic by one model.  With an event it is a match or a seed;
    without one it is off topic, and only its score is kept."""

    __tablename__ = "judgement"
    __table_args__ = (
        UniqueConstraint("topic_id", "article_id"),
        Index(
            "ix_judgement_due",
            "topic_id",
            "not_before",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_judgement_recent", "topic_id", "judged_at"),
        Index("ix_judgement_event_id_told_at", "event_id", "told_at"),
        Index(
            "ix_judgement_seeds",
            "topic_id",
            sqlite_where=text("seed IS NOT NULL"),
            postgresql_where=text("seed IS NOT NULL"),
        ),
        Index(
            "ix_judgement_told",
            "topic_id",
            "told_at",
            "event_id",
            sqlite_where=text("event_id IS NOT NULL AND seed IS NULL"),
            postgresql_where=text("event_id IS NOT NULL AND seed IS NULL"),
        ),
        Index(
            "ix_judgement_judged",
            "topic_id",
            "told_at",
            sqlite_where=text("seed IS NULL AND model_id IS NOT NULL"),
            postgresql_where=text("seed IS NULL AND model_id IS NOT NULL"),
        ),
        Index(
            "ix_judgement_judged_at",
            "told_at",
            sqlite_where=text("seed IS NULL AND model_id IS NOT NULL"),
            postgresql_where=text("seed IS NULL AND model_id IS NOT NULL"),
        ),
        Index(
            "ix_judgement_told_at",
            "told_at",
            sqlite_where=text("event_id IS NOT NULL AND seed IS NULL"),
            postgresql_where=text("event_id IS NOT NULL AND seed IS NULL"),
        ),
        Index(
            "ix_judgement_labelled",
            "topic_id",
            "label",
            sqlite_where=text("label IS NOT NULL"),
            postgresql_where=text("label IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"))
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )
    seed: Mapped[str | None]
    """Of a seed: the file or URL it came from."""
    state: Mapped[str]
    """pending | judged | quarantined"""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    last_error: Mapped[str | None]
    judged_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When its article was published, else when it was judged; null until then."""
    quiet: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Judged again because a person asked for it: it opens events that nobody is alerted about."""
    model_id: Mapped[int | None] = mapped_column(ForeignKey("model.id", ondelete="SET NULL"))
    score: Mapped[float | None]
    probability: Mapped[float | None]
    """Of being relevant, by the model."""
    neighbours: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The earlier articles that the score leans on, packed by ``domain.neighbours``."""
    alarm: Mapped[bool] = mapped_column(default=False)
    """Whether it made its event worth an alert."""
    weighed: Mapped[dict[str, Any] | None]
    """Of a match: what spoke for and against the nearest event, parts of the log-odds that it is
    the one."""
    novelty: Mapped[dict[str, Any] | None]
    """Of a match: what no earlier coverage of the topic held."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))
    similarity: Mapped[float | None]
    """To the nearest event at the time of judging."""
    nearest_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="SET NULL")
    )
    copy_of_id: Mapped[int | None] = mapped_column(ForeignKey("judgement.id", ondelete="SET NULL"))
    label: Mapped[str | None]
    """relevant | irrelevant"""
    labelled_at: Mapped[datetime | None]
    drawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether chance chose it, among all that was rejected, to be asked about."""
