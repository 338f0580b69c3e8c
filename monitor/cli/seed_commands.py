"""``monitor topics add`` and ``topics seeds``: topics and seeds beside the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import Id, Json
from monitor.cli.output import Column
from monitor.errors import ConfigError, ParseError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from monitor.types import Article, SeedView

app = typer.Typer(name="seeds", help="Seeds of a topic, beside those of the configuration.")

Name = Annotated[str, typer.Argument(metavar="NAME")]
Channels = Annotated[
    list[str] | None,
    typer.Option(
        "--channel", metavar="CHANNEL", help="Where it alerts.  Can be given several times."
    ),
]
Given = tuple[str, "Article | None"]
"""A seed's name and its text, or the address of a page to be collected."""


def add(
    ctx: typer.Context,
    name: Name,
    *,
    seeds: Annotated[
        list[str],
        typer.Option(
            "--seeds",
            metavar="PATH|URL",
            help="An example article, or a folder of them.  Can be given several times.",
        ),
    ],
    channel: Channels = None,
) -> None:
    """Follow a topic beside those of the configuration."""
    from monitor.app import utc_now
    from monitor.edge.store.seeds import add_topic
    from monitor.pack import require_channels, require_new
    from monitor.types import TopicSettings

    config, now = context.config(ctx), utc_now()
    require_new(config, name)
    require_channels(config, channel or ())
    given = list(_read(seeds))

    def save(session: Session) -> None:
        add_topic(session, name, TopicSettings(), channel or (), now)
        _add(session, name, given, now)

    with context.store(ctx) as store:
        store.write(save)
    output.say(f"{name}: added with {output.plural(len(given), 'seed')}")


@app.command("list")
def list_(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """List the seeds of a topic."""
    from monitor.edge.store import views

    with context.store(ctx) as store:
        rows = store.read(views.topic, name).seeds
    if as_json:
        output.emit(map(output.record, rows))
        return
    columns = [
        Column("id", right=True),
        Column("by"),
        Column("state"),
        Column("title", wide=True),
        Column("seed", wide=True),
    ]
    output.table(columns, map(_row, rows))


def _row(row: SeedView) -> tuple[object, ...]:
    by = "command" if row.uploaded else "file"
    return row.id, by, row.error or row.state, row.title, row.source


@app.command("add")
def add_seeds(
    ctx: typer.Context,
    name: Name,
    seeds: Annotated[list[str], typer.Argument(metavar="PATH|URL...")],
) -> None:
    """Give a topic more example articles: files, folders, or pages of the web."""
    from monitor.app import utc_now

    given = list(_read(seeds))
    with context.store(ctx) as store:
        store.write(_add, name, given, utc_now())
    output.say(f"{name}: {output.plural(len(given), 'seed')} given")


@app.command()
def remove(ctx: typer.Context, name: Name, seed: Id) -> None:
    """Take back a seed that was added by command or on the page; ID as `seeds list` shows it."""
    from monitor.app import utc_now
    from monitor.edge.store.seeds import remove_seed

    with context.store(ctx) as store:
        try:
            store.write(remove_seed, name, seed, utc_now())
        except ConfigError as error:
            raise ConfigError(f"{context.file(ctx)}: {error}") from None
    output.say(f"{name}: seed {seed} removed")


def _add(session: Session, topic: str, given: Iterable[Given], now: datetime) -> None:
    from monitor.edge.store.seeds import add_seed, add_seed_url

    for name, article in given:
        if article is None:
            add_seed_url(session, topic, name, now)
        else:
            add_seed(session, topic, article, name, now)


def _read(seeds: Iterable[str]) -> Iterator[Given]:
    """Raises ConfigError, BadParameter."""
    from monitor.domain.seeds import read_seed
    from monitor.domain.urls import absolute

    for given in seeds:
        if given.startswith(("http://", "https://")):
            try:
                yield absolute(given), None
            except ParseError as error:
                raise typer.BadParameter(str(error)) from None
            continue
        for file in _files(Path(given)):
            yield file.name, read_seed(file.name, output.read_bytes(file))


def _files(path: Path) -> list[Path]:
    from monitor.sync import SEED_ENDINGS

    if path.is_file():
        return [path]
    if not path.is_dir():
        raise typer.BadParameter(f"{path}: no such file or folder")
    found = sorted(
        file
        for file in path.iterdir()
        if file.suffix.lower() in SEED_ENDINGS and not file.name.startswith(".")
    )
    if not found:
        endings = ", ".join(sorted(SEED_ENDINGS))
        raise typer.BadParameter(f"{path}: holds no article ({endings})")
    return found
