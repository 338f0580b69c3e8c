"""When a thread hears more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.updates import (
    CONFIRMED_GAP,
    LONGEST_GAP,
    MOST,
    SENTENCES,
    News,
    Told,
    Update,
    together,
    update_of,
)
from monitor.types import Novelty

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOLD = Told(at=NOON, outlets=1, originals=1, updates=0)
NOTHING = News(outlets=1, originals=1, novelty=Novelty())
LATER = NOON + HOUR
SOON = NOON + CONFIRMED_GAP

facts = st.lists(st.sampled_from("abcdefgh"), max_size=7).map(tuple)
novelties = st.builds(Novelty, names=facts, places=facts, numbers=facts, sentences=facts)
words = st.lists(st.text(min_size=1), max_size=3).map(tuple)
counts = st.integers(0, 120)
told = st.builds(
    Told, at=st.just(NOON), outlets=counts, originals=counts, updates=st.integers(0, 10**9)
)
news = st.builds(
    News,
    outlets=counts,
    originals=counts,
    novelty=novelties,
    confirmed_by=st.text(),
    edits=words,
    corrections=words,
)


def after_an_hour(told: Told, news: News) -> Update | None:
    return update_of(told, news, HOUR)


@pytest.mark.parametrize(
    "unchanged",
    [
        NOTHING,
        # Too few more, or copies only.
        replace(NOTHING, outlets=4),
        replace(NOTHING, outlets=2, confirmed_by="Coast News"),
        # Sentences without a fact are no substance.
        replace(NOTHING, novelty=Novelty(sentences=("It was a quiet evening on the coast.",))),
        replace(NOTHING, outlets=0, originals=0),
    ],
)
def test_without_substance_it_hears_nothing(unchanged: News) -> None:
    assert after_an_hour(TOLD, unchanged) is None


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (replace(NOTHING, novelty=Novelty(names=("Ana Diaz",))), "new names"),
        (replace(NOTHING, novelty=Novelty(places=("Lisbon",))), "new places"),
        (replace(NOTHING, novelty=Novelty(numbers=("four people",))), "new numbers"),
        (
            replace(NOTHING, novelty=Novelty(numbers=("$40",), names=("Ana",), places=("Rome",))),
            "new names, places, numbers",
        ),
        (replace(NOTHING, outlets=5), "5 outlets by now"),
        (replace(NOTHING, outlets=7), "7 outlets by now"),
        (
            replace(NOTHING, edits=("Coast News has changed its report",)),
            "Coast News has changed its report",
        ),
    ],
)
def test_what_can_wait_is_said_after_an_hour(news: News, said: str) -> None:
    assert after_an_hour(TOLD, news) == Update((said,), LATER)


def test_a_correction_is_said_at_once() -> None:
    news = replace(NOTHING, corrections=("five, not six",))
    assert after_an_hour(TOLD, news) == Update(
        ("correction: five, not six",), NOON, correction=True
    )


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (replace(NOTHING, originals=2), "a second outlet reports it in words of its own"),
        (
            replace(NOTHING, originals=3, confirmed_by="Coast News"),
            "a second outlet reports it in words of its own: Coast News",
        ),
    ],
)
def test_a_first_confirmation_is_said_soon(news: News, said: str) -> None:
    assert after_an_hour(TOLD, news) == Update((said,), SOON)
    assert update_of(TOLD, news, timedelta(minutes=2)) == Update(
        (said,), NOON + timedelta(minutes=2)
    )


def test_without_a_gap_nothing_waits() -> None:
    for news in (replace(NOTHING, originals=2), replace(NOTHING, outlets=5)):
        update = update_of(replace(TOLD, updates=9), news, timedelta())
        assert update is not None
        assert update.due_at == NOON


def test_a_gap_of_more_than_a_week_is_kept() -> None:
    update = update_of(TOLD, replace(NOTHING, outlets=5), timedelta(days=30))
    assert update is not None
    assert update.due_at == NOON + timedelta(days=30)


def test_what_is_urgent_comes_first_and_takes_the_rest_along() -> None:
    update = after_an_hour(
        replace(TOLD, updates=9),
        News(
            outlets=30,
            originals=2,
            novelty=Novelty(names=("Ana",)),
            confirmed_by="Coast News",
            edits=("an edit",),
            corrections=("one", "another"),
        ),
    )
    changes = (
        "correction: one",
        "correction: another",
        "a second outlet reports it in words of its own: Coast News",
        "30 outlets by now",
        "new names",
        "an edit",
    )
    assert update == Update(changes, NOON, correction=True)


def test_growth_is_said_when_it_passes_a_step() -> None:
    for before in range(60):
        for now in range(60):
            update = after_an_hour(replace(TOLD, outlets=before), replace(NOTHING, outlets=now))
            passed = [step for step in (5, 10, 25, 50) if before < step <= now]
            assert (update is not None) is bool(passed), (before, now)


@pytest.mark.parametrize(("before", "now"), [(2, 3), (2, 50), (5, 2), (0, 1), (2, 1)])
def test_only_the_first_independent_report_is_news(before: int, now: int) -> None:
    assert after_an_hour(replace(TOLD, originals=before), replace(NOTHING, originals=now)) is None


@pytest.mark.parametrize(
    ("updates", "hours"),
    [(0, 1), (1, 2), (2, 4), (3, 8), (7, 128), (8, 168), (9, 168), (17, 168), (10**9, 168)],
)
def test_each_update_doubles_the_wait(updates: int, hours: int) -> None:
    update = after_an_hour(replace(TOLD, updates=updates), replace(NOTHING, outlets=5))
    assert update is not None
    assert update.due_at == NOON + hours * HOUR


def test_an_event_that_grows_for_a_month_is_told_of_a_dozen_times() -> None:
    """Even if each hour brings another name."""
    said, now = TOLD, NOON
    while now < NOON + timedelta(days=30):
        now += HOUR
        update = after_an_hour(said, replace(NOTHING, novelty=Novelty(names=(f"Ana {now}",))))
        if update is not None and update.due_at <= now:
            said = replace(said, at=now, updates=said.updates + 1)
    assert 8 <= said.updates <= 12


@given(told, news)
def test_an_update_has_something_to_say_and_is_due_in_time(told: Told, news: News) -> None:
    update = after_an_hour(told, news)
    if update is None:
        assert not (news.edits or news.corrections)
        return
    assert update.changes
    assert all(update.changes)
    assert NOON <= update.due_at <= NOON + LONGEST_GAP
    assert (update.due_at == NOON) is bool(news.corrections)
    confirmed = told.originals < 2 <= news.originals
    assert (update.due_at <= SOON) is (bool(news.corrections) or confirmed)


@given(told, news)
def test_what_has_been_said_is_not_said_again(told: Told, news: News) -> None:
    """After the message only what is newer counts: the same numbers are no news."""
    said = replace(told, outlets=news.outlets, originals=news.originals)
    assert (
        after_an_hour(said, replace(NOTHING, outlets=news.outlets, originals=news.originals))
        is None
    )


# ------------------------------------------------------------------------ several matches


@pytest.mark.parametrize(
    ("some", "joined"),
    [
        ([], Novelty()),
        ([Novelty(), Novelty()], Novelty()),
        ([Novelty(names=("Ana", "Bo")), Novelty(names=("Bo", "Cy"))], ("Ana", "Bo", "Cy")),
        ([Novelty(names=("Ana", "Ana"))], ("Ana",)),
        ([Novelty(names=tuple("abcd")), Novelty(names=tuple("dcef"))], tuple("abcde")),
    ],
)
def test_what_several_matches_have_brought(
    some: Iterable[Novelty], joined: Novelty | tuple[str, ...]
) -> None:
    expected = joined if isinstance(joined, Novelty) else Novelty(names=joined)
    assert together(some) == expected
    assert together(iter(some)) == expected


def test_kinds_are_kept_apart_and_sentences_are_few() -> None:
    one = Novelty(("Jordan",), ("Jordan",), ("4",), ("First.", "Second."))
    other = Novelty(("Bo",), (), ("4", "5"), ("Third.",))
    joined = Novelty(("Jordan", "Bo"), ("Jordan",), ("4", "5"), ("First.", "Second."))
    assert together([one, other]) == joined


@given(st.lists(novelties, max_size=6), st.integers(0, 6))
def test_it_matters_not_in_how_many_steps_they_are_joined(some: list[Novelty], cut: int) -> None:
    whole = together(some)
    assert together([together(some[:cut]), together(some[cut:])]) == whole
    for field in fields(Novelty):
        joined = getattr(whole, field.name)
        assert len(joined) == len(set(joined))
        assert len(joined) <= (SENTENCES if field.name == "sentences" else MOST)
        brought = {fact for one in some for fact in getattr(one, field.name)}
        assert set(joined) <= brought
        assert bool(joined) == bool(brought)
