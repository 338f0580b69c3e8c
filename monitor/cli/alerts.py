"""``monitor alerts``: what was said, what is still to be said, and whether it can be."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import MAX_ID, Json
from monitor.cli.output import Column
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.types import Delivery

app = typer.Typer(name="alerts", help="Alerts, one row for each channel.")


class State(StrEnum):
    held = "held"
    pending = "pending"
    sending = "sending"
    sent = "sent"
    carried = "carried"
    dead = "dead"


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[State | None, typer.Option(help="In this state only.")] = None,
    as_json: Json = False,
) -> None:
    """List alerts, the newest first.

    held: to be said later, with others; carried: said in a message that carries several; dead:
    refused for good, or given up.
    """
    from monitor.edge.store import views

    with context.store(ctx) as store:
        rows = store.read(views.alerts, state=state.value if state else None)
    if as_json:
        output.emit(output.record(row, without=["title"]) for row in rows)
        return
    if not rows:
        output.note("no alerts: each new event makes one, `monitor alerts test CHANNEL` tries one")
        return
    columns = [
        Column("id", right=True),
        Column("created (UTC)"),
        Column("channel"),
        Column("kind"),
        Column("state"),
        Column("due (UTC)"),
        Column("attempts", right=True),
        Column("topic", wide=True, limit=16),
        Column("title", wide=True),
        Column("error", wide=True),
    ]
    output.table(
        columns,
        (
            (
                row.id,
                output.when(row.created_at),
                row.channel,
                row.kind,
                row.state,
                output.when(row.due_at),
                row.attempts,
                row.topic,
                row.title,
                row.error,
            )
            for row in rows
        ),
    )


@app.command()
def resend(
    ctx: typer.Context,
    alert: Annotated[int | None, typer.Argument(min=1, max=MAX_ID, metavar="ID")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that are dead.")] = False,
    channel: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --dead: on this channel only.")
    ] = None,
) -> None:
    """Make an alert due again, whatever became of it; or all that are dead."""
    from monitor import app as composition
    from monitor.edge.store import alerts

    if (alert is None) is not dead or (channel is not None and not dead):
        raise ConfigError("name one alert by its ID, or all that are dead with --dead")
    with context.store(ctx) as store:
        if alert is not None:
            store.write(alerts.resend, alert, composition.utc_now())
            output.say(f"alert {alert} is due again: `monitor run` sends it")
            return
        count = store.write(alerts.resend_dead, channel, composition.utc_now())
    output.say(f"{output.plural(count, 'alert')} due again: `monitor run` sends what is due")


@app.command()
def preview(
    ctx: typer.Context,
    event: Annotated[int, typer.Argument(min=1, max=MAX_ID, metavar="EVENT")],
    channel: Annotated[str, typer.Option(metavar="NAME", help="As this channel would send it.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write it there; a name that ends in .html takes the HTML part of a mail.",
        ),
    ] = None,
) -> None:
    """Show what an alert about EVENT says, exactly as it would be sent.  Nothing is sent."""
    from monitor import app as composition

    sender = composition.make_channel(context.config(ctx), channel)
    shown = sender.preview(asyncio.run(_delivery(ctx, event, channel)))
    if out is None:
        output.raw(shown.body)
        return
    wants_html = out.suffix.lower() in (".html", ".htm")
    if wants_html and not shown.html:
        raise ConfigError(f"{channel} sends no HTML: leave out --output, or name another file")
    output.write_bytes(out, (shown.html if wants_html else shown.body).encode())
    output.note(f"{out} written")


async def _delivery(ctx: typer.Context, event: int, channel: str) -> Delivery:
    from monitor.preview import preview as previewed

    with context.store(ctx) as store:
        async with context.parts(context.config(ctx), store) as parts:
            return await previewed(parts, event, channel)


@app.command()
def test(ctx: typer.Context, channel: str) -> None:
    """Send a test message now."""
    from monitor import app as composition

    sender = composition.make_channel(context.config(ctx), channel)
    asyncio.run(sender.send(_message(channel)))
    output.say(f"sent to {channel}")


def _message(channel: str) -> Delivery:
    from uuid import uuid4

    from monitor.app import utc_now
    from monitor.types import Alert, Delivery

    now = utc_now()
    alert = Alert(
        kind="test",
        topic="",
        event=0,
        title="The news monitor can reach you here",
        url="",
        source="news monitor",
        published=now,
        score=0.0,
        terms=(),
    )
    return Delivery(
        id=0, uid=str(uuid4()), channel=channel, attempts=1, created_at=now, alert=alert
    )
