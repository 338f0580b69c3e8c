"""What judging remembers, explains and alerts about, on real databases."""

from __future__ import annotations

import asyncio
import json
import math
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Alert, Event, Judgement, Model, Topic
from models import Article as Row
from monitor.commands import Fit, Judge
from monitor.domain.join import JoinModel, Leaf
from monitor.edge.store import judging, replays, topics, views
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import ParseError
from monitor.explain import explain, explain_match
from monitor.pipeline import Parts, handle
from monitor.types import Article, TopicSettings
from tests.integration.world import CHANNELS, Clock, load, parts_for, seed_inputs
from tests.unit.stories import (
    JOIN,
    KESTREL_1,
    KESTREL_2,
    OTHER_NEWS,
    SEEDS,
    SEPTEMBER,
    VOLCAN,
)

NOW = SEPTEMBER + timedelta(days=10)
TOPIC = 1
DOUBTFUL = JoinModel(JOIN.trees, alarm_below=-1e9)
OLD_MODEL = zlib.compress(b'{"format": 1, "idf": {}, "profile": {}, "threshold": 0.1}')
CERTAIN = JoinModel(JOIN.trees, alarm_below=1e9)
DATED = [
    replace(one, published=SEPTEMBER + timedelta(hours=hours))
    for hours, one in enumerate(OTHER_NEWS)
]


def by(outlet: str, one: Article, **changes: Any) -> Article:
    return replace(one, source=outlet, **changes)


KESTREL_3 = by(
    "The Third",
    KESTREL_2,
    title="Search for climbers on Kestrel Peak goes on",
    text="Lena Okafor and forty rescuers searched the glacier below Kestrel Peak again for two "
    "climbers who went missing above Brandis when the volcano erupted. Lava and ash still came "
    "from the crater, and mud had cut the road bridge in the Oram highlands.",
    published=SEPTEMBER + timedelta(days=2),
)


def follow(
    store: Store, seeds: Sequence[SeedInput] | None = None, settings: TopicSettings | None = None
) -> None:
    """One topic, on the seeds of the volcano."""
    told = [SeedInput(f"{n}.txt", one) for n, one in enumerate(SEEDS)]
    chosen = settings or TopicSettings(threshold=0.1)
    topic = TopicInput("volcanoes", CHANNELS, chosen, tuple(seeds or told))
    store.write(topics.sync_topics, [topic], NOW)


@pytest.fixture
def parts(store: Store) -> Iterator[Parts]:
    follow(store)
    with parts_for(store, [], Clock(NOW)) as made:
        yield made


def afresh(parts: Parts, join: JoinModel = JOIN) -> Parts:
    """Another process on the same database."""
    with parts_for(parts.store, [], parts.clock) as made:  # type: ignore[arg-type]
        return replace(made, join=lambda: join)


def publish(parts: Parts, *articles: Article) -> list[int]:
    """Their judgements, which are due."""
    if not articles:
        return []
    number = parts.store.read(lambda session: session.scalar(select(func.count(Row.id)))) or 0
    rows = [(f"{number + n}", one) for n, one in enumerate(articles)]
    return parts.store.write(replays.add_published, TOPIC, rows)


def work(parts: Parts) -> None:
    """All that is due now, fits and judging only."""

    async def go() -> None:
        while due := [c for c in await parts.store.look(pending, parts.clock()) if _ours(c)]:
            for command in due:
                await handle(command, parts)

    asyncio.run(go())


def _ours(command: object) -> bool:
    return isinstance(command, Fit | Judge)


def tell(parts: Parts, *articles: Article) -> list[Judgement]:
    ids = publish(parts, *articles)
    parts.clock.move(minutes=1)  # type: ignore[attr-defined]
    work(parts)
    return rows(parts, ids)


def rows(parts: Parts, ids: Sequence[int]) -> list[Judgement]:
    return parts.store.write(lambda session: [session.get_one(Judgement, id) for id in ids])


def alerts(parts: Parts) -> list[str]:
    """Titles of the new events that have been alerted about."""
    new = select(Alert).where(Alert.kind == "new_event")
    return parts.store.read(lambda session: [row.message["title"] for row in session.scalars(new)])


def count(parts: Parts, table: type) -> int:
    return parts.store.read(
        lambda session: session.scalar(select(func.count()).select_from(table)) or 0
    )


