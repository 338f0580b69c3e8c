"""Polls that share a transaction: each must come out as if it had been alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import Article, Entry, Feed
from monitor.edge.store import feeds, polls, together
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.polls import Changed, Plan, Polled, PollOutcome, Unchanged, Validators
from monitor.edge.store.store import Store
from monitor.edge.store.together import MOST_TOGETHER, Together
from monitor.errors import StoreError
from monitor.types import Entry as Item
from monitor.types import ParsedFeed
from tests.integration.publisher import START

LONG = 3600.0
DUE = START + timedelta(hours=1)
FEEDS = (1, 2, 3)


@pytest.fixture
def followed(store: Store) -> Store:
    inputs = [FeedInput(f"http://{n}.example/feed", f"{n}.example") for n in FEEDS]
    store.write(feeds.sync_feeds, inputs, START)
    return store


def item(feed: int, key: str, title: str, guid: str = "") -> Item:
    url = f"http://{feed}.example/{key}"
    return Item(key=key, url=url, title=title, text="", published=START, guid=guid)


def found(feed: int, *items: Item, plan: Callable[[PollOutcome], Plan] | None = None) -> Changed:
    polled = Polled(
        Validators(f'"{feed}"', None, "hash", b"12345678"), ParsedFeed("", items), 0, {}
    )
    return Changed(feed, polled, plan or (lambda outcome: Plan(DUE, {})), START)


def sightings(session: Session) -> set[tuple[int, str]]:
    return {
        (feed, key)
        for feed, key in session.execute(select(Entry.feed_id, Article.key).join(Article))
    }


def run(work: Any) -> Any:
    async def bounded() -> Any:
        async with asyncio.timeout(10):
            return await work

    return asyncio.run(bounded())


# ------------------------------------------------------------------ as if alone

TITLES = st.sampled_from(["Pier", "Ferry", "Storm"])
SHARED = st.builds(lambda n, title: ("shared", n, title), st.integers(0, 3), TITLES)
OWN = st.builds(lambda n, version: ("own", n, version), st.integers(0, 2), st.integers(0, 1))
WINDOW = st.lists(SHARED | OWN, max_size=5, unique_by=lambda told: told[:2])
POLL = st.tuples(st.sampled_from(FEEDS), WINDOW)
ROUND = st.builds(
    lambda once, doubled: [*once, *doubled],
    st.lists(POLL, min_size=1, unique_by=lambda polled: polled[0]),
    st.lists(POLL, max_size=1),
)


def told(feed: int, kind: str, n: int, says: Any) -> Item:
    """An item that feeds share, or one of a feed's own whose address depends on its version."""
    if kind == "shared":
        return item(feed, f"shared-{n}", says)
    return item(feed, f"own-{feed}-{n}-{says}", f"Own {n}", guid=f"guid-{n}")


def rows(session: Session) -> list[list[tuple[Any, ...]]]:
    """All that polls write, without ids."""
    shown = select(
        Feed.id, Article.key, Entry.guid, Entry.digest, Article.title, Article.url, Article.host,
        Article.state, Article.revisions,
    ).select_from(Entry).join(Article).join(Feed)  # fmt: skip
    polled = select(
        Feed.id, Feed.etag, Feed.last_entry_at, Feed.lost_at, Feed.rhythm["new"].as_string()
    )
    return [sorted(map(tuple, session.execute(one)), key=repr) for one in (shown, polled)]


def play(
    session: Session, rounds: Sequence[Sequence[Any]], save: Callable[[Session, list[Changed]], Any]
) -> Any:
    """What a history of polls leaves behind, when each round is saved so."""

    def plan(outcome: PollOutcome) -> Plan:
        seen = outcome.sightings
        return Plan(DUE, {"new": f"{seen.new} of {seen.entries}, {outcome.lost}"})

    for polled in rounds:
        save(session, [found(n, *(told(n, *one) for one in w), plan=plan) for n, w in polled])
        for article in session.scalars(select(Article)):  # and their pages are fetched
            article.state, article.text = "collected", "Text"
        session.flush()
        session.expire_all()
    left = rows(session)
    session.rollback()
    return left


def one_by_one(session: Session, found: Sequence[Changed]) -> None:
    for one in found:
        polls.save_polls(session, [one])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rounds=st.lists(ROUND, min_size=1, max_size=4))
def test_polls_written_together_leave_what_they_leave_one_by_one(
    followed: Store, rounds: list[Any]
) -> None:
    with Session(followed.engine) as session:
        assert play(session, rounds, polls.save_polls) == play(session, rounds, one_by_one)


