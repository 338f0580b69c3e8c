"""Poll(feed): what has it that we have not seen?"""

from __future__ import annotations

import hashlib
import logging
import random

from monitor.commands import Collect, Command, Deliver, Judge, Poll
from monitor.domain.feeds import parse_feed
from monitor.domain.items import unseen
from monitor.domain.rhythm import Rhythm, observe
from monitor.domain.schedule import poll_retry
from monitor.domain.urls import host_of
from monitor.domain.websub import hub_of
from monitor.edge.store import polls
from monitor.edge.store.polls import (
    NO_CHANGE,
    Changed,
    FeedForPoll,
    Move,
    Plan,
    Polled,
    PollOutcome,
    Unchanged,
    Validators,
)
from monitor.errors import FetchError, MonitorError, ParseError, WorkerError
from monitor.pipeline.parts import Parts
from monitor.pipeline.subscribe import read_pushes
from monitor.types import Document, ParsedFeed

log = logging.getLogger(__name__)

MOST_KILLS = 2
"""Worker processes that one document may cost before it is not read any more."""
GONE = 410


async def poll(command: Poll, parts: Parts) -> list[Command]:
    feeds = parts.store.look_together(polls.feeds_for_poll)
    feed = await feeds((command.feed, parts.clock()))
    pushed: list[Command] = []
    if parts.rules.public_url or feed is None:  # one that is not due has been pushed, some day
        pushed = await read_pushes(command.feed, parts)
        if pushed and feed is not None:  # it has learnt from them
            feed = await feeds((command.feed, parts.clock()))
    if feed is None:
        return pushed
    with parts.store.together(polls.save_polls).coming():
        return [*pushed, *await _poll(feed, parts)]


async def _poll(feed: FeedForPoll, parts: Parts) -> list[Command]:
    document = None
    try:
        document = await parts.fetcher.fetch(
            feed.url, etag=feed.etag, last_modified=feed.last_modified
        )
        polled = await _read(document, feed, parts)
    except (FetchError, ParseError, WorkerError) as error:
        return await _failed(feed, document, error, parts)
    return await _save(feed, document, polled, parts)


async def _read(document: Document, feed: FeedForPoll, parts: Parts) -> Polled | None:
    """Entries, unless the server or the body itself says that nothing has changed."""
    if document.status == 304:
        return None
    body_hash = _hash(document)
    if body_hash == feed.body_hash:
        if feed.kills >= MOST_KILLS:
            raise ParseError(
                f"its document has ended {feed.kills} worker processes: "
                "it is not read again until it changes"
            )
        if not feed.kills:
            return None
    new = unseen(document, feed.items)
    parsed = ParsedFeed(title="", entries=())
    if new.document is not None:
        parsed = await parts.read(parse_feed, new.document, parts.clock())
    validators = Validators(document.etag, document.last_modified, body_hash, new.digests)
    if new.waiting:  # more new items than one poll takes: the same document is wanted again
        validators = Validators(None, None, "", new.digests)
    return Polled(
        validators=validators,
        feed=parsed,
        known=new.known,
        hosts={entry.url: host_of(entry.url) for entry in parsed.entries if entry.url},
        offer=hub_of(document.links, parsed.hub, parsed.self_url, document.url),
        parsed=new.document is not None,
    )


async def _save(
    feed: FeedForPoll, document: Document, polled: Polled | None, parts: Parts
) -> list[Command]:
    now = parts.clock()
    await parts.pace.renew(parts)
    known = Rhythm.from_json(feed.rhythm) if feed.rhythm else None

    def plan(outcome: PollOutcome) -> Plan:
        rhythm = observe(known, feed.last_success_at, now, outcome.sightings.published)
        due = parts.pace.next_poll(feed, rhythm, outcome, parts, chance=random.random())
        return Plan(due, rhythm.to_json())

    move = Move(document.moved_to, host_of(document.moved_to)) if document.moved_to else None
    rules, save = parts.rules, parts.store.together(polls.save_polls)
    if polled is None and move is None and not (feed.failures or feed.moved_seen):
        await save(Unchanged(feed.id, plan(NO_CHANGE), now))
        return []
    hubs = bool(rules.public_url)
    outcome = await save(Changed(feed.id, polled, plan, now, move, hubs, rules.tell))
    _tell(feed, outcome, move)
    told = rules.tell if feed.failures or move else ()
    seen = outcome.sightings
    return [*map(Collect, seen.hosts), *map(Judge, seen.topics), *map(Deliver, told)]


def _tell(feed: FeedForPoll, outcome: PollOutcome, move: Move | None) -> None:
    seen = outcome.sightings
    if feed.failures:
        log.info("feed %s: reached again after %d failures", feed.name, feed.failures)
    if seen.new:
        log.info("feed %s: %d new of %d", feed.name, seen.new, seen.entries)
    if seen.edited:
        log.info("feed %s: %d edited", feed.name, seen.edited)
    if outcome.lost:
        log.warning(
            "feed %s: all %d entries are new: some may have come and gone between two polls; "
            "it is asked sooner",
            feed.name,
            seen.entries,
        )
    if outcome.missed:
        log.warning("feed %s: its hub has not pushed what is new: it is polled", feed.name)
    if outcome.moved and move is not None:
        log.warning("feed %s: has moved to %s and is asked there from now on", feed.name, move.url)


async def _failed(
    feed: FeedForPoll, document: Document | None, error: MonitorError, parts: Parts
) -> list[Command]:
    now, tell = parts.clock(), parts.rules.tell
    if isinstance(error, FetchError) and error.status == GONE and not feed.moved:
        log.warning("feed %s: retired: %s", feed.name, error)
        await parts.store(polls.retire, feed.id, str(error), tell, now)
        return [*map(Deliver, tell)]
    if not feed.failures:  # once, not at each poll
        log.warning("feed %s: cannot be read: %s", feed.name, error)
    killed = isinstance(error, WorkerError) and error.killed
    told = await parts.store(
        polls.save_failure,
        feed.id,
        next_poll_at=poll_retry(
            now,
            feed.interval or parts.rules.interval,
            feed.failures + 1,
            retry_after=error.retry_after if isinstance(error, FetchError) else None,
            chance=random.random(),
        ),
        error=str(error),
        killed_by=_hash(document) if killed and document else None,
        tell=tell,
        now=now,
    )
    return [*map(Deliver, tell)] if told else []


def _hash(document: Document) -> str:
    return hashlib.sha256(document.body).hexdigest()
