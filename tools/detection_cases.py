"""What is run: a case is one or several replays of a stream, and gives figures.

Cases are small values, so that they can be handed to other processes.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import acceptance
import copy_cases
import detection_measures as measures
from detection_ablations import ABLATIONS, left_of, without
from detection_parts import Blind
from detection_streams import Stream, draw_seeds, lines_of, open_stream, outcomes

from monitor.edge.archive import Archived, in_order, read_archive, read_seeds
from monitor.run.plan import Judged, Plan, Seed
from monitor.run.replay import replay

Kind = Literal["events", "events by topic", "tracking", "classes", "acceptance", "copies"]
Figures = dict[str, float]

SEEDS = (1, 2, 5)
CLASS_SEEDS = 5
LABELS = 30
LABELLED_SEEDS = 5
ABLATED_SEEDS = 2
QUICK_CLASSES = 8
FIT_COST = 150
"""A fit takes as long as so many articles; each label asks for one."""
NOISE = 3000
"""Articles among which the acceptance case is hidden."""


@dataclass(frozen=True)
class Case:
    kind: Kind
    stream: Path
    topic: str = ""
    seeds: int = 0
    labels: int = 0
    draw: int = 0
    without: str | None = None
    """The part that is switched off."""
    seed_folder: Path | None = None
    cost: int = 0
    """About how many articles are judged."""

    @property
    def row(self) -> tuple[str, str, int, int, str]:
        """What is reported together: stream, kind, seeds, labels, part that is off."""
        name = self.stream.name.partition(".")[0]
        return name, self.kind, self.seeds, self.labels, self.without or ""

    def __str__(self) -> str:
        name, kind, seeds, labels, off = self.row
        told = [name, kind, self.topic, f"{seeds} seeds" if seeds else ""]
        told += [f"{labels} labels" if labels else "", f"without {off}" if off else ""]
        return ", ".join(part for part in (*told, f"draw {self.draw + 1}") if part)


def cases(
    found: Sequence[Stream], *, draws: int, quick: bool, seed_folder: Path | None, ablate: bool
) -> list[Case]:
    """All that the table needs, the longest first."""
    chosen = [case for stream in found for case in _of_stream(stream, draws, quick)]
    if seed_folder:
        chosen += [
            Case("acceptance", one.path, draw=n, seed_folder=seed_folder, cost=NOISE)
            for one in found
            if one.long >= NOISE
            for n in range(draws)
        ]
    if ablate:
        chosen += [case for one in chosen for case in _ablated(one)]
    return sorted(chosen, key=lambda case: -case.cost)


def _of_stream(stream: Stream, draws: int, quick: bool) -> Iterator[Case]:
    one = Case("copies", stream.path, cost=stream.articles // 10)
    if stream.kind == "events":
        whole = replace(one, kind="events", cost=4 * stream.articles)
        yield from (one, whole)
        if stream.groups > 1:
            yield replace(whole, kind="events by topic")
        return
    if stream.kind == "classes":
        step = max(1, len(stream.topics) // QUICK_CLASSES) if quick else 1
        for topic in list(stream.topics)[::step]:
            yield Case("classes", stream.path, topic, CLASS_SEEDS, cost=stream.articles)
        return
    for topic in stream.topics:
        for seeds in SEEDS:
            run = Case("tracking", stream.path, topic, seeds, cost=stream.articles)
            yield from (replace(run, draw=draw) for draw in range(draws))
            if seeds == LABELLED_SEEDS:
                yield replace(run, labels=LABELS, cost=run.cost + LABELS * FIT_COST)


def _ablated(case: Case) -> Iterator[Case]:
    """The case without each part that concerns it: of tracking, one number of seeds."""
    for name, part in ABLATIONS.items():
        tracked = case.kind == "tracking" and case.seeds == ABLATED_SEEDS and not case.labels
        told = case.kind in ("events", "events by topic")
        if (tracked and part.concerns == "tracking") or (told and part.concerns == "events"):
            yield replace(case, without=name)


def run(case: Case, blind: Blind) -> tuple[Figures, float]:
    """The figures of a case, and how many seconds it took."""
    began = time.perf_counter()
    stream = open_stream(case.stream)
    assert stream is not None
    with without(case.without):
        figures = RUNNERS[case.kind](case, stream, blind)
    return figures, time.perf_counter() - began


def _events(case: Case, stream: Stream, blind: Blind) -> Figures:
    return _event_figures(_told(case, stream, lines_of(stream.path, None), blind))


def _events_by_topic(case: Case, stream: Stream, blind: Blind) -> Figures:
    """Each topic is a replay of its own; the figures are of all their articles together."""
    topics: defaultdict[str, list[Archived]] = defaultdict(list)
    for one in lines_of(stream.path, None):
        topics[stream.topic_of.get(one.id, "")].append(one)
    told = [_told(case, stream, lines, blind, topic) for topic, lines in topics.items()]
    return _event_figures([one for some in told for one in some])


def _told(
    case: Case, stream: Stream, lines: list[Archived], blind: Blind, topic: str = ""
) -> list[measures.Outcome]:
    lines = [one for one in lines if one.id in stream.events]
    judged = _replayed(case, lines, (), blind, all_relevant=True)
    return outcomes(stream, lines, judged, f"{topic}/")


def _event_figures(found: list[measures.Outcome]) -> Figures:
    return _known(
        bcubed_f1=measures.bcubed_f1(found),
        new_event_f1=measures.new_event_f1(found),
        c_det_new_event=measures.detection_cost(found, "new_event"),
        c_det_alarm=measures.detection_cost(found, "alarm"),
    )


def _tracking(case: Case, stream: Stream, blind: Blind) -> Figures:
    lines = lines_of(stream.path, case.topic)
    examples, rest = draw_seeds(lines, case.topic, case.seeds, case.draw)
    seeds = [Seed(one.article, f"seed {n}", one.id) for n, one in enumerate(examples)]
    found = outcomes(stream, rest, _replayed(case, rest, seeds, blind, labels=case.labels))
    return _known(
        f1=measures.f1(found),
        t11su=measures.t11su(found),
        average_precision=measures.average_precision(found),
    )


def _acceptance(case: Case, stream: Stream, blind: Blind) -> Figures:
    """Two articles of the folder in a month of the stream's, the others are seeds."""
    assert case.seed_folder is not None
    files = sorted(path for path in case.seed_folder.iterdir() if path.suffix == ".txt")
    chance = random.Random(case.draw)
    with tempfile.TemporaryDirectory() as name:
        world = Path(name, "world.jsonl")
        noise = acceptance.read_noise(stream.path, NOISE, chance)
        acceptance.write_world(files, noise, world)
        lines = in_order(read_archive(world))[0]
    given = [read_seeds(file)[0][1] for file in files[len(acceptance.TARGETS) :]]
    seeds = [Seed(article, f"seed {n}") for n, article in enumerate(given)]
    judged = _replayed(case, lines, seeds, blind)
    pair = [one for one in judged if one.id.startswith("target-")]
    together = {one.event for one in pair if one.relevant}
    return {
        "found_in_one_new_event": float(
            all(one.relevant for one in pair)
            and len(together) == 1
            and any(one.new_event for one in pair)
        ),
        "false_matches": float(sum(one.relevant for one in judged if one not in pair)),
    }


def _copies(case: Case, stream: Stream, blind: Blind) -> Figures:
    lines = lines_of(stream.path, None)
    found = copy_cases.recall(lines, random.Random(case.draw))
    return {**found, "false": float(len(copy_cases.false_copies(lines, stream.events)))}


def _replayed(
    case: Case,
    lines: list[Archived],
    seeds: Sequence[Seed],
    blind: Blind,
    *,
    all_relevant: bool = False,
    labels: int = 0,
) -> tuple[Judged, ...]:
    name = case.row[0]
    join = left_of(blind.join(name)(), case.without)
    plan = Plan(
        lines,
        seeds,
        all_relevant=all_relevant,
        labels=labels,
        backgrounds=blind.backgrounds(name),
        join=lambda: join,
    )
    return asyncio.run(replay(plan)).judged


def _known(**figures: float | None) -> Figures:
    return {name: value for name, value in figures.items() if value is not None}


RUNNERS: dict[Kind, Callable[[Case, Stream, Blind], Figures]] = {
    "events": _events,
    "events by topic": _events_by_topic,
    "tracking": _tracking,
    "classes": _tracking,
    "acceptance": _acceptance,
    "copies": _copies,
}