def test_more_items_than_one_statement_takes(followed: Store) -> None:
    windows = [[item(n, f"{n}-{i}", f"News {i}", f"guid-{i}") for i in range(700)] for n in FEEDS]
    moved = [item(1, f"moved-{i}", f"News {i}", f"guid-{i}") for i in range(700)]
    first = followed.write(
        polls.save_polls, [found(n, *window) for n, window in zip(FEEDS, windows, strict=True)]
    )
    assert [outcome.sightings.new for outcome in first] == [700] * 3
    [again] = followed.write(polls.save_polls, [found(1, *moved)])
    assert (again.sightings.entries, again.sightings.new) == (700, 0)
    assert len(followed.read(sightings)) == 2_100


def test_polls_of_the_same_feeds_do_not_lock_each_other_out(postgres_url: str) -> None:
    store = Store(postgres_url)
    numbers = range(1, 17)
    inputs = [FeedInput(f"http://{n}.example/feed", f"{n}.example") for n in numbers]
    store.write(feeds.sync_feeds, inputs, START)
    failed: list[Exception] = []

    def save(batch: Sequence[Changed | Unchanged]) -> None:
        try:
            for _ in range(40):
                store.write(polls.save_polls, batch)
        except StoreError as error:
            failed.append(error)

    batches = (
        [found(n, item(n, "shared", "News")) for n in reversed(numbers)],
        [Unchanged(n, Plan(DUE, {}), START) for n in numbers],
        [found(16), *(Unchanged(n, Plan(DUE, {}), START) for n in numbers[:-1])],
    )
    threads = [threading.Thread(target=save, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    store.close()
    assert failed == []


# ------------------------------------------------------------------ in one transaction


def test_polls_at_once_share_a_transaction_and_faults_stay_where_they_belong(
    followed: Store,
) -> None:
    commits: list[object] = []
    event.listen(followed.engine, "commit", commits.append)

    def faulty(outcome: PollOutcome) -> Plan:
        raise KeyError("oversight")

    async def save(*batch: Changed) -> list[Any]:
        saves = followed.together(polls.save_polls)
        return await asyncio.gather(*map(saves, batch), return_exceptions=True)

    shared = item(1, "shared", "Told by two")
    run(save(*(found(n, shared, item(n, f"own-{n}", "Own")) for n in FEEDS)))
    assert len(commits) == 1
    assert followed.read(sightings) == {(n, key) for n in FEEDS for key in ("shared", f"own-{n}")}
    late = [item(n, f"late-{n}", "Late") for n in FEEDS]
    left = run(save(found(1, late[0]), found(2, late[1], plan=faulty), found(3, late[2])))
    assert [type(one) for one in left] == [PollOutcome, KeyError, PollOutcome]
    keys = {key for _, key in followed.read(sightings)}
    assert {"late-1", "late-3"} <= keys
    assert "late-2" not in keys


# ------------------------------------------------------------------ waiting


class Desk:
    """Notes what is done together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.together: Together[int, int] = Together(self.do)

    async def do(self, batch: Sequence[int]) -> list[int]:
        await asyncio.sleep(0)
        self.batches.append(list(batch))
        return [-one for one in batch]

    async def bring(self, one: int, after: asyncio.Event) -> int:
        with self.together.coming():
            await after.wait()
            return await self.together(one)


def test_alone_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE", LONG)
    desk = Desk()
    for one in (1, 2):  # on one loop after another
        assert run(desk.together(one)) == -one
    assert desk.batches == [[1], [2]]


def test_those_who_are_coming_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE", LONG)
    desk = Desk()

    async def work() -> None:
        gates = [asyncio.Event() for _ in range(3)]
        tasks = [asyncio.create_task(desk.bring(n, gate)) for n, gate in enumerate(gates)]
        for gate in gates[:2]:
            gate.set()
            for _ in range(5):
                await asyncio.sleep(0)
        assert desk.batches == []
        tasks[2].cancel()  # it does not come after all
        assert await asyncio.gather(*tasks[:2]) == [0, -1]

    run(work())
    assert desk.batches == [[0, 1]]


def test_one_that_does_not_come_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE", 0.01)
    desk = Desk()

    async def work() -> None:
        with desk.together.coming():
            await desk.together(0)
            never = asyncio.create_task(desk.bring(1, asyncio.Event()))
            await asyncio.sleep(0)
            assert await desk.together(2) == -2
        never.cancel()

    run(work())
    assert desk.batches == [[0], [2]]


def test_a_crowd_is_served_in_turns() -> None:
    desk = Desk()

    async def work() -> list[int]:
        return await asyncio.gather(*(desk.together(n) for n in range(3 * MOST_TOGETHER + 1)))

    assert run(work()) == [-n for n in range(3 * MOST_TOGETHER + 1)]
    assert list(map(len, desk.batches)) == [MOST_TOGETHER] * 3 + [1]


def test_what_was_given_up_is_not_done() -> None:
    desk = Desk()

    async def work() -> None:
        tasks = [asyncio.create_task(desk.together(n)) for n in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        assert [await tasks[0], await tasks[2]] == [0, -2]

    run(work())
    assert desk.batches == [[0, 2]]
