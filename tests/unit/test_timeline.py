"""Timelines: how days become bars, and bars a drawing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.timeline import COLOURS, MOST_BARS, bars, colours, legend, period, table
from monitor.domain.timeline_svg import draw
from monitor.types import Coverage, EventCoverage

FIRST = date(2026, 3, 2)
DAY = timedelta(days=1)


def event(number: int, matches: Sequence[int], opened: int = 0, **more: object) -> EventCoverage:
    about = {"title": f"Event {number}", "alarmed": True, **more}
    return EventCoverage(id=number, opened_on=FIRST + opened * DAY, matches=matches, **about)  # type: ignore[arg-type]


def timeline(
    *events: EventCoverage,
    others: Sequence[int] = (0,),
    unread: Sequence[bool] = (),
    failing: Sequence[float] = (),
    first: date = FIRST,
) -> Coverage:
    days = max([len(others), *(len(one.matches) for one in events)])
    return Coverage(
        days=[first + place * DAY for place in range(days)],
        events=events,
        others=[*others, *[0] * (days - len(others))],
        unread=unread or [False] * days,
        failing=failing or [0.0] * days,
    )


def parsed(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)


def heights(drawing: str) -> dict[str, int]:
    """Of the segments of each colour, summed, in matches."""
    found: dict[str, int] = {}
    for path in parsed(drawing).iter("path"):
        kind = path.get("class", "")
        if re.fullmatch(r"c\d+|others", kind):
            assert kind not in found
            found[kind] = sum(map(int, re.findall(r"v(\d+)", path.get("d", ""))))
    return found


texts = st.text() | st.sampled_from(
    ["", '"><script>alert(1)</script>', "a & b < c", "]]>", "\x00\ud800\ufffe", "\u202egnp.x", "'"]
)


@st.composite
def coverages(draw_: st.DrawFn) -> Coverage:
    days = draw_(st.integers(1, 400))
    sparse = st.dictionaries(st.integers(0, days - 1), st.integers(1, 3000), max_size=8)

    def counts() -> list[int]:
        some = draw_(sparse)
        return [some.get(place, 0) for place in range(days)]

    ids = draw_(st.lists(st.integers(1, 10**6), unique=True, max_size=COLOURS))
    first = draw_(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
    events = [
        EventCoverage(
            number,
            draw_(texts),
            first + draw_(st.integers(-5, days + 5)) * DAY,
            draw_(st.booleans()),
            counts(),
        )
        for number in ids
    ]
    return timeline(
        *events,
        others=counts(),
        unread=[draw_(st.booleans())] * days,
        failing=[draw_(st.floats(0, 1))] * days,
        first=first,
    )


@given(coverages(), st.booleans())
def test_any_timeline_is_well_formed_and_as_high_as_its_counts(
    coverage: Coverage, linked: bool
) -> None:
    link = (lambda first, last, number: f"?{first}&{number}&{last.year}") if linked else None
    drawing = draw(coverage, link=link, name="t")
    root = parsed(drawing)
    keys = {key.colour: key.matches for key in legend(coverage)}
    assert heights(drawing) == {colour: count for colour, count in keys.items() if count}
    assert len(list(root.iter("a"))) > 0 or not linked or not sum(keys.values())
    for element in root.iter():
        assert element.tag != "script"
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}


@given(coverages(), st.integers(5, 200))
def test_bars_hold_all_days_and_all_matches(coverage: Coverage, most: int) -> None:
    shown = bars(coverage, most)
    assert len(shown) <= most + 2
    assert [shown[0].first, shown[-1].last] == [coverage.days[0], coverage.days[-1]]
    for one, following in pairwise(shown):
        assert one.last + DAY == following.first
        assert len(coverage.days) <= most or following.first.weekday() == 0
    for place, one in enumerate(coverage.events):
        assert sum(bar.events[place] for bar in shown) == sum(one.matches)
    assert sum(bar.others for bar in shown) == sum(coverage.others)


@pytest.mark.parametrize(
    ("days", "each"), [(1, 1), (120, 1), (121, 7), (840, 7), (841, 14), (1681, 28), (40000, 448)]
)
def test_a_bar_is_a_day_or_whole_weeks(days: int, each: int) -> None:
    shown = bars(timeline(others=[1] * days))
    assert max((bar.last - bar.first).days + 1 for bar in shown) == each
    assert len(shown) <= MOST_BARS + 2


@given(st.lists(st.integers(1, 10**6), unique=True, max_size=COLOURS))
def test_no_two_events_share_a_colour(ids: list[int]) -> None:
    given_ = colours([event(number, [1]) for number in ids])
    assert len(set(given_)) == len(ids)


def test_an_event_keeps_its_colour_when_others_come_and_go() -> None:
    few, more = [event(7, [1]), event(14, [1])], [event(3, [5]), event(14, [2]), event(7, [1])]
    assert colours(few) == ["c7", "c2"]
    assert colours(more) == ["c3", "c2", "c7"]


def test_segments_are_stacked_without_gaps() -> None:
    drawing = draw(timeline(event(1, [3, 0]), event(2, [4, 1]), others=[2, 0]))
    root = parsed(drawing)
    found = {path.get("class"): path.get("d") for path in root.iter("path") if path.get("class")}
    plot = next(element for element in root.iter("svg") if element.get("viewBox"))
    assert plot.get("viewBox") == "0 0 20 10"
    assert found["c1"] == "M5 7v3"
    assert found["c2"] == "M5 3v4M15 9v1"
    assert found["others"] == "M5 1v2"


def test_a_bar_leads_to_its_days_and_a_sign_to_its_event() -> None:
    coverage = timeline(event(5, [2, 0, 1], title='The "B" & C'), others=[0, 0, 4])
    drawing = draw(coverage, link=lambda first, last, number: f"/x?a={first}&b={last}&e={number}")
    links = {one.get("href"): one.get("aria-label") for one in parsed(drawing).iter("a")}
    assert links == {
        "/x?a=2026-03-02&b=2026-03-02&e=None": "2 Mar 2026: 2 matches",
        "/x?a=2026-03-04&b=2026-03-04&e=None": "4 Mar 2026: 5 matches",
        "/x?a=2026-03-02&b=2026-03-02&e=5": 'New on 2 Mar 2026: “The "B" & C”',
    }
    titles = [one.text for one in parsed(drawing).iter("title")]
    assert '4 Mar 2026: 5 matches\n1 of “The "B" & C”' in titles


def test_without_an_address_there_is_no_link() -> None:
    drawing = draw(
        timeline(event(5, [2])), link=lambda _first, _last, number: "#e" if number else ""
    )
    assert [one.get("href") for one in parsed(drawing).iter("a")] == ["#e"]
    assert parsed(draw(timeline(event(5, [2])))).get("role") == "img"


def test_signs_tell_what_was_worth_an_alert() -> None:
    quiet, loud = event(1, [1, 1], 0, alarmed=False), event(2, [0, 1], 1)
    earlier = event(3, [1, 1], -4)
    signs = [one.get("class") for one in parsed(draw(timeline(quiet, loud, earlier))).iter("use")]
    assert signs == ["new", "new alarmed"]


def test_blind_times_are_shaded_and_told() -> None:
    coverage = timeline(
        others=[1, 0, 0, 0, 1],
        unread=[False, True, True, False, False],
        failing=[0.04, 0, 0, 0.31, 0.26],
    )
    shades = [
        (one.get("class"), one.get("x"), one.get("width"), one.get("fill-opacity"))
        for one in parsed(draw(coverage)).iter("rect")
        if one.get("class") != "bin"
    ]
    assert shades == [("failing", "60%", "40%", "0.3"), ("unread", "20%", "40%", "1.0")]
    rows = table(coverage)
    assert [(row.bar.period, row.bar.matches, row.remarks) for row in rows] == [
        ("2 Mar 2026", 1, ()),
        ("3 Mar 2026", 0, ("nothing was read",)),
        ("4 Mar 2026", 0, ("nothing was read",)),
        ("5 Mar 2026", 0, ("31% of the feeds could not be read",)),
        ("6 Mar 2026", 1, ("26% of the feeds could not be read",)),
    ]


@pytest.mark.parametrize("days", [1, 2, 10, 11, 30, 63, 90, 135, 200, 365, 700, 3000])
def test_a_few_round_dates_stand_below(days: int) -> None:
    root = parsed(draw(timeline(others=[9] * days)))
    dates = [one for one in root.findall("text") if int(one.get("y", "0")) > 200]
    often = [one for one in dates if "fine" not in one.get("class", "")]
    assert 1 <= len(dates) <= 10
    assert len(often) <= 5
    steps = [one for one in root.findall("text") if one not in dates]
    assert 1 <= len(steps) <= 4


def test_the_largest_timeline_is_no_large_page() -> None:
    full = [event(number, [9] * MOST_BARS, number, title="T" * 200) for number in range(12)]
    drawing = draw(timeline(*full, others=[9] * MOST_BARS), link=lambda a, b, e: f"?s={a}&u={b}")
    assert len(drawing) < 64_000
    assert len(heights(drawing)) == 13


def test_a_timeline_without_matches_or_days() -> None:
    assert heights(draw(timeline(others=[0] * 5))) == {}
    assert draw(Coverage([], [], [], [], [])) == ""
    assert table(timeline(others=[0] * 5)) == []


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 3, 12), date(2026, 3, 12), "12 Mar 2026"),
        (date(2026, 3, 9), date(2026, 3, 15), "9–15 Mar 2026"),
        (date(2026, 2, 27), date(2026, 3, 5), "27 Feb – 5 Mar 2026"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 Dec 2025 – 4 Jan 2026"),
    ],
)
def test_periods_in_words(first: date, last: date, said: str) -> None:
    assert period(first, last) == said
