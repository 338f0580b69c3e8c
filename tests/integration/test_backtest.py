"""Backtests: stopped at any moment and taken up again they find what they would have found."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from monitor.edge.archive import in_order, read_archive, read_seeds
from monitor.edge.store import fits, judging, migrations, replays, stored, topics
from monitor.edge.store.steps import StepStore
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import ConfigError, MonitorError, NotFound
from monitor.run import resume
from monitor.run.backtest import DATABASE, OUTCOME, Bench, Run, digest, snapshot
from monitor.run.backtest_report import Report, figures, page
from monitor.run.outcome import Outcome, coverage, daily, difference
from monitor.run.plan import Plan, Replayed, Seed
from monitor.run.replay import replay
from monitor.run.resume import KeptPlayer
from monitor.types import Article, Routing, TopicSettings
from tests.integration.test_replay import LINES, write
from tests.integration.world import DATA, SETTINGS

pytestmark = pytest.mark.usefixtures("quick_replays")
SOME = 36
KILLS = 3
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def a_plan(folder: Path, settings: TopicSettings = SETTINGS, **more: Any) -> Plan:
    """Some of the stories, for two channels: one that hears at once, one that hears in digests."""
    archive, _ = in_order(read_archive(write(folder / "archive.jsonl", LINES[:SOME])))
    seeds = [
        Seed(article, f"seed {n}", id)
        for n, (id, article) in enumerate(read_seeds(DATA / "story_seeds"))
    ]
    routing = {
        "desk": Routing(alerts_per_day=2, update_gap=timedelta(minutes=10)),
        "mail": Routing(mode="daily", at=time(18)),
    }
    given = {"routing": routing, "labels": 2, "step": timedelta(hours=2)}
    return Plan(archive, seeds, settings, **{**given, **more})


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return a_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def whole(plan: Plan) -> Replayed:
    """What is found without a stop."""
    return asyncio.run(replay(plan))


@pytest.fixture(scope="module")
def made(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return asyncio.run(Bench(tmp_path_factory.mktemp("made"), Run(plan)).make())


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is kept."""
    monkeypatch.setattr(resume, "PAUSE", 0.0)
    monkeypatch.setattr(resume, "SHARE", 0)


class Stop(Exception):
    pass


def play(plan: Plan, file: Path, stop: Callable[[int], bool]) -> tuple[Replayed | None, list[int]]:
    """Until it stops; and with how many articles judged it began."""
    store = StepStore(f"sqlite:///{file}")
    begun: list[int] = []

    def told(judged: int) -> None:
        if stop(judged):
            raise Stop

    try:
        migrations.upgrade(store)
        return asyncio.run(KeptPlayer(plan, store, begun.append).play(told)), begun
    except Stop:
        return None, begun
    finally:
        store.close()


@pytest.mark.usefixtures("often")
def test_what_goes_on_after_a_stop_ends_as_if_it_had_not_stopped(
    plan: Plan, whole: Replayed, tmp_path: Path
) -> None:
    assert whole.fits == 3, "fits lie between the stops"
    assert whole.labels == 2
    assert {one.kind for one in whole.messages} >= {"new_event", "digest"}
    began: list[int] = []
    found = None
    for place in (1, 9, 20, 21, SOME + 1):
        found, begun = play(plan, tmp_path / "kept.db", lambda judged, at=place: judged >= at)
        began += begun
    assert found is not None
    assert replace(found, seconds=0) == replace(whole, seconds=0)
    assert began == sorted(began)
    assert len(began) == 4, "all but the first go on"
    assert began[0] >= 1


@pytest.mark.usefixtures("often")
def test_what_the_handlers_know_is_recalled(plan: Plan, tmp_path: Path) -> None:
    """It could not be made again exactly: stories are weighted as they came."""
    play(plan, tmp_path / "kept.db", lambda judged: judged >= 9)
    store = StepStore(f"sqlite:///{tmp_path / 'kept.db'}")
    try:
        player = KeptPlayer(plan, store)
        judged = asyncio.run(player._begin())
        model = store.read(fits.newest_model, player.topic) or 0
        told = store.read(replays.events_now, player.topic)
        assert player._events == set(told.values()), "those of seeds too"
        lately = player.parts.lately.get(model)
        assert lately is not None
        assert [*lately._known][-len(judged) :] == [judgement for judgement, _ in judged]
        memory = player.parts.memories.get(model)
        assert memory is not None
        assert memory.coverage._model is player.parts.model(model), "stored once"
        assert player.parts.hearings.get(player.topic) is not None
    finally:
        store.close()


