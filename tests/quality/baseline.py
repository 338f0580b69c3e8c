"""Figures of the project's own small archives, replayed, beside floors that only rise.

    python -m tests.quality.baseline [--lower-baseline]

measures them and raises the floors in ``baseline.json``; to lower one takes the flag.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from datetime import datetime
from pathlib import Path

from monitor.edge.archive import in_order, read_archive, read_seeds
from monitor.run.plan import Plan, Seed
from monitor.run.replay import replay
from tools.detection_measures import Outcome, bcubed_f1, f1, new_event_f1

ROOT = Path(__file__).parent.parent.parent
FLOORS = Path(__file__).with_name("baseline.json")
ARCHIVES = {
    "stories": (ROOT / "tests/data/stories.jsonl", ROOT / "tests/data/story_seeds"),
    "world": (ROOT / "monitor/demo/world.jsonl", ROOT / "monitor/demo/seeds"),
}
DIGITS = 2

Figures = dict[str, float]


def measure(name: str) -> Figures:
    """Of one archive, by the shipped background and join model."""
    archive, folder = ARCHIVES[name]
    rows = [json.loads(line) for line in archive.read_text("utf-8").splitlines()]
    gold = {row["id"]: row["gold"] for row in rows}
    lines = in_order(read_archive(archive))[0]
    seeds = [Seed(article, f"seed {n}") for n, (_, article) in enumerate(read_seeds(folder))]
    dates: dict[str, datetime] = {one.id: one.article.published for one in lines}
    found = [
        Outcome(
            published=dates[one.id],
            relevant=gold[one.id] is not None,
            event=gold[one.id],
            matched=one.relevant,
            score=one.score,
            found=one.event,
            new_event=one.new_event,
            alarm=one.alarm,
        )
        for one in asyncio.run(replay(Plan(lines, seeds))).judged
    ]
    figures = {
        "f1": f1(found),
        "bcubed_f1": bcubed_f1(found),
        "new_event_f1": new_event_f1(found),
    }
    return {key: math.floor(value * 10**DIGITS) / 10**DIGITS for key, value in figures.items()}


def floors() -> dict[str, Figures]:
    """By archive; empty before they were first measured."""
    return json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}


def renewed(before: Figures, now: Figures, *, lower: bool) -> Figures:
    """The floors after a measurement.  Raises ValueError where one would fall but must not."""
    fallen = [name for name, floor in before.items() if now[name] < floor]
    if fallen and not lower:
        told = ", ".join(f"{name} {before[name]} -> {now[name]}" for name in fallen)
        raise ValueError(f"{told}: to lower a floor takes --lower-baseline")
    return now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lower-baseline", action="store_true", help="let floors fall")
    given = parser.parse_args()
    before = floors()
    try:
        after = {
            name: renewed(before.get(name, {}), measure(name), lower=given.lower_baseline)
            for name in ARCHIVES
        }
    except ValueError as error:
        raise SystemExit(str(error)) from None
    FLOORS.write_text(json.dumps(after, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
