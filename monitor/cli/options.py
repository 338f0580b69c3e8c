"""Options and arguments that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from monitor.cli.output import SHOWN

MAX_ID = 2**31 - 1
"""The largest integer of the databases' id columns."""

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, all of them.")]
Topic = Annotated[str | None, typer.Option("--topic", metavar="NAME", help="Of this topic only.")]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit", min=1, max=MAX_ID, help=f"At most so many.  [default: {SHOWN}; with --json all]"
    ),
]
Id = Annotated[int, typer.Argument(min=1, max=MAX_ID, metavar="ID")]


def duration(text: str) -> timedelta:
    """``15m``, ``1h`` or ``7d``, as in the configuration.  Raises BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from monitor.config import Duration

    try:
        return TypeAdapter[timedelta](Duration).validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter(f"{text!r} {error.errors()[0]['msg']}") from None
    except OverflowError:
        raise typer.BadParameter(f"{text!r} is too long") from None


def since(text: str) -> datetime:
    """A date, an ISO 8601 time (UTC unless it names a zone) or a duration ago, in UTC.

    Raises BadParameter.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    try:
        if moment is not None:
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return datetime.now(UTC) - duration(text)
    except OverflowError:
        raise typer.BadParameter(f"{text!r} lies before all time") from None
    except typer.BadParameter:
        raise typer.BadParameter(
            f'{text!r} is no time: write "2026-01-31", "2026-01-31T12:00" or "7d" for a week ago'
        ) from None


def later(now: datetime, wait: timedelta) -> datetime:
    """Raises BadParameter where that is beyond all time."""
    try:
        return now + wait
    except OverflowError:
        raise typer.BadParameter("that is too long") from None


def still(until: datetime | None) -> datetime | None:
    """A time to come; None for one that has passed."""
    return until if until is not None and until > datetime.now(UTC) else None
