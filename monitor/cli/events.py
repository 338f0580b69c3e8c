"""``monitor events``: what happened, as the matches tell it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, matches, output
from monitor.cli.options import MAX_ID, Id, Json, Limit, Topic, later, still
from monitor.cli.output import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.types import EventView

BELOW = "below the alarm line: it may be no new event, so nobody was told"

Matches = Annotated[
    list[int], typer.Argument(min=1, max=MAX_ID, metavar="MATCH...", help="Ids of matches.")
]

app = typer.Typer(name="events", help="Events: matches that report one happening.")


@app.command("list")
def list_(
    ctx: typer.Context, topic: Topic = None, limit: Limit = None, as_json: Json = False
) -> None:
    """List events, those with the latest news first.

    "below": below the alarm line, listed without an alert.
    """
    from monitor.edge.store import views

    with context.store(ctx) as store:
        if topic is not None:
            store.read(views.topic, topic)
        rows = store.read(views.events, topic=topic, limit=output.to_read(limit, as_json))
    if as_json:
        output.emit(map(output.record, rows))
    elif not rows:
        output.note("no events: `monitor run` looks for some")
    else:
        _table(output.shown(rows, limit))


def _table(rows: Sequence[EventView]) -> None:
    columns = [
        Column("id", right=True),
        Column("opened"),
        Column("last seen"),
        Column("matches", right=True),
        Column("sources", right=True),
        Column("alarm"),
        Column("topic", wide=True, limit=16),
        Column("title", wide=True),
    ]
    output.table(
        columns,
        (
            (
                row.id,
                output.when(row.opened_at)[:10],
                output.when(row.last_seen)[:10],
                row.matches,
                row.sources,
                "" if row.alarmed_at else "below",
                row.topic,
                row.title,
            )
            for row in rows
        ),
    )


@app.command()
def show(ctx: typer.Context, event: Id, as_json: Json = False) -> None:
    """Show an event and its matches; as JSON, the matches are under "members", and the events
    that may be the same or have been merged into it under "kin"."""
    from monitor.edge.store import kinship, views

    with context.store(ctx) as store:
        found = store.read(views.event, event)
        members = store.read(views.matches, event=found.id)
        kin = store.read(kinship.kin_of, found.id)
    if as_json:
        lists = {
            "members": [output.record(one) for one in members],
            "kin": [output.record(one) for one in kin],
        }
        output.emit([output.record(found) | lists])
        return
    output.details(
        [
            ("title", found.title),
            ("topic", found.topic),
            ("opened", output.when(found.opened_at)),
            ("last seen", output.when(found.last_seen)),
            ("sources", found.sources),
            ("alarm", "" if found.alarmed_at else BELOW),
            ("muted until", output.when(still(found.muted_until))),
            *(("merged", f"event {one.event}: {one.title}") for one in kin if one.merged),
            *(("the same as?", f"event {one.event}: {one.title}") for one in kin if not one.merged),
        ]
    )
    output.say("")
    matches.table(members)


@app.command()
def merge(ctx: typer.Context, event: Id, into: Id) -> None:
    """Say that two events are one: the matches of EVENT go over to INTO."""
    from monitor.edge.store import corrections

    _correct(ctx, corrections.merge_events, event, into)
    output.note(f"event {event} is part of event {into} now")


@app.command()
def split(ctx: typer.Context, event: Id, match: Matches) -> None:
    """Say that some matches of an event are about another: they become an event of their own,
    with the copies of them, and the two are never merged again but by you."""
    from monitor.edge.store import corrections

    new = _correct(ctx, partial(corrections.split_event, of=event), match)
    output.say(f"event {new}: split off from event {event}")


@app.command()
def separate(ctx: typer.Context, event: Id) -> None:
    """Say that an event is no part of the one that it was merged into."""
    from monitor.edge.store import corrections

    _correct(ctx, corrections.separate, event)
    output.note(f"event {event} is one of its own again")


@app.command()
def rename(ctx: typer.Context, event: Id, title: str) -> None:
    """Name an event; an empty TITLE gives back that of its first article."""
    from monitor.app import utc_now
    from monitor.edge.store import corrections

    with context.store(ctx) as store:
        done = store.write(corrections.rename_event, event, title, utc_now())
        said = store.read(corrections.action, done)
    output.note(said.words)


def _correct(ctx: typer.Context, say: Callable[..., int], *about: object) -> int:
    from monitor import app as composition

    page = composition.rules_of(context.config(ctx)).review_url
    with context.store(ctx) as store:
        return store.write(say, *about, composition.utc_now(), page)


@app.command()
def mute(
    ctx: typer.Context,
    event: Id,
    wait: Annotated[
        str, typer.Option("--for", metavar="DURATION", help='As in "2h" or "7d".')
    ] = "7d",
) -> None:
    """Send no updates about an event for a time; what comes meanwhile is told afterwards."""
    from monitor.app import utc_now
    from monitor.cli.options import duration
    from monitor.edge.store import threads

    moment = later(utc_now(), duration(wait))
    with context.store(ctx) as store:
        store.write(threads.mute_event, event, moment)
    output.say(f"event {event} is muted until {output.when(moment)} UTC")


@app.command()
def unmute(ctx: typer.Context, event: Id) -> None:
    """Send updates about an event again."""
    from monitor.edge.store import threads

    with context.store(ctx) as store:
        store.write(threads.mute_event, event, None)
    output.say(f"event {event} is muted no more")
