"""How feeds fare: who has been silent since when, and how much has come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select
from sqlalchemy.orm import Session

from models import Article, Entry, Feed
from monitor import types
from monitor.domain.health import Volume, comparable
from monitor.domain.health import volume as verdict
from monitor.domain.rhythm import Rhythm, usual_gap
from monitor.domain.silence import SHORTEST, silence
from monitor.domain.value import why_drop
from monitor.edge.store.alerts import add_feed_alert
from monitor.edge.store.polls import CONFIRMATIONS
from monitor.edge.store.statements import chunks
from monitor.edge.store.value import value_of

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


def volume(session: Session, now: datetime) -> Volume:
    """The articles of the last 24 hours, beside what is usual."""
    first = session.scalar(select(func.min(Article.first_seen_at)))
    days = max(1, (now - first) // DAY) if first is not None else 0
    failing, active = session.execute(
        select(func.count().filter(Feed.failures > 0), func.count()).where(Feed.state == "active")
    ).one()
    return verdict(
        _articles_of_day(session, now, 0),
        [_articles_of_day(session, now, day) for day in comparable(days)],
        failing=failing,
        feeds=active,
    )


def _articles_of_day(session: Session, now: datetime, day: int) -> int:
    """New ones in the 24 hours that ended ``day`` days ago."""
    seen = Article.first_seen_at
    counted = select(func.count()).where(seen >= now - (day + 1) * DAY, seen < now - day * DAY)
    return session.scalar(counted) or 0


def following(session: Session) -> int:
    """How many feeds are polled."""
    return session.scalar(select(func.count()).where(Feed.state == "active")) or 0


def feeds(session: Session, now: datetime) -> list[types.FeedView]:
    """Every feed that is not removed, by name."""
    return completed(session, listed(session, now))


def listed(session: Session, now: datetime) -> list[types.FeedView]:
    """As ``feeds``, but without what is dear to tell: the entries, and the usual gap."""
    query = select(*_SHOWN).where(Feed.state != "removed").order_by(Feed.name, Feed.url)
    rows = session.execute(query, {"lately": now - SHORTEST})
    return [_view(row, now) for row in rows]


def completed(session: Session, views: Sequence[types.FeedView]) -> list[types.FeedView]:
    """``listed`` feeds with all that is told of them."""
    entries = select(func.count()).where(Entry.feed_id == Feed.id).scalar_subquery()
    columns = (Feed.url, entries.label("entries"), Feed.rhythm, Feed.value, Feed.created_at)
    told: dict[str, Row[Any]] = {}
    for some in chunks(views):
        query = select(*columns).where(Feed.url.in_([view.url for view in some]))
        told.update({row.url: row for row in session.execute(query)})
    return [_complete(view, told[view.url]) if view.url in told else view for view in views]


def _complete(view: types.FeedView, row: Row[Any]) -> types.FeedView:
    gap = usual_gap(Rhythm.from_json(row.rhythm)) if row.rhythm else None
    value = value_of(row.value)
    read = view.state == "active" and not view.failures
    return replace(
        view,
        entries=row.entries,
        usual_gap=gap.total_seconds() if gap else None,
        value=value,
        drop=why_drop(value, row.created_at) if value and read else "",
    )


_LONG_UNHEARD = case((Feed.last_entry_at <= bindparam("lately"), Feed.rhythm))
"""Of other feeds the rhythm says nothing about their silence."""
_SHOWN = (
    *(Feed.url, Feed.name, Feed.state, Feed.origin, Feed.tags, Feed.next_poll_at),
    *(Feed.last_success_at, Feed.last_entry_at, Feed.lost_at, Feed.failures, Feed.failing_since),
    *(Feed.last_error, Feed.moved_to, Feed.moved_seen, _LONG_UNHEARD.label("rhythm")),
)


def _view(feed: Row[Any], now: datetime) -> types.FeedView:
    return types.FeedView(
        url=feed.url,
        name=feed.name or feed.url,
        state=feed.state,
        next_poll_at=feed.next_poll_at,
        last_success_at=feed.last_success_at,
        failures=feed.failures,
        last_error=feed.last_error,
        entries=0,
        origin=feed.origin,
        tags=tuple(feed.tags),
        failing_since=feed.failing_since,
        last_entry_at=feed.last_entry_at,
        silent=_is_silent(feed, now),
        lost_at=feed.lost_at,
        moved_to=feed.moved_to if feed.moved_seen >= CONFIRMATIONS else None,
    )


def _is_silent(feed: Row[Any], now: datetime) -> bool:
    if feed.rhythm is None or feed.state != "active" or feed.failures:
        return False
    return silence(Rhythm.from_json(feed.rhythm), feed.last_entry_at, now).unusual
