"""How long entries wait until they are polled, by strategy, at an equal number of polls.

    python tools/bench_polling.py [--data DIR] [--feeds N] [--seed N] [--write docs/polling.md]

Simulated are feeds with log-normal rates and a daily and weekly pattern; with --data (a folder with
``bbc_items.jsonl.gz`` and ``bbc_polls.jsonl.gz``) a real front page as well.  A strategy knows only
what its own polls have shown it, beginning with the window that a feed shows at the first.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import platform
import random
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.domain.polling import level_for, load, next_due
from monitor.domain.rhythm import Rhythm, observe

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY
START = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
"""A Monday."""
WINDOW = 30
"""Entries that a feed shows."""
SHORTEST, LONGEST = 5 * 60.0, 6 * HOUR
TRIES = 30
MARK = "<!-- figures -->"

Times = list[float]
"""When a feed publishes, in order."""
Rates = tuple[float, ...]
"""Entries per hour, by hour of the week."""


@dataclass(frozen=True)
class Setting:
    """What is simulated: feeds, from ``start`` to ``end``, measured from ``measured`` on."""

    name: str
    feeds: Sequence[Times]
    start: float
    measured: float
    end: float
    interval: float
    """Seconds between two polls of a feed, on average over all."""
    rates: Sequence[Rates] = ()
    """The true ones, of simulated feeds."""


@dataclass
class Result:
    polls: int
    delays: Times

    def row(self) -> tuple[int, float, float, float]:
        """Polls; median, mean and 90th percentile of the delay in minutes."""
        ordered = sorted(self.delays)
        at = [ordered[int(share * (len(ordered) - 1))] / 60 for share in (0.5, 0.9)]
        return self.polls, at[0], sum(ordered) / len(ordered) / 60, at[1]


# ------------------------------------------------------------------------------------- feeds


def pattern(rng: random.Random) -> list[float]:
    """Rate by hour of the week, 1 on average: office hours, day and night, or even."""
    kind, first = rng.choices(("office", "wave", "even"), (4, 4, 2))[0], rng.randrange(24)
    weekend, depth = rng.uniform(0.1, 1.0), rng.uniform(0.4, 0.95)
    hours = []
    for hour in range(168):
        since, rest_day = (hour - first) % 24, hour >= 120
        if kind == "office":
            level = 0.05 if since >= 10 else 0.15 if rest_day else 1.0
        elif kind == "wave":
            level = (1 + depth * math.cos(2 * math.pi * since / 24)) * (weekend if rest_day else 1)
        else:
            level = 1.0
        hours.append(level)
    mean = sum(hours) / len(hours)
    return [level / mean for level in hours]


def publish(rng: random.Random, rates: Rates, begin: float, end: float, batch: int) -> Times:
    """Entries of one feed: a Poisson process, each time a batch of geometric size."""
    times: Times = []
    time, most = begin, max(rates)
    while (time := time + rng.expovariate(most / batch) * HOUR) < end:
        if rng.random() * most < rates[int((time - START) // HOUR) % 168]:
            size = 1 + int(math.log(1 - rng.random()) / math.log(1 - 1 / batch)) if batch > 1 else 1
            times += [time] * size
    return times


def synthetic(name: str, feeds: int, sigma: float, seed: int, batches: Sequence[int]) -> Setting:
    """Two weeks of learning, four measured; the median feed has five entries a day."""
    rng = random.Random(f"{seed} {sigma}")
    begin, measured, end = START - 8 * WEEK, START + 2 * WEEK, START + 6 * WEEK
    times, known = [], []
    for _ in range(feeds):
        mean = rng.lognormvariate(math.log(5 / 24), sigma)
        known.append(tuple(mean * level for level in pattern(rng)))
        times.append(publish(rng, known[-1], begin, end, rng.choice(batches)))
    return Setting(name, times, START, measured, end, HOUR, known)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def section(url: str) -> str:
    """The part of the site that an address lies in: ``news/world-europe``, ``sport/football``."""
    parts = urlsplit(url).path.strip("/").split("/")
    if len(parts) < 2:
        return parts[0]
    return f"{parts[0]}/{parts[1].rsplit('-', 1)[0] if parts[0] == 'news' else parts[1]}"


def front_page(data: Path, seed: int) -> Iterator[Setting]:
    """The trace as one feed, and its larger sections as feeds that share a budget.

    An entry was published at some moment between the poll that first saw it and the one before:
    taken at random, so that the trace's own timetable is not what a strategy learns.
    """
    rng = random.Random(seed)
    polls = [row["t"] for row in rows(data / "bbc_polls.jsonl.gz")]
    whole: Times = []
    sections: dict[str, Times] = defaultdict(list)
    for row in rows(data / "bbc_items.jsonl.gz"):
        at = bisect_left(polls, row["first_seen"])
        if at:  # else it is part of the first window: nobody knows since when
            whole.append(rng.uniform(polls[at - 1], polls[at]))
            sections[section(row["url"])].append(whole[-1])
    start, end = polls[0] + DAY, float(polls[-1])
    feeds = [sorted(times) for times in sections.values() if len(times) >= 200]
    measured = start + 2 * WEEK
    name = f"front page by section, {len(feeds)} feeds, a poll every 2 hours"
    yield Setting(name, feeds, start, measured, end, 2 * HOUR)
    for minutes in (30, 60, 120):
        name = f"front page as one feed, a poll every {minutes} minutes"
        yield Setting(name, [sorted(whole)], start, measured, end, minutes * 60)


# -------------------------------------------------------------------------------- strategies


def run(setting: Setting, wait: Callable[[Times, float], float]) -> Result:
    """Poll each feed by ``wait(its times, now)``, which may look at nothing after now."""
    result = Result(0, [])
    for number, times in enumerate(setting.feeds):
        now = setting.start + setting.interval * number / len(setting.feeds)
        while now < setting.end:
            before, now = now, now + wait(times, now)
            note(result, setting, times, before, now)
    return result


def note(result: Result, setting: Setting, times: Times, before: float, now: float) -> None:
    """Count the poll at ``now``, and the delays of what it found new."""
    if setting.measured <= now < setting.end:
        result.polls += 1
        new = times[bisect_right(times, before) : bisect_right(times, now)]
        result.delays += [now - time for time in new]


def uniform(setting: Setting, interval: float) -> Result:
    return run(setting, lambda times, now: interval)


def proportional(setting: Setting, scale: float) -> Result:
    """Polls in proportion to the rate: of what has been seen, and half an entry of a prior."""

    def wait(times: Times, now: float) -> float:
        seen = bisect_right(times, now)
        first = max(0, bisect_right(times, setting.start) - WINDOW)
        since = now - times[first] if seen > first else 0.0
        return clamp(scale * (since + 2.5 * HOUR) / (seen - first + 0.5))

    return run(setting, wait)


def frequency(setting: Setting, scale: float) -> Result:
    """As miniflux does: a week divided by the number of entries in the last seven days."""

    def wait(times: Times, now: float) -> float:
        weekly = bisect_right(times, now) - bisect_right(times, now - WEEK)
        return clamp(scale * WEEK / weekly if weekly else LONGEST)

    return run(setting, wait)


def clamp(wait: float) -> float:
    return min(max(wait, SHORTEST), LONGEST)


def ours(setting: Setting) -> Result:
    """Day by day, because all feeds share a level that is renewed once a day."""
    result = Result(0, [])
    shortest, longest = timedelta(seconds=SHORTEST), timedelta(seconds=LONGEST)
    budget = len(setting.feeds) * HOUR / setting.interval
    rhythms = [first_look(times, setting.start) for times in setting.feeds]
    level = level_for([load(rhythm) for rhythm in rhythms], budget, shortest, longest)
    last = [setting.start] * len(rhythms)
    today = setting.start
    while today < setting.end:
        for i, times in enumerate(setting.feeds):
            while True:
                now = when(last[i])
                due = next_due(
                    rhythms[i], now, level, shortest=shortest, longest=longest
                ).timestamp()
                if due >= today + DAY:
                    break
                note(result, setting, times, last[i], due)
                new = times[bisect_right(times, last[i]) : bisect_right(times, due)]
                rhythms[i] = observe(rhythms[i], now, when(due), [*map(when, new)])
                last[i] = due
        today += DAY
        level = level_for([load(rhythm) for rhythm in rhythms], budget, shortest, longest)
    return result


def foresight(setting: Setting, level: float) -> Result:
    """Our rule with nothing to learn: it is told the true rates."""
    bounds = timedelta(seconds=SHORTEST), timedelta(seconds=LONGEST)
    told = {}
    for times, rates in zip(setting.feeds, setting.rates, strict=True):
        told[id(times)] = Rhythm(START, START, START)
        vars(told[id(times)])["rates"] = rates  # in place of those that it would derive

    def wait(times: Times, now: float) -> float:
        at = when(now)
        due = next_due(told[id(times)], at, level, shortest=bounds[0], longest=bounds[1])
        return (due - at).total_seconds()

    return run(setting, wait)


def first_look(times: Times, now: float) -> Rhythm:
    known = bisect_right(times, now)
    return observe(None, None, when(now), [*map(when, times[max(0, known - WINDOW) : known])])


def when(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC)


def matched(strategy: Callable[[Setting, float], Result], setting: Setting, polls: int) -> Result:
    """The strategy's result at the scale that makes its number of polls equal, within 0.3 %."""
    scale = setting.interval
    for _ in range(TRIES):
        result = strategy(setting, scale)
        if abs(result.polls - polls) <= 0.003 * polls:
            return result
        scale *= result.polls / polls
    raise SystemExit(f"{strategy.__name__} cannot make {polls} polls in: {setting.name}")


