"""Tell(topic): what is to be said by the passing of time: updates, what was held, digests."""

from __future__ import annotations

from monitor.commands import Command, Deliver, Tell
from monitor.edge.store import threads
from monitor.pipeline.parts import Parts


async def tell(command: Tell, parts: Parts) -> list[Command]:
    channels = await parts.store(
        threads.tell_what_is_due, command.topic, parts.clock(), parts.rules.review_url
    )
    return [*map(Deliver, channels)]
