"""How feeds fare: who has been silent since when, and how much has come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article, Entry, Feed
from monitor import types
from monitor.domain.health import WEEKS, Volume
from monitor.domain.health import volume as verdict
from monitor.domain.rhythm import Rhythm, usual_gap
from monitor.domain.silence import silence
from monitor.edge.store.alerts import add_feed_alert
from monitor.edge.store.polls import CONFIRMATIONS

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LastHeard:
    """A feed that can be read, and when it had something new last."""

    id: int
    name: str
    url: str
    rhythm: dict[str, Any]
    last_entry_at: datetime


@dataclass(frozen=True, slots=True)
class Silent:
    """A feed that has fallen silent, and what is said about it."""

    feed: int
    since: datetime
    alert: types.FeedAlert


def last_heard(session: Session) -> list[LastHeard]:
    """Every feed that is polled with success and has had entries."""
    columns = (Feed.id, Feed.name, Feed.url, Feed.rhythm, Feed.last_entry_at)
    well = (Feed.state == "active", Feed.failures == 0)
    known = (Feed.rhythm.is_not(None), Feed.last_entry_at.is_not(None))
    return [LastHeard(*row) for row in session.execute(select(*columns).where(*well, *known))]


def tell_silent(
    session: Session, silent: Sequence[Silent], channels: Sequence[str], now: datetime
) -> None:
    """Alert each silence once."""
    for one in silent:
        key = f"feed_silent:{one.feed}:{one.since.isoformat()}"
        add_feed_alert(session, one.feed, key, one.alert, channels=channels, now=now)


def daily_counts(session: Session, now: datetime, days: int) -> list[int]:
    """New articles in each of the last ``days`` periods of 24 hours, the latest first; fewer
    where the monitor has not run for so long."""
    first = session.scalar(select(func.min(Article.first_seen_at)))
    if first is None:
        return []
    whole = min(days, max(1, (now - first) // DAY))
    return [_count(session, now - (day + 1) * DAY, now - day * DAY) for day in range(whole)]


def volume(session: Session, now: datetime) -> Volume:
    """The articles of the last 24 hours, beside what is usual."""
    counts = daily_counts(session, now, 7 * WEEKS + 1)
    active = session.scalars(select(Feed.failures).where(Feed.state == "active")).all()
    return verdict(
        counts[0] if counts else 0,
        same_weekday=counts[7::7],
        all_days=counts[1:],
        failing=sum(failures > 0 for failures in active),
        feeds=len(active),
    )


def _count(session: Session, start: datetime, end: datetime) -> int:
    seen = Article.first_seen_at
    counted = select(func.count()).where(seen >= start, seen < end)
    return session.scalar(counted) or 0


def feeds(session: Session, now: datetime) -> list[types.FeedView]:
    """Every feed that is not removed, by name."""
    counted = select(func.count()).where(Entry.feed_id == Feed.id).scalar_subquery()
    query = select(Feed, counted).where(Feed.state != "removed").order_by(Feed.name, Feed.url)
    return [_view(feed, entries, now) for feed, entries in session.execute(query)]


def _view(feed: Feed, entries: int, now: datetime) -> types.FeedView:
    rhythm = Rhythm.from_json(feed.rhythm) if feed.rhythm else None
    heard = feed.last_entry_at if rhythm and feed.state == "active" and not feed.failures else None
    quiet = silence(rhythm, heard, now) if rhythm and heard else None
    gap = usual_gap(rhythm) if rhythm else None
    return types.FeedView(
        url=feed.url,
        name=feed.name or feed.url,
        state=feed.state,  # type: ignore[arg-type]
        next_poll_at=feed.next_poll_at,
        last_success_at=feed.last_success_at,
        failures=feed.failures,
        last_error=feed.last_error,
        entries=entries,
        origin=feed.origin,  # type: ignore[arg-type]
        tags=tuple(feed.tags),
        failing_since=feed.failing_since,
        last_entry_at=feed.last_entry_at,
        usual_gap=gap.total_seconds() if gap else None,
        silent=quiet is not None and quiet.unusual,
        lost_at=feed.lost_at,
        moved_to=feed.moved_to if feed.moved_seen >= CONFIRMATIONS else None,
    )