# ------------------------------------------------------------------ explained


def test_a_judgement_is_explained_exactly_whatever_has_been_fitted_since(parts: Parts) -> None:
    told = tell(parts, KESTREL_1, *DATED, by("B", KESTREL_2), VOLCAN)
    told += tell(parts, KESTREL_3)
    parts.store.write(judging.label, told[0].id, "irrelevant", parts.clock())
    work(parts)
    assert count(parts, Model) == 2
    tell(parts, by("C", DATED[0], published=NOW))
    for one in told:
        for process in (parts, afresh(parts)):
            found = asyncio.run(explain_match(process, one.id))
            assert found.model == one.model_id == 1
            assert found.score == one.score
            assert found.probability == one.probability
            assert found.relevant == (one.event_id is not None)
            lent = [each.part for each in found.neighbours]
            total = math.fsum([*(term.part for term in found.terms), *lent])
            assert total == pytest.approx(found.score, abs=1e-9)
            assert found.reason == (one.last_error or "")


def test_neighbours_are_named_and_the_placing_adds_up(parts: Parts) -> None:
    first, second = tell(parts, KESTREL_1, by("B", KESTREL_2))
    found = asyncio.run(explain_match(afresh(parts), second.id))
    assert [(one.match, one.title) for one in found.neighbours] == [(first.id, KESTREL_1.title)]
    assert dict(found.placing) == second.weighed
    assert math.fsum(part for _, part in found.placing) >= 0
    assert found.event == first.event_id


def test_an_article_that_is_not_stored_is_explained_as_it_would_be_judged(
    parts: Parts, tmp_path: Path
) -> None:
    tell(parts, KESTREL_1, *DATED)
    path = tmp_path / "article.txt"
    path.write_text(f"{KESTREL_2.title}\n\n{KESTREL_2.text}\n", encoding="utf-8")
    [found] = asyncio.run(explain(parts, str(path)))
    [judged] = tell(parts, by("B", KESTREL_2))
    assert found.score == judged.score
    assert found.event == judged.event_id


def test_a_judgement_by_a_model_of_an_earlier_version_says_so(parts: Parts) -> None:
    [match] = tell(parts, KESTREL_1)
    parts.store.write(lambda session: setattr(session.get_one(Model, 1), "body", OLD_MODEL))
    with pytest.raises(ParseError, match="another version of the monitor: wait for"):
        asyncio.run(explain_match(afresh(parts), match.id))


# ------------------------------------------------------------------ lately


STORIES = sorted(load("stories.jsonl"), key=lambda story: story.published)
STREAM = [
    Article(s.url, s.title, s.text, s.published, "page", source=s.source, language="en")
    for s in STORIES
]
BATCHES = [STREAM[start : start + 25] for start in range(0, len(STREAM), 25)]
EDITED = next(n for n, story in enumerate(STORIES[:25]) if not story.relevant)
"""An off-topic article of the first batch: its text changes later, and it is judged again."""


def edit(session: Session, id: int) -> None:
    judgement = session.get_one(Judgement, id)
    judgement.state = "pending"
    session.get_one(Row, judgement.article_id).text = BATCHES[1][0].text


def run(url: str, tmp_path: Path, name: str, processes: int, restarts: bool) -> list[Any]:
    """What becomes of the stream where so many processes take turns, or each batch has its own."""
    path = shutil.copy(url.removeprefix("sqlite:///"), tmp_path / name)
    store = Store(f"sqlite:///{path}")
    follow(store, seed_inputs())
    clock = Clock(STREAM[-1].published or NOW)
    ids: list[int] = []
    with parts_for(store, [], clock) as first:
        others = [first, *(afresh(first) for _ in range(processes - 1))]
        for turn, batch in enumerate(BATCHES):
            ids += publish(first, *batch)
            if turn == 2:
                store.write(edit, ids[EDITED])
            clock.move(minutes=1)
            work(afresh(first) if restarts else others[turn % processes])
        found = [
            (one.score, one.neighbours, one.event_id, one.copy_of_id, one.alarm, one.novelty)
            for one in rows(first, ids)
        ]
    store.close()
    return found


