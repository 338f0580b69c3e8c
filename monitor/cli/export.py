"""``monitor export``: what was found, as rows for other programs or as a report of a topic."""

from __future__ import annotations

import csv
import json
import os
import sys
from codecs import getwriter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context
from monitor.cli.filters import Asked, filtered
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.edge.store.store import Store
    from monitor.types import Filter

PAGE = 1000
"""Rows that are read at once, and written at once as a group of Parquet."""
DAYS = 90
"""That a report looks back, unless ``--since`` says otherwise."""
COLUMNS = {
    "id": "int64",
    "topic": "string",
    "event": "int64",
    "event_title": "string",
    "title": "string",
    "url": "string",
    "source": "string",
    "author": "string",
    "published": "timestamp",
    "language": "string",
    "score": "float64",
    "probability": "float64",
    "threshold": "float64",
    "label": "string",
    "copy_of": "int64",
    "text_from": "string",
    "judged_at": "timestamp",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes the text of a cell for a formula, and runs it."""

Row = dict[str, Any]


class Format(StrEnum):
    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    html = "html"


@filtered
def export(
    ctx: typer.Context,
    *,
    asked: Asked,
    format: Annotated[Format, typer.Option("--format", help="Of the file.")] = Format.csv,
    file: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Instead of the standard output."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="With the texts of the articles.")] = False,
) -> None:
    """Export matches, the newest first; or, as html, a report of one topic with its timeline.

    In csv, a text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    if file is None and format in (Format.parquet, Format.html):
        raise ConfigError(f"--format {format.value} needs --output FILE")
    if format is Format.parquet and find_spec("pyarrow") is None:
        raise ConfigError("--format parquet needs pyarrow: pip install 'news-monitor[parquet]'")
    with context.store(ctx) as store:
        filter = asked.filter(store)
        if format is Format.html:
            _report(store, filter, file)
            return
        names = [*COLUMNS, *(["text"] if text else [])]
        with _opened(file) as stream:
            _WRITERS[format](stream, names, _pages(store, filter, text))


def _pages(store: Store, filter: Filter, texts: bool) -> Iterator[list[Row]]:
    """All rows, ``PAGE`` at a time, each a transaction of its own."""
    from monitor.edge.store.search import to_export

    after: tuple[datetime, int] | None = None
    while rows := store.read(to_export, filter, limit=PAGE, after=after, texts=texts):
        yield rows
        after = rows[-1]["told_at"], rows[-1]["id"]


@contextmanager
def _opened(file: Path | None) -> Iterator[IO[bytes]]:
    """The standard output, or a file that gets its name once all is written."""
    if file is None:
        yield sys.stdout.buffer
        return
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _csv(stream: IO[bytes], names: list[str], pages: Iterator[list[Row]]) -> None:
    lines = csv.writer(getwriter("utf-8")(stream, "replace"), lineterminator="\n")
    lines.writerow(names)
    for rows in pages:
        lines.writerows([_cell(row[name]) for name in names] for row in rows)


def _cell(value: object) -> object:
    plain = _plain(value)
    return f"'{plain}" if isinstance(plain, str) and plain.startswith(FORMULA) else plain


def _jsonl(stream: IO[bytes], names: list[str], pages: Iterator[list[Row]]) -> None:
    for rows in pages:
        for row in rows:
            stream.write(f"{json.dumps({name: _plain(row[name]) for name in names})}\n".encode())


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _parquet(stream: IO[bytes], names: list[str], pages: Iterator[list[Row]]) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    types = {
        "int64": pa.int64(),
        "float64": pa.float64(),
        "string": pa.string(),
        "timestamp": pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(name, types[COLUMNS.get(name, "string")]) for name in names])
    with parquet.ParquetWriter(stream, schema) as writer:
        for rows in pages:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _report(store: Store, filter: Filter, file: Path | None) -> None:
    """Of the days in UTC; of the filter only the topic and the period count."""
    from monitor.app import utc_now
    from monitor.report import topic_report

    if filter.topic is None:
        raise ConfigError("--format html is a report of one topic: name it with --topic")
    now = utc_now()
    last = (filter.until - timedelta(microseconds=1) if filter.until else now).date()
    first = filter.since.date() if filter.since else last - timedelta(days=DAYS)
    page = topic_report(store, filter.topic, first, last, now)
    with _opened(file) as stream:
        stream.write(page.encode(errors="replace"))


_WRITERS = {Format.csv: _csv, Format.jsonl: _jsonl, Format.parquet: _parquet}
