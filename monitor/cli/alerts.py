"""``monitor alerts``: what was said, what is still to be said, and whether it can be."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import Id, Json
from monitor.cli.output import Column

if TYPE_CHECKING:
    from monitor.types import Delivery

app = typer.Typer(name="alerts", help="Alerts, one row for each channel.")


class State(StrEnum):
    pending = "pending"
    sending = "sending"
    sent = "sent"
    dead = "dead"


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[State | None, typer.Option(help="In this state only.")] = None,
    as_json: Json = False,
) -> None:
    """List alerts, the newest first."""
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
        Column("state"),
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
                row.state,
                row.attempts,
                row.topic,
                row.title,
                row.error,
            )
            for row in rows
        ),
    )


@app.command()
def resend(ctx: typer.Context, alert: Id) -> None:
    """Make an alert due again, whatever became of it."""
    from monitor import app as composition
    from monitor.edge.store import alerts

    with context.store(ctx) as store:
        store.write(alerts.resend, alert, composition.utc_now())
    output.say(f"alert {alert} is due again: `monitor run` sends it")


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
