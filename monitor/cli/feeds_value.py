"""``monitor feeds value``: what feeds have brought, and which would not be missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from monitor.cli import context, output
from monitor.cli.options import Json
from monitor.cli.output import Column

if TYPE_CHECKING:
    from monitor.types import FeedValue, FeedView


def value(ctx: typer.Context, as_json: Json = False) -> None:
    """Tell what each feed has brought in 90 days, and which would not be missed.

    Counted once an hour by `monitor run`.
    """
    from monitor.app import utc_now
    from monitor.edge.store import health

    with context.store(ctx) as store:
        rows = store.read(health.feeds, utc_now())
    if as_json:
        output.emit(_record(row) for row in rows)
        return
    counted = [(row, row.value) for row in rows if row.value is not None]
    if not counted:
        output.note("nothing has been counted yet: `monitor run` does so once an hour")
        return
    counted.sort(key=lambda pair: (-pair[1].first, -pair[1].events, -pair[1].matches))
    columns = [
        Column("name", wide=True),
        *(Column(head, right=True) for head in ("articles", "matches", "events")),
        *(Column(head, right=True) for head in ("first", "alone", "copies", "lead")),
        Column("address", wide=True),
    ]
    output.table(columns, (_row(row, value) for row, value in counted))
    for row, _ in counted:
        if row.drop:
            output.note(f"{row.name} could go: {row.drop}")


def _record(row: FeedView) -> dict[str, object]:
    counted = output.record(row.value) if row.value else None
    return {"url": row.url, "name": row.name, "value": counted, "drop": row.drop}


def _row(row: FeedView, value: FeedValue) -> tuple[object, ...]:
    lead = output.span(value.lead) if value.lead is not None else ""
    counts = (value.articles, value.matches, value.events, value.first, value.alone, value.copies)
    return row.name, *counts, lead, row.url
