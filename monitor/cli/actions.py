"""``monitor undo``: what people did at the desk or here, and how it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import MAX_ID, Json, Limit, Topic
from monitor.cli.output import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.types import ActionView


def undo(
    ctx: typer.Context,
    action: Annotated[
        int | None,
        typer.Argument(min=1, max=MAX_ID, metavar="[ACTION]", help="Its id.  [default: the last]"),
    ] = None,
    *,
    listed: Annotated[
        bool, typer.Option("--list", help="Undo nothing: list what was done, the latest first.")
    ] = False,
    topic: Topic = None,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Undo a label, or an event's merge, split or new name: the last one, or the one named."""
    if listed:
        _list(ctx, topic, limit, as_json)
        return
    from monitor import app as composition
    from monitor.edge.store import corrections

    page = composition.rules_of(context.config(ctx)).review_url
    now = composition.utc_now()
    with context.store(ctx) as store:
        if action is None:
            done = store.write(corrections.undo_last, now, page, topic)
        else:
            done = store.write(corrections.undo, action, now, page)
    if as_json:
        output.emit([output.record(done)])
    else:
        output.say(f"undone: {done.words}")


def _list(ctx: typer.Context, topic: str | None, limit: int | None, as_json: bool) -> None:
    from monitor.edge.store import corrections

    with context.store(ctx) as store:
        rows = store.read(corrections.actions, topic=topic, limit=output.to_read(limit, as_json))
    if as_json:
        output.emit(map(output.record, rows))
    elif not rows:
        output.note("nothing has been labelled, merged, split or renamed")
    else:
        _table(output.shown(rows, limit))


def _table(rows: Sequence[ActionView]) -> None:
    columns = [
        Column("id", right=True),
        Column("done"),
        Column("undone"),
        Column("topic", wide=True, limit=16),
        Column("what", wide=True),
    ]
    output.table(
        columns,
        (
            (row.id, output.when(row.done_at), "undone" if row.undone else "", row.topic, row.words)
            for row in rows
        ),
    )
