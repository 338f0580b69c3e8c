"""Once an hour: retention, absurd waits, the worth of feeds, those that have fallen silent."""

from __future__ import annotations

import logging
from datetime import datetime

from monitor.commands import Command, Deliver
from monitor.domain.messages import feed_silent
from monitor.domain.rhythm import Rhythm
from monitor.domain.silence import silence
from monitor.edge.store import health, hosts, pushes, value
from monitor.edge.store import upkeep as store
from monitor.edge.store.health import LastHeard, Silent
from monitor.pipeline.parts import Parts

log = logging.getLogger(__name__)


async def upkeep(parts: Parts) -> list[Command]:
    """Do what is done once an hour; returns hints at what to do next."""
    now = parts.clock()
    await parts.store(store.forget_offtopic, now - parts.rules.keep_offtopic)
    await parts.store(hosts.forget_idle)
    await parts.store(pushes.forget_unfollowed)
    if stuck := await parts.store(store.unstick, now, parts.rules.longest):
        log.warning("the clock was set back: %d waits were made due", stuck)
    await parts.store(value.save_value, await parts.store.look(value.count_value, now))
    if not parts.rules.tell:
        return []
    heard = await parts.store.look(health.last_heard)
    silent = [quiet for feed in heard if (quiet := _silent(feed, now)) is not None]
    if not silent:
        return []
    await parts.store(health.tell_silent, silent, parts.rules.tell, now)
    return [*map(Deliver, parts.rules.tell)]


def _silent(feed: LastHeard, now: datetime) -> Silent | None:
    found = silence(Rhythm.from_json(feed.rhythm), feed.last_entry_at, now)
    if not found.unusual:
        return None
    since = feed.last_entry_at
    return Silent(feed.id, since, feed_silent(feed.name, feed.url, found.habit, since, now))
