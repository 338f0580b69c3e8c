"""``monitor db``: the tables."""

from __future__ import annotations

import typer

from monitor.cli import context, output

app = typer.Typer(name="db", help="The database.")


@app.command()
def upgrade(ctx: typer.Context) -> None:
    """Make the tables, or bring them to this version; `monitor run` does the same.

    Not beside a monitor that runs: its tables would change under it.
    """
    from monitor import app as composition
    from monitor.edge.store import migrations
    from monitor.edge.store.lock import daemon_lock

    store = composition.new_store(context.config(ctx, optional=True))
    try:
        with daemon_lock(store):
            before, now = migrations.upgrade(store)
    finally:
        store.close()
    if before == now:
        output.say(f"database: at revision {now}, nothing to do")
    else:
        output.say(f"database: migrated from {before or 'nothing'} to {now}")


@app.command()
def check(ctx: typer.Context) -> None:
    """Say whether the tables are those that this version needs."""
    from monitor.edge.store import migrations

    with context.store(ctx, optional=True):
        output.say(f"database: fine: at revision {migrations.head()}, the one needed")
