"""Hostile inputs put through worker processes as the daemon puts them, and what came of each."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.domain.extraction import extract_page
from monitor.domain.feeds import parse_feed
from monitor.edge.workers import ProcessWorkers
from monitor.errors import MonitorError, ParseError
from monitor.types import Article, Document, ParsedFeed
from tests.hostile.pages import SUMMARY, TITLE

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
URL = "https://www.gull-point.example/2024/lighthouse"

DEADLINE = 10.0
"""Seconds of one job in the daemon."""
SHORT_DEADLINE = 1.0
"""The same for inputs that are known to spin until it comes."""
_LARGE = 5 * 2**20
GROWTH = 32 * 2**20
"""Bytes by which the daemon may grow over the documents it holds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job: its value, made brief, or the error; seconds; bytes of growth."""

    value: Any
    error: MonitorError | None
    seconds: float
    growth: int
    deadline: float

    def check_limits(self) -> None:
        assert self.seconds <= self.deadline + 1
        assert self.growth <= GROWTH

    def get(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


def extract_twice(document: Document) -> tuple[Article, str]:
    """The article of a page whose feed has a text, and why it is the feed's, if it is."""
    found = extract_page(document, TITLE, NOW, SUMMARY)
    if found.text_from == "feed":
        try:
            extract_page(document, "", None, "")
        except ParseError as error:
            return found, str(error)
    return found, ""


def read_feed(document: Document) -> ParsedFeed:
    return parse_feed(document, NOW)


def ready() -> None:
    """Has a worker import this module before the clock runs."""


def run_batch(
    job: Callable[[Document], Any],
    documents: Mapping[str, Document],
    brief: Callable[[Any], Any] = lambda value: value,
    deadline: float = DEADLINE,
) -> dict[str, Outcome]:
    """Run a job over all documents; what it raises beside MonitorErrors passes.

    Two at a time; the large ones singly, so that it shows whose growth it is.  ``brief`` makes of a
    value what the test wants to know, so that the values do not add up.
    """
    outcomes: dict[str, Outcome] = {}
    large = [name for name, document in documents.items() if len(document.body) > _LARGE]
    small = [name for name in documents if name not in large]

    async def work(waiting: deque[str]) -> None:
        pool = ProcessWorkers(count=1, timeout=deadline)
        try:
            while waiting:
                name = waiting.popleft()
                await pool.run(ready)
                outcomes[name] = await _one(pool, job, documents[name], brief, deadline)
        finally:
            await pool.aclose()

    async def both() -> None:
        waiting = deque(small)
        await asyncio.gather(work(waiting), work(waiting))
        await work(deque(large))

    asyncio.run(both())
    return outcomes


async def _one(
    pool: ProcessWorkers,
    job: Callable[[Document], Any],
    document: Document,
    brief: Callable[[Any], Any],
    deadline: float,
) -> Outcome:
    before = peak = resident()

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, resident())
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    began, value, error = time.monotonic(), None, None
    try:
        value = brief(await pool.run(job, document))
    except MonitorError as raised:
        error = raised
    finally:
        watching.cancel()
    growth = max(peak, resident()) - before
    return Outcome(value, error, time.monotonic() - began, growth, deadline)


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