def work(folder: str, told: Connection) -> None:
    """In a process that will be killed."""
    resume.PAUSE, resume.SHARE = 0.0, 0
    bench = Bench(Path(folder), Run(a_plan(Path(folder))))
    asyncio.run(bench.make(told.send))


def test_a_killed_process_loses_nothing(made: Outcome, tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.integration.test_backtest", "monitor.pipeline.desk"])
    chance = random.Random(6)
    reached = 0
    for _ in range(KILLS):
        hear, tell = processes.Pipe(duplex=False)
        process = processes.Process(target=work, args=(str(tmp_path), tell))
        process.start()
        tell.close()
        more = chance.randrange(1, 4)
        for _ in range(more):
            assert hear.poll(30)
            before, reached = reached, hear.recv()
            assert reached > before, "it goes on where it was killed"
        process.join(chance.uniform(0.0, 0.1))  # anywhere in a step
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)
        assert process.exitcode == -signal.SIGKILL
        while hear.poll():
            try:
                reached = hear.recv()
            except EOFError:
                break
    bench = Bench(tmp_path, Run(a_plan(tmp_path)))
    assert bench.found() is None
    begun: list[int] = []
    assert asyncio.run(bench.make(resumed=begun.append)) == made
    assert begun and begun[0] >= reached > 0
    assert [file.name for file in bench.folder.iterdir()] == [OUTCOME]
    assert bench.found() == made


def test_only_one_process_works_on_a_run(plan: Plan, tmp_path: Path) -> None:
    bench = Bench(tmp_path, Run(plan))

    def again(_judged: int) -> None:
        with pytest.raises(MonitorError, match="is being made already"):
            asyncio.run(Bench(tmp_path, Run(plan)).make())
        raise Stop

    with pytest.raises(Stop):
        asyncio.run(bench.make(lambda judged: _in_thread(again)))
    assert (bench.folder / DATABASE).exists()


