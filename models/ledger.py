"""The ledger: what is to be said, to whom, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Alert(Base):
    """A message due to the user, its content fixed in the transaction of the match."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What it is about (``new_event:<event id>``): the same thing is never alerted twice."""
    kind: Mapped[str]
    """new_event | update | digest | feed_failing, … | channel_dead"""
    topic_id: Mapped[int | None] = mapped_column(
        ForeignKey("topic.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    feed_id: Mapped[int | None] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), index=True
    )
    """Of an alert about a feed, which has neither topic nor event."""
    created_at: Mapped[datetime]
    message: Mapped[dict[str, Any]]


class Digest(Base):
    """When a channel hears next what a topic has kept for it."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("topic_id", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"))
    channel: Mapped[str]
    since: Mapped[datetime]
    """When the last one was made."""
    due_at: Mapped[datetime] = mapped_column(index=True)


class Delivery(Base):
    """One attempt series of an alert on one channel."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("alert_id", "channel"),
        Index(
            "ix_delivery_due",
            "channel",
            "id",
            sqlite_where=text("state IN ('pending', 'sending')"),
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
        Index(
            "ix_delivery_held",
            "not_before",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    channel: Mapped[str]
    uid: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="pending")
    """held (until ``not_before``, then said together with others) | pending | sending (leased until
    ``not_before``) | sent | carried (said by ``carried_by``) | dead"""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    """When it was made due as a message of its own."""
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    receipt: Mapped[str | None]
    """The channel's own name for what it took."""
    carried_by: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="SET NULL"))