def test_a_restart_or_another_machine_changes_nothing(sqlite_url: str, tmp_path: Path) -> None:
    at_one_go = run(sqlite_url, tmp_path, "one.db", processes=1, restarts=False)
    assert any(neighbours for _, neighbours, *_ in at_one_go)
    assert any(json.dumps(novelty) != "null" for *_, novelty in at_one_go)
    assert run(sqlite_url, tmp_path, "restarted.db", processes=1, restarts=True) == at_one_go
    assert run(sqlite_url, tmp_path, "two.db", processes=2, restarts=False) == at_one_go


# ------------------------------------------------------------------ alarms


def test_what_the_seeds_tell_never_alarms(parts: Parts) -> None:
    certain = afresh(parts, CERTAIN)
    outlets = ("A", "B", "C", "D")
    later = SEEDS[2].published
    retold = [by(o, SEEDS[2], title=f"{o}: {SEEDS[2].title}", published=later) for o in outlets]
    tell(certain, *retold)
    assert alerts(parts) == []
    assert {row.alarm for row in rows(parts, range(1, 8))} == {False}
    [event] = parts.store.write(lambda session: list(session.scalars(select(Event))))
    assert event.alarmed_at is not None


def test_a_doubtful_event_is_listed_and_the_third_outlet_lifts_it_once(parts: Parts) -> None:
    [opener] = tell(afresh(parts, DOUBTFUL), by("A", KESTREL_1))
    assert (opener.event_id is not None, opener.alarm, alerts(parts)) == (True, False, [])
    certain = afresh(parts, CERTAIN)
    [second] = tell(certain, by("B", KESTREL_2))
    assert (second.event_id, second.alarm, alerts(parts)) == (opener.event_id, False, [])
    [copy] = tell(certain, by("D", KESTREL_2, title="From our partners"))
    assert (copy.copy_of_id, copy.alarm, copy.event_id) == (second.id, False, second.event_id)
    assert alerts(parts) == []
    [third] = tell(certain, KESTREL_3)
    assert (third.event_id, third.alarm) == (opener.event_id, True)
    assert alerts(parts) == [KESTREL_1.title]
    more = by("E", KESTREL_3, text=f"{KESTREL_1.text} {KESTREL_3.text}", published=NOW)
    [fourth] = tell(certain, more)
    assert (fourth.event_id, fourth.alarm) == (opener.event_id, False)
    assert alerts(parts) == [KESTREL_1.title]


def test_outlets_lift_no_event_that_may_be_another(parts: Parts) -> None:
    apart = JoinModel((Leaf(-1e3),), alarm_below=-1e9)
    tell(afresh(parts, apart), by("A", KESTREL_1), by("B", KESTREL_2))
    words = sorted(f"{KESTREL_1.text} {KESTREL_2.text}".split())
    both = by("C", KESTREL_3, text=" ".join(words))
    [third, fourth] = tell(parts, both, by("D", both, text=f"Ash. {both.text[:400]}"))
    assert third.event_id is not None
    assert not third.alarm
    assert not fourth.alarm
    assert alerts(parts) == []


def test_copies_lift_no_doubtful_event(parts: Parts) -> None:
    [opener] = tell(afresh(parts, DOUBTFUL), by("A", KESTREL_1))
    copies = [by(outlet, KESTREL_1, title=f"From {outlet}") for outlet in ("B", "C", "D", "E")]
    told = tell(afresh(parts, CERTAIN), *copies)
    assert [one.copy_of_id for one in told] == [opener.id] * 4
    assert not any(one.alarm for one in told)
    [second] = tell(afresh(parts, CERTAIN), by("B", KESTREL_2))
    assert (second.event_id, second.alarm) == (opener.event_id, False)
    assert alerts(parts) == []


def test_doubled_commands_lift_an_event_once(parts: Parts) -> None:
    tell(afresh(parts, DOUBTFUL), by("A", KESTREL_1))
    certain = afresh(parts, CERTAIN)
    tell(certain, by("B", KESTREL_2))
    [third] = publish(certain, KESTREL_3)

    async def doubled() -> None:
        processes = [certain, certain, afresh(parts, CERTAIN), afresh(parts, CERTAIN)]
        await asyncio.gather(*(handle(Judge(TOPIC), one) for one in processes * 2))

    asyncio.run(doubled())
    assert rows(parts, [third])[0].alarm
    assert alerts(parts) == [KESTREL_1.title]


