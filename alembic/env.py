"""Runs the migrations, on the connection that ``monitor.edge.store.migrations`` hands over, or on
``MONITOR__DATABASE__URL`` when the ``alembic`` command is used during development."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

from models import Base
from monitor.edge.store.engine import open_engine


def render_item(kind: str, item: object, _autogen: object) -> str | bool:
    """Write our own time type by name, so that a migration reads like the model."""
    if kind == "type" and type(item).__name__ == "UTCDateTime":
        return "models.UTCDateTime()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with open_engine(os.environ["MONITOR__DATABASE__URL"]).begin() as opened:
        run(opened)
