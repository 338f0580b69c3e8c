"""Copies, known events and new ones."""

from __future__ import annotations

import math
import random
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.events import Coverage, Prepared, Told, prepare
from monitor.domain.fitting import fit
from monitor.domain.join import FEATURES, JoinModel, Leaf
from monitor.types import Article, Placement, TopicSettings
from tests.unit.stories import (
    GIPFEL_1,
    INSEL_1,
    INSEL_2,
    JOIN,
    KESTREL_1,
    KESTREL_2,
    MARCH,
    OTHER_NEWS,
    SEEDS,
    SEPTEMBER,
    SHIPPED,
    SORREL_1,
    SORREL_2,
    SORREL_3,
    VOLCAN,
    article,
)

MODEL = fit((*SEEDS, INSEL_1), backgrounds=SHIPPED, settings=TopicSettings())
DOUBTFUL = JoinModel(JOIN.trees, alarm_below=-1e9)
"""Never sure that a match is of no event."""
CERTAIN = JoinModel(JOIN.trees, alarm_below=1e9)


class Telling:
    """A coverage whose events are numbered 100, 101, … and judgements 0, 1, …"""

    def __init__(self, join: JoinModel = JOIN) -> None:
        self.coverage = Coverage(MODEL, join)
        self.told: list[Told] = []
        self.events = 100

    def tell(self, one: Article, *, seed: bool = False) -> Placement:
        prepared = prepare(one)
        placement = self.coverage.place(prepared, one.published, seed=seed)
        event = placement.event
        if event is None:
            event, self.events = self.events, self.events + 1
        told = Told(len(self.told), event, seed, one.published, one.source, prepared)
        self.told.append(told)
        self.coverage.add(told)
        return placement


def seeded(seeds: tuple[Article, ...] = SEEDS, join: JoinModel = JOIN) -> Telling:
    telling = Telling(join)
    for one in seeds:
        telling.tell(one, seed=True)
    return telling


def test_the_first_story_opens_an_event() -> None:
    first = Placement(event=None, similarity=0.0, nearest_event=None, alarm=True)
    assert Telling().tell(SORREL_1) == first


def test_seeds_of_one_happening_are_one_event() -> None:
    assert {told.event for told in seeded().told} == {100}


def test_a_new_happening_is_one_new_event() -> None:
    telling = seeded()
    first = telling.tell(KESTREL_1)
    assert (first.event, first.nearest_event, first.copy_of) == (None, 100, None)
    second = telling.tell(KESTREL_2)
    assert (second.event, second.nearest_event, second.copy_of) == (101, 101, None)
    assert 0 < first.similarity < second.similarity <= 1


def test_a_retold_seed_joins_its_event() -> None:
    telling = seeded((SORREL_1, SORREL_2))
    assert telling.tell(SORREL_3).event == 100


def test_a_copy_of_a_seed_is_folded_into_it() -> None:
    telling = seeded()
    copy = replace(SORREL_2, title="From our partners", published=SEPTEMBER)
    placement = telling.tell(copy)
    assert (placement.event, placement.nearest_event, placement.copy_of) == (100, 100, 1)


def test_a_copy_of_a_copy_names_the_original() -> None:
    telling = seeded(())
    telling.tell(SORREL_1)
    telling.tell(KESTREL_1)
    telling.tell(replace(KESTREL_1, text=KESTREL_1.text + " " + OTHER_NEWS[0].text))
    earlier = replace(KESTREL_1, published=SEPTEMBER - timedelta(days=1))
    placement = telling.tell(earlier)
    assert (placement.event, placement.copy_of) == (101, 1)


@pytest.mark.parametrize(("days", "joins"), [(0, True), (1, True), (2000, False), (-2000, False)])
def test_the_gap_of_publication_dates_parts_like_stories(days: int, joins: bool) -> None:
    telling = seeded(())
    telling.tell(SORREL_1)
    later = replace(SORREL_3, published=MARCH + timedelta(days=days))
    assert (telling.tell(later).event == 100) is joins


@pytest.mark.parametrize("date", [None, SEPTEMBER])
def test_an_undated_seed_is_as_old_as_its_event(date: datetime | None) -> None:
    seeds = (replace(SORREL_1, published=None), replace(SORREL_2, published=None), SORREL_3)
    telling = seeded(seeds)
    assert {told.event for told in telling.told} == {100}
    late = telling.tell(replace(KESTREL_1, published=date))
    assert late.event is None


