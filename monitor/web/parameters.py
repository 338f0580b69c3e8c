"""What a request asks for, checked: a value that makes no sense is the asker's error, not ours."""

from __future__ import annotations

import math
import re
from typing import cast

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.web.listing import Window

_MAX_ID = 2**31 - 1


def id_of(request: Request) -> int:
    """The id in the path; one larger than a column can hold is an id of nothing."""
    found = cast(int, request.path_params["id"])
    if found > _MAX_ID:
        raise HTTPException(404)
    return found


def window_of(query: QueryParams, size: int) -> Window:
    """``page`` of pages of ``size`` items."""
    number = query.get("page") or "1"
    if not re.fullmatch("[1-9][0-9]{0,2}", number):
        raise HTTPException(400, "page is no number from 1 to 999.")
    return Window(int(number), size)


def topic_of(query: QueryParams) -> str | None:
    return storable(query.get("topic", "")) or None


def min_score_of(query: QueryParams) -> float | None:
    text = query.get("min_score", "").strip()
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        raise HTTPException(400, "min_score is no number.")
    return value


def storable(text: str) -> str:
    """Postgres refuses NUL in a parameter; nothing stored contains it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
