"""How long a server asks to be left alone: seconds or a date, never more than a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.retry_after import MAX_RETRY_AFTER, retry_after

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("9" * 400, MAX_RETRY_AFTER),
        ("Sat, 21 Nov 2026 08:05:00 GMT", 300.0),
        ("Saturday, 21-Nov-26 08:05:00 GMT", 300.0),
        ("Sat Nov 21 08:05:00 2026", 300.0),
        ("Sat, 21 Nov 2026 07:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2036 08:00:00 GMT", MAX_RETRY_AFTER),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text() | st.from_regex(r"\w{3}, \d{1,9} \w{3} \d{1,9} \d+:\d+:\d+ \S*"))
def test_whatever_a_server_says_is_a_wait_of_at_most_a_day(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER


@given(st.integers(-200_000, 200_000))
def test_a_date_is_the_time_until_then(offset: int) -> None:
    date = format_datetime(NOW + timedelta(seconds=offset), usegmt=True)
    assert retry_after(date, NOW) == min(max(offset, 0), MAX_RETRY_AFTER)
