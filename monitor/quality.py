"""How well does a topic do, and does its news move away from its seeds?"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from monitor.domain.drift import spread
from monitor.edge.store import judging
from monitor.edge.store import quality as rows
from monitor.pipeline import Parts
from monitor.types import DriftWeek, Quality

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
LEAST_DAYS = 1.0
"""What a first start judges in an hour has come in over some time before."""
CUTS = 41
"""Points of the curve; the threshold in force is the middle one."""
A_WEEK = 20
"""Matches of a week that are compared with the seeds."""


async def topic_quality(parts: Parts, name: str, *, days: float = 90) -> Quality:
    """What to expect of a topic at its threshold, and at others, by its judgements of so many days
    and all of its labels.  Raises NotFound."""
    return await asyncio.to_thread(_quality, parts, name, timedelta(days=days))


def _quality(parts: Parts, name: str, window: timedelta) -> Quality:
    from monitor.domain.quality import Cut, Labelled, Sample, quality

    now = parts.clock()
    topic, model_id = parts.store.read(rows.in_force, name)
    judged = parts.store.read(rows.sample, topic, now - window)
    labels = [Labelled(*one) for one in parts.store.read(rows.labels, topic)]
    since = judged.since or now - window
    model = parts.model(model_id)
    profile = model.profiles[model.main]
    threshold = profile.threshold
    step = max(threshold - profile.level, 0.02) * 2 / (CUTS - 1)
    places = range(-(CUTS // 2), CUTS // 2 + 1)
    cuts = [Cut(s, profile.probability(s)) for s in (threshold + step * n for n in places)]
    return quality(
        name,
        model_id,
        Sample(judged.probabilities, max(LEAST_DAYS, (now - since) / DAY), since),
        labels,
        cuts=cuts,
        now=Cut(threshold, profile.probability(threshold)),
    )


async def drift(parts: Parts, name: str, weeks: int = 13) -> list[DriftWeek]:
    """How near the matches of each week, the last to end now, are to the seeds by the model in
    force; ``domain.drift.trend`` says in words what that means.  Raises NotFound."""
    return await asyncio.to_thread(_drift, parts, name, weeks)


def _drift(parts: Parts, name: str, weeks: int) -> list[DriftWeek]:
    from monitor.domain.relevance import nearest_seed

    topic, model_id = parts.store.read(rows.in_force, name)
    begins = [parts.clock() - WEEK * n for n in range(weeks, 0, -1)]
    told = _by_week(parts.store.read(rows.told_since, topic, begins[0]), begins[0])
    chosen = {week: spread(ids, A_WEEK) for week, ids in told.items() if week < weeks}
    texts = parts.store.read(judging.texts, [one for ids in chosen.values() for one in ids])
    model = parts.model(model_id)
    found = []
    for week, begin in enumerate(begins):
        near = [nearest_seed(model, texts[one])[1] for one in chosen.get(week, ()) if one in texts]
        similarity = median(near) if near else None
        found.append(DriftWeek(begin.date(), len(told.get(week, ())), similarity))
    return found


def _by_week(told: Sequence[tuple[int, datetime]], begin: datetime) -> dict[int, list[int]]:
    weeks: defaultdict[int, list[int]] = defaultdict(list)
    for judgement, at in told:
        weeks[(at - begin) // WEEK].append(judgement)
    return weeks
