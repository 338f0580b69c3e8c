"""What may be asked: the parameters and the bodies of requests, checked before anything is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.types import DeliveryState, Filter, Kind, Verdict
from monitor.web.handlers.parameters import MAX_ID, storable

MAX_OFFSET = 100_000

_NUMBER = r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"


def _written(pattern: str, kind: str, read: Callable[[str], object]) -> Callable[[Any], Any]:
    """A parameter is text: it has to be written as JSON would write it."""
    form = re.compile(pattern)

    def check(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if not form.fullmatch(value):
            raise PydanticCustomError("form", "{what}", {"what": f"This is no {kind}."})
        return read(value)

    return check


def _integral(value: Any) -> Any:
    """In JSON 1.0 is a whole number too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("day", "There is no such day.") from None


def _moment(value: Any) -> datetime:
    """Of RFC 3339, or a date: its beginning in UTC."""
    text = value.upper() if isinstance(value, str) else ""
    if not re.fullmatch(f"{_DATE}({_TIME})?", text):
        raise PydanticCustomError("form", "This is neither a date nor a time with its UTC offset.")
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("moment", "There is no such day or time.") from None


_WHOLE = BeforeValidator(_written("-?(0|[1-9][0-9]{0,15})", "whole number", int))
Number = Annotated[float, BeforeValidator(_written(_NUMBER, "number", float))]
Day = Annotated[date, BeforeValidator(_written(_DATE, "date", _day))]
Limit = Annotated[int, Field(ge=1, le=1000), _WHOLE]
Id = Annotated[int, Field(ge=1, le=MAX_ID), BeforeValidator(_integral)]
Text = Annotated[str, Field(max_length=500), AfterValidator(storable)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]},
        mode="validation",
    ),
]


class Asking(BaseModel):
    """Parameters of a request; a name that is not among them is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Listing(Asking):
    """A part of a list."""

    limit: Limit = 100
    """At most so many."""
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET), _WHOLE] = 0
    """So many are left out before."""


class MatchesAsked(Listing):
    """Which judgements are wanted; what is left out does not matter."""

    words: Text = ""
    """A search in title and text."""
    topic: Text | None = None
    """The name of a topic."""
    event: Annotated[int, Field(ge=1, le=MAX_ID), _WHOLE] | None = None
    """The id of an event."""
    source: Text = ""
    """The outlet's name, upper and lower case alike."""
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    """ISO 639-1."""
    since: Moment | None = None
    """Published (else judged) from then on: a date, or a date and time."""
    until: Moment | None = None
    """Published (else judged) before then: a date, or a date and time."""
    min_score: Number | None = None
    """With at least this score."""
    max_score: Number | None = None
    """With at most this score."""
    label: Literal[Verdict, "none", "any"] | None = None
    """``none``: without a label; ``any``: with one."""
    kind: Kind = "matches"
    """Above the threshold, below it, or all."""

    def as_filter(self) -> Filter:
        chosen = self.model_dump(exclude={"limit", "offset"}, exclude_none=True)
        return Filter(**chosen)


class EventsAsked(Listing):
    topic: Text | None = None
    """The name of a topic."""


class AlertsAsked(Listing):
    state: DeliveryState | None = None
    """In this state only."""


class ActionsAsked(Asking):
    topic: Text | None = None
    """The name of a topic."""
    limit: Limit = 100
    """At most so many."""


class TimelineAsked(Asking):
    since: Day | None = None
    """The first day, ten years before the last or later; left out: 90 days before it."""
    until: Day | None = None
    """The last day; left out: today."""


class Change(Asking):
    """The body of a request; nothing in it is taken for something else."""

    model_config = ConfigDict(strict=True)


class Labelled(Change):
    verdict: Verdict | None
    """null takes a label back."""


class Merged(Change):
    into: Id
    """The event that goes on."""


class Split(Change):
    matches: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]
    """The ids of those that become an event of their own."""


class Renamed(Change):
    title: Annotated[str, Field(max_length=300), AfterValidator(storable)]
    """Empty: that of its earliest article again."""


class Nothing(Change):
    """``{}``: the address says all."""


class Muted(Change):
    until: Moment | None
    """Its threads hear nothing before then; null: that ends."""
