"""A dead man's switch: a watcher elsewhere hears from the monitor as long as it is alive.

A dead monitor looks like quiet news, and it cannot say itself that it is dead.  The address is a
secret, so the request goes over httpx's transport: it logs no address, follows no redirect and
reads no proxy from the environment.
"""

from __future__ import annotations

import asyncio
import logging

import httpx

from monitor.domain.clean import clean_line
from monitor.errors import ConfigError

log = logging.getLogger(__name__)

_REASON_LENGTH = 200


class Heartbeat:
    """One address, asked at each beat.  ``timeout``: seconds for a whole exchange."""

    def __init__(self, url: str, timeout: float = 10) -> None:
        """Raises ConfigError, without the address, if it is not an http(s) URL."""
        self._url = _parse(url)
        self._timeout = timeout
        self._tls = httpx.create_ssl_context()
        self._beating = False
        self._failing = False

    async def beat(self) -> None:
        """Let the watcher hear; nothing while the beat before is under way.

        A failure is logged when it begins and when it ends: what it means is for the watcher to
        say, who misses the beats.
        """
        if self._beating:
            return
        self._beating = True
        try:
            trouble = await self._try()
        finally:
            self._beating = False
        if trouble and not self._failing:
            log.warning("heartbeat: %s: tried again at each tick", trouble)
        elif self._failing and not trouble:
            log.info("heartbeat: is heard again")
        self._failing = bool(trouble)

    async def _try(self) -> str:
        """What went wrong, in a few words; empty if nothing did."""
        try:
            async with asyncio.timeout(self._timeout):
                status = await self._get()
        except TimeoutError:
            return f"no answer within {self._timeout:g} s"
        except (httpx.HTTPError, OSError, ValueError) as error:  # ValueError: the host is no name
            return f"cannot be reached: {self._describe(error)}"
        # 429: beats come faster than the watcher wants them, so it has enough of them.
        heard = 200 <= status < 400 or status == httpx.codes.TOO_MANY_REQUESTS
        return "" if heard else f"the answer is {status}"

    async def _get(self) -> int:
        """The status; the body stays unread."""
        request = httpx.Request("GET", self._url, headers={"User-Agent": "news-monitor"})
        async with httpx.AsyncHTTPTransport(verify=self._tls) as transport:
            response = await transport.handle_async_request(request)
            await response.aclose()
            return response.status_code

    def _describe(self, error: Exception) -> str:
        """On one line, short, and without any part of the address."""
        text = str(error)
        for part in (str(self._url), self._url.raw_path.decode("ascii"), self._url.host):
            text = text.replace(part, "…")
        return clean_line(text)[:_REASON_LENGTH].strip() or type(error).__name__


def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()  # not chained: the cause quotes parts of the address
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError("is no http(s) address")
    return parsed
