"""One poll of a feed: what is needed for it, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from models import Feed, Outage
from monitor import types
from monitor.domain.health import is_dead
from monitor.domain.messages import feed_failing, feed_moved, feed_recovered, feed_retired
from monitor.domain.urls import host_of
from monitor.domain.websub import Offer
from monitor.edge.store.alerts import add_feed_alert, feed_alerted
from monitor.edge.store.entries import NOTHING, Shown, Sightings, add_shown
from monitor.edge.store.held import Held, hold, write
from monitor.edge.store.subscriptions import offer, trusted, unpushed

CONFIRMATIONS = 3
"""Polls that must find a feed moved to the same address before it is asked there."""
OUTAGE = timedelta(hours=1)
"""Feeds that could not be read for less are not remembered for it."""


@dataclass(frozen=True, slots=True)
class FeedForPoll:
    id: int
    url: str
    """Where to ask: the user's address, or the one it has moved to."""
    name: str
    interval: timedelta | None
    """The user's; None: as its rhythm says."""
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    items: bytes
    """Digests of the items of the last document."""
    failures: int
    kills: int
    moved_seen: int
    last_success_at: datetime | None
    rhythm: dict[str, Any] | None
    pushed: bool
    """Its hub can be relied on to push what is new."""

    @property
    def moved(self) -> bool:
        """Whether ``url`` is the address to which it has moved."""
        return self.moved_seen >= CONFIRMATIONS


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets the server, or us, tell that a feed has not changed."""

    etag: str | None
    last_modified: str | None
    body_hash: str
    items: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """When to poll next, and the rhythm that says so."""

    next_poll_at: datetime
    rhythm: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Move:
    """Where a feed's address redirects for good."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Polled:
    """A document that has been read."""

    validators: Validators
    feed: types.ParsedFeed
    """What is new in it, and perhaps what is not."""
    known: int
    """Items of the document that were in the one before as they are."""
    hosts: Mapping[str, str]
    """Of the entries' addresses."""
    offer: Offer | None = None
    """The hub that the document names."""
    parsed: bool = True
    """Not if all its items were known; then what else it says has not been read."""


@dataclass(frozen=True, slots=True)
class PollOutcome:
    sightings: Sightings
    lost: bool = False
    """Nothing was shared with the document before: entries may have passed unseen."""
    missed: bool = False
    """The hub has not pushed what is new."""
    moved: bool = False
    """From now on the feed is asked at the address to which it has moved."""


# Built once, and columns rather than the whole row: nothing is asked more often.
_FOR_POLL = select(
    Feed.id,
    Feed.url,
    Feed.name,
    Feed.interval,
    Feed.etag,
    Feed.last_modified,
    Feed.body_hash,
    Feed.items,
    Feed.failures,
    Feed.kills,
    Feed.moved_to,
    Feed.moved_seen,
    Feed.last_success_at,
    Feed.rhythm,
    trusted(bindparam("now")).label("pushed"),
).where(
    Feed.id.in_(bindparam("feeds", expanding=True)),
    Feed.state == "active",
    Feed.next_poll_at <= bindparam("now"),
)


def feeds_for_poll(
    session: Session, turns: Sequence[tuple[int, datetime]]
) -> list[FeedForPoll | None]:
    """For each (feed, time) the feed, if it is due at the last of these times."""
    now = max(at for _, at in turns)
    rows = session.execute(_FOR_POLL, {"feeds": [feed for feed, _ in turns], "now": now})
    feeds = {row.id: _for_poll(row) for row in rows}
    return [feeds.get(feed) for feed, _ in turns]


def _for_poll(row: Any) -> FeedForPoll:
    moved = row.moved_seen >= CONFIRMATIONS
    return FeedForPoll(
        id=row.id,
        url=row.moved_to if moved else row.url,
        name=row.name or row.url,
        interval=timedelta(seconds=row.interval) if row.interval else None,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        items=row.items or b"",
        failures=row.failures,
        kills=row.kills,
        moved_seen=row.moved_seen,
        last_success_at=row.last_success_at,
        rhythm=row.rhythm,
        pushed=row.pushed,
    )


