"""Judging old articles again: what it would change, and doing it, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Article as Row
from models import Event, Judgement
from monitor.edge.store import views
from monitor.edge.store.fits import newest_model, save_model
from monitor.edge.store.store import Store
from monitor.errors import NotFound
from monitor.explain import explain_match
from monitor.pipeline import Parts
from monitor.rescore import apply, rescore
from monitor.types import Rescored, Verdict
from tests.integration.test_judging import (
    DATED,
    TOPIC,
    afresh,
    alerts,
    by,
    follow,
    rows,
    tell,
    work,
)
from tests.integration.test_judging import NOW as START
from tests.integration.world import ON_SQLITE, Clock, parts_for
from tests.unit.stories import KESTREL_1, KESTREL_2, VOLCAN

NAME = "volcanoes"
YEAR = timedelta(days=365)
FIRST = replace(KESTREL_1, source="A")
SECOND = replace(KESTREL_2, source="B")


@pytest.fixture
def parts(store: Store) -> Iterator[Parts]:
    follow(store)
    with parts_for(store, [], Clock(START)) as made:
        yield made


def refit(parts: Parts, threshold: float, exclude: tuple[str, ...] = ()) -> None:
    """The same model with other settings is put in force."""
    now = parts.clock()
    newest = parts.store.read(newest_model, TOPIC)
    if newest is None:
        work(parts)
        newest = parts.store.read(newest_model, TOPIC)
    assert newest is not None
    model = parts.model(newest)
    profiles = {
        language: replace(profile, threshold=threshold)
        for language, profile in model.profiles.items()
    }
    body = replace(model, profiles=profiles, exclude=exclude).to_bytes()
    parts.store.write(
        save_model, TOPIC, 0, body=body, threshold=threshold, now=now, next_fit_at=now + YEAR
    )


def label(parts: Parts, judgement: int, verdict: Verdict) -> None:
    """Without a fit, which would take its time."""
    row = update(Judgement).where(Judgement.id == judgement).values(label=verdict)
    parts.store.write(lambda session: session.execute(row))


def preview(parts: Parts, limit: int = 2000) -> Rescored:
    return asyncio.run(rescore(parts, NAME, limit=limit))


def do(parts: Parts, previewed: Rescored) -> int:
    """Apply, and judge what has become due."""
    done = asyncio.run(apply(parts, previewed))
    parts.clock.move(minutes=1)  # type: ignore[attr-defined]
    work(parts)
    return done


def changes(previewed: Rescored) -> dict[int, str]:
    return {one.match: one.becomes for one in previewed.changes}


def one_of(parts: Parts, judgement: int) -> Judgement:
    [row] = rows(parts, [judgement])
    return row


def event(parts: Parts, number: int) -> Event:
    return parts.store.write(lambda session: session.get_one(Event, number))


# ------------------------------------------------------------------ looking


@ON_SQLITE
def test_the_model_that_judged_changes_nothing(parts: Parts) -> None:
    told = tell(parts, FIRST, *DATED, SECOND)
    told += tell(parts, replace(VOLCAN, source="C"))
    found = preview(parts)
    assert (found.topic, found.articles, found.changes) == (NAME, len(told), [])
    assert found.model == parts.store.read(newest_model, TOPIC)
    assert found.since == told[0].judged_at


@ON_SQLITE
def test_scores_are_those_of_judging_in_order(parts: Parts) -> None:
    """As they were judged, each beside those before it, in whatever batches."""
    told = [one for story in (FIRST, *DATED, SECOND) for one in tell(parts, story)]
    parts.store.write(lambda session: session.execute(update(Judgement).values(event_id=None)))
    for process in (parts, afresh(parts)):
        for limit in (2000, 1):
            found = preview(process, limit)
            scores = {one.match: one.after for one in found.changes}
            wanted = {one.id: one.score for one in told[-limit:] if (one.score or 0) >= 0.1}
            assert scores == pytest.approx(wanted, abs=1e-12)
            assert len(scores) == (2 if limit > 1 else 1)


def test_a_higher_threshold_rejects_and_a_lower_one_lets_in(parts: Parts) -> None:
    told = tell(parts, FIRST, *DATED)
    first, others = told[0], told[1:]
    assert first.score is not None
    refit(parts, 0.9)
    found = preview(parts)
    assert changes(found) == {first.id: "rejected"}
    [change] = found.changes
    assert (change.title, change.source, change.label) == (FIRST.title, "A", None)
    assert change.before == first.score
    assert change.probability < 0.5
    refit(parts, -1.0)
    assert changes(preview(parts)) == {one.id: "match" for one in others}
    assert rows(parts, [first.id])[0].event_id == first.event_id


@ON_SQLITE
def test_labels_go_before_scores(parts: Parts) -> None:
    told = tell(parts, FIRST, by("B", SECOND), *DATED)
    right, wrong, missed, off = (one.id for one in told[:4])
    for judgement, verdict in (
        (right, "relevant"), (wrong, "irrelevant"), (missed, "relevant"), (off, "irrelevant"),
    ):  # fmt: skip
        label(parts, judgement, verdict)
    refit(parts, 0.95)
    assert changes(preview(parts)) == {wrong: "rejected", missed: "match"}
    refit(parts, -1.0)
    found = changes(preview(parts))
    assert found.pop(wrong) == "rejected"
    assert found == {one.id: "match" for one in told[2:] if one.id != off}


def test_a_copy_is_what_its_original_is(parts: Parts) -> None:
    [original] = tell(parts, FIRST)
    [copy] = tell(parts, by("Wire", FIRST))
    assert copy.copy_of_id == original.id
    label(parts, original.id, "irrelevant")
    found = preview(parts)
    assert changes(found) == {original.id: "rejected", copy.id: "rejected"}
    assert {one.label for one in found.changes} == {"irrelevant"}
    label(parts, copy.id, "relevant")
    found = preview(parts)
    assert changes(found) == {original.id: "rejected"}
    assert do(parts, found) == 1
    kept = one_of(parts, copy.id)
    assert (kept.copy_of_id, kept.event_id) == (None, copy.event_id)


def test_only_texts_that_are_kept_are_judged_again(parts: Parts) -> None:
    told = tell(parts, FIRST, *DATED)
    forgotten = told[1].article_id

    def forget(session: Session) -> None:
        session.execute(update(Row).where(Row.id == forgotten).values(text=None))

    parts.store.write(forget)
    assert preview(parts).articles == len(told) - 1


@ON_SQLITE
def test_no_topic_and_no_model(parts: Parts) -> None:
    with pytest.raises(NotFound, match="no topic x"):
        asyncio.run(rescore(parts, "x"))
    with pytest.raises(NotFound, match="no model yet"):
        asyncio.run(rescore(parts, NAME))


# ------------------------------------------------------------------ doing


def test_what_is_rejected_leaves_its_event(parts: Parts) -> None:
    [first] = tell(parts, FIRST)
    [later] = tell(parts, replace(SECOND, published=(SECOND.published or START) + timedelta(1)))
    assert later.event_id == first.event_id is not None
    sent = alerts(parts)
    label(parts, first.id, "irrelevant")
    assert do(parts, preview(parts)) == 1
    gone = one_of(parts, first.id)
    assert (gone.state, gone.event_id, gone.novelty, gone.label) == (
        "judged", None, None, "irrelevant",
    )  # fmt: skip
    told = event(parts, first.event_id)
    assert (told.title, told.newest_at) == (SECOND.title, later.told_at)
    assert told.opened_at == later.told_at
    assert alerts(parts) == sent
    label(parts, later.id, "irrelevant")
    assert do(parts, preview(parts)) == 1
    assert event(parts, first.event_id).newest_at is None
    assert parts.store.read(views.events) == []
    assert alerts(parts) == sent


@ON_SQLITE
def test_what_is_rejected_is_explained_by_the_model_that_did_it(parts: Parts) -> None:
    told = tell(parts, *DATED, FIRST)
    refit(parts, 0.9)
    found = preview(parts)
    assert do(parts, found) == 1
    row = one_of(parts, told[-1].id)
    assert (row.model_id, row.score) == (found.model, found.changes[0].after)
    explained = asyncio.run(explain_match(parts, row.id))
    assert explained.score == row.score
    assert explained.probability == row.probability
    assert not explained.relevant
    assert changes(preview(parts)) == {}


@ON_SQLITE
def test_what_is_excluded_now_says_so(parts: Parts) -> None:
    [first] = tell(parts, FIRST)
    refit(parts, 0.1, exclude=("Brandis",))
    found = preview(parts)
    assert [(one.becomes, one.probability >= 0.5) for one in found.changes] == [("rejected", True)]
    assert do(parts, found) == 1
    detail = parts.store.read(views.match, first.id)
    assert "Brandis" in detail.reason and detail.event is None


def test_what_becomes_a_match_is_placed_and_nobody_is_alerted(parts: Parts) -> None:
    refit(parts, 0.9)
    told = tell(parts, FIRST, by("B", SECOND), *DATED)
    assert {one.event_id for one in told} == {None}
    refit(parts, 0.1)
    found = preview(parts)
    assert changes(found) == {told[0].id: "match", told[1].id: "match"}
    assert do(parts, found) == 2
    first, second = rows(parts, [told[0].id, told[1].id])
    assert first.event_id == second.event_id is not None
    assert (first.state, first.model_id, first.quiet) == ("judged", found.model, True)
    assert alerts(parts) == []
    assert [one.id for one in parts.store.read(views.events)] == [first.event_id]
    assert changes(preview(parts)) == {}


@ON_SQLITE
def test_what_a_person_found_relevant_is_a_match_whatever_it_scores(parts: Parts) -> None:
    told = tell(parts, FIRST, *DATED)
    missed = told[1].id
    refit(parts, 0.1)
    label(parts, missed, "relevant")
    refit(parts, 0.95)
    label(parts, told[0].id, "relevant")
    found = preview(parts)
    assert changes(found) == {missed: "match"}
    assert do(parts, found) == 1
    row = one_of(parts, missed)
    assert row.event_id is not None and row.score is not None and row.score < 0.95
    assert changes(preview(parts)) == {}


@ON_SQLITE
def test_a_match_can_come_and_go(parts: Parts) -> None:
    refit(parts, 0.9)
    [first] = tell(parts, FIRST)
    for threshold, matches in ((0.1, True), (0.9, False), (0.1, True)):
        refit(parts, threshold)
        assert do(parts, preview(parts)) == 1
        assert (one_of(parts, first.id).event_id is not None) == matches
    tell(parts, by("B", SECOND))
    assert len(parts.store.read(views.events)) == 1
    assert alerts(parts) == []


def test_what_has_changed_since_the_preview_is_left_alone(parts: Parts) -> None:
    told = tell(parts, FIRST, by("B", SECOND), *DATED)
    refit(parts, 0.9)
    found = preview(parts)
    assert len(found.changes) == 2
    label(parts, told[0].id, "relevant")
    assert asyncio.run(apply(parts, found)) == 1
    assert one_of(parts, told[0].id).event_id == told[0].event_id
    assert asyncio.run(apply(parts, found)) == 0


def test_nothing_is_done_by_a_model_that_is_in_force_no_more(parts: Parts) -> None:
    told = tell(parts, FIRST)
    refit(parts, 0.9)
    found = preview(parts)
    refit(parts, 0.8)
    assert do(parts, found) == 0
    assert one_of(parts, told[0].id).event_id == told[0].event_id
