"""How fast the review page answers over a year of a busy monitor, on both databases.

    python tools/bench_page.py --work DIR [--write docs/page.md]

Fills a SQLite file, kept in DIR, and a Postgres server of its own with what ``page_rows`` invents:
1,000,000 judged articles, 100,000 matches.  Then asks every page in process, some dozen times with
other parameters each time.  The time of a page is that until its last byte; a browser paints it
then, as style and script are kept from the page before.  *First*: the first request for a page of
its kind, which may have to import and read what later ones find in memory.  *CPU*: of this process,
which Postgres is not a part of.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import sqlite3
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # numpy reads it when it is imported

import httpx  # noqa: E402
import page_database  # noqa: E402
from page_rows import COMMON, NOW, PHRASE, RARE, TOPICS, Size, World  # noqa: E402

from monitor import app  # noqa: E402
from monitor.edge.store.store import Store  # noqa: E402
from monitor.web import create_app  # noqa: E402

LISTEN = "127.0.0.1:8765"
TIMES = 40
LONGEST = 60.0
"""Seconds that a request may take."""
GOAL = 100
"""Milliseconds."""
TRIVIAL = "/healthz"


class _Clock:
    """Stands still where the rows end."""

    def __call__(self) -> Any:
        return NOW

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class _Nowhere:
    """Nothing is fetched for a page."""

    async def fetch(self, url: str, **given: object) -> Any:
        raise AssertionError(url)


@dataclass(frozen=True)
class Timed:
    page: str
    first: float
    wall: Sequence[float]
    cpu: Sequence[float]
    """Milliseconds, as ``wall`` and ``first``."""
    size: int
    """Bytes of the longest answer."""

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.wall, n=20, method="inclusive")[-1]


def pages(world: World) -> dict[str, Sequence[str]]:
    """By kind, addresses to ask in turn."""
    draw, size, topic = random.Random(5), world.size, TOPICS[0]
    events = draw.sample(sorted(world.first), TIMES)
    matches = draw.sample([n for n, event in enumerate(world.events.tolist()) if event], TIMES)
    busy = world.largest
    outlets = [quote(f"Outlet {n}") for n in range(0, 400, 10)]
    thresholds = [f"/quality/{topic}?threshold={0.08 + n / 500}" for n in range(TIMES)]
    days = [f"{1 + n // 28:02}-{1 + n % 28:02}" for n in range(TIMES)]
    return {
        TRIVIAL: [TRIVIAL],
        "/": ["/", f"/?topic={topic}"],
        "/ of a quiet topic": [f"/?topic={TOPICS[1]}"],
        "/ page 100 to 600": [f"/?page={n}" for n in range(100, 600, 25)],
        "/events/ID": [f"/events/{n}" for n in events],
        f"/events/ID of {size.largest:,} matches": [
            f"/events/{busy}?page={n}" for n in range(1, 20)
        ],
        "/matches": ["/matches", f"/matches?topic={topic}"],
        "/matches page 100 to 1,900": [f"/matches?page={n}" for n in range(100, 1901, 100)],
        "/matches a word of 30 %": [f"/matches?words={COMMON}&topic={t}" for t in ("", topic)],
        "/matches the same, page 20": [f"/matches?words={COMMON}&page=20"],
        "/matches a phrase": [f"/matches?words={quote(chr(34) + PHRASE + chr(34))}"],
        "/matches a rare word": [f"/matches?words={RARE}"],
        "/matches an outlet": [f"/matches?source={name}" for name in outlets],
        "/matches an outlet and a word": [
            f"/matches?words={COMMON}&source={name}" for name in outlets
        ],
        "/matches a label": ["/matches?label=relevant", "/matches?label=none"],
        "/matches a day": [f"/matches?since=2026-{day}&until=2026-{day}" for day in days[:-4]],
        "/matches rejected": ["/matches?kind=rejected", f"/matches?kind=rejected&topic={topic}"],
        "/matches rejected, a word": [f"/matches?kind=rejected&words={RARE}"],
        "/matches an event": [f"/matches?event={n}" for n in [busy, *events]],
        "/matches/ID": [f"/matches/{n}" for n in matches],
        "/review/NAME": [f"/review/{topic}"],
        "/topics": ["/topics"],
        "/topics/NAME 30 days": [f"/topics/{topic}?range=30"],
        "/topics/NAME 90 days": [f"/topics/{topic}?range=90", f"/topics/{topic}"],
        "/topics/NAME a year": [f"/topics/{topic}?range=365"],
        "/topics/NAME all": [f"/topics/{topic}?range=all"],
        "/settings/NAME": [f"/settings/{topic}"],
        "/quality/NAME": [f"/quality/{topic}"],
        "/quality/NAME another threshold": thresholds,
        "/drift/NAME": [f"/drift/{topic}"],
        "/feeds": ["/feeds", "/feeds?page=2", "/feeds?page=7"],
        "/alerts": ["/alerts", "/alerts?page=20", "/alerts?state=dead"],
        "/actions": ["/actions", f"/actions?topic={topic}"],
        "/api/matches": ["/api/matches", f"/api/matches?words={COMMON}&topic={topic}"],
        "/api/events": ["/api/events", "/api/events?offset=10000"],
        "/api/topics": ["/api/topics"],
        "/atom/topics/NAME": [f"/atom/topics/{topic}"],
        "/atom/searches/ID": ["/atom/searches/1"],
    }


def measured(url: str, world: World, only: str, times: int) -> Iterator[Timed]:
    """Every kind of page, of a page that has just been started."""
    store = Store(url)
    parts = app.replay_parts(
        store,
        _Nowhere(),  # type: ignore[arg-type]
        clock=_Clock(),  # type: ignore[arg-type]
        backgrounds=app.backgrounds,
        join=app.join_model,
    )
    page = create_app(parts, listen=LISTEN)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(page), base_url=f"http://{LISTEN}", timeout=LONGEST
    )
    with asyncio.Runner() as runner:
        for kind, paths in pages(world).items():
            if only in kind:
                yield runner.run(_ask(client, kind, paths, times))
    store.close()


async def _ask(client: httpx.AsyncClient, kind: str, paths: Sequence[str], times: int) -> Timed:
    """The first request, and ``times`` more."""
    wall, cpu, size = [], [], 0
    for n in range(times + 1):
        began, used = time.perf_counter(), time.process_time()
        async with asyncio.timeout(LONGEST):
            answer = await client.get(paths[n % len(paths)])
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - used))
        if answer.status_code != 200:
            raise SystemExit(f"{answer.url}: {answer.status_code}: {answer.text[:300]}")
        size = max(size, len(answer.content))
    return Timed(kind, wall[0], wall[1:], cpu[1:], size)


def line(timed: Timed) -> str:
    low, middle = min(timed.wall), statistics.median(timed.wall)
    cpu = statistics.median(timed.cpu)
    figures = (timed.size / 1024, timed.first, low, middle, timed.p95, cpu)
    return f"| {timed.page} | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |"


HEADER = (
    "| page | KB | first | min | median | p95 | CPU |",
    "|---|---:|---:|---:|---:|---:|---:|",
)


def section(name: str, found: Sequence[Timed]) -> str:
    """The table of one database, in Markdown."""
    slow = [one.page for one in found if one.p95 >= GOAL]
    said = f"p95 of {GOAL} ms or more: {', '.join(slow)}." if slow else f"p95 < {GOAL} ms: all."
    return "\n".join([f"## {name}", "", said, "", *HEADER, *map(line, found)])


def machine() -> str:
    return (
        f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, load"
        f" {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, SQLite"
        f" {sqlite3.sqlite_version}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--work", type=Path, required=True, help="folder of the databases")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--only", default="", help="pages whose kind has this in it")
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--postgres", help="URL of a database that is filled already")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    size, parts = Size(), []
    world = World(size)
    for name in given.database or ["sqlite", "postgres"]:
        if name == "postgres" and given.postgres:
            parts.append(_section(name, given.postgres, world, given))
            continue
        opened = page_database.sqlite if name == "sqlite" else page_database.postgres
        with opened(given.work, size) as url:
            parts.append(_section(name, url, world, given))
    if given.write:
        given.write.write_text(_page(parts, size))


def _section(name: str, url: str, world: World, given: argparse.Namespace) -> str:
    found = []
    print(*HEADER, sep="\n")
    for timed in measured(url, world, given.only, given.times):
        print(line(timed), flush=True)
        found.append(timed)
    return section({"sqlite": "SQLite", "postgres": "Postgres"}[name], found)


def _page(parts: Sequence[str], size: Size) -> str:
    intro = (
        f"# How fast the page is\n\n`make bench-page`, {machine()}: {size.articles:,} judged"
        f" articles, {size.matches:,} matches in {size.events:,} events, {size.feeds} feeds."
        " Milliseconds until an answer's last byte, asked in process, and its CPU time in this"
        " process; KB of the longest answer, uncompressed."
    )
    return "\n\n".join([intro, *parts]) + "\n"


if __name__ == "__main__":
    main()
