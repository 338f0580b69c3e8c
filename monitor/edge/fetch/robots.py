"""Whether a site's robots.txt (RFC 9309) allows a page: asked once a day, remembered in bounds."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitor.domain.urls import host_of
from monitor.edge.fetch.rules import Rules, read_rules, tokens
from monitor.errors import FetchError

FRESH = 86_400.0
"""Seconds that a robots.txt is believed."""
FRESH_FAILURE = 3600.0
"""Seconds until one that could not be read is asked for again."""
_REMEMBERED = 4096
"""Sites."""
_MAX_WEIGHT = 24 * 2**20
"""Bytes of all rules together: some 600 sites with 50 rules each."""

Read = Callable[[str], Awaitable[bytes]]
"""The document at an address.  Raises FetchError."""


@dataclass(frozen=True, slots=True)
class _Record:
    """What is known about a site, until ``until`` (monotonic seconds)."""

    until: float
    rules: Rules | None = None
    """None: everything is allowed."""
    error: FetchError | None = None
    """Why nothing is known: nothing is allowed yet."""

    @property
    def weight(self) -> int:
        return self.rules.weight if self.rules is not None else 0


class Robots:
    """Keeps the rules of sites, and asks for them when they are needed.

    ``user_agent``: its product token is heeded beside our own; ``now``: monotonic seconds.
    """

    def __init__(
        self, read: Read, user_agent: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._names = tokens(user_agent)
        self._now = now
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._weight = 0
        self._delays: dict[str, dict[str, float]] = {}
        """Of the hosts that have some, by site."""
        self._asking: dict[str, asyncio.Task[_Record]] = {}

    async def check(self, url: str) -> None:
        """Raises FetchError if the site does not allow ``url``, or if nobody can say now."""
        record = await self._record(_site(url))
        if record.error is not None:
            permanent = record.error.permanent
            raise FetchError(
                f"robots.txt of {host_of(url)} cannot be read"
                f"{'' if permanent else ', so its pages wait'}: {record.error}",
                permanent=permanent,
                status=record.error.status,
                retry_after=None if permanent else max(record.until - self._now(), 0.0),
            )
        if record.rules is not None and not record.rules.allow(url):
            raise FetchError(f"robots.txt of {host_of(url)} does not allow it", permanent=True)

    def delay_of(self, host: str) -> float:
        """Seconds that the host wants between requests: the most that any of its sites is known to
        want."""
        return max(self._delays.get(host, {}).values(), default=0.0)

    async def aclose(self) -> None:
        """Give up what is being asked."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _record(self, site: str) -> _Record:
        kept = self._records.get(site)
        if kept is not None and self._now() < kept.until:
            self._records.move_to_end(site)
            return kept
        if site not in self._asking:
            task = asyncio.create_task(self._ask(site, kept))
            self._asking[site] = task
            task.add_done_callback(lambda _: self._asking.pop(site))
        return await asyncio.shield(self._asking[site])

    async def _ask(self, site: str, before: _Record | None) -> _Record:
        """Read a site's rules anew; ``before``: what was known until now."""
        rules: Rules | None = None
        error: FetchError | None = None
        fresh = FRESH
        try:
            body = await self._read(f"{site}/robots.txt")
            rules = await asyncio.to_thread(read_rules, body, self._names)
        except FetchError as caught:
            if caught.status is None or caught.status >= 500 or caught.status == 429:
                error, fresh = caught, max(FRESH_FAILURE, caught.retry_after or 0.0)
        if error is not None and before is not None and before.error is None:
            error, rules = None, before.rules  # RFC 9309, 2.4: what was read last still holds
        record = _Record(self._now() + fresh, rules, error)
        self._keep(site, record)
        return record

    def _keep(self, site: str, record: _Record) -> None:
        self._forget(site)
        self._records[site] = record
        self._weight += record.weight
        if record.rules is not None and record.rules.delay:
            self._delays.setdefault(host_of(site), {})[site] = record.rules.delay
        while len(self._records) > _REMEMBERED or self._weight > _MAX_WEIGHT:
            self._forget(next(iter(self._records)))

    def _forget(self, site: str) -> None:
        record = self._records.pop(site, None)
        if record is None:
            return
        self._weight -= record.weight
        if record.rules is not None and record.rules.delay:
            host = host_of(site)
            del self._delays[host][site]
            if not self._delays[host]:
                del self._delays[host]


def _site(url: str) -> str:
    """Scheme, host and port: ``https://example.org:8443``."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
