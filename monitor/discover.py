"""Finding the feeds of a site: few requests, each candidate fetched and read before it is named."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from monitor.domain.discovery import Examined, Lead, Trust, examine, guesses
from monitor.domain.urls import absolute
from monitor.errors import FetchError, NotFound, WorkerError
from monitor.pipeline import Parts
from monitor.types import Document

MAX_REQUESTS = 12
"""To find the feeds of one site, redirects not counted."""
MAX_SECONDS = 120.0
"""After which what has been found must do."""
MAX_DEPTH = 2
"""The site's page leads to its list of feeds, and that to the feeds."""

_BARE_HOST = re.compile(r"(?:localhost|[^/:?#@\s]+\.[^/:?#@\s]+)(?::\d{1,5})?(?:[/?#]|$)")
_PUT_OFF = {429, 503}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that answers; its fields are JSON keys.  ``newest`` None: no entry is dated."""

    url: str
    """Where it lives for good: behind permanent redirects, before temporary ones."""
    title: str
    kind: str
    """RSS, Atom, JSON Feed or news sitemap."""
    entries: int
    newest: datetime | None


async def discover(parts: Parts, address: str) -> list[Candidate]:
    """The feeds of a site, most promising first; of an address that is a feed, itself alone.

    ``address`` may lack its scheme (``example.org``): https is tried, then http.  Raises ParseError
    if it is no web address, FetchError if it cannot be fetched, WorkerError if it cannot be read,
    and NotFound if there is no feed, saying what there is.
    """
    asked, document = await _open(parts, address)
    examined = await parts.workers.run(examine, document, parts.clock())
    search = _Search(parts)
    search.add(guesses(document.url), depth=0)
    search.take(asked, document, examined, depth=0)
    if examined.feed is None:
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_SECONDS):
                await search.run(MAX_REQUESTS - 1)
    if not search.found:
        raise NotFound(f"no feed was found at {address}: {examined.reason}")
    return sorted(search.found, key=lambda c: (c.entries == 0, c.kind == "news sitemap"))


async def _open(parts: Parts, address: str) -> tuple[str, Document]:
    """The document, and the address that was asked for."""
    if not _BARE_HOST.match(address):
        url = absolute(address)
        return url, await parts.fetcher.fetch(url)
    secure, plain = absolute(f"https://{address}"), absolute(f"http://{address}")
    try:
        return secure, await parts.fetcher.fetch(secure)
    except FetchError as error:
        if error.status is not None:
            raise
        with suppress(FetchError):
            return plain, await parts.fetcher.fetch(plain)
        raise


class _Search:
    """The addresses still to be tried, and what was found."""

    def __init__(self, parts: Parts) -> None:
        self.found: list[Candidate] = []
        self._parts = parts
        self._queue: list[tuple[Trust, int, int, Lead]] = []
        """With the order in which they came and their depth."""
        self._numbers = count()
        self._seen: set[str] = set()
        """Addresses asked for, and those that answered."""
        self._contents: set[frozenset[str]] = set()
        self._kinds: set[str] = set()
        """What was found: "feed", "sitemap"."""

    def add(self, leads: Iterable[Lead], depth: int) -> None:
        """Queue addresses; of one that comes several times the best is tried."""
        for lead in leads:
            heappush(self._queue, (lead.trust, next(self._numbers), depth, lead))

    def take(self, asked: str, document: Document, examined: Examined, depth: int) -> None:
        """Keep a feed that is not known yet; follow where any other document leads."""
        self._seen |= {asked, document.url}
        feed = examined.feed
        if feed is None:
            if depth < MAX_DEPTH:
                self.add(examined.leads, depth + 1)
            return
        self._kinds.add("sitemap" if feed.kind == "news sitemap" else "feed")
        if feed.keys and feed.keys in self._contents:
            return
        self._contents.add(feed.keys)
        url = document.moved_to or asked
        self.found.append(Candidate(url, feed.title, feed.kind, feed.entries, feed.newest))

    async def run(self, requests: int) -> None:
        """Try at most so many addresses, the most promising first."""
        while self._queue and requests:
            trust, _, depth, lead = heappop(self._queue)
            if lead.url in self._seen or (not trust.worth_while and lead.sought in self._kinds):
                continue
            self._seen.add(lead.url)
            requests -= 1
            try:
                await self._try(lead, depth)
            except WorkerError:
                continue  # hostile: no candidate
            except FetchError as error:
                if error.status in _PUT_OFF:
                    return  # the site asks for fewer requests: what has been found must do

    async def _try(self, lead: Lead, depth: int) -> None:
        document = await self._parts.fetcher.fetch(lead.url)
        if document.url != lead.url and document.url in self._seen:
            return  # a redirect to what has been read
        examined = await self._parts.workers.run(examine, document, self._parts.clock())
        self.take(lead.url, document, examined, depth)
