"""What commands print: results on stdout, as tables or lines of JSON; all else on stderr.

Text of articles and feeds is never markup here, and reaches no terminal with control characters.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from monitor.domain.clean import clean_line
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 160
"""Columns where there is no terminal to fit."""
SHOWN = 50
"""Rows of a table, unless ``--limit`` says otherwise."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    head: str
    right: bool = False
    wide: bool = False
    """Gives way first where there is little room; what does not fit ends in an ellipsis."""
    limit: int | None = None
    """Never wider, in characters."""


def fail(problems: str) -> None:
    """Errors, on stderr, a line each."""
    for line in problems.splitlines():
        typer.echo(f"error: {clean_line(line)}", err=True)


def note(message: str) -> None:
    """A message beside the result, on stderr."""
    typer.echo(clean_line(message), err=True)


def say(message: str) -> None:
    """A result in a line, on stdout."""
    typer.echo(clean_line(message))


def raw(text: str) -> None:
    """A result of several lines that has been made safe to show, on stdout."""
    typer.echo(text, nl=not text.endswith("\n"))


def record(view: DataclassInstance, without: Iterable[str] = ()) -> dict[str, Any]:
    """A view as a JSON object, some keys left out."""
    left_out = set(without)
    return {key: value for key, value in asdict(view).items() if key not in left_out}


def emit(rows: Iterable[Mapping[str, Any]]) -> None:
    """JSON, one object a line: ASCII only, so that it survives any terminal and encoding."""
    for row in rows:
        typer.echo(json.dumps(row, default=_iso))


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """One line a row, fitted to the terminal."""
    from rich.table import Table

    drawn = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in columns:
        drawn.add_column(
            column.head,
            justify="right" if column.right else "left",
            no_wrap=not column.wide,
            overflow="ellipsis",
            max_width=column.limit,
        )
    _fill(drawn, rows, overflow="ellipsis")


def to_read(limit: int | None, as_json: bool) -> int | None:
    """How many rows to read: all for JSON, else one more than are shown, to know of the rest."""
    return limit if limit or as_json else SHOWN + 1


def shown(rows: Sequence[T], limit: int | None) -> Sequence[T]:
    """The rows for a table, and a note if that is not all."""
    if limit or len(rows) <= SHOWN:
        return rows
    note(f"the first {SHOWN}: --limit N shows more, --json all")
    return rows[:SHOWN]


def details(rows: Iterable[tuple[str, object]]) -> None:
    """Labels and values, long values on several lines; those with nothing to say left out."""
    from rich.table import Table

    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(no_wrap=True)
    drawn.add_column()
    _fill(drawn, ((label, value) for label, value in rows if value not in (None, "")))


def _fill(drawn: Table, rows: Iterable[Sequence[object]], *, overflow: Any = "fold") -> None:
    from rich.text import Text

    for row in rows:
        cells = [clean_line("" if cell is None else str(cell)) for cell in row]
        drawn.add_row(
            *(Text(cell, overflow=overflow, no_wrap=overflow == "ellipsis") for cell in cells)
        )
    _console().print(drawn)


def _console() -> Console:
    from rich.console import Console

    fits = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if fits else PIPE_WIDTH, highlight=False, markup=False, emoji=False)


def when(moment: datetime | None) -> str:
    """``2026-11-21 07:14``, UTC; empty for None."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else ""


def span(seconds: float) -> str:
    """A length of time, roughly: ``40 minutes``, ``3 hours``, ``2 days``."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return plural(round(seconds / size), unit)
    return "minute"


def plural(count: int, one: str, many: str = "") -> str:
    """``1 feed``, ``2 feeds``; ``many`` where the plural is not ``one`` with an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """A sign of life on a terminal while something takes its time."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(clean_line(message))):
        yield


def read_bytes(file: Path) -> bytes:
    """Raises MonitorError."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise MonitorError(f"{file}: cannot be read: {error.strerror}") from None


def write_bytes(file: Path, data: bytes) -> None:
    """Raises MonitorError."""
    try:
        file.write_bytes(data)
    except OSError as error:
        raise MonitorError(f"{file}: cannot be written: {error.strerror}") from None
