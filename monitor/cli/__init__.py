"""The command line: a file for each noun, each command a few lines around the layers below.

Nothing heavy is imported at the top of these modules, so that ``monitor --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from monitor import __version__
from monitor.cli import (
    actions,
    alerts,
    backtest,
    config,
    context,
    db,
    events,
    explain,
    export,
    feeds,
    feeds_value,
    matches,
    packs,
    quality,
    replay,
    review,
    run,
    searches,
    seed_commands,
    topics,
    web,
)
from monitor.cli.output import fail
from monitor.errors import ConfigError, MonitorError


class Root(TyperGroup):
    """Says what a user can cause in a line and exits with its code; the rest are bugs."""

    def invoke(self, ctx: Any) -> Any:
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except MonitorError as error:
            fail(str(error))
            raise typer.Exit(error.exit_code) from None
        except BrokenPipeError:
            raise  # `| head` has had enough: typer ends without a word
        except OSError as error:
            fail(f"{error.filename or 'output'}: {error.strerror or error}")
            if error.filename is None:
                _drop_output()
            raise typer.Exit(1) from None
        return done


def _drop_output() -> None:
    """What is still buffered cannot be written: without this Python would fail again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.close(nowhere)


app = typer.Typer(
    name="monitor",
    cls=Root,
    help="A streaming news monitor: example articles in, one alert per new event out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help and errors: quick, and nothing is cut or boxed in a pipe
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Option("--config", metavar="FILE", envvar=context.VARIABLE, help="Configuration."),
    ] = context.DEFAULT_FILE,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    ctx.obj = file


app.command("run")(run.run)
app.command("worker")(run.worker)
app.command("demo")(run.demo)
app.command("explain")(explain.explain)
app.command("replay")(replay.replay)
app.command("backtest")(backtest.backtest)
app.command("undo")(actions.undo)
app.command("review")(review.review)
feeds.app.command("value")(feeds_value.value)
topics.app.command("add")(seed_commands.add)
topics.app.command("quality")(quality.quality)
topics.app.command("rescore")(quality.rescore)
topics.app.command("set")(quality.set_)
topics.app.command("reset")(quality.reset)
topics.app.command("pack")(packs.pack)
topics.app.command("unpack")(packs.unpack)
topics.app.add_typer(seed_commands.app, no_args_is_help=True)
app.command("export")(export.export)
for noun in (topics, feeds, matches, searches, events, alerts, db, config, web):
    app.add_typer(noun.app, no_args_is_help=True)


def main() -> None:
    """The ``monitor`` command: runs ``sys.argv`` and exits."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a title may hold what the terminal cannot show
    try:
        " ".join(sys.argv).encode()
    except UnicodeEncodeError:
        fail("the command line is not UTF-8 text: check the terminal's encoding")
        raise SystemExit(ConfigError.exit_code) from None
    app(prog_name="monitor")