def _in_thread(job: Callable[[int], None]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        thread.submit(job, 0).result()


def test_a_folder_that_others_can_write_is_refused(plan: Plan, tmp_path: Path) -> None:
    bench = Bench(tmp_path, Run(plan))
    bench.folder.mkdir()
    bench.folder.chmod(0o777)
    with pytest.raises(ConfigError, match="others can write there"):
        asyncio.run(bench.make())


def test_another_plan_has_another_folder(plan: Plan) -> None:
    first, *others = plan.archive
    edited = replace(first, article=replace(first.article, text="another"))
    plans = [
        plan,
        replace(plan, settings=TopicSettings(threshold=0.3)),
        replace(plan, archive=[edited, *others]),
        replace(plan, archive=others),
        replace(plan, seeds=plan.seeds[1:]),
        replace(plan, routing={"desk": Routing()}),
        replace(plan, labels=0),
    ]
    assert len({digest(one) for one in plans}) == len(plans)
    assert digest(replace(plan)) == digest(plan)


# ---------------------------------------------------------------- what has been found


def test_what_is_found_is_what_a_replay_finds(plan: Plan, whole: Replayed, made: Outcome) -> None:
    assert [one.id for one in made.matches] == [one.id for one in whole.judged if one.relevant]
    assert made.articles == SOME
    assert made.channels == ("desk", "mail")
    assert [(one.channel, one.at) for one in made.sent] == [
        (one.channel, one.at) for one in whole.messages
    ]
    assert {one.event for one in made.new_events} <= set(made.titles)
    fates = {(its.channel, its.fate) for one in made.alerts for its in one.heard}
    assert ("desk", "said") in fates
    assert ("mail", "digest") in fates
    assert not any(channel == "mail" and fate == "said" for channel, fate in fates)


def test_days_without_anything_count() -> None:
    days = [date(2026, 1, day) for day in range(1, 21)]
    moments = [datetime(2026, 1, 3, 5, tzinfo=UTC)] * 4 + [datetime(2026, 2, 3, tzinfo=UTC)]
    counted = daily(moments, days)
    assert (counted.median, counted.most_days, counted.most, counted.total) == (0, 1, 4, 5)


def test_the_timeline_counts_every_match(made: Outcome) -> None:
    drawn = coverage(made)
    assert sum(drawn.others) + sum(sum(one.matches) for one in drawn.events) == len(made.matches)
    assert {one.id for one in drawn.events if one.alarmed} == {one.event for one in made.new_events}


def test_events_are_compared_by_their_articles(made: Outcome) -> None:
    """Their numbers mean nothing beyond one run."""
    renumbered = replace(
        made,
        matches=tuple(replace(one, event=one.event + 100) for one in made.matches),
        alerts=tuple(replace(one, event=one.event + 100) for one in made.alerts),
    )
    told = difference(made, renumbered)
    assert told.matches == told.alerted == ((), ())
    [gone, *_] = made.new_events
    fewer = replace(
        made,
        matches=tuple(one for one in made.matches if one.event != gone.event),
        alerts=tuple(one for one in made.alerts if one.event != gone.event),
    )
    told = difference(made, fewer)
    assert {one.event for one in told.matches[0]} == {one.event for one in told.alerted[0]}
    assert (told.matches[1], told.alerted[1]) == ((), ())


def test_the_report_escapes_what_others_wrote(made: Outcome) -> None:
    bad = "<script>alert(1)</script>"
    alerts = tuple(replace(one, title=bad, url="javascript:alert(1)") for one in made.alerts)
    matches = tuple(replace(one, title=bad) for one in made.matches)
    hostile = replace(
        made,
        settings=(f"must={bad}",),
        alerts=alerts,
        matches=matches,
        titles=dict.fromkeys(made.titles, bad),
    )
    other = replace(made, matches=(), alerts=(), titles={})
    text = page(Report(bad, bad, (other, hostile), (bad,)), NOW)
    assert "<script" not in text
    assert "javascript:" not in text
    assert "&lt;script&gt;" in text
    assert figures((other, hostile))[0] == ("matches", "0", f"{len(matches)}")


# ---------------------------------------------------------------- stored articles


def filled(store: Store) -> int:
    """A topic with a seed and two stored articles, one of them without a date."""
    seed = Article("", "A seed", "About cables in the sea.", None, "seed", language="en")
    given = TopicInput("cables", ("log",), SETTINGS, (SeedInput("seed.txt", seed),))
    store.write(topics.sync_topics, [given], NOW)
    number = store.read(replays.topic_id, "cables")
    news = [
        (
            name,
            Article(f"https://x.example/{name}", name, "Some text.", when, "page", language="en"),
        )
        for name, when in (("old", NOW - timedelta(days=9)), ("new", NOW - timedelta(days=1)))
    ]
    store.write(replays.add_published, number, news)
    return number


def test_stored_articles_become_an_archive(store: Store, tmp_path: Path) -> None:
    filled(store)
    file = tmp_path / "kept" / "articles.jsonl.gz"
    assert snapshot(store, "cables", NOW - timedelta(days=30), file) == 2
    assert [one.article.title for one in read_archive(file)] == ["old", "new"]
    assert snapshot(store, "cables", NOW - timedelta(days=2), file) == 1
    [one] = read_archive(file)
    assert one.article.published == NOW - timedelta(days=1)
    assert (one.article.url, one.article.text) == ("https://x.example/new", "Some text.")


def test_a_stored_topic_is_as_it_stands(store: Store) -> None:
    number = filled(store)
    found = store.read(stored.stored_topic, "cables")
    assert [(source, article.title) for source, article in found.seeds] == [("seed.txt", "A seed")]
    assert found.settings == SETTINGS
    assert found.routing == {"log": Routing()}
    with pytest.raises(NotFound, match="no topic other"):
        store.read(stored.stored_topic, "other")
    assert store.read(judging.judgements_due, number, NOW, 10)


def test_texts_that_are_gone_are_counted(store: Store) -> None:
    from monitor.edge.store.upkeep import forget_offtopic

    filled(store)
    since = NOW - timedelta(days=30)
    assert store.read(stored.lost_texts, since) is None
    store.write(_all_judged)
    assert store.write(forget_offtopic, NOW - timedelta(days=5)) == 1
    assert store.read(stored.lost_texts, since) == stored.Lost(1, NOW - timedelta(days=9))
    assert [
        a.title for _, a in store.read(stored.stored_articles, "cables", since, after=0, limit=10)
    ] == ["new"]


def _all_judged(session: Any) -> None:
    from sqlalchemy import update

    from models import Judgement

    session.execute(update(Judgement).values(state="judged"))
