"""Fit(topic): seeds, labels and the stream so far -> a frozen model."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor.commands import Command, Fit, Judge
from monitor.domain.schedule import fit_retry, next_fit
from monitor.edge.store import topics
from monitor.errors import ConfigError, WorkerError
from monitor.pipeline.parts import Parts
from monitor.types import Article

log = logging.getLogger(__name__)

STREAM_SAMPLE = 2000
"""Articles of the own stream that a fit reads at most."""
STREAM_FLOOR = 200
"""Fewer say less about the background than the shipped table does."""


async def fit(command: Fit, parts: Parts) -> list[Command]:
    job = await parts.store.look(topics.topic_for_fit, command.topic, parts.clock(), STREAM_SAMPLE)
    if job is None:
        return []
    if job.missing:
        log.info("topic %s: waits for %d seed pages", job.name, job.missing)
        await parts.store(topics.postpone_fit, command.topic, job.asked, until=None)
        return []
    from monitor.domain.fitting import fit_to_bytes  # brings the numerical libraries

    stream: Sequence[Article] = job.stream if len(job.stream) >= STREAM_FLOOR else ()
    try:
        body, threshold = await parts.fitters.run(
            fit_to_bytes,
            job.seeds,
            parts.background(),
            settings=job.settings,
            relevant=job.relevant,
            irrelevant=job.irrelevant,
            stream=stream,
            stream_days=job.stream_days,
        )
    except (ConfigError, WorkerError) as error:
        log.error("topic %s: cannot be fitted: %s", job.name, error)
        again = fit_retry(parts.clock(), job.attempts + 1)
        await parts.store(
            topics.postpone_fit, command.topic, job.asked, until=again, error=str(error)
        )
        return []
    now = parts.clock()
    model = await parts.store(
        topics.save_model,
        command.topic,
        job.asked,
        body=body,
        threshold=threshold,
        now=now,
        next_fit_at=next_fit(now, len(job.stream)),
    )
    log.info(
        "topic %s: model %d of %d seeds, threshold %.2f", job.name, model, len(job.seeds), threshold
    )
    return [Judge(command.topic)]
