"""Feeds, and what it takes to hear from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Feed(Base):
    """A polled source."""

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """The user's name for it, else the feed's own title, else empty."""
    host: Mapped[str]
    origin: Mapped[str]
    """Where it was added: ``file`` (configuration, OPML) or ``command``."""
    tags: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default="active")
    """active | paused | retired (it says itself that it has ended) | removed (kept for the sake of
    its entries)"""
    interval: Mapped[float | None]
    """Seconds between polls; null = the configured default."""
    created_at: Mapped[datetime]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]
    next_poll_at: Mapped[datetime] = mapped_column(index=True)
    last_success_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """Failed polls in a row."""
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    items: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Digests of the items of the last document: they need not be parsed again."""
    kills: Mapped[int] = mapped_column(default=0)
    """Worker processes that the document ``body_hash`` has cost."""
    moved_to: Mapped[str | None]
    """Where the address redirects for good; followed after some confirmations."""
    moved_seen: Mapped[int] = mapped_column(default=0)
    rhythm: Mapped[dict[str, Any] | None]
    """When it publishes, as ``domain.rhythm`` has learnt it."""
    last_entry_at: Mapped[datetime | None]
    """When an entry was new last."""
    lost_at: Mapped[datetime | None]
    """When a poll last shared no entry with the one before: some may have passed unseen."""
    value: Mapped[dict[str, Any] | None]
    """What it has brought lately, as ``edge.store.value`` counts it once an hour."""


class Host(Base):
    """Whose turn it is at a host, where several machines share the work."""

    __tablename__ = "host"

    name: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]
    """The next request may start then: a pause after the last, or the end of a lease."""


class Subscription(Base):
    """A feed's hub, asked to push (WebSub)."""

    __tablename__ = "subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"), unique=True)
    hub: Mapped[str]
    topic: Mapped[str]
    """The address by which the hub knows the feed."""
    token: Mapped[str] = mapped_column(unique=True)
    """The unguessable end of our callback's address."""
    secret: Mapped[str]
    state: Mapped[str]
    """wanted | asked (the hub is to verify) | active | refused"""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(index=True)
    """When to ask the hub (again): to subscribe, or to renew before the lease ends."""
    lease_until: Mapped[datetime | None]
    last_push_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class Push(Base):
    """A document that a hub has pushed, until it has been read."""

    __tablename__ = "push"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"), index=True)
    received_at: Mapped[datetime]
    content_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Outage(Base):
    """A time in which a feed could not be read; one that lasts is in the feed's own row."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime] = mapped_column(index=True)