def test_the_opener_of_a_surely_new_event_alarms(parts: Parts) -> None:
    first, second = tell(afresh(parts, CERTAIN), by("A", KESTREL_1), by("B", KESTREL_2))
    assert (first.alarm, second.alarm) == (True, False)
    assert alerts(parts) == [KESTREL_1.title]


# ------------------------------------------------------------------ what is new


def test_what_is_new_is_kept_of_matches_only(parts: Parts) -> None:
    match, copy, other, foreign = tell(
        parts, KESTREL_1, by("B", KESTREL_1, title="From our partners"), DATED[0], VOLCAN
    )
    assert match.novelty is not None
    assert set(match.novelty) == {"names", "places", "numbers", "sentences"}
    assert any("Okafor" in name for name in match.novelty["names"])
    assert copy.copy_of_id == match.id
    assert [one.novelty for one in (copy, other, foreign)] == [None] * 3
    assert {row.novelty is None for row in rows(parts, range(1, len(SEEDS) + 1))} == {True}


def said(novelty: dict[str, Any] | None) -> str:
    return "" if novelty is None else json.dumps([novelty["names"], novelty["places"]])


def test_what_a_seed_has_said_is_not_new_even_in_the_same_batch(parts: Parts) -> None:
    again = by(
        "B",
        KESTREL_1,
        text=f"{KESTREL_1.text} Volcanologist Ines Tarrant came from Halden to Brandis to help.",
    )
    [match] = tell(parts, again)
    assert "Okafor" in said(match.novelty)
    assert "Tarrant" not in said(match.novelty)


def test_what_a_match_has_said_is_not_new_again_nor_after_a_restart(parts: Parts) -> None:
    tell(parts, KESTREL_1)
    for process in (parts, afresh(parts)):
        again = by("B", KESTREL_2, text=f"{KESTREL_2.text} Mayor Olga Brandt thanked them.")
        [match] = tell(process, again)
        assert "Okafor" not in said(match.novelty)
        parts.store.write(_forget, match.id)
        assert "Brandt" in said(match.novelty)


def _forget(session: Session, judgement: int) -> None:
    """As if the match had never been."""
    session.delete(session.get_one(Judgement, judgement))


# ------------------------------------------------------------------ fits


def due(parts: Parts) -> None:
    """A look at whether a fit is worth it is due."""
    parts.store.write(
        lambda session: setattr(session.get_one(Topic, TOPIC), "fit_due_at", parts.clock())
    )


def test_a_due_fit_with_nothing_new_costs_no_model(parts: Parts) -> None:
    tell(parts, *DATED)
    due(parts)
    work(parts)
    assert count(parts, Model) == 1
    topic = parts.store.write(lambda session: session.get_one(Topic, TOPIC))
    assert topic.fit_due_at is not None
    assert topic.fit_due_at > parts.clock()


def test_a_stream_that_has_grown_is_worth_a_fit(parts: Parts) -> None:
    tell(parts)
    grown = [
        replace(DATED[n % 5], title=f"{n}", published=NOW + timedelta(seconds=61 + n / 10))
        for n in range(120)
    ]
    tell(parts, *grown)
    due(parts)
    work(parts)
    assert count(parts, Model) == 2
    due(parts)
    work(parts)
    assert count(parts, Model) == 2


def test_a_label_is_answered_by_a_fit_although_the_stream_has_not_grown(parts: Parts) -> None:
    [match] = tell(parts, KESTREL_1)
    parts.store.write(judging.label, match.id, "relevant", parts.clock())
    work(parts)
    assert count(parts, Model) == 2
    view = parts.store.read(views.topic, "volcanoes")
    assert view.model == 2
    due(parts)
    work(parts)
    assert count(parts, Model) == 2


def test_an_article_whose_facts_cannot_be_read_is_set_aside_alone(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.pipeline import desk

    read = desk.facts

    def fail(article: Article) -> Any:
        if article.title == KESTREL_1.title:
            raise RuntimeError("a fault of ours")
        return read(article)

    work(parts)
    monkeypatch.setattr(desk, "facts", fail)
    ids = publish(parts, KESTREL_1, KESTREL_2)
    work(parts)
    poison, good = rows(parts, ids)
    assert (poison.state, good.state) == ("quarantined", "judged")
    assert "a fault of ours" in (poison.last_error or "")
    assert good.event_id is not None
