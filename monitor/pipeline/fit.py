"""Fit(topic): seeds, labels and the stream so far -> a frozen model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.commands import Command, Fit, Judge
from monitor.domain.schedule import fit_retry, next_fit, worth_fitting
from monitor.edge.store import fits
from monitor.errors import ConfigError, WorkerError
from monitor.pipeline.parts import Parts
from monitor.types import Article

if TYPE_CHECKING:
    from monitor.domain.fitting import Fitted

log = logging.getLogger(__name__)

STREAM_SAMPLE = 2000
"""Articles of the own stream that a fit reads at most."""
STREAM_FLOOR = 100
"""Fewer say less about the background than the shipped table does."""


async def fit(command: Fit, parts: Parts) -> list[Command]:
    now = parts.clock()
    need = await _need(command, parts, now)
    if need is None:
        return []
    job = await parts.store.look(fits.topic_for_fit, command.topic, now, STREAM_SAMPLE)
    if job is None:
        return []
    if job.missing:
        log.info("topic %s: waits for %d seed pages", job.name, job.missing)
        await parts.store(fits.postpone_fit, command.topic, job.asked, until=None)
        return []
    try:
        fitted = await _fitted(job, parts)
    except (ConfigError, WorkerError) as error:
        log.error("topic %s: cannot be fitted: %s", job.name, error)
        again = fit_retry(parts.clock(), job.attempts + 1)
        await parts.store(
            fits.postpone_fit, command.topic, job.asked, until=again, error=str(error)
        )
        return []
    now = parts.clock()
    model = await parts.store(
        fits.save_model,
        command.topic,
        job.asked,
        body=fitted.body,
        threshold=fitted.threshold,
        matches_a_day=fitted.matches_a_day,
        now=now,
        next_fit_at=next_fit(now, need.stream, need.span),
    )
    log.info(
        "topic %s: model %d of %d seeds, threshold %.2f%s",
        job.name,
        model,
        len(job.seeds),
        fitted.threshold,
        "" if not fitted.matches_a_day else f", about {fitted.matches_a_day:.1f} matches a day",
    )
    return [Judge(command.topic)]


async def _fitted(job: fits.TopicForFit, parts: Parts) -> Fitted:
    """Raises ConfigError, WorkerError."""
    from monitor.domain.fitting import fit_to_bytes  # brings the numerical libraries

    stream: Sequence[Article] = job.stream if len(job.stream) >= STREAM_FLOOR else ()
    return await parts.fitters.run(
        fit_to_bytes,
        job.seeds,
        parts.backgrounds(),
        settings=job.settings,
        relevant=job.relevant,
        irrelevant=job.irrelevant,
        stream=stream,
        stream_days=job.stream_days if stream else 0.0,
    )


async def _need(command: Fit, parts: Parts, now: datetime) -> fits.FitNeed | None:
    """What speaks for a fit now; None if nothing does, and then it is looked at again later."""
    need = await parts.store.look(fits.fit_need, command.topic, now, STREAM_SAMPLE)
    if need is None or need.unanswered or worth_fitting(need.stream, need.grown):
        return need
    again = next_fit(now, need.stream, need.span, need.grown)
    await parts.store(fits.postpone_fit, command.topic, need.asked, until=again)
    return None