def rhythms(session: Session) -> list[dict[str, Any] | None]:
    """Of every feed whose interval follows its rhythm; None while nothing is known of it."""
    theirs = select(Feed.rhythm).where(Feed.state == "active", Feed.interval.is_(None))
    return list(session.scalars(theirs))


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A poll that found nothing changed, of a feed that was well before."""

    feed: int
    plan: Plan
    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """Any other poll that succeeded."""

    feed: int
    polled: Polled | None
    """None: the document is unchanged."""
    plan: Callable[[PollOutcome], Plan]
    """Asked once it is known what is new."""
    at: datetime
    move: Move | None = None
    hubs: bool = False
    """Whether hubs can reach us."""
    tell: Sequence[str] = ()
    """Channels that hear of feeds."""


NO_CHANGE = PollOutcome(NOTHING)

_UNCHANGED = (
    update(Feed.__table__)  # type: ignore[arg-type]
    .where(Feed.id == bindparam("feed"))
    .values(
        next_poll_at=bindparam("due"), rhythm=bindparam("learnt"), last_success_at=bindparam("at")
    )
)


def save_unchanged(session: Session, polls: Sequence[Unchanged]) -> None:
    """Several at once: they are the most frequent write of all."""
    rows = [
        {"feed": o.feed, "due": o.plan.next_poll_at, "learnt": o.plan.rhythm, "at": o.at}
        for o in sorted(polls, key=lambda one: one.feed)  # in one order everywhere: no deadlock
    ]
    if rows:
        session.connection().execute(_UNCHANGED, rows)


def save_polls(session: Session, polls: Sequence[Unchanged | Changed]) -> list[PollOutcome]:
    """Successful polls, in few statements; an outcome for each.

    Entries and validators of a feed are in one transaction, so that no crash between them can hide
    entries behind a 304.
    """
    changed = [poll for poll in polls if isinstance(poll, Changed)]
    held = hold(session, [poll.feed for poll in polls]) if changed else {}
    save_unchanged(session, [poll for poll in polls if isinstance(poll, Unchanged)])
    outcomes: dict[Changed, PollOutcome] = {}
    left = [poll for poll in changed if poll.feed in held]
    while left:  # a feed that was polled twice has two turns
        turn: dict[int, Changed] = {}
        for poll in left:
            turn.setdefault(poll.feed, poll)
        outcomes |= _take(session, [(held[feed], poll) for feed, poll in turn.items()])
        left = [poll for poll in left if poll not in outcomes]
    write(session, [held[feed] for feed in {poll.feed for poll in outcomes}])
    return [
        outcomes.get(poll, NO_CHANGE) if isinstance(poll, Changed) else NO_CHANGE for poll in polls
    ]


def _take(session: Session, polls: Sequence[tuple[Held, Changed]]) -> dict[Changed, PollOutcome]:
    """What polls of different feeds have found; their rows are changed, but not yet written."""
    shown = [
        Shown(feed, poll.polled.feed.entries, poll.polled.hosts)
        if poll.polled
        else Shown(feed, (), {})
        for feed, poll in polls
    ]
    sightings = add_shown(session, shown, max(poll.at for _, poll in polls))
    return {
        poll: _conclude(session, feed, poll, seen)
        for (feed, poll), seen in zip(polls, sightings, strict=True)
    }


def _conclude(session: Session, feed: Held, poll: Changed, seen: Sightings) -> PollOutcome:
    _recover(session, feed, poll.tell, poll.at)
    outcome = _note(session, feed, poll, poll.polled, seen) if poll.polled else NO_CHANGE
    moved = _note_move(session, feed, poll.move, poll.tell, poll.at)
    outcome = replace(outcome, moved=moved)
    chosen = poll.plan(outcome)
    feed.next_poll_at, feed.rhythm = chosen.next_poll_at, chosen.rhythm
    feed.last_success_at = poll.at
    return outcome


def _note(
    session: Session, feed: Held, poll: Changed, polled: Polled, seen: Sightings
) -> PollOutcome:
    lost = feed.last_entry_at is not None and not polled.known and seen.all_new
    feed.etag = polled.validators.etag
    feed.last_modified = polled.validators.last_modified
    feed.body_hash = polled.validators.body_hash
    feed.items = polled.validators.items
    feed.name = feed.name or polled.feed.title
    feed.last_entry_at = poll.at if seen.new else feed.last_entry_at
    feed.lost_at = poll.at if lost else feed.lost_at
    if not poll.hubs:
        return PollOutcome(seen, lost)
    if polled.parsed:
        offer(session, feed.id, polled.offer, poll.at)
    return PollOutcome(seen, lost, unpushed(session, feed.id, seen.published, poll.at))


def save_failure(
    session: Session,
    feed_id: int,
    *,
    next_poll_at: datetime,
    error: str,
    killed_by: str | None,
    tell: Sequence[str],
    now: datetime,
) -> bool:
    """A poll that failed; True if the feed counts as dead, which is told once.

    ``killed_by``: the hash of a document that cost a worker process.
    """
    feed = session.get(Feed, feed_id, with_for_update=True)
    if feed is None:
        return False
    feed.next_poll_at = next_poll_at
    feed.failures += 1
    feed.failing_since = feed.failing_since or now
    feed.last_error = error
    if feed.moved_seen >= CONFIRMATIONS:
        feed.moved_to, feed.moved_seen = None, 0  # ask at the user's own address again
        feed.host = host_of(feed.url)
    if killed_by is not None:
        feed.kills = feed.kills + 1 if feed.body_hash == killed_by else 1
        feed.body_hash, feed.etag, feed.last_modified = killed_by, None, None
    dead = is_dead(feed.failing_since, feed.failures, now)
    if dead:
        alert = feed_failing(feed.name, feed.url, error, feed.failing_since)
        add_feed_alert(session, feed.id, failing_key(feed), alert, channels=tell, now=now)
    return dead


def retire(session: Session, feed_id: int, error: str, tell: Sequence[str], now: datetime) -> None:
    """Ask no more: the feed says that it is gone for good."""
    feed = session.get(Feed, feed_id, with_for_update=True)
    if feed is None or feed.state != "active":
        return
    feed.state, feed.last_error, feed.failing_since = "retired", error, now
    alert = feed_retired(feed.name, feed.url, error, now)
    add_feed_alert(
        session, feed.id, f"feed_retired:{feed.id}:{now.isoformat()}", alert, channels=tell, now=now
    )


def _recover(session: Session, feed: Held, tell: Sequence[str], now: datetime) -> None:
    if feed.failing_since is not None and feed_alerted(session, failing_key(feed)):
        alert = feed_recovered(feed.name, feed.url, feed.failing_since, now)
        key = failing_key(feed).replace("feed_failing", "feed_recovered")
        add_feed_alert(session, feed.id, key, alert, channels=tell, now=now)
    if feed.failing_since is not None and now - feed.failing_since >= OUTAGE:
        session.add(Outage(feed_id=feed.id, began_at=feed.failing_since, ended_at=now))
    feed.failures, feed.kills = 0, 0
    feed.failing_since, feed.last_error = None, None


def failing_key(feed: Feed | Held) -> str:
    """The key of the alert about a feed's present failures."""
    since = feed.failing_since.isoformat() if feed.failing_since else ""
    return f"feed_failing:{feed.id}:{since}"


def _note_move(
    session: Session, feed: Held, move: Move | None, tell: Sequence[str], now: datetime
) -> bool:
    """Count how often the feed was found moved; True when that is often enough to follow it."""
    if feed.moved_seen >= CONFIRMATIONS and move is None:
        return False  # it answers at its new address
    if move is None or move.url == feed.url:
        feed.moved_to, feed.moved_seen = None, 0
        return False
    feed.moved_seen = feed.moved_seen + 1 if feed.moved_to == move.url else 1
    feed.moved_to = move.url
    if feed.moved_seen != CONFIRMATIONS:
        feed.host = feed.host if feed.moved_seen > CONFIRMATIONS else host_of(feed.url)
        return False
    feed.host = move.host
    twin = session.scalar(
        select(exists().where(Feed.url == move.url, Feed.id != feed.id, Feed.state == "active"))
    )
    alert = feed_moved(feed.name, feed.url, move.url, followed=bool(twin), now=now)
    key = f"feed_moved:{feed.id}:{move.url}"
    add_feed_alert(session, feed.id, key, alert, channels=tell, now=now)
    if twin:
        feed.state, feed.last_error = "retired", f"moved to {move.url}, which is followed already"
    return True
