"""``monitor topics pack`` and ``unpack``: a topic in one file, to be shared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import context, output
from monitor.cli.seed_commands import Channels
from monitor.errors import MonitorError, ParseError

NoFeeds = Annotated[bool, typer.Option("--no-feeds", help="Without the feeds.")]


def pack(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", dir_okay=False, help="[default: NAME.topic.json]"
        ),
    ] = None,
    no_labels: Annotated[bool, typer.Option("--no-labels", help="Without the labels.")] = False,
    no_feeds: NoFeeds = False,
) -> None:
    """Write a topic into one file: settings, seeds, labels and feeds, with the articles' texts.

    Channels, secrets and folders of this machine stay here; addresses of feeds go as they are.
    """
    from monitor.app import utc_now
    from monitor.domain.packs import ENDING
    from monitor.pack import pack as packed

    with context.store(ctx) as store:
        data = packed(store, name, utc_now(), labels=not no_labels, feeds=not no_feeds)
    target = file or Path(f"{name.replace('/', '-')}{ENDING}")
    output.write_bytes(target, data)
    output.say(f"{target}: the topic {name}, {len(data) / 1000:.0f} kB")


def unpack(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")],
    *,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of the new topic.  [default: its own]")
    ] = None,
    channel: Channels = None,
    no_feeds: NoFeeds = False,
) -> None:
    """Make a topic out of a file of `monitor topics pack`, beside those of the configuration."""
    from monitor.app import utc_now
    from monitor.domain.packs import MAX_BYTES
    from monitor.pack import unpack as unpacked

    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    with context.store(ctx) as store:
        try:
            made, done = unpacked(
                store,
                context.config(ctx),
                data,
                utc_now(),
                name=name,
                channels=channel or (),
                feeds=not no_feeds,
            )
        except ParseError as error:
            raise MonitorError(f"{file}: {error}") from None
    came = (
        output.plural(done.seeds, "seed"),
        output.plural(done.labels, "label"),
        output.plural(done.feeds, "new feed"),
    )
    output.say(f"{made}: added with {', '.join(came)}")
