"""A topic into a file, and out of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.config import Config
from monitor.domain.clean import clean_line
from monitor.domain.packs import read_pack, write_pack
from monitor.edge.store import packs
from monitor.edge.store.packs import Unpacked
from monitor.edge.store.store import Store
from monitor.errors import ConfigError, MonitorError, ParseError


def pack(
    store: Store, name: str, now: datetime, *, labels: bool = True, feeds: bool = True
) -> bytes:
    """The file of a topic.  Raises NotFound, and MonitorError where none could be read again."""
    found = store.read(packs.topic_pack, name, labels=labels, feeds=feeds)
    try:
        return write_pack(read_pack(write_pack(found), now))
    except ParseError as error:
        remedy = " (`--no-labels` leaves the labels out)" if labels and found.labels else ""
        raise MonitorError(f"{name} cannot be packed: {error}{remedy}") from None


def unpack(
    store: Store,
    config: Config,
    data: bytes,
    now: datetime,
    *,
    name: str | None = None,
    channels: Sequence[str] = (),
    feeds: bool = True,
) -> tuple[str, Unpacked]:
    """A new topic out of a file: its name, and what came with it.

    Raises ParseError for a file that is no pack, ConfigError where the name is taken or a channel
    is not configured; nothing is changed then.
    """
    found = read_pack(data, now)
    called = name or found.name
    require_channels(config, channels)
    try:
        require_new(config, called)
        return called, store.write(packs.save_pack, found, called, channels, now, feeds=feeds)
    except ConfigError as error:
        raise ConfigError(f"{error} (--name)") from None


def require_new(config: Config, name: str) -> None:
    """Raises ConfigError for a name that is none, or that the configuration has."""
    if not name or name != clean_line(name):
        raise ConfigError("the name of a topic is one line of plain text: choose another")
    if name in config.topics:
        raise ConfigError(f"{config.path} has a topic {name} already: choose another name")


def require_channels(config: Config, channels: Sequence[str]) -> None:
    """Raises ConfigError for one that is not configured."""
    for channel in channels:
        if channel not in config.channels:
            known = ", ".join(sorted(config.channels)) or "none is defined"
            raise config.error("[channels]", f'no channel "{channel}" (known: {known})')
