"""Deliver(channel): what is due there, in order, one at a time.

Claim a lease, send, mark.  A crash between sending and marking repeats that one message when the
lease ends: at least once.  The message carries the delivery's uid, so that a repeat can be told.
"""

from __future__ import annotations

import logging

from monitor.commands import Command, Deliver
from monitor.domain.schedule import delivery_retry
from monitor.edge.store import alerts
from monitor.errors import DeliveryError
from monitor.pipeline.parts import Parts
from monitor.types import Delivery

log = logging.getLogger(__name__)

BATCH = 20


async def deliver(command: Deliver, parts: Parts) -> list[Command]:
    for _ in range(BATCH):
        delivery = await parts.store(alerts.claim, command.channel, parts.clock())
        if delivery is None:
            return []
        try:
            await _send(delivery, parts)
        except DeliveryError as error:
            if not await _failed(delivery, error, parts):
                return []  # the channel is down: those behind wait their turn
        else:
            await parts.store(alerts.mark_sent, delivery.id, parts.clock())
            log.info("alert %d sent on %s: %s", delivery.id, delivery.channel, delivery.alert.title)
    return [command]


async def _send(delivery: Delivery, parts: Parts) -> None:
    channel = parts.channels.get(delivery.channel)
    if channel is None:
        raise DeliveryError(
            f"there is no [channels.{delivery.channel}] any more: add it and "
            f"`monitor alerts resend {delivery.id}`",
            permanent=True,
        )
    await channel.send(delivery)


async def _failed(delivery: Delivery, error: DeliveryError, parts: Parts) -> bool:
    """Keep the failure; True if the message is dead and the next one may go."""
    now = parts.clock()
    retry_at = None
    if not error.permanent:
        retry_at = delivery_retry(now, delivery.created_at, delivery.attempts, error.retry_after)
    await parts.store(alerts.mark_failed, delivery.id, error=str(error), retry_at=retry_at)
    if retry_at is None:
        log.error("alert %d on %s is dead: %s", delivery.id, delivery.channel, error)
    else:
        log.warning(
            "alert %d on %s failed (attempt %d, next at %s): %s",
            delivery.id,
            delivery.channel,
            delivery.attempts,
            retry_at.isoformat(timespec="seconds"),
            error,
        )
    return retry_at is None
