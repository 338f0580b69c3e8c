"""Posting to an address that is a secret, or with one in a header.

Over httpx's transport rather than one of its clients, for a client logs the address at level INFO,
follows redirects and reads proxies from the environment.  The transport logs no address of ours,
follows nothing (a redirected POST becomes a GET, whose 200 would look like success) and reads no
proxy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import httpx

from monitor.domain.messages.content import web_link
from monitor.domain.retry_after import retry_after
from monitor.edge.channels.secrecy import Secrets, pieces
from monitor.errors import ConfigError, DeliveryError
from monitor.ports import Clock

if TYPE_CHECKING:
    import ssl

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read; what follows is left."""

_TEMPORARY = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    """At most ``MAX_ANSWER`` bytes of it; cut short if the connection broke."""
    retry_after: float | None
    """Seconds asked to wait."""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


class Poster:
    """Posts to one service.  ``name``: as errors call it.  ``secrets``: texts that errors never
    repeat.  ``timeout``: seconds for a whole exchange."""

    def __init__(self, name: str, secrets: Iterable[str], *, timeout: float, clock: Clock) -> None:
        self._name = name
        self._secrets = Secrets(secrets)
        self._timeout = timeout
        self._clock = clock

    async def post(
        self, url: httpx.URL, body: bytes, headers: Mapping[str, str], remedy: str = ""
    ) -> Answer:
        """The answer of a service that took the body (2xx).

        Raises DeliveryError: temporary for 408, 425, 429 and 5xx (with Retry-After), and where no
        answer came; permanent for any other status, with the ``remedy``.
        """
        answer = await self._exchange(url, body, headers)
        if answer.accepted:
            return answer
        reason = self.describe(answer.text) or "no reason given"
        said = f"{self._name} answered {answer.status}: {reason}"
        if answer.status in _TEMPORARY or answer.status >= 500:
            raise DeliveryError(said, retry_after=answer.retry_after)
        raise DeliveryError(f"{said}; {remedy}" if remedy else said, permanent=True)

    def describe(self, text: str) -> str:
        """Words from outside, on one line, short, and without the secrets."""
        return self._secrets.conceal(text)

    async def _exchange(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        # Not compressed: an answer of some bytes could become one of gigabytes.
        request = httpx.Request(
            "POST", url, content=body, headers={"Accept-Encoding": "identity", **headers}
        )
        response = None
        read = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncHTTPTransport(verify=_tls()) as transport,
            ):
                response = await transport.handle_async_request(request)
                async for chunk in response.aiter_raw():
                    read += chunk
                    if len(read) >= MAX_ANSWER:
                        break
        except (TimeoutError, httpx.HTTPError) as error:
            # Once the status is there, it has decided: a message that was taken and whose answer
            # then broke off must not be sent again.
            if response is None:
                raise self._silence(error) from error
        text = read[:MAX_ANSWER].decode(errors="replace")
        asked = retry_after(response.headers.get("Retry-After", ""), self._clock())
        return Answer(response.status_code, text, asked)

    def _silence(self, error: Exception) -> DeliveryError:
        if isinstance(error, TimeoutError):
            return DeliveryError(f"{self._name} did not answer within {self._timeout:g} s")
        reason = self.describe(str(error) or type(error).__name__)
        return DeliveryError(f"{self._name} could not be reached: {reason}")


def secret_address(text: str, what: str) -> httpx.URL:
    """The address.  Raises ConfigError, without it, if it is not an http(s) one."""
    try:
        url = httpx.URL(web_link(text))
    except httpx.InvalidURL:
        url = httpx.URL()
    if not url.host:
        # Raised out here: the cause would quote parts of the address.
        raise ConfigError(f"{what} is not an http(s) URL")
    return url


def secrets_of(url: httpx.URL, written: str) -> set[str]:
    """What of an address could give it away: all but scheme and host."""
    parts = (url.userinfo.decode(), url.raw_path.decode(), url.path, url.query.decode())
    return {written, str(url)}.union(*map(pieces, parts))


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Made once: reading the certificates costs some 20 ms."""
    return httpx.create_ssl_context()
