"""Parse thousands of real and broken feeds: none may raise, hang, or change when it is cut.

``--data DIR`` holds feeds.tar.gz.  Each feed is parsed in a worker within the daemon's limits, as a
whole and as two halves of its items.  Exit status 1 if a job died or two halves were not the whole.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import re
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from monitor.domain.feeds import parse_feed
from monitor.domain.items import DIGEST, unseen
from monitor.edge.workers import ProcessWorkers
from monitor.errors import MonitorError, ParseError, WorkerError
from monitor.types import Document, ParsedFeed

WORKERS = 2
BUDGET = 280.0
"""Seconds after which the rest is left out, and said to be."""
INTRODUCTION = """# Parsing the feeds of others

Feeds of four public parsers' test suites, well-formed, broken and real, parsed as the daemon does
it: in a worker and within its limits, as a whole and as two halves of its items
(`tools/bench_feeds.py`).

"""
TYPES = {".json": "application/json", ".xml": "application/xml", ".opml": "text/x-opml"}


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    entries: int = 0
    seconds: float = 0.0
    """CPU time of parsing the whole."""
    refused: str = ""
    died: str = ""
    cut: bool = False
    """The items could be told apart without parsing."""
    differs: bool = False


def examine(document: Document) -> Result:
    """In a worker: parse the whole, then each half, and compare."""
    started = time.process_time()
    try:
        whole = parse_feed(document, document.fetched_at)
    except ParseError as error:
        return Result(document.url, seconds=time.process_time() - started, refused=str(error))
    seconds = time.process_time() - started
    digests = unseen(document, b"").digests
    differs = bool(digests) and _halves_differ(document, digests, whole)
    return Result(document.url, len(whole.entries), seconds, cut=bool(digests), differs=differs)


def _halves_differ(document: Document, digests: bytes, whole: ParsedFeed) -> bool:
    middle = len(digests) // DIGEST // 2 * DIGEST
    found = set()
    for known in (digests[:middle], digests[middle:]):
        rest = unseen(document, known).document
        if rest is not None:
            found |= set(parse_feed(rest, document.fetched_at).entries)
    return found != set(whole.entries)


def read(data: Path) -> Iterator[Document]:
    now = datetime(2024, 6, 1, tzinfo=UTC)
    with tarfile.open(data / "feeds.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None:
                kind = TYPES.get(Path(member.name).suffix, "")
                yield Document(f"http://feeds.example/{member.name}", 200, file.read(), kind, now)


async def examine_all(documents: list[Document]) -> list[Result]:
    workers = ProcessWorkers(WORKERS)
    deadline = time.monotonic() + BUDGET
    waiting = iter(documents)
    results: list[Result] = []

    async def drain() -> None:
        for document in waiting:
            if time.monotonic() > deadline:
                return
            try:
                results.append(await workers.run(examine, document))
            except WorkerError as error:
                results.append(Result(document.url, died=str(error)))

    try:
        await asyncio.gather(*(drain() for _ in range(WORKERS)))
    finally:
        await workers.aclose()
    return results


def report(results: list[Result], total: int, wall: float) -> str:
    read_ones = [result for result in results if not result.refused and not result.died]
    refused = Counter(_kind(result.refused) for result in results if result.refused)
    times = sorted(result.seconds * 1000 for result in results if not result.died)
    died = [f"- {result.name}: {result.died}" for result in results if result.died]
    differing = [f"- {result.name}" for result in results if result.differs]
    cut = sum(result.cut for result in read_ones)
    lines = [
        f"| feeds | {total:,} |",
        "|---|---|",
        f"| left out for want of time | {total - len(results):,} |",
        f"| read | {len(read_ones):,}, with {sum(r.entries for r in read_ones):,} entries |",
        f"| refused, with a reason | {refused.total():,} |",
        f"| died or ran out of time or memory | {len(died):,} |",
        f"| cut into items without parsing | {cut:,} |",
        f"| of these, halves that are not the whole | {len(differing):,} |",
        f"| CPU ms a feed | p50 {_at(times, 0.5):.2f}, p99 {_at(times, 0.99):.1f},"
        f" max {times[-1]:.0f} |",
        f"| CPU seconds in all | {sum(times) / 1000:.1f} |",
        f"| seconds in all, halves included, {WORKERS} workers | {wall:.0f} |",
    ]
    lines += ["", "Why feeds were refused:", ""]
    lines += [f"- {count:,} × {words}" for words, count in refused.most_common(10)]
    lines += ["", "Died:", "", *died] if died else []
    lines += ["", "Differing:", "", *differing] if differing else []
    return "\n".join(lines)


def _at(times: list[float], share: float) -> float:
    return times[int(share * (len(times) - 1))]


def _kind(reason: str) -> str:
    reason = re.sub(r"line \d+:.*|http\S+", "…", reason)
    return re.sub(r"\d+", "N", reason)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder with feeds.tar.gz")
    parser.add_argument("--write", type=Path, help="a Markdown file for the result")
    options = parser.parse_args()
    documents = list(read(options.data))
    started = time.monotonic()
    try:
        results = asyncio.run(examine_all(documents))
    except MonitorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    table = report(results, len(documents), time.monotonic() - started)
    print(table)
    if options.write:
        machine = f"{platform.machine()}, Python {platform.python_version()}"
        options.write.write_text(INTRODUCTION + f"{date.today()}, {machine}:\n\n{table}\n")
    return 1 if any(result.died or result.differs for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
