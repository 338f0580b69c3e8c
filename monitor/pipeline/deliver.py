"""Deliver(channel): what is due there, in order, one message at a time.

Claim a lease, send, mark.  A crash between sending and marking repeats that one message when the
lease ends: at least once.  The message carries the delivery's uid, so that a repeat can be told.
"""

from __future__ import annotations

import logging

from monitor.commands import Command, Deliver
from monitor.domain.messages import subject
from monitor.domain.schedule import delivery_retry
from monitor.edge.store import alerts
from monitor.errors import DeliveryError
from monitor.pipeline.parts import Parts
from monitor.types import Delivery

log = logging.getLogger(__name__)


async def deliver(command: Deliver, parts: Parts) -> list[Command]:
    """One message a command: a daemon that is told to stop finishes that one, and no more."""
    delivery = await parts.store(alerts.claim, command.channel, parts.clock())
    if delivery is None:
        return []
    try:
        receipt = await _send(delivery, parts)
    except DeliveryError as error:
        hints = await _failed(delivery, error, parts)
        # None: the channel is down, and those behind wait their turn.
        return [] if hints is None else [*hints, command]
    await parts.store(alerts.mark_sent, delivery.id, receipt, parts.clock())
    log.info(
        "alert %d sent on %s: %s",
        delivery.id,
        delivery.channel,
        subject(delivery.alert, delivery.thread),
    )
    return [command]


async def _send(delivery: Delivery, parts: Parts) -> str:
    channel = parts.channels.get(delivery.channel)
    if channel is None:
        raise DeliveryError(
            f"there is no [channels.{delivery.channel}] any more: add it and "
            f"`monitor alerts resend {delivery.id}`",
            permanent=True,
        )
    return await channel.send(delivery)


async def _failed(delivery: Delivery, error: DeliveryError, parts: Parts) -> list[Command] | None:
    """Keep the failure.  None: it is tried again; otherwise the message is dead, the next one may
    go, and other channels may have heard of it."""
    now = parts.clock()
    retry_at = None
    if not error.permanent:
        since = delivery.queued_at or delivery.created_at
        retry_at = delivery_retry(now, since, delivery.attempts, error.retry_after)
    if retry_at is None:
        log.error("alert %d on %s is dead: %s", delivery.id, delivery.channel, error)
        told = await parts.store(alerts.mark_dead, delivery, str(error), parts.rules.tell, now)
        return [*map(Deliver, told)]
    await parts.store(alerts.mark_failed, delivery, str(error), retry_at)
    log.warning(
        "alert %d on %s failed (attempt %d, next at %s): %s",
        delivery.id,
        delivery.channel,
        delivery.attempts,
        retry_at.isoformat(timespec="seconds"),
        error,
    )
    return None
