"""Judge(topic): articles against the topic's model; matches into events; new events alerted."""

from __future__ import annotations

import asyncio
import logging

from monitor.commands import Command, Deliver, Judge
from monitor.edge.store import fits, judging
from monitor.edge.store.placing import Settled
from monitor.pipeline.parts import Parts

log = logging.getLogger(__name__)

BATCH = 50


async def judge(command: Judge, parts: Parts) -> list[Command]:
    now = parts.clock()
    model_id = await parts.store.look(fits.newest_model, command.topic)
    due = await parts.store.look(judging.judgements_due, command.topic, now, BATCH)
    if model_id is None or not due:
        return []
    from monitor.pipeline.desk import Desk

    desk = await asyncio.to_thread(Desk, model_id, command.topic, parts)
    scored, poison = await asyncio.to_thread(desk.score, due)
    if poison:
        await parts.store(judging.quarantine, poison)
    if any(its.relevant or one.seed for one, its in scored):
        await asyncio.to_thread(desk.prepare)
    settled, channels = await parts.store(
        judging.settle,
        command.topic,
        model_id,
        scored,
        cover=desk.cover,
        say=desk.say,
        now=now,
        page=parts.rules.review_url,
    )
    desk.keep(scored, now)
    for one in settled:
        _tell(one)
    more: list[Command] = [command] if len(due) == BATCH else []
    return [*map(Deliver, channels), *more]


def _tell(one: Settled) -> None:
    if one.seed:
        log.info("seed %s: event %d", one.title, one.event)
        return
    log.info(
        "match %.2f %s%s: %s event %d",
        one.score,
        one.title,
        " (copy)" if one.copy else "",
        "opens" if one.new_event else "joins",
        one.event,
    )
    if one.new_event:
        log.info("new event %d: %s", one.event, one.event_title)
    for event in one.merged:
        log.info("event %d is the same as event %d: merged", event, one.event)