def test_undated_seeds_are_earlier_coverage() -> None:
    undated = seeded(tuple(replace(one, published=None) for one in SEEDS))
    assert undated.tell(KESTREL_1).event is None
    assert undated.tell(replace(KESTREL_2, published=None)).event == 101


def test_an_undated_match_is_as_new_as_the_newest() -> None:
    telling = seeded()
    telling.tell(KESTREL_1)
    assert telling.tell(replace(KESTREL_2, published=None)).event == 101


APART = JoinModel((Leaf(-1e3),), alarm_below=0.0)
"""Nothing is of an event that has been told."""


def test_two_tellings_of_one_happening_are_kin_and_others_are_not() -> None:
    telling = seeded((), APART)
    for one in (KESTREL_1, SORREL_1, KESTREL_2, INSEL_1):
        telling.tell(one)
    kin = telling.coverage.kinship
    assert kin(100, 102) == kin(102, 100) > 1.0
    assert kin(100, 101) < 0
    assert kin(100, 103) == -math.inf, "they share no language"
    assert kin(100, 999) == -math.inf


def test_days_between_make_events_less_kin() -> None:
    kinships = []
    for days in (0, 1, 100):
        telling = seeded((), APART)
        telling.tell(KESTREL_1)
        moved = KESTREL_1.published and KESTREL_1.published + timedelta(days=days)
        telling.tell(replace(KESTREL_2, published=moved))
        kinships.append(telling.coverage.kinship(100, 101))
    assert kinships == sorted(kinships, reverse=True)
    undated = seeded((), APART)
    undated.tell(replace(KESTREL_1, published=None))
    undated.tell(KESTREL_2)
    assert undated.coverage.kinship(100, 101) == pytest.approx(kinships[0])


def test_another_event_that_an_article_may_report_is_named() -> None:
    telling = seeded((), APART)
    for one in (KESTREL_1, SORREL_1, KESTREL_2):
        assert telling.tell(one).rivals == (), "it opens an event: none is its own"
    joining = Coverage(MODEL, JOIN, telling.told)
    words = sorted(f"{KESTREL_1.text} {KESTREL_2.text}".split())
    both = replace(KESTREL_1, text=" ".join(words))
    placement = joining.place(prepare(both), both.published)
    assert placement.copy_of is None
    assert {placement.event, *placement.rivals} == {100, 102}
    assert not placement.alarm, "it is clearly of neither alone"


@given(
    events=st.lists(st.integers(0, 4), min_size=2, max_size=8),
    merged=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=3),
)
@settings(deadline=None, max_examples=50)
def test_a_merged_coverage_is_one_told_so_from_the_start(
    events: list[int], merged: list[tuple[int, int]]
) -> None:
    stories = (KESTREL_1, SORREL_1, INSEL_1, KESTREL_2, SORREL_2, INSEL_2, VOLCAN, SORREL_3)
    told = [
        Told(n, event, False, one.published, one.source, prepare(one))
        for n, (event, one) in enumerate(zip(events, stories, strict=False))
    ]
    coverage = Coverage(MODEL, JOIN, told)
    for event, into in merged:
        coverage.merge(event, into)
        told = [replace(one, event=into) if one.event == event else one for one in told]
    afresh = Coverage(MODEL, JOIN, told)
    for one in (GIPFEL_1, *stories):
        prepared = prepare(one)
        assert _unordered(coverage, prepared) == _unordered(afresh, prepared)
        assert (
            coverage.place(prepared, SEPTEMBER).copy_of == afresh.place(prepared, SEPTEMBER).copy_of
        )


def _unordered(coverage: Coverage, prepared: Prepared) -> dict[int, float]:
    return {one.event: one.log_odds for one in coverage.candidates(prepared, SEPTEMBER)}


def test_articles_without_words_open_events_of_their_own() -> None:
    telling = seeded()
    assert telling.tell(article()).event is None
    assert telling.tell(article()).event is None


def test_names_unknown_to_the_model_tell_events_apart() -> None:
    telling = Telling()
    for name in ("Zorbal Quintrix", "Marnok Velshi", "Zorbal Quintrix"):
        telling.tell(article(name, f"{name} is back.", SEPTEMBER))
    assert [told.event for told in telling.told] == [100, 101, 100]


def test_coverage_can_be_built_again_from_what_was_told() -> None:
    telling = seeded()
    telling.tell(KESTREL_1)
    again = Coverage(MODEL, JOIN, telling.told)
    for one in (KESTREL_2, SORREL_1, *OTHER_NEWS):
        prepared = prepare(one)
        assert again.place(prepared, MARCH) == telling.coverage.place(prepared, MARCH)