# ------------------------------------------------------------------------------------ report


def bound(setting: Setting) -> float:
    """The most that any timetable by hour of the week can gain on one feed: 1 - E[sqrt r]²/E[r],
    with the rates r of the whole trace known beforehand."""
    counts = [0] * 168
    for time in setting.feeds[0]:
        counts[int(time // HOUR) % 168] += 1
    return 1 - (sum(map(math.sqrt, counts)) / 168) ** 2 / (sum(counts) / 168)


def report(setting: Setting) -> str:
    """A table of the strategies, as Markdown."""
    mine = ours(setting)
    results = {
        "uniform": matched(uniform, setting, mine.polls),
        "rate-proportional": matched(proportional, setting, mine.polls),
        "entry frequency": matched(frequency, setting, mine.polls),
        "ours": mine,
    }
    if setting.rates:
        results["ours, rates known"] = matched(foresight, setting, mine.polls)
    base = results["uniform"].row()[2]
    budget = len(setting.feeds) * (setting.end - setting.measured) / setting.interval
    lines = [
        f"### {setting.name}\n",
        "| strategy | polls | median | mean | p90 | mean against uniform |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, result in results.items():
        polls, median, mean, most = result.row()
        delays = f"{median:.1f} | {mean:.1f} | {most:.1f} | {mean / base - 1:+.1%}"
        lines.append(f"| {name} | {polls:,} | {delays} |")
    lines.append(f"\n{len(mine.delays):,} entries; {mine.polls / budget - 1:+.1%} of the budget.")
    if len(setting.feeds) == 1:
        lines.append(f"No timetable by hour of the week could gain more than {bound(setting):.1%}.")
    return "\n".join(lines) + "\n"


def write(path: Path, tables: Sequence[str]) -> None:
    """Replace what follows the mark in a document."""
    text, mark, _ = path.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise SystemExit(f"{path} has no line {MARK}")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    head = f"{mark}\n\n`make bench-polling`, {datetime.now(UTC):%Y-%m-%d}, {machine}.\n\n"
    path.write_text(text + head + "\n".join(tables), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Delay from publication to poll, by strategy.")
    parser.add_argument("--data", type=Path, help="folder with the trace of a front page")
    parser.add_argument("--feeds", type=int, default=100, help="in each simulated set")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, metavar="DOCUMENT")
    options = parser.parse_args()
    settings = [
        synthetic(f"simulated, {kind}, sigma {sigma}", options.feeds, sigma, options.seed, batches)
        for kind, sigma, batches in (
            ("one by one", 1.5, (1,)),
            ("one by one", 1.0, (1,)),
            ("in batches", 1.5, (1, 2, 4, 8)),
        )
    ]
    if options.data:
        settings = [*front_page(options.data, options.seed), *settings]
    tables = []
    with ProcessPoolExecutor() as pool:
        for table in pool.map(report, settings):
            print(table, flush=True)
            tables.append(table)
    if options.write:
        write(options.write, tables)


if __name__ == "__main__":
    main()
