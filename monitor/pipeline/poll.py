"""Poll(feed): what has it that we have not seen?"""

from __future__ import annotations

import hashlib
import logging

from monitor.domain.feeds import parse_feed
from monitor.domain.schedule import next_poll
from monitor.domain.urls import host_of
from monitor.edge.store import feeds
from monitor.edge.store.feeds import FeedForPoll, Validators
from monitor.errors import FetchError, ParseError, WorkerError
from monitor.pipeline.parts import Parts
from monitor.types import Collect, Command, Document, Judge, ParsedFeed, Poll

log = logging.getLogger(__name__)

UNCHANGED = ParsedFeed(title="", entries=())


async def poll(command: Poll, parts: Parts) -> list[Command]:
    feed = await parts.store(feeds.feed_for_poll, command.feed, parts.clock())
    if feed is None:
        return []
    try:
        document = await parts.fetcher.fetch(
            feed.url, etag=feed.etag, last_modified=feed.last_modified
        )
        validators, parsed = await _parse(document, feed, parts)
    except (FetchError, ParseError, WorkerError) as error:
        return await _failed(feed, error, parts)
    now = parts.clock()
    outcome = await parts.store(
        feeds.save_poll,
        feed.id,
        now=now,
        next_poll_at=next_poll(now, feed.interval or parts.rules.interval),
        validators=validators,
        title=parsed.title,
        entries=parsed.entries,
        host_of={entry.url: host_of(entry.url) for entry in parsed.entries if entry.url},
    )
    if feed.failures:
        log.info("feed %s: reached again after %d failures", feed.name, feed.failures)
    if outcome.new:
        log.info("feed %s: %d new of %d", feed.name, outcome.new, outcome.entries)
    return [*map(Collect, outcome.hosts), *map(Judge, outcome.topics)]


async def _parse(
    document: Document, feed: FeedForPoll, parts: Parts
) -> tuple[Validators | None, ParsedFeed]:
    """Entries, unless the server or the body itself says that nothing has changed."""
    if document.status == 304:
        return None, UNCHANGED
    validators = Validators(
        etag=document.etag,
        last_modified=document.last_modified,
        body_hash=hashlib.sha256(document.body).hexdigest(),
    )
    if validators.body_hash == feed.body_hash:
        return validators, UNCHANGED
    return validators, await parts.workers.run(parse_feed, document, parts.clock())


async def _failed(
    feed: FeedForPoll, error: FetchError | ParseError | WorkerError, parts: Parts
) -> list[Command]:
    if not feed.failures:  # once, not at each poll
        log.warning("feed %s: cannot be read: %s", feed.name, error)
    await parts.store(
        feeds.save_poll_failure,
        feed.id,
        next_poll_at=next_poll(
            parts.clock(),
            feed.interval or parts.rules.interval,
            feed.failures + 1,
            error.retry_after if isinstance(error, FetchError) else None,
        ),
        error=str(error),
    )
    return []