def test_placing_notes_nothing() -> None:
    telling = seeded()
    prepared = prepare(KESTREL_1)
    first = telling.coverage.place(prepared, SEPTEMBER)
    assert telling.coverage.place(prepared, SEPTEMBER) == first


# ------------------------------------------------------------------ features and alarms


def test_what_an_event_is_joined_by_can_be_found_again() -> None:
    telling = seeded()
    for one in (KESTREL_1, KESTREL_2, SORREL_3):
        placement = telling.coverage.place(prepare(one), one.published)
        candidates = telling.coverage.candidates(prepare(one), one.published, seed=False)
        telling.tell(one)
        assert candidates == sorted(candidates, key=lambda each: -each.log_odds)
        for each in candidates:
            assert set(each.features) == set(FEATURES)
            assert all(value >= 0 for value in each.features.values())
            assert each.log_odds == JOIN.log_odds(each.features)
        if placement.copy_of is None:
            assert placement.weighed is not None
            assert math.fsum(placement.weighed.values()) == candidates[0].log_odds
            assert (placement.event is not None) == (candidates[0].log_odds >= 0)


def test_a_new_event_is_alarming_where_it_is_surely_no_other() -> None:
    for join, alarm in ((CERTAIN, True), (DOUBTFUL, False)):
        placement = seeded(join=join).tell(KESTREL_1)
        assert (placement.event, placement.alarm) == (None, alarm)


@pytest.mark.parametrize("join", [CERTAIN, DOUBTFUL])
def test_what_joins_an_event_may_be_clearly_of_no_other(join: JoinModel) -> None:
    telling = seeded(join=join)
    telling.tell(KESTREL_1)
    placement = telling.tell(KESTREL_2)
    assert (placement.event, placement.alarm) == (101, True)


def test_a_copy_never_alarms_and_weighs_nothing() -> None:
    telling = seeded(join=CERTAIN)
    telling.tell(KESTREL_1)
    copy = telling.tell(replace(KESTREL_1, title="From our partners"))
    assert (copy.copy_of, copy.alarm, copy.weighed) == (3, False, None)


# ------------------------------------------------------------------ languages


def test_events_are_found_within_a_language() -> None:
    telling = seeded((*SEEDS, INSEL_1, INSEL_2))
    assert [told.event for told in telling.told] == [100, 100, 100, 101, 101]
    first = telling.tell(GIPFEL_1)
    assert (first.event, first.nearest_event) == (None, 101)
    assert telling.tell(KESTREL_1).event is None
    again = replace(GIPFEL_1, title="Zwei Bergsteiger am Kestrel vermisst")
    assert telling.tell(again).event == 102


def test_an_article_of_unknown_language_is_placed_among_those_of_the_main_one() -> None:
    telling = seeded((*SEEDS, INSEL_1))
    telling.tell(KESTREL_1)
    assert telling.tell(replace(KESTREL_2, language="")).event == 102


def test_copies_are_found_whatever_their_language_is_taken_for() -> None:
    telling = seeded((*SEEDS, INSEL_1))
    telling.tell(GIPFEL_1)
    copy = telling.tell(replace(GIPFEL_1, language="en"))
    assert (copy.event, copy.copy_of) == (102, 4)


def test_an_article_of_a_language_without_a_profile_has_a_place() -> None:
    telling = seeded()
    placement = telling.tell(VOLCAN)
    assert placement.copy_of is None
    assert telling.tell(replace(VOLCAN, title="De nos partenaires")).copy_of == 3


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.text(), st.none() | st.datetimes(), st.booleans()), max_size=6))
def test_any_text_and_date_has_a_place(told: list[tuple[str, datetime | None, bool]]) -> None:
    telling = Telling()
    for text, published, seed in told:
        placement = telling.tell(article(text, text, published), seed=seed)
        assert 0 <= placement.similarity <= 1
        assert placement.event is None or placement.event == placement.nearest_event


def test_placing_among_thousands_is_fast() -> None:
    draw = random.Random(1)
    words = [f"{a}{b}{c}" for a in "bdfgkl" for b in "aeiou" for c in range(100)]
    coverage = Coverage(MODEL, JOIN)
    texts = [" ".join(draw.choices(words, k=200)) for _ in range(600)]
    for number, text in enumerate(texts):
        prepared = prepare(article(text[:40], text))
        coverage.add(Told(number, number % 700, False, SEPTEMBER, "", prepared))
    start = time.process_time()
    for text in texts[:50]:
        coverage.place(prepare(article("", text)), SEPTEMBER)
    assert (time.process_time() - start) / 50 < 0.02
