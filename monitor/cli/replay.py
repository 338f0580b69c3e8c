"""``monitor replay``: an archive judged as if it were being published now."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.domain.setting_keys import KEYS
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.edge.archive import Archived
    from monitor.run.plan import Plan, Replayed, Seed


def replay(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE.jsonl[.gz]")],
    *,
    out: Annotated[
        Path, typer.Option("--output", metavar="OUT.jsonl", help="A line for each article judged.")
    ],
    seeds: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="Example articles: a text or HTML file, a folder of them, or a JSONL file, "
            "whose ids are left out of the archive.  Repeatable.",
        ),
    ] = None,
    all_relevant: Annotated[
        bool, typer.Option("--all-relevant", help="Ask events only: every article is a match.")
    ] = False,
    labels: Annotated[
        int, typer.Option(min=0, metavar="N", help="Answer N review questions from the gold.")
    ] = 0,
    topic: Annotated[
        str | None, typer.Option(metavar="NAME", help="The gold's topic that is relevant.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help=f"Of the topic: {', '.join(KEYS)}.  Repeatable."
        ),
    ] = None,
) -> None:
    """Judge an archive on a clock of its own.

    The articles of ARCHIVE come in the order of publication, and the same code judges them that
    judges the news.  Needs no configuration and no database; nothing is fetched or sent.
    """
    from monitor.config.given import read_settings
    from monitor.run.plan import Plan

    if not seeds and not all_relevant:
        raise ConfigError("no --seeds: name an example article, or ask with --all-relevant")
    if all_relevant and labels:
        raise ConfigError("--labels: there is nothing to ask about with --all-relevant")
    chosen = read_settings(settings or [], ("alert_since",) if all_relevant else KEYS)
    examples = _seeds(seeds or [])
    lines, undated = _read(archive, topic, {seed.id for seed in examples})
    if labels and all(one.relevant is None for one in lines):
        raise ConfigError(f"--labels: {archive} has no gold: no line says what is relevant")
    found = _play(Plan(lines, examples, chosen, all_relevant, labels), out)
    output.note(_closing(found, undated))


def _play(plan: Plan, out: Path) -> Replayed:
    import asyncio

    from monitor.run.replay import replay as play

    with out.open("w", encoding="utf-8") as file, _progress(len(plan.archive)) as told:
        found = asyncio.run(play(plan, told))
        file.writelines(f"{json.dumps(asdict(one))}\n" for one in found.judged)
    return found


def _read(
    archive: Path, topic: str | None, taken: Collection[str | None]
) -> tuple[list[Archived], int]:
    """What is to be judged, and how many lines have no date.  Raises ConfigError, ParseError."""
    from monitor.edge.archive import in_order, read_archive

    with output.waiting(f"reading {archive}"):
        lines = [one for one in read_archive(archive, topic=topic) if one.id not in taken]
    return in_order(lines)


def _seeds(paths: Sequence[Path]) -> list[Seed]:
    from monitor.edge.archive import read_seeds
    from monitor.run.plan import Seed

    return [
        Seed(article, f"{path}:{number}", id)
        for path in dict.fromkeys(paths)
        for number, (id, article) in enumerate(read_seeds(path), start=1)
    ]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """How far it is, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda judged: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("judging", total=total)
        yield lambda judged: bar.update(task, completed=judged)


def _closing(found: Replayed, undated: int) -> str:
    count = len(found.judged)
    matches = sum(one.relevant for one in found.judged)
    rate = count / found.seconds if found.seconds else 0.0
    parts = [
        f"{output.plural(count, 'article')} judged in {found.seconds:.1f} s ({rate:.0f} a second)",
        output.plural(matches, "match", "matches"),
        output.plural(sum(one.new_event for one in found.judged), "new event"),
        output.plural(sum(one.alarm for one in found.judged), "alarm"),
        output.plural(sum(one.duplicate_of is not None for one in found.judged), "duplicate"),
        output.plural(found.fits, "fit"),
    ]
    if found.labels:
        parts.append(output.plural(found.labels, "label"))
    if undated:
        parts.append(f"{output.plural(undated, 'line')} without a date left out")
    return ", ".join(parts)
