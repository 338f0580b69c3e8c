"""How well a topic does, by what is stored of it, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Article as Row
from models import Event, Judgement, Topic
from monitor.domain.drift import trend
from monitor.edge.store import fits, judging, overrides, quality, topics
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import ConfigError, NotFound
from monitor.pipeline import Parts
from monitor.quality import drift, topic_quality
from monitor.types import Article, TopicSettings
from tests.integration.test_judging import NOW, TOPIC, by, follow, tell
from tests.integration.world import ON_SQLITE, Clock, parts_for
from tests.unit.stories import KESTREL_1, KESTREL_2, OTHER_NEWS, SEEDS, VOLCAN

DAY = timedelta(days=1)
LONG_AGO = NOW - 90 * DAY


@pytest.fixture
def parts(store: Store) -> Iterator[Parts]:
    follow(store)
    with parts_for(store, [], Clock(NOW)) as made:
        yield made


@dataclass(frozen=True)
class One:
    """A judgement as it is stored."""

    probability: float | None
    age: float = 1.0
    """Days."""
    label: str | None = None
    drawn: bool = False
    copy_of: int | None = None
    """The place of its original."""
    seed: str | None = None
    reason: str | None = None
    match: bool | None = None
    """Unless given, as its probability says."""


def add(session: Session, some: Sequence[One]) -> list[int]:
    event = Event(topic_id=TOPIC, title="E")
    session.add(event)
    session.flush()
    ids: list[int] = []
    for number, one in enumerate(some):
        article = Row(
            key=f"k{number}", url=f"http://a.example/{number}", host="", state="collected",
            not_before=NOW, first_seen_at=NOW, title=f"T{number}", text="x", text_from="page",
        )  # fmt: skip
        session.add(article)
        session.flush()
        matches = (one.probability or 0) >= 0.5 if one.match is None else one.match
        at = NOW - one.age * DAY
        row = Judgement(
            topic_id=TOPIC, article_id=article.id, state="judged", not_before=NOW, judged_at=at,
            told_at=at, score=one.probability, probability=one.probability, label=one.label,
            drawn=one.drawn, seed=one.seed, last_error=one.reason,
            copy_of_id=None if one.copy_of is None else ids[one.copy_of],
            event_id=event.id if matches else None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        ids.append(row.id)
    return ids


# ------------------------------------------------------------------ what is read


def test_a_sample_is_what_was_judged_lately(parts: Parts) -> None:
    stored = [
        One(0.9, age=3),
        One(0.6, age=2, copy_of=0),
        One(0.1, age=1),
        One(0.8, age=1.5, reason="exclude: transfer", match=False),
        One(0.3, age=1.2, reason="exclude: transfer", match=True),
        One(0.7, age=100),
        One(0.7, seed="a.txt"),
        One(None),
    ]
    parts.store.write(add, stored)
    found = parts.store.read(quality.sample, TOPIC, LONG_AGO)
    assert found.probabilities == (0.1, 0.3, 0.0, 0.9, 0.9)
    assert (found.since, found.all) == (NOW - 3 * DAY, True)
    short = parts.store.read(quality.sample, TOPIC, LONG_AGO, 2)
    assert short.probabilities == (0.1, 0.3)
    assert (short.since, short.all) == (NOW - 1.2 * DAY, False)
    none = parts.store.read(quality.sample, TOPIC, NOW)
    assert (none.probabilities, none.since) == ((), None)


def test_labels_count_once_for_an_original_and_its_copies(parts: Parts) -> None:
    stored = [
        One(0.9, label="relevant"),
        One(0.8, copy_of=0, label="irrelevant"),
        One(0.7),
        One(0.6, copy_of=2, label="irrelevant"),
        One(0.55, copy_of=2, label="irrelevant"),
        One(0.1, label="irrelevant", drawn=True, age=300),
        One(0.9, seed="a.txt", label="relevant"),
    ]
    parts.store.write(add, stored)
    found = sorted(parts.store.read(quality.labels, TOPIC))
    assert found == [(0.1, False, True), (0.7, False, False), (0.9, True, False)]


def test_what_another_threshold_would_change(parts: Parts) -> None:
    stored = [
        One(0.55, age=5),
        One(0.35, age=4),
        One(0.45, age=3),
        One(0.3, age=2),
        One(0.6, age=2),
        One(0.45, age=1, reason="must: dam", match=False),
        One(0.45, age=100),
    ]
    ids = parts.store.write(add, stored)

    def change(low: float, high: float, **bounds: int) -> quality.Changed:
        return parts.store.read(quality.would_change, TOPIC, low, high, since=LONG_AGO, **bounds)

    added = change(0.3, 0.5)
    assert [one.id for one in added.newest] == [ids[3], ids[2], ids[1]]
    assert [one.title for one in added.newest] == ["T3", "T2", "T1"]
    assert {one.event for one in added.newest} == {0}
    assert added.total == 3
    dropped = change(0.5, 0.6)
    assert [(one.id, one.event > 0) for one in dropped.newest] == [(ids[0], True)]
    few = change(0.3, 0.5, limit=1)
    assert (len(few.newest), few.total) == (1, 3)
    assert change(0.3, 0.5, within=4).total == 2


# ------------------------------------------------------------------ what is made of it


@ON_SQLITE
def test_a_topic_is_estimated_at_its_threshold_and_about_it(parts: Parts) -> None:
    dated = [replace(one, published=NOW) for one in OTHER_NEWS]
    told = tell(parts, KESTREL_1, by("B", KESTREL_2), *dated)
    parts.store.write(judging.label, told[0].id, "relevant", NOW)
    parts.clock.move(days=9.5)  # type: ignore[attr-defined]
    found = asyncio.run(topic_quality(parts, "volcanoes"))
    assert found.articles == len(told)
    assert (found.labels, found.drawn, found.topic) == (1, 0, "volcanoes")
    assert (found.now.threshold, found.now.probability) == (0.1, 0.5)
    matches = sum(one.event_id is not None for one in told)
    assert found.now.matches_a_day == pytest.approx(matches / 9.5)
    assert len(found.curve) == 41
    assert found.curve[20] == found.now
    thresholds = [one.threshold for one in found.curve]
    assert thresholds == sorted(thresholds)
    assert [one.matches_a_day for one in found.curve] == sorted(
        (one.matches_a_day for one in found.curve), reverse=True
    )
    assert found.since == told[0].judged_at


@ON_SQLITE
def test_what_a_first_start_judges_is_no_daily_rate(parts: Parts) -> None:
    tell(parts, KESTREL_1, by("B", KESTREL_2))
    assert asyncio.run(topic_quality(parts, "volcanoes")).now.matches_a_day == 2


@ON_SQLITE
def test_only_the_days_asked_for_count(parts: Parts) -> None:
    tell(parts, KESTREL_1)
    parts.clock.move(days=5)  # type: ignore[attr-defined]
    assert asyncio.run(topic_quality(parts, "volcanoes", days=4)).articles == 0
    assert asyncio.run(topic_quality(parts, "volcanoes", days=6)).articles == 1


def test_no_topic_and_no_model(parts: Parts) -> None:
    for asked in (topic_quality, drift):
        with pytest.raises(NotFound, match="no topic x"):
            asyncio.run(asked(parts, "x"))
        with pytest.raises(NotFound, match="no model yet"):
            asyncio.run(asked(parts, "volcanoes"))


def test_drift_is_seen_by_week(parts: Parts) -> None:
    tell(parts, KESTREL_1)  # a model; itself of ten days ago
    stray = replace(VOLCAN, text=f"{VOLCAN.text} {OTHER_NEWS[0].text} {OTHER_NEWS[1].text}")
    stories = [SEEDS[0]] * 4 + [KESTREL_1] * 4 + [stray] * 4
    for week, one in enumerate(stories):
        at = NOW - timedelta(days=7 * (12 - week) - 3)
        tell(parts, *(replace(one, source=s, url=f"{week}{s}", published=at) for s in "AB"))
    parts.store.write(match_all)
    parts.clock.now = NOW  # type: ignore[attr-defined]
    found = asyncio.run(drift(parts, "volcanoes"))
    assert len(found) == 13
    assert (found[0].matches, found[0].similarity) == (0, None)
    near = [one.similarity for one in found[1:]]
    assert near[0] == pytest.approx(1, abs=0.01)
    assert all(one is not None and 0 <= one <= 1 for one in near)
    assert trend(found) == "moving away"


def match_all(session: Session) -> None:
    """Every article is a match, and none a copy."""
    event = session.scalars(select(Event.id).limit(1)).one()
    news = update(Judgement).where(Judgement.seed.is_(None))
    session.execute(news.values(copy_of_id=None, event_id=event))


# ------------------------------------------------------------------ settings changed at the desk


def settings_of(session: Session) -> TopicSettings:
    return overrides.effective_settings(session.get_one(Topic, TOPIC))


def test_settings_changed_at_the_desk_go_before_those_of_the_configuration(store: Store) -> None:
    follow(store, settings=TopicSettings(must=("lava",), match_budget=5))
    asked = store.read(lambda session: session.get_one(Topic, TOPIC).fit_asked)
    values = {"threshold": 0.3, "must": ["ash", "magma"]}
    store.write(overrides.set_overrides, "volcanoes", values, NOW + DAY)
    store.write(overrides.set_overrides, "volcanoes", {"threshold": 0.4}, NOW + DAY)
    expected = TopicSettings(must=("ash", "magma"), match_budget=5, threshold=0.4)
    assert store.read(settings_of) == expected
    due = store.read(fits.topic_for_fit, TOPIC, NOW + DAY, 10)
    assert due is not None
    assert (due.settings, due.asked) == (expected, asked + 2)
    follow(store, settings=TopicSettings(threshold=0.9, match_budget=6))
    assert store.read(settings_of) == replace(expected, match_budget=6)
    assert store.read(overrides.overrides_of, "volcanoes") == {**values, "threshold": 0.4}
    store.write(overrides.reset_overrides, "volcanoes", ["threshold"], NOW)
    assert store.read(settings_of).threshold == 0.9
    assert store.read(lambda session: session.get_one(Topic, TOPIC).fit_asked) > asked + 2


def test_only_what_was_changed_can_be_reset(store: Store) -> None:
    follow(store)
    store.write(overrides.set_overrides, "volcanoes", {"threshold": 0.3}, NOW)
    with pytest.raises(ConfigError, match=r"must was not changed here \(changed: threshold\)"):
        store.write(overrides.reset_overrides, "volcanoes", ["threshold", "must"], NOW)
    assert store.read(overrides.overrides_of, "volcanoes") == {"threshold": 0.3}
    for function, given in ((overrides.set_overrides, {}), (overrides.reset_overrides, [])):
        with pytest.raises(NotFound, match="no topic x"):
            store.write(function, "x", given, NOW)


@ON_SQLITE
def test_a_threshold_set_at_the_desk_is_in_force_with_the_next_fit(parts: Parts) -> None:
    tell(parts, KESTREL_1)
    parts.store.write(overrides.set_overrides, "volcanoes", {"threshold": 0.05}, parts.clock())
    tell(parts, KESTREL_2)
    assert asyncio.run(topic_quality(parts, "volcanoes")).now.threshold == 0.05


def test_seeds_that_people_add_stay_when_the_configuration_changes(store: Store) -> None:
    def seeds(session: Session) -> set[str | None]:
        return set(session.scalars(select(Judgement.seed).where(Judgement.seed.is_not(None))))

    def follow_on(*articles: Article) -> None:
        told = tuple(SeedInput(f"{one.title}.txt", one) for one in articles)
        topic = TopicInput("volcanoes", (), TopicSettings(), told)
        store.write(topics.sync_topics, [topic], NOW)

    follow_on(*SEEDS)
    first = select(Judgement.id).where(Judgement.seed == f"{SEEDS[0].title}.txt")
    rename = update(Judgement).where(Judgement.id.in_(first)).values(seed="upload:mine.txt")
    store.write(lambda session: session.execute(rename))
    follow_on(SEEDS[1])
    assert store.read(seeds) == {"upload:mine.txt", f"{SEEDS[1].title}.txt"}
    asked = store.read(lambda session: session.get_one(Topic, TOPIC).fit_asked)
    follow_on(SEEDS[1])
    assert store.read(lambda session: session.get_one(Topic, TOPIC).fit_asked) == asked


def test_topics_added_by_command_are_none_of_the_configuration(store: Store) -> None:
    follow(store)
    store.write(lambda session: session.execute(update(Topic).values(origin="command")))
    store.write(topics.sync_topics, [], NOW)
    assert store.read(lambda session: session.get_one(Topic, TOPIC).state) == "active"
