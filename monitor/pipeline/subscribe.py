"""Subscribe(feed): ask its hub to push; and what it pushes, which a poll reads first."""

from __future__ import annotations

import logging
import random

from monitor.commands import Collect, Command, Judge, Subscribe
from monitor.domain import websub
from monitor.domain.feeds import parse_feed
from monitor.domain.urls import host_of
from monitor.edge.store import pushes, subscriptions
from monitor.edge.store.entries import Sightings
from monitor.edge.store.pushes import Pushed
from monitor.edge.store.subscriptions import Turn
from monitor.errors import FetchError, ParseError, WorkerError
from monitor.pipeline.parts import Parts

log = logging.getLogger(__name__)


async def subscribe(command: Subscribe, parts: Parts) -> list[Command]:
    """Ask the hub, or ask it again before the lease ends; it answers at our callback's address."""
    if not parts.rules.public_url:  # there was one: hubs cannot reach us any more
        await parts.store(subscriptions.end, command.feed)
        return []
    turn = await parts.store(subscriptions.take_turn, command.feed, parts.clock(), random.random())
    if turn is None:
        return []
    if turn.trouble is not None:
        log.warning("feed %s: hub %s: %s", turn.feed, host_of(turn.hub), turn.trouble)
    if turn.ask:
        await _ask(turn, parts)
    return []


async def _ask(turn: Turn, parts: Parts) -> None:
    callback = f"{parts.rules.public_url}/websub/{turn.token}"
    form = websub.form("subscribe", turn.topic, callback, turn.secret)
    try:
        await parts.fetcher.post(turn.hub, form)
    except FetchError as error:
        reason = websub.without_secrets(str(error), turn.secret, turn.token)
        log.warning("feed %s: its hub did not take the subscription: %s", turn.feed, reason)
        await parts.store(
            subscriptions.fail,
            turn.token,
            reason,
            parts.clock(),
            permanent=error.permanent,
            retry_after=error.retry_after,
            chance=random.random(),
        )


async def read_pushes(feed: int, parts: Parts) -> list[Command]:
    """Read what the hub has pushed, oldest first; returns hints at what to do next.

    A push that cannot be read is dropped, and the feed polled soon instead.
    """
    hosts: dict[str, None] = {}
    topics: dict[int, None] = {}
    for _ in range(pushes.MOST_WAITING):
        push = await parts.store.look(pushes.next_push, feed)
        if push is None:
            break
        try:
            seen = await _read(push, parts)
        except (ParseError, WorkerError) as error:
            log.warning("feed %s: a push cannot be read: %s: it is polled", push.feed, error)
            await parts.store(pushes.drop_push, push, parts.clock())
            continue
        hosts.update(dict.fromkeys(seen.hosts))
        topics.update(dict.fromkeys(seen.topics))
        if seen.new:
            log.info("feed %s: hub pushed %d new", push.feed, seen.new)
    return [*map(Collect, hosts), *map(Judge, topics)]


async def _read(push: Pushed, parts: Parts) -> Sightings:
    parsed = await parts.read(parse_feed, push.document, parts.clock())
    hosts = {entry.url: host_of(entry.url) for entry in parsed.entries if entry.url}
    return await parts.store(pushes.save_push, push, parsed.entries, hosts, parts.clock())
