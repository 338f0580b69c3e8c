"""What a request asks for, checked: a value that makes no sense is the asker's error, not ours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast, get_args

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.types import Filter, Kind
from monitor.web.handlers.listing import Window

MAX_ID = 2**31 - 1
"""The largest that a column of ids holds."""
LABELS = ("relevant", "irrelevant", "none", "any")
WORDS = 500
"""Characters of a search."""


def id_of(request: Request) -> int:
    """The id in the path; one larger than a column can hold is an id of nothing."""
    found = cast(int, request.path_params["id"])
    if found > MAX_ID:
        raise HTTPException(404)
    return found


def number_of(values: Mapping[str, Any], name: str) -> int:
    """A number from 0 on."""
    text = str(values.get(name) or "").strip()
    if not re.fullmatch("[0-9]{1,10}", text) or int(text) > MAX_ID:
        raise HTTPException(400, f"{name} is no number.")
    return int(text)


def window_of(query: QueryParams, size: int) -> Window:
    """``page`` of pages of ``size`` items."""
    number = query.get("page") or "1"
    if not re.fullmatch("[1-9][0-9]{0,3}", number):
        raise HTTPException(400, "page is no number from 1 to 9999.")
    return Window(int(number), size)


def topic_of(query: QueryParams) -> str | None:
    return storable(query.get("topic", "")) or None


def day_of(query: QueryParams, name: str) -> date | None:
    text = query.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(400, f"{name} is no date: write 2026-01-31.") from None


def filter_of(query: QueryParams) -> Filter:
    """What a search asks for; ``until`` is the last day that counts."""
    label, kind = query.get("label") or None, query.get("kind") or "matches"
    if label is not None and label not in LABELS:
        raise HTTPException(400, f"label is none of {', '.join(LABELS)}.")
    if kind not in get_args(Kind):
        raise HTTPException(400, f"kind is none of {', '.join(get_args(Kind))}.")
    since, until = day_of(query, "since"), day_of(query, "until")
    return Filter(
        words=storable(query.get("words", ""))[:WORDS],
        topic=topic_of(query),
        event=number_of(query, "event") if query.get("event") else None,
        source=storable(query.get("source", "")),
        language=storable(query.get("language", "")),
        since=midnight(since) if since else None,
        until=after(until) if until else None,
        min_score=score_of(query, "min_score"),
        max_score=score_of(query, "max_score"),
        label=label,  # type: ignore[arg-type]
        kind=kind,  # type: ignore[arg-type]
    )


def midnight(day: date) -> datetime:
    """With which a day begins, in UTC."""
    return datetime.combine(day, time(), UTC)


def after(day: date) -> datetime | None:
    """With which it ends; None: time itself ends with it."""
    return None if day == date.max else midnight(day + timedelta(days=1))


def score_of(query: QueryParams, name: str) -> float | None:
    text = query.get(name, "").strip()
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        raise HTTPException(400, f"{name} is no number.")
    return value


def storable(text: str) -> str:
    """Postgres refuses NUL in a parameter, and nobody takes half a character; nothing stored
    contains either."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
