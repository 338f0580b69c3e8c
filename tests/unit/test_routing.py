"""What a channel hears of, and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.attention import Budget
from monitor.domain.daytime import digest_after, quiet_until
from monitor.domain.routing import (
    clears,
    digest_only,
    has_bar,
    routing_from_dict,
    routing_to_dict,
    wanted,
    when,
)
from monitor.types import Alert, AlertKind, Routing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENING, TOMORROW = NOON + 8 * HOUR, NOON + 20 * HOUR
KINDS: tuple[AlertKind, ...] = ("new_event", "update", "digest", "feed")

Kind = Literal["new_event", "update"]

times = st.times()
routings = st.builds(
    Routing,
    kinds=st.lists(st.sampled_from(KINDS), unique=True, min_size=1).map(tuple),
    mode=st.sampled_from(("instant", "daily", "weekly")),
    at=times,
    weekday=st.integers(0, 6),
    timezone=st.sampled_from(sorted(available_timezones())),
    quiet=st.none() | st.tuples(times, times),
    alerts_per_day=st.none() | st.integers(1, 10**6),
    min_score=st.none() | st.floats(-1, 1),
    min_sources=st.integers(1, 10**6),
)
moments = st.datetimes(
    datetime(2010, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC), allow_imaginary=False
)


def an_alert(kind: Kind = "new_event", score: float = 0.5) -> Alert:
    return Alert(
        kind=kind,
        topic="pier",
        event=1,
        title="Pier collapses",
        url="https://news.example/pier",
        source="Coast News",
        published=NOON,
        score=score,
        terms=("pier",),
    )


def unasked() -> Budget:
    raise AssertionError("nobody has limited this channel")


def spent() -> Budget:
    return Budget(left=0, rest=0.5, scores=(), days=1.0)


def plenty() -> Budget:
    return Budget(left=5, rest=0.5, scores=(), days=1.0)


def one_of_two() -> Budget:
    """Room for one of the two that are to come: the better one."""
    return Budget(left=1, rest=1.0, scores=(0.4, 0.6), days=1.0)


@pytest.mark.parametrize(
    ("kinds", "mode", "new_events", "updates", "only_digest"),
    [
        (("new_event", "update", "digest"), "instant", True, True, False),
        (("new_event", "update", "digest"), "daily", True, True, True),
        (("new_event", "update", "digest", "feed"), "weekly", True, True, True),
        (("new_event",), "instant", True, False, False),
        (("update",), "instant", False, True, False),
        (("new_event", "feed"), "instant", True, False, False),
        # A digest alone holds everything.
        (("digest",), "instant", True, True, True),
        (("digest",), "weekly", True, True, True),
        (("digest", "feed"), "instant", True, True, True),
        # What is not named does not come in a digest either.
        (("new_event", "digest"), "daily", True, False, True),
        (("update", "digest"), "weekly", False, True, True),
        # Nothing but feeds: no events, in whatever mode.
        (("feed",), "instant", False, False, True),
        (("feed",), "daily", False, False, True),
    ],
)
def test_what_a_channel_hears_of(
    kinds: tuple[AlertKind, ...],
    mode: Literal["instant", "daily", "weekly"],
    new_events: bool,
    updates: bool,
    only_digest: bool,
) -> None:
    routing = Routing(kinds=kinds, mode=mode)
    assert wanted(routing, "new_event") is new_events
    assert wanted(routing, "update") is updates
    if new_events or updates:
        assert digest_only(routing) is only_digest


@pytest.mark.parametrize(
    ("routing", "score", "outlets", "important"),
    [
        (Routing(), -1.0, 1, True),
        (Routing(), 0.0, 0, False),
        (Routing(min_score=0.4), 0.4, 1, True),
        (Routing(min_score=0.4), 0.3999, 99, False),
        (Routing(min_score=0.0), -0.01, 1, False),
        (Routing(min_score=0.0), 0.0, 1, True),
        (Routing(min_sources=3), 1.0, 2, False),
        (Routing(min_sources=3), -1.0, 3, True),
        (Routing(min_score=0.4, min_sources=3), 0.5, 3, True),
        (Routing(min_score=0.4, min_sources=3), 0.3, 3, False),
        (Routing(min_score=0.4, min_sources=3), 0.5, 2, False),
    ],
)
def test_what_is_important_enough(
    routing: Routing, score: float, outlets: int, important: bool
) -> None:
    assert clears(routing, score, outlets) is important


@given(routings, st.floats(-1, 1), st.integers(1, 100), st.floats(0, 2), st.integers(0, 100))
def test_only_where_there_is_a_bar_can_an_event_fail_it_and_rise_above(
    routing: Routing, score: float, outlets: int, more: float, further: int
) -> None:
    if not has_bar(routing):
        assert clears(routing, score, outlets)
    if clears(routing, score, outlets):
        assert clears(routing, score + more, outlets + further)


@pytest.mark.parametrize(
    ("routing", "bar"),
    [
        (Routing(), False),
        (Routing(min_sources=2), True),
        (Routing(min_score=0.0), True),
        (Routing(min_score=-1.0), True),
    ],
)
def test_which_channels_have_a_bar(routing: Routing, bar: bool) -> None:
    assert has_bar(routing) is bar


SIESTA = (time(11), time(13))
BY_DAY = Routing(mode="daily")
FEW = Routing(alerts_per_day=5)


@pytest.mark.parametrize(
    ("routing", "alert", "muted_until", "budget", "due"),
    [
        (Routing(), an_alert(), None, unasked, NOON),
        (Routing(), an_alert("update"), None, unasked, NOON),
        # Muted: before all else; but what comes in digests waits for the next one after that.
        (Routing(), an_alert(), EVENING, unasked, EVENING),
        (BY_DAY, an_alert(), EVENING, unasked, TOMORROW),
        (BY_DAY, an_alert(), TOMORROW + HOUR, unasked, TOMORROW + HOUR),
        (replace(FEW, quiet=SIESTA), an_alert(), EVENING, unasked, EVENING),
        (Routing(), an_alert(), NOON, unasked, NOON),
        (Routing(), an_alert(), NOON - HOUR, unasked, NOON),
        # In a digest, at whatever hour.
        (BY_DAY, an_alert(), None, unasked, TOMORROW),
        (Routing(mode="weekly"), an_alert("update"), None, unasked, TOMORROW),
        (Routing(kinds=("digest",)), an_alert(), None, unasked, TOMORROW),
        (replace(BY_DAY, quiet=SIESTA), an_alert(), None, unasked, TOMORROW),
        (replace(BY_DAY, alerts_per_day=5), an_alert(), None, unasked, TOMORROW),
        # Quiet.
        (Routing(quiet=SIESTA), an_alert(), None, unasked, NOON + HOUR),
        (Routing(quiet=(time(13), time(11))), an_alert(), None, unasked, NOON),
        (replace(FEW, quiet=SIESTA), an_alert(), None, unasked, NOON + HOUR),
        # Limited.
        (FEW, an_alert(), None, plenty, NOON),
        (FEW, an_alert("update"), None, plenty, NOON),
        (FEW, an_alert(), None, spent, TOMORROW),
        (FEW, an_alert("update"), None, spent, TOMORROW),
        (FEW, an_alert(score=0.6), None, one_of_two, NOON),
        (FEW, an_alert(score=0.5), None, one_of_two, TOMORROW),
        (FEW, an_alert("update", score=0.9), None, one_of_two, TOMORROW),
    ],
)
def test_when_it_is_told(
    routing: Routing,
    alert: Alert,
    muted_until: datetime | None,
    budget: Callable[[], Budget],
    due: datetime,
) -> None:
    found = when(routing, alert, NOON, muted_until=muted_until, digest_at=TOMORROW, budget=budget)
    assert found == due


@pytest.mark.parametrize("routing", [BY_DAY, Routing(kinds=("digest",)), FEW])
@pytest.mark.parametrize("overdue", [timedelta(), HOUR, 1000 * HOUR])
def test_what_belongs_in_a_digest_is_not_told_alone_because_the_digest_is_late(
    routing: Routing, overdue: timedelta
) -> None:
    """Nothing was made while the daemon was down."""
    found = when(
        routing, an_alert(), NOON, muted_until=None, digest_at=NOON - overdue, budget=spent
    )
    assert found == digest_after(routing, NOON)


@given(
    routings,
    st.sampled_from(("new_event", "update")),
    moments,
    st.none() | st.integers(-(10**6), 10**6),
    st.integers(-(10**6), 10**6),
    st.sampled_from((spent, plenty, one_of_two)),
)
def test_it_is_now_only_where_nothing_stands_against_it(
    routing: Routing,
    kind: Kind,
    now: datetime,
    muted: int | None,
    digest: int,
    budget: Callable[[], Budget],
) -> None:
    muted_until = None if muted is None else now + timedelta(seconds=muted)
    due = when(
        routing,
        an_alert(kind),
        now,
        muted_until=muted_until,
        digest_at=now + timedelta(seconds=digest),
        budget=budget,
    )
    heard = max(now, muted_until or now)
    held = heard > now or digest_only(routing) or quiet_until(routing, now) is not None
    full = routing.alerts_per_day is not None and budget is not plenty
    assert (due > now) is (held or full)
    assert due >= heard
    if heard > now and not digest_only(routing):
        assert due == heard


@given(routings)
def test_a_routing_survives_the_database(routing: Routing) -> None:
    record = routing_to_dict(routing)
    assert routing_from_dict(json.loads(json.dumps(record, allow_nan=False))) == routing
    assert routing_from_dict(record) == routing


@given(routings, st.sets(st.sampled_from(sorted(routing_to_dict(Routing())))))
def test_what_an_older_version_did_not_write_has_its_default(
    routing: Routing, missing: set[str]
) -> None:
    record = {key: said for key, said in routing_to_dict(routing).items() if key not in missing}
    default = Routing()
    kept = {key: getattr(default, key) for key in missing}
    assert routing_from_dict(record) == replace(routing, **kept)


def test_reading_a_routing_changes_nothing_in_the_record() -> None:
    record = routing_to_dict(Routing(quiet=(time(22), time(6, 30)), kinds=("digest",)))
    before = json.dumps(record)
    routing_from_dict(record)
    assert json.dumps(record) == before
    assert record["quiet"] == ["22:00:00", "06:30:00"]
    assert record["kinds"] == ["digest"]


def test_a_record_of_nothing_is_the_default() -> None:
    assert routing_from_dict({}) == Routing()


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(TypeError):
        routing_from_dict({"loudness": 11})
