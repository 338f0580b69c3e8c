"""What people do at the review desk: who is there, what they did, what they look for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Action(Base):
    """Something that a person did to a topic's matches or events, and how it was before."""

    __tablename__ = "action"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    """label | merge | split | rename"""
    words: Mapped[str]
    """What was done, as people read it."""
    before: Mapped[dict[str, Any]]
    """What it takes to undo it."""
    done_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class SavedSearch(Base):
    """A search under a name; feed readers can subscribe to it."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    filter: Mapped[dict[str, Any]]
    """As ``domain.search`` writes it."""
    created_at: Mapped[datetime]


class Login(Base):
    """A browser that has given a password."""

    __tablename__ = "login"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """The SHA-256 of what the browser's cookie holds."""
    role: Mapped[str]
    """editor | viewer"""
    password: Mapped[str]
    """A digest of the password that let it in: another password ends it."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
