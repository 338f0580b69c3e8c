"""What a command starts from: the configuration named by ``--config`` and its database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.edge.store.store import Store
    from monitor.pipeline import Parts

VARIABLE = "MONITOR_CONFIG"
DEFAULT_FILE = Path("config.toml")


def file(ctx: typer.Context) -> Path:
    """The configuration file as the user named it."""
    return cast(Path, ctx.obj)


def config(ctx: typer.Context) -> Config:
    """Raises ConfigError."""
    from monitor.config import load

    return load(file(ctx))


@contextmanager
def store(ctx: typer.Context) -> Iterator[Store]:
    """The database, migrated.  Raises ConfigError, StoreError."""
    from monitor import app

    opened = app.open_store(config(ctx))
    try:
        yield opened
    finally:
        opened.close()


@asynccontextmanager
async def parts(config: Config, store: Store) -> AsyncIterator[Parts]:
    """What the pipeline works with, without channels: nothing is sent, no secret is needed."""
    from monitor import app

    async with app.open_parts(config, store, channels={}) as opened:
        yield opened
