"""``monitor run``, ``worker`` and ``demo``: what stays running."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import context, logs


def run(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Do all that is due now, then return.")
    ] = False,
) -> None:
    """Follow the feeds until stopped.

    Judges what they bring and alerts.  Makes or migrates the database where that is needed, and
    serves the page.  SIGHUP reads the configuration again.
    """
    logs.to_stderr()
    config = context.config(ctx)  # what is wrong in it is said before anything heavy is loaded
    from monitor import daemon

    if once:
        daemon.run_once(config)
    else:
        daemon.run(config, lambda: context.config(ctx))


def worker(ctx: typer.Context) -> None:
    """Share the work on a Postgres database.

    Start one on each machine.
    """
    logs.to_stderr()
    config = context.config(ctx)
    from monitor import daemon

    daemon.work(config)


def demo(
    leave: Annotated[
        bool, typer.Option("--exit", help="Return when the story has been told.")
    ] = False,
    speed: Annotated[
        float | None, typer.Option(min=0.01, help="How many times faster than usual.")
    ] = None,
) -> None:
    """Watch the monitor work on a made-up world.

    Needs no network, no configuration and no database.
    """
    from monitor.demo.run import main

    logs.to_stderr()
    main(exit_at_end=leave, speed=speed)
