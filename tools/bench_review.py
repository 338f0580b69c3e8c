"""What thirty answers from the review queue are worth: the same streams judged with and without.

    python tools/bench_review.py --data DIR [--topics NAME ...] [--write docs/labels.md]

DIR holds streams as ``tools/detection_streams.py`` describes them.  Each topic is followed through
a stretch of its stream, from a little before its first article on, with five of its first articles
as seeds: once left to itself, once with answers from the gold to the first questions of the queue,
five at a sitting, spread evenly from the topic's first article to the middle one.

*After the answers*: the articles that came after the topic's middle one, none of which was asked
about.  That is what the answers are for, and what counts.  *Whole stretch*: all of them, though
what was judged before an answer cannot profit by it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # numpy reads it when it is imported

import detection_measures as measures  # noqa: E402
from detection_parts import Blind  # noqa: E402
from detection_report import put_into  # noqa: E402
from detection_streams import (  # noqa: E402
    Stream,
    draw_seeds,
    folder_of,
    lines_of,
    open_stream,
    outcomes,
    streams,
)

from monitor.edge.archive import Archived  # noqa: E402
from monitor.edge.store import migrations, replays  # noqa: E402
from monitor.edge.store.store import Store  # noqa: E402
from monitor.run.plan import Plan, Replayed, Seed  # noqa: E402
from monitor.run.replay import Player  # noqa: E402

SEEDS = 5
SITTING = 5
"""Answers that are given before the next fit."""
BEFORE = 500
"""Articles of the stream before the topic's first one."""
LEAST_RELEVANT = 30
"""Articles that a topic must have in its stretch."""
WORSE = 0.02
"""A topic got worse if its F1 fell by more."""


@dataclass(frozen=True)
class Case:
    stream: Path
    topic: str
    draw: int
    labels: int
    articles: int


@dataclass(frozen=True)
class Figures:
    f1: float
    average_precision: float


@dataclass(frozen=True)
class Result:
    """Each as (without answers, with them)."""

    after: tuple[Figures, Figures]
    whole: tuple[Figures, Figures]
    answered: int
    seconds: float


class Reviewed(Player):
    """A replay whose questions come between two places of the archive."""

    def __init__(self, plan: Plan, store: Store, asked: range) -> None:
        super().__init__(plan, store)
        self._asked = asked

    def _next_question(self) -> int:
        if self.answered >= self.plan.labels:
            return len(self.plan.archive)
        begun = self.answered - self.answered % SITTING
        part = (begun + SITTING / 2) / self.plan.labels
        return self._asked.start + min(int(part * len(self._asked)), len(self._asked))


def stretch(stream: Path, topic: str, articles: int) -> list[Archived]:
    """So many of a stream's articles, from a little before the topic's first one on."""
    lines = lines_of(stream, topic)
    first = next(place for place, one in enumerate(lines) if one.relevant)
    return lines[max(0, first - BEFORE) :][:articles]


def run(case: Case, blind: Blind) -> Result:
    began = time.perf_counter()
    stream = open_stream(case.stream)
    assert stream is not None
    seeds, rest = draw_seeds(
        stretch(case.stream, case.topic, case.articles), case.topic, SEEDS, case.draw
    )
    relevant = [place for place, one in enumerate(rest) if one.relevant]
    middle = relevant[len(relevant) // 2]
    asked = range(relevant[0], middle)
    runs = [_play(stream, rest, seeds, asked, labels, blind) for labels in (0, case.labels)]
    found = [outcomes(stream, rest, one.judged) for one in runs]
    left, taught = ([_figures(some[start:]) for start in (middle + 1, 0)] for some in found)
    return Result(
        after=(left[0], taught[0]),
        whole=(left[1], taught[1]),
        answered=runs[1].labels,
        seconds=time.perf_counter() - began,
    )


def _play(
    stream: Stream,
    lines: Sequence[Archived],
    seeds: Sequence[Archived],
    asked: range,
    labels: int,
    blind: Blind,
) -> Replayed:
    plan = Plan(
        lines,
        [Seed(one.article, f"seed {n}", one.id) for n, one in enumerate(seeds)],
        labels=labels,
        backgrounds=blind.backgrounds(stream.name),
        join=blind.join(stream.name),
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder, 'review.db')}")
        try:
            replays.throw_away(store)
            migrations.upgrade(store)
            return asyncio.run(Reviewed(plan, store, asked).play(lambda judged: None))
        finally:
            store.close()


