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


def config(ctx: typer.Context, *, optional: bool = False) -> Config:
    """``optional``: without a file, unless one was named, defaults will do.  Raises ConfigError."""
    from monitor.config import load

    return load(file(ctx), optional=optional and file(ctx) == DEFAULT_FILE)


@contextmanager
def store(ctx: typer.Context, *, optional: bool = False) -> Iterator[Store]:
    """The database, migrated; ``optional`` as for ``config``.  Raises ConfigError, StoreError."""
    from monitor import app

    opened = app.open_store(config(ctx, optional=optional))
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
