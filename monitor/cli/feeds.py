"""``monitor feeds``: where news comes from."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, opml, output
from monitor.cli.options import Json, duration
from monitor.cli.output import Column
from monitor.errors import ConfigError, ParseError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.types import FeedView, ParsedFeed

NEWEST = 10
"""Entries that ``test`` shows."""

app = typer.Typer(name="feeds", help="Feeds: RSS, Atom, JSON Feed.")

Url = Annotated[str, typer.Argument(metavar="URL")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List feeds and how they fare."""
    from monitor.edge.store import views

    with context.store(ctx) as store:
        rows = store.read(views.feeds)
    if as_json:
        output.emit(output.record(row, without=["origin", "tags"]) for row in rows)
        return
    if not rows:
        output.note(
            f"no feeds: `monitor run` brings in those of {context.file(ctx)}, "
            "`monitor feeds add URL` adds one"
        )
        return
    columns = [
        Column("name", wide=True),
        Column("state"),
        Column("last success (UTC)"),
        Column("entries", right=True),
        Column("address", wide=True),
    ]
    output.table(
        columns,
        (
            (row.name, _health(row), output.when(row.last_success_at), row.entries, row.url)
            for row in rows
        ),
    )
    for row in rows:
        if row.failures:
            times = output.plural(row.failures, "failure")
            output.note(f"{row.name}: {times} in a row: {row.last_error}")


def _health(row: FeedView) -> str:
    return "failing" if row.state == "active" and row.failures else row.state


@app.command()
def add(
    ctx: typer.Context,
    url: Url,
    name: Annotated[str, typer.Option(help="Left out: the feed's own title.")] = "",
    interval: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="TIME", help='Between two polls: "30m", "1h".'),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Can be given several times.")] = None,
) -> None:
    """Follow a feed; `monitor run` polls it at its next tick."""
    from monitor import app as composition
    from monitor.domain.urls import host_of
    from monitor.edge.store import feeds

    try:
        host = host_of(url)
    except ParseError as error:
        raise typer.BadParameter(str(error), param_hint="URL") from None
    feed = feeds.FeedInput(url, host, name, interval, tuple(tag or ()))
    with context.store(ctx) as store:
        added = store.write(feeds.add_feed, feed, composition.utc_now())
    output.say(f"{url}: {'added' if added else 'known already, nothing changed'}")


@app.command()
def remove(ctx: typer.Context, url: Url) -> None:
    """Stop following a feed; what it brought stays."""
    from monitor.edge.store import feeds

    holder = _holder(context.config(ctx), url)
    if holder is not None:
        raise ConfigError(f"{url} is a feed of {holder}: remove it there first")
    with context.store(ctx) as store:
        store.write(feeds.remove_feed, url)
    output.say(f"{url}: removed")


def _holder(config: Config, url: str) -> Path | None:
    """The configuration or OPML file that would bring the feed back."""
    from monitor.sync import read_opml

    if any(feed.url == url for feed in config.feeds):
        return config.path
    holders = (name for name in config.opml if any(f.url == url for f in read_opml(config, name)))
    return next((config.file(name) for name in holders), None)


@app.command()
def pause(ctx: typer.Context, url: Url) -> None:
    """Leave a feed alone until it is resumed."""
    _set_state(ctx, url, "paused")
    output.say(f"{url}: paused")


@app.command()
def resume(ctx: typer.Context, url: Url) -> None:
    """Poll a paused feed again, at the next tick."""
    _set_state(ctx, url, "active")
    output.say(f"{url}: active")


def _set_state(ctx: typer.Context, url: str, state: str) -> None:
    from monitor import app as composition
    from monitor.edge.store import feeds

    with context.store(ctx) as store:
        store.write(feeds.set_feed_state, url, state, composition.utc_now())


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE.opml")],
) -> None:
    """Follow all feeds of an OPML file, as feed readers export them."""
    from monitor.sync import parse_opml

    found = parse_opml(output.read_bytes(file))
    with context.store(ctx) as store:
        added = opml.add_all(store, found)
    output.say(f"{file}: {output.plural(added, 'feed')} added, {len(found) - added} known already")


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", dir_okay=False)] = None,
) -> None:
    """Write all feeds as OPML, to FILE or to standard output.

    The first tag becomes the folder.
    """
    from monitor.edge.store import views

    with context.store(ctx) as store:
        rows = store.read(views.feeds)
    document = opml.document(rows)
    if file is None:
        typer.echo(document, nl=False)
        return
    output.write_bytes(file, document)
    output.say(f"{file}: {output.plural(len(rows), 'feed')}")


@app.command()
def test(ctx: typer.Context, url: Url, as_json: Json = False) -> None:
    """Fetch a feed now and show what is in it; nothing is stored."""
    from datetime import UTC, datetime

    with output.waiting(f"fetching {url}"):
        feed = asyncio.run(_fetch(context.config(ctx), url))
    if as_json:
        output.emit(output.record(entry) for entry in feed.entries)
        return
    output.say(
        f"{feed.title or '(untitled)'}: {output.plural(len(feed.entries), 'entry', 'entries')}"
    )
    longest_ago = datetime.min.replace(tzinfo=UTC)
    newest = sorted(feed.entries, key=lambda e: e.published or longest_ago, reverse=True)
    if newest:
        columns = [Column("published (UTC)"), Column("title", wide=True)]
        shown = ((output.when(entry.published), entry.title) for entry in newest[:NEWEST])
        output.table(columns, shown)


async def _fetch(config: Config, url: str) -> ParsedFeed:
    from monitor import app as composition
    from monitor.domain.feeds import parse_feed

    store = composition.new_store(config)
    try:
        async with context.parts(config, store) as parts:
            document = await parts.fetcher.fetch(url)
            return await parts.workers.run(parse_feed, document, parts.clock())
    finally:
        store.close()