def _figures(found: Sequence[measures.Outcome]) -> Figures:
    f1, precision = measures.f1(found), measures.average_precision(found)
    assert f1 is not None and precision is not None  # half of the topic's articles are among them
    return Figures(f1, precision)


def cases(given: argparse.Namespace) -> Iterator[Case]:
    for stream in streams(given.data):
        if stream.kind == "events":
            continue
        for topic in stream.topics:
            if given.topics and not {topic, stream.name} & set(given.topics):
                continue
            lines = stretch(stream.path, topic, given.articles)
            if sum(bool(one.relevant) for one in lines) >= LEAST_RELEVANT:
                for draw in range(given.draws):
                    yield Case(stream.path, topic, draw, given.labels, given.articles)


def measure(chosen: Sequence[Case], blind: Blind, jobs: int) -> dict[Case, Result]:
    """Run the cases in so many processes; how it goes is told on stderr."""
    results: dict[Case, Result] = {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        list(pool.map(blind.make, sorted({_name(case.stream) for case in chosen})))
        running = {pool.submit(run, case, blind): case for case in chosen}
        for one in as_completed(running):
            case, found = running[one], one.result()
            results[case] = found
            print(f"{len(results)}/{len(chosen)} {_line(case, found)}", file=sys.stderr, flush=True)
    return {case: results[case] for case in chosen}


def _name(stream: Path) -> str:
    return stream.name.removesuffix(".jsonl.gz")


def _line(case: Case, found: Result) -> str:
    cells = [_name(case.stream), case.topic, str(case.draw + 1), str(found.answered)]
    for before, after in (found.after, found.whole):
        cells += [_change(before.f1, after.f1)]
        cells += [_change(before.average_precision, after.average_precision)]
    return f"| {' | '.join(cells)} |"


def _change(before: float, after: float) -> str:
    return f"{before:.3f} → {after:.3f} ({after - before:+.3f})"


def section(results: dict[Case, Result], head: str) -> str:
    """The tables, in Markdown."""
    by_stream: defaultdict[str, list[Result]] = defaultdict(list)
    for case, found in results.items():
        by_stream[_name(case.stream)].append(found)
    summary = [
        "| stream | cases | F1 after | AP after | F1 whole | AP whole | F1 rose | AP rose"
        " | F1 fell by > .02 |",
        f"|{' --- |' * 9}",
        *(_summary(name, some) for name, some in by_stream.items()),
    ]
    topics = [
        "| stream | topic | draw | answers | F1 after | AP after | F1 whole | AP whole |",
        f"|{' --- |' * 8}",
        *(_line(case, found) for case, found in results.items()),
    ]
    return "\n\n".join([head, "\n".join(summary), "\n".join(topics)])


def _summary(name: str, found: Sequence[Result]) -> str:
    def mean(of: str, measure: str) -> str:
        pairs = [getattr(one, of) for one in found]
        return _change(
            *(statistics.fmean(getattr(pair[n], measure) for pair in pairs) for n in (0, 1))
        )

    f1 = [after.f1 - before.f1 for before, after in (one.after for one in found)]
    rose = sum(
        after.average_precision > before.average_precision
        for before, after in (one.after for one in found)
    )
    cells = [name, str(len(found))]
    cells += [mean(of, by) for of in ("after", "whole") for by in ("f1", "average_precision")]
    cells += [str(sum(d > 0 for d in f1)), str(rose), str(sum(d < -WORSE for d in f1))]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of streams")
    parser.add_argument("--topics", nargs="+", metavar="NAME", help="of these topics or streams")
    parser.add_argument("--labels", type=int, default=30, help="answers (30)")
    parser.add_argument("--articles", type=int, default=3000, help="of a stretch (3,000)")
    parser.add_argument("--draws", type=int, default=2, help="of seeds, for each topic (2)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (1)")
    parser.add_argument("--write", type=Path, help="a page with the two comments")
    given = parser.parse_args()
    chosen = list(cases(given))
    if not chosen:
        raise SystemExit(f"{given.data}: no such topic with {LEAST_RELEVANT} articles")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(chosen, Blind(folder_of(given.data), Path(folder)), given.jobs)
    head = (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.platform()}, Python {platform.python_version()},"
        f" {(time.perf_counter() - began) / 60:.0f} minutes: {SEEDS} seeds, {given.labels} answers,"
        f" stretches of {given.articles:,} articles, {given.draws} draws of seeds."
    )
    found = section(results, head)
    print(found)
    if given.write:
        put_into(given.write, found)


if __name__ == "__main__":
    main()
