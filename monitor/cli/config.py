"""``monitor config``: what is in force, and whether it can work."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.config import Config

HIDDEN = "***"
_URL_PASSWORD = re.compile(r"(?<=://)([^:@/]*:).*@|([?&](?:ssl)?password=)[^&]*")

app = typer.Typer(name="config", help="The configuration.")


@app.command()
def show(ctx: typer.Context) -> None:
    """Show the configuration in force, with defaults and environment, as TOML without secrets."""
    for line in _toml(_without_secrets(context.config(ctx))):
        typer.echo(line)


@app.command()
def check(ctx: typer.Context) -> None:
    """Check all of it: keys, values, seed and OPML files, secrets in use."""
    from monitor import app as composition
    from monitor.config import web_passwords_of
    from monitor.sync import feeds_of, topics_of

    config = context.config(ctx)
    composition.new_store(config).close()
    asyncio.run(composition.make_fetcher(config).aclose())
    with output.waiting("reading feeds and seeds"):
        feeds = {feed.url for feed in feeds_of(config)}
        topics = list(topics_of(config))
    channels = composition.make_channels(config)
    composition.make_heartbeat(config)
    web_passwords_of(config)
    output.say(
        f"{context.file(ctx)}: fine: {output.plural(len(feeds), 'feed')}, "
        f"{output.plural(len(topics), 'topic')}, {output.plural(len(channels), 'channel')} in use"
    )


def _without_secrets(config: Config) -> dict[str, Any]:
    data = config.model_dump(by_alias=True, exclude_none=True)
    data["database"]["url"] = _without_password(data["database"]["url"])
    return data


def _without_password(url: str) -> str:
    """Hides what stands before the last ``@``, so that a badly escaped password stays hidden."""
    return _URL_PASSWORD.sub(
        lambda found: f"{found[1]}{HIDDEN}@" if found[1] else f"{found[2]}{HIDDEN}", url
    )


def _toml(data: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines of a TOML document: a table's values, then the tables within."""
    inner = {key: value for key, value in data.items() if _is_table(value)}
    own = {key: value for key, value in data.items() if key not in inner}
    for key, value in own.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        name = ".".join(map(_key, (*path, key)))
        if not isinstance(value, Mapping):
            for one in value:
                yield from ("", f"[[{name}]]", *_toml(one, (*path, key)))
            continue
        if not all(map(_is_table, value.values())):
            yield from ("", f"[{name}]")
        yield from _toml(value, (*path, key))


def _is_table(value: object) -> bool:
    tables = isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], Mapping)
    return tables or isinstance(value, Mapping)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _value(value: object) -> str:
    """Strings as JSON writes them: in ASCII, which is TOML too."""
    if isinstance(value, timedelta):
        return json.dumps(_duration(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)


def _duration(value: timedelta) -> str:
    """The largest unit that divides it: ``15m``, ``1.5s``."""
    seconds = value.total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"
