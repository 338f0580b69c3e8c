"""``monitor feeds``: where news comes from."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import Json, duration
from monitor.cli.output import Column
from monitor.errors import (
    ConfigError,
    FetchError,
    MonitorError,
    NotFound,
    ParseError,
    WorkerError,
)

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.discover import Candidate
    from monitor.domain.health import Volume
    from monitor.edge.store.store import Store
    from monitor.types import FeedView, ParsedFeed

NEWEST = 10
"""Entries that ``test`` shows."""

app = typer.Typer(name="feeds", help="Feeds: RSS, Atom, JSON Feed.")

Url = Annotated[str, typer.Argument(metavar="URL")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List feeds and how they fare."""
    from monitor.app import utc_now
    from monitor.edge.store import health

    now = utc_now()
    with context.store(ctx) as store:
        rows = store.read(health.feeds, now)
        volume = store.read(health.volume, now)
    if as_json:
        output.emit(
            output.record(row, without=["origin", "tags"]) | {"health": row.health} for row in rows
        )
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
        Column("last success"),
        Column("next poll"),
        Column("last new"),
        Column("entries", right=True),
        Column("address", wide=True),
    ]
    output.table(columns, (_row(row) for row in rows))
    for row in rows:
        for problem in _problems(row):
            output.note(f"{row.name}: {problem}")
    output.note(_volume(volume))


def _row(row: FeedView) -> tuple[object, ...]:
    succeeded, heard = output.when(row.last_success_at), output.when(row.last_entry_at)
    due = output.when(row.next_poll_at) if row.state == "active" else "never"
    return row.name, row.health, succeeded, due, heard, row.entries, row.url


def _problems(row: FeedView) -> Iterator[str]:
    if row.health == "failing":
        times = output.plural(row.failures, "failure")
        since = f" since {output.when(row.failing_since)}" if row.failing_since else ""
        yield f"{times} in a row{since}: {row.last_error}"
    if row.health == "retired":
        yield f"not polled any more: {row.last_error}"
    if row.health == "silent" and row.usual_gap:
        usual = output.span(row.usual_gap)
        yield f"silent since {output.when(row.last_entry_at)}; usually something every {usual}"
    if row.moved_to:
        yield f"has moved, and is asked at {row.moved_to}"
    if row.lost_at:
        yield f"entries may have come and gone unseen before {output.when(row.lost_at)}"


def _volume(volume: Volume) -> str:
    told = f"{output.plural(volume.articles, 'new article')} in the last 24 hours"
    if volume.usual is not None:
        told += f", usually {volume.usual:.0f}"
    verdicts = {
        "quiet": ": few, though the feeds can be read",
        "blind": ": blind rather than quiet, for feeds cannot be read",
    }
    return told + verdicts.get(volume.verdict, "")


@app.command()
def add(
    ctx: typer.Context,
    url: Url,
    *,
    name: Annotated[str, typer.Option(help="Left out: the feed's own title.")] = "",
    interval: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="TIME", help='Between two polls: "30m", "1h".'),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Can be given several times.")] = None,
    unseen: Annotated[
        bool, typer.Option("--no-check", help="Add the address as it is, without fetching it.")
    ] = False,
) -> None:
    """Follow a feed, or the best of a site's; `monitor run` polls it at its next tick."""
    from monitor import app as composition
    from monitor.domain.urls import host_of
    from monitor.edge.store import feeds

    with context.store(ctx) as store:
        others: list[Candidate] = []
        try:
            if not unseen:
                best, *others = _discover(context.config(ctx), store, url)
                url, name = best.url, name or best.title
            feed = feeds.FeedInput(url, host_of(url), name, interval, tuple(tag or ()))
        except ParseError as error:
            raise typer.BadParameter(str(error), param_hint="URL") from None
        except (FetchError, NotFound, WorkerError) as error:
            raise MonitorError(f"{error} (`--no-check` adds it unseen)") from error
        added = store.write(feeds.add_feed, feed, composition.utc_now())
    output.say(f"{url}: {'added' if added else 'known already, nothing changed'}")
    for other in others:
        about = f"{other.title or 'untitled'}, {other.kind}, {_entries(other.entries)}"
        output.note(f"also found: monitor feeds add {shlex.quote(other.url)} ({about})")


@app.command()
def discover(ctx: typer.Context, url: Url, as_json: Json = False) -> None:
    """Find the feeds and news sitemaps of a site; nothing is stored."""
    from monitor import app as composition

    config = context.config(ctx)
    with closing(composition.new_store(config)) as store:
        try:
            found = _discover(config, store, url)
        except ParseError as error:
            raise typer.BadParameter(str(error), param_hint="URL") from None
    if as_json:
        output.emit(map(output.record, found))
        return
    columns = [
        Column("address", wide=True),
        Column("title", wide=True),
        Column("entries", right=True),
        Column("newest (UTC)"),
        Column("kind"),
    ]
    shown = ((c.url, c.title, c.entries, output.when(c.newest), c.kind) for c in found)
    output.table(columns, shown)


def _discover(config: Config, store: Store, url: str) -> list[Candidate]:
    from monitor.discover import discover as discovered

    async def run() -> list[Candidate]:
        async with context.parts(config, store) as parts:
            return await discovered(parts, url)

    with output.waiting(f"looking for feeds at {url}"):
        return asyncio.run(run())


def _entries(count: int) -> str:
    return output.plural(count, "entry", "entries")


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
    for name in config.opml:
        if any(feed.url == url for feed in read_opml(config, name).feeds):
            return config.file(name)
    return None


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
    """Follow all feeds of an OPML file, as feed readers export them; folders become tags."""
    from monitor.app import utc_now
    from monitor.domain.opml import read_opml
    from monitor.sync import SHOWN_PROBLEMS, add_feeds, opml_inputs

    found = read_opml(output.read_bytes(file))
    with context.store(ctx) as store:
        added = add_feeds(store, opml_inputs(found), utc_now())
    known, left_out = len(found.feeds) - added, len(found.problems)
    rest = f", {left_out} left out" if left_out else ""
    output.say(f"{file}: {output.plural(added, 'feed')} added, {known} known already{rest}")
    for problem in found.problems[:SHOWN_PROBLEMS]:
        output.note(f"left out: {problem}")
    if left_out > SHOWN_PROBLEMS:
        output.note(f"and {left_out - SHOWN_PROBLEMS} more")


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", dir_okay=False)] = None,
) -> None:
    """Write all feeds as OPML, to FILE or to standard output.

    The first tag becomes the folder; all are kept.
    """
    from monitor.app import utc_now
    from monitor.domain.opml import OpmlFeed, write_opml
    from monitor.edge.store import health

    with context.store(ctx) as store:
        rows = store.read(health.listed, utc_now())
    document = write_opml(OpmlFeed(row.url, row.name, row.tags) for row in rows)
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
    output.say(f"{feed.title or '(untitled)'}: {_entries(len(feed.entries))}")
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
