"""``monitor backtest``: what a topic would have found and told, before it goes live."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.backtest_plans import Asked, known_keys, prepare
from monitor.cli.options import Json
from monitor.cli.output import SHOWN, Column

if TYPE_CHECKING:
    from monitor.run.backtest import Run
    from monitor.run.backtest_report import Report
    from monitor.run.outcome import Alerted, Outcome

WORK = ".monitor-backtest"
STOPPED = 130
"""Exit code of what Ctrl-C has ended."""
SAY_EVERY = 30.0
"""Seconds between two lines about how far it is, where there is no terminal."""

Told = Callable[[int], None]


def backtest(
    ctx: typer.Context,
    archive: Annotated[Path | None, typer.Argument(metavar="ARCHIVE.jsonl[.gz]")] = None,
    *,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help='In place of an archive: the articles stored since, as in "90d" or "2026-01-31".',
        ),
    ] = None,
    topic: Annotated[
        str | None, typer.Option(metavar="NAME", help="With its seeds, settings and channels.")
    ] = None,
    seeds: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="In place of a topic: example articles, as for `monitor replay`.  Repeatable.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help=f"Compare the topic as it is with it as set: {known_keys()}.  Repeatable.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE.html", help="[default: backtest-NAME.html]"),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help=f"Of what is under way.  [default: {WORK} by --config]"
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew, whatever was done before.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Replay news and report what would have been matched and alerted, and when.

    The articles come in the order of publication and are judged by the code that judges the news;
    labels are not used, nothing is fetched or sent.  It can be stopped at any time: the same
    command goes on from there.
    """
    asked = Asked(
        archive=archive,
        since=since,
        topic=topic,
        seeds=seeds or [],
        changes=settings or [],
        work=work or context.file(ctx).parent / WORK,
        fresh=fresh,
    )
    plain = re.sub(r"[^\w.-]+", "-", asked.name)
    file = out or Path(f"backtest-{plain}.html")
    try:
        report = _made(ctx, asked, file)
    except KeyboardInterrupt:
        output.note("stopped: the same command goes on from here")
        raise typer.Exit(STOPPED) from None
    if as_json:
        from monitor.run.backtest_report import summary

        output.emit([summary(report) | {"report": str(file)}])
    else:
        _show(report)
    output.note(f"report: {file}")


def _made(ctx: typer.Context, asked: Asked, file: Path) -> Report:
    from monitor.app import utc_now
    from monitor.run.backtest import Bench, write_whole
    from monitor.run.backtest_report import Report, page

    prepared = prepare(ctx, asked)
    for warning in prepared.warnings:
        output.note(f"note: {warning}")
    runs = tuple(_run(asked, run) for run in prepared.runs)
    report = Report(asked.topic or "", asked.source, runs, prepared.warnings)
    write_whole(file, page(report, utc_now()).encode(errors="replace"))
    if prepared.snapshot is not None:
        Bench.remove(prepared.snapshot.parent)
    return report


def _run(asked: Asked, run: Run) -> Outcome:
    from monitor.run.backtest import Bench
    from monitor.run.backtest_report import run_name

    name = run_name(run.settings)
    bench = Bench(asked.work, run)
    if asked.fresh:
        Bench.remove(bench.folder)
    found = bench.found()
    if found is not None:
        output.note(f"{name}: made before, with the same articles: --fresh makes it anew")
        return found
    with _progress(name, len(run.plan.archive)) as told:

        def resumed(judged: int) -> None:
            output.note(f"{name}: goes on after {judged} of {len(run.plan.archive)} articles")
            told(judged)

        return asyncio.run(bench.make(told, resumed))


@contextmanager
def _progress(name: str, total: int) -> Iterator[Told]:
    """How far it is: a bar on a terminal, else a line now and then."""
    if not sys.stderr.isatty():
        yield _lines(name, total)
        return
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    with Progress(console=Console(stderr=True, markup=False), transient=True) as bar:
        task = bar.add_task(Text(name).markup, total=total)
        yield lambda judged: bar.update(task, completed=judged)


def _lines(name: str, total: int) -> Told:
    next_ = time.monotonic() + SAY_EVERY

    def told(judged: int) -> None:
        nonlocal next_
        if time.monotonic() >= next_ and judged < total:
            output.note(f"{name}: {judged} of {total} articles ({judged / total:.0%})")
            next_ = time.monotonic() + SAY_EVERY

    return told


def _show(report: Report) -> None:
    from monitor.run.backtest_report import figures

    [first, *_] = report.runs
    output.say(
        f"{output.plural(first.articles, 'article')} of {output.plural(len(first.days), 'day')}, "
        f"{output.when(first.first)} to {output.when(first.last)}"
    )
    output.say("")
    heads = [Column(""), *(Column(name, limit=60) for name in report.names)]
    output.table(heads, figures(report.runs))
    told = report.difference
    if told is None:
        _alerts("alerts of new events", first.new_events)
        return
    for name, matches, alerted in zip(report.names, told.matches, told.alerted, strict=True):
        _alerts(f"only {name}: {output.plural(len(matches), 'match', 'matches')}, alerts", alerted)


def _alerts(title: str, alerts: list[Alerted] | tuple[Alerted, ...]) -> None:
    from monitor.run.backtest_report import heard_words

    output.say("")
    output.say(f"{title}: {len(alerts) or 'none'}")
    if not alerts:
        return
    columns = [
        Column("when"),
        Column("outlets", right=True),
        Column("told", limit=40),
        Column("event", wide=True),
    ]
    rows = (
        (output.when(one.at), one.outlets, ", ".join(map(heard_words, one.heard)), one.title)
        for one in alerts[:SHOWN]
    )
    output.table(columns, rows)
    if len(alerts) > SHOWN:
        output.note(f"the first {SHOWN}: the report has more, --json all")
