"""Where hubs call (WebSub, W3C Recommendation 2018): they verify a subscription and push documents.

The path's last part is unguessable and says which subscription is meant; a push is signed besides.
So neither a log-in nor a form of ours is asked for here.  Section numbers are the Recommendation's.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from monitor.domain.websub import MAX_PUSH
from monitor.edge.store import pushes, subscriptions
from monitor.edge.store.pushes import Receipt

if TYPE_CHECKING:
    from monitor.pipeline import Parts

log = logging.getLogger(__name__)

READING = 4
"""Pushes read at once: what they hold in memory is bounded so."""
DEADLINE = 30.0
"""Seconds for the body of a push."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_CHALLENGE = re.compile(r"[!-~]{1,1000}")
"""8.2: the length limited, nothing binary."""


_LENGTH = re.compile(r"[0-9]{1,15}")


class TooLarge(Exception):
    """A body of more than ``MAX_PUSH`` bytes."""


class Callback:
    """Answers hubs.  Of the parts it uses the store and the clock only."""

    def __init__(self, parts: Parts) -> None:
        self.store = parts.store
        self.clock = parts.clock
        self._reading = asyncio.Semaphore(READING)

    async def answer(self, request: Request) -> Response:
        """GET: a verification or a refusal; POST: a push."""
        token = request.path_params["token"]
        if request.method == "POST":
            return await self._push(token, request) if _TOKEN.fullmatch(token) else _gone()
        if request.method == "GET" and _TOKEN.fullmatch(token):
            return await self._verify(token, request.query_params)
        return _not_ours()

    async def _verify(self, token: str, query: Mapping[str, str]) -> Response:
        """5.2 and 5.3: what was not asked for is answered by 404."""
        mode, topic = query.get("hub.mode"), query.get("hub.topic", "")
        if mode == "denied":
            return await self._denied(token, topic, query.get("hub.reason", ""))
        challenge = query.get("hub.challenge", "")
        if mode != "subscribe" or not _CHALLENGE.fullmatch(challenge):
            return _not_ours()
        confirmed = await self.store(
            subscriptions.confirm,
            token,
            topic,
            lease_seconds=query.get("hub.lease_seconds", ""),
            now=self.clock(),
            chance=random.random(),
        )
        if confirmed is None:
            return _not_ours()
        hub, until = urlsplit(confirmed.hub).hostname, f"{confirmed.until:%Y-%m-%d %H:%M}"
        log.info("feed %s: subscribed at hub %s until %s UTC", confirmed.feed, hub, until)
        return PlainTextResponse(challenge)

    async def _denied(self, token: str, topic: str, reason: str) -> Response:
        denied = await self.store(subscriptions.deny, token, topic, reason, self.clock())
        if denied is None:
            return _not_ours()
        log.warning("feed %s: %s: it is polled as usual", denied.feed, denied.error)
        return PlainTextResponse("")

    async def _push(self, token: str, request: Request) -> Response:
        """7: 2xx says that it has been received, and here that it is stored; 410 ends it."""
        if not await self.store(pushes.known, token):
            return _gone()
        try:
            async with self._reading, asyncio.timeout(DEADLINE):
                body = await _body(request)
        except TooLarge:
            receipt = await self.store(pushes.turn_away, token, self.clock())
            log.warning("feed %s: a push is too large: it is polled instead", receipt.feed)
            return _said(413, f"A push may have {MAX_PUSH} bytes.")
        except (TimeoutError, ClientDisconnect):
            return _said(408, "The push did not arrive in time.")
        receipt = await self.store(
            pushes.take,
            token,
            content_type=request.headers.get("content-type", "").lower(),
            body=body,
            signature=request.headers.get("x-hub-signature", ""),
            now=self.clock(),
        )
        return _received(receipt)


async def _body(request: Request) -> bytes:
    """Raises TooLarge, as early as the request says how long it is."""
    declared = request.headers.get("content-length", "")
    if _LENGTH.fullmatch(declared) and int(declared) > MAX_PUSH:
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_PUSH:
            raise TooLarge
    return bytes(body)


def _received(receipt: Receipt) -> Response:
    """7.1.2: a push that is not signed as agreed must be ignored, and may be answered by 2xx all
    the same, which tells a forger nothing."""
    match receipt.verdict:
        case "unknown":
            return _gone()
        case "badly signed":
            log.warning("feed %s: a push was not signed by its hub: ignored", receipt.feed)
        case "dropped":
            log.warning("feed %s: too many pushes wait: it is polled instead", receipt.feed)
        case "taken":
            log.debug("feed %s: a push has come in", receipt.feed)
    return Response(status_code=202)


def _not_ours() -> Response:
    return _said(404, "Nothing was asked for here.")


def _gone() -> Response:
    return _said(410, "There is no such subscription (any more).")


def _said(status: int, words: str) -> Response:
    return PlainTextResponse(f"{words}\n", status)
