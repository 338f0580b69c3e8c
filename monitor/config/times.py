"""Times of day, hours of quiet, time zones; each says in words what is wrong with it."""

from __future__ import annotations

import difflib
import re
from datetime import time
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"
DAY = r"(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"


class At(NamedTuple):
    """When a digest is due."""

    time: time
    weekday: int | None = None
    """0 is Monday; None: no day is named."""

    def __str__(self) -> str:
        day = "" if self.weekday is None else f"{DAYS[self.weekday]} "
        return f"{day}{self.time:%H:%M}"


def _at(value: object) -> At:
    """``07:30``, ``Fri 07:30`` or TOML's own local time."""
    if isinstance(value, time) and value.tzinfo is None and not value.second | value.microsecond:
        return At(value)
    found = (
        re.fullmatch(rf"\s*(?:{DAY}\s+)?{CLOCK}\s*", value, re.ASCII | re.IGNORECASE)
        if isinstance(value, str)
        else None
    )
    if not found:
        raise PydanticCustomError(
            "at", 'is not a time of day: write "07:30", or "Fri 07:30" for a weekly digest'
        )
    day = DAYS.index(found[1][:3].title()) if found[1] else None
    return At(time(int(found[2]), int(found[3])), day)


def _quiet(value: object) -> tuple[time, time] | tuple[()]:
    """``22:00-06:30``; empty for none."""
    if value == "":
        return ()
    found = (
        re.fullmatch(rf"\s*{CLOCK}\s*[-–]\s*{CLOCK}\s*", value, re.ASCII)
        if isinstance(value, str)
        else None
    )
    if not found:
        raise PydanticCustomError("quiet", 'is not "FROM-TO": write "22:00-06:30", or "" for none')
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start == end:
        raise PydanticCustomError("quiet", "is no span of time: let it end at another time")
    return start, end


def _in_words(quiet: tuple[time, time] | tuple[()]) -> str:
    return "-".join(f"{end:%H:%M}" for end in quiet)


def _timezone(value: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder, a name too long
        near = _nearest_zone(value)
        remedy = f'did you mean "{near}"?' if near else 'write one like "Europe/Berlin"'
        raise PydanticCustomError("timezone", f"is no IANA time zone: {remedy}") from None
    return value


def _nearest_zone(value: str) -> str:
    """By its city, else by its spelling; empty if none is near."""
    from zoneinfo import available_timezones

    city = value.casefold().replace(" ", "_").rpartition("/")[2]
    zones = {zone.casefold(): zone for zone in sorted(available_timezones(), reverse=True)}
    named = [zone for folded, zone in zones.items() if folded.rpartition("/")[2] == city]
    if named:
        return min(named, key=lambda zone: (len(zone), zone))
    close = difflib.get_close_matches(value.casefold(), zones, n=1, cutoff=0.8)
    return zones[close[0]] if close else ""


TimeOfDay = Annotated[At, PlainValidator(_at), PlainSerializer(str)]
Quiet = Annotated[tuple[time, time] | tuple[()], PlainValidator(_quiet), PlainSerializer(_in_words)]
Timezone = Annotated[str, AfterValidator(_timezone)]
