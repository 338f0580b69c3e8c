"""How far apart the polls are: one level for all feeds, so that together they keep to a budget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.domain.polling import level_for, load, next_due
from monitor.domain.rhythm import Rhythm
from monitor.domain.schedule import JITTER
from monitor.edge.store import polls
from monitor.edge.store.polls import FeedForPoll, PollOutcome

if TYPE_CHECKING:
    from monitor.pipeline.parts import Parts, Rules

RENEWED_AFTER = timedelta(hours=1)
AFTER_LOSS = 0.5
"""Part of the usual wait after a poll that shared nothing with the one before."""

PUSHED = timedelta(hours=6)
"""Between two polls of a feed whose hub pushes what is new."""


@dataclass
class Pace:
    """The level at present; renewed from the feeds' rhythms once an hour."""

    level: float = 0.0
    renew_at: datetime | None = None

    async def renew(self, parts: Parts) -> None:
        """Solve for the level again if the last one is old."""
        now, rules = parts.clock(), parts.rules
        if self.renew_at and now < self.renew_at <= now + RENEWED_AFTER:
            return
        before, self.renew_at = self.renew_at, now + RENEWED_AFTER  # once is enough
        try:
            rhythms = await parts.store.look(polls.rhythms)
            self.level = await asyncio.to_thread(_solve, rhythms, rules, now)
        except BaseException:
            self.renew_at = before
            raise

    def next_poll(
        self,
        feed: FeedForPoll,
        rhythm: Rhythm,
        outcome: PollOutcome,
        parts: Parts,
        *,
        chance: float,
    ) -> datetime:
        """When to poll a feed again that has just been read; ``chance`` in [0, 1) spreads them."""
        now, rules = parts.clock(), parts.rules
        if feed.interval:
            return now + feed.interval
        if feed.pushed and not outcome.missed:
            return now + max(PUSHED, rules.longest) * (1 - JITTER * chance)
        due = next_due(rhythm, now, self.level, shortest=rules.shortest, longest=rules.longest)
        wait = (due - now) * (AFTER_LOSS if outcome.lost else 1.0)
        return now + max(wait * (1 - JITTER * chance), rules.shortest)


def _solve(rhythms: Sequence[dict[str, Any] | None], rules: Rules, now: datetime) -> float:
    budget = len(rhythms) / (rules.interval / timedelta(hours=1))
    return level_for(
        [load(_rhythm(rhythm, now)) for rhythm in rhythms],
        min(budget, rules.polls_per_hour or budget),
        rules.shortest,
        rules.longest,
    )


def _rhythm(stored: dict[str, Any] | None, now: datetime) -> Rhythm:
    """What is known of a feed; of a new one, what is presumed."""
    if stored:
        return Rhythm.from_json(stored)
    at = now.timestamp()
    return Rhythm(start=at, seen=at, epoch=at)
