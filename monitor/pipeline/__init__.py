"""The heart: seven commands, each read -> effect -> pure decision -> ONE commit -> hints.

    poll     feed's bytes       -> entries, new articles due       -> Collect, Judge
    collect  article's page     -> text, judgements due            -> Judge
    fit      seeds and labels   -> a model                         -> Judge
    judge    article, model     -> match, event, alert, deliveries -> Deliver
    tell     what is held       -> updates, digests, deliveries    -> Deliver
    deliver  alert              -> a message on a channel
    subscribe  feed's hub       -> a lease; it pushes, poll reads

Rows are the truth, commands are hints: one that is lost is derived again from the rows, one that
is doubled finds nothing to do.
"""

from __future__ import annotations

from monitor.commands import Collect, Command, Deliver, Fit, Judge, Poll, Subscribe, Tell
from monitor.pipeline.collect import collect
from monitor.pipeline.deliver import deliver
from monitor.pipeline.fit import fit
from monitor.pipeline.judge import judge
from monitor.pipeline.parts import Parts, Rules
from monitor.pipeline.poll import poll
from monitor.pipeline.subscribe import subscribe
from monitor.pipeline.tell import tell
from monitor.pipeline.upkeep import upkeep

__all__ = ["Parts", "Rules", "handle", "upkeep"]


async def handle(command: Command, parts: Parts) -> list[Command]:
    """Carry out one command; returns hints at what to do next.

    Raises StoreError when the database fails; then nothing has changed and the rows are still due.
    """
    match command:
        case Poll():
            return await poll(command, parts)
        case Collect():
            return await collect(command, parts)
        case Judge():
            return await judge(command, parts)
        case Fit():
            return await fit(command, parts)
        case Tell():
            return await tell(command, parts)
        case Deliver():
            return await deliver(command, parts)
        case Subscribe():
            return await subscribe(command, parts)
