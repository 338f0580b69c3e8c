"""What is seen must be stored, whatever happens beside it; and nothing waits for ever."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Feed, Judgement, Push, Topic
from monitor import types
from monitor.commands import Poll
from monitor.domain.settings import settings_to_dict
from monitor.edge.store import articles, entries, feeds, judging, polls
from monitor.edge.store.articles import Collected, Kept
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.errors import FetchError, StoreError
from monitor.pipeline import handle
from monitor.pipeline.pace import Pace
from tests.integration.publisher import FEED, START, Desk, Item, following, prose
from tests.integration.world import ON_SQLITE

PIER = Item("pier", "Council votes to repair the pier")
FERRY = Item("ferry", "Ferry returns after a week of storms")
REFUSED = FetchError("no", permanent=True, status=403)


def refusing(desk: Desk, *items: Item) -> None:
    """Only what the feed says of these items is to be had."""
    desk.publisher.answers |= {item.url: REFUSED for item in items}


# ------------------------------------------------------------------ pushes


def pushed(session: Session, body: bytes) -> None:
    session.add(Push(feed_id=1, received_at=START, content_type="application/rss+xml", body=body))


def test_a_push_is_read_though_hubs_cannot_reach_us_any_more(store: Store) -> None:
    """It has been acknowledged, and the feed may not show its entries any more."""
    with following(store) as desk:
        asyncio.run(desk.settle())
        desk.publisher.items = [PIER]
        store.write(pushed, desk.publisher.feed().body)
        desk.publisher.items = []
        poll = Poll(1, "paper.example")
        assert poll in store.read(pending, desk.clock())
        asyncio.run(handle(poll, desk.parts))
        assert [article.title for article in desk.articles()] == [PIER.title]
        assert poll not in store.read(pending, desk.clock())


# ------------------------------------------------------------------ edits


def test_a_new_headline_is_judged_though_the_page_cannot_be_had(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        judged = store.write(judgement_of_a_topic)
        desk.publisher.edit("pier", title="Council refuses to repair the pier")
        refusing(desk, PIER)
        asyncio.run(desk.settle(hours=1))
        assert [article.state for article in desk.articles()] == ["collected"]
        assert store.read(lambda s: s.execute(judged).scalar_one()) == "pending"


def judgement_of_a_topic(session: Session) -> Any:
    """An off-topic verdict on the only article; gives how to read its state."""
    topic = Topic(name="t", origin="file", created_at=START, channels=[],
                  settings=settings_to_dict(types.TopicSettings()))  # fmt: skip
    session.add(topic)
    session.flush()
    session.add(Judgement(topic_id=topic.id, article_id=1, state="judged", not_before=START,
                          judged_at=START, score=0.0))  # fmt: skip
    return select(Judgement.state)


def test_a_text_that_is_replaced_while_it_is_judged_is_judged_again(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        store.write(judgement_of_a_topic)
        store.write(lambda session: setattr(session.get_one(Judgement, 1), "state", "pending"))
        [due] = store.read(judging.judgements_due, 1, desk.clock(), 10)
        store.write(edited_to, "Another text altogether.", desk.clock())
        score = types.Score(0.0, relevant=False, terms=())
        settled = {"cover": None, "say": None, "now": desk.clock(), "page": ""}
        store.write(judging.settle, 1, None, [(due, score)], **settled)  # type: ignore[arg-type]
        assert store.read(lambda s: s.get_one(Judgement, 1).state) == "pending"
        [due] = store.read(judging.judgements_due, 1, desk.clock(), 10)
        store.write(judging.settle, 1, None, [(due, score)], **settled)  # type: ignore[arg-type]
        assert store.read(lambda s: s.get_one(Judgement, 1).state) == "judged"


def edited_to(session: Session, text: str, now: datetime) -> None:
    row = session.get_one(Article, 1)
    row.state = "edited"
    session.flush()
    article = replace(articles.as_article(row), text=text)
    articles.save_collected(session, [Collected(1, article)], now)


def test_a_page_that_was_kept_is_due_no_more(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        store.write(articles.save_collected, [Kept(1, "no")], START)
        assert [article.state for article in desk.articles()] == ["collected"]


@pytest.mark.parametrize("collected", [False, True], ids=["new", "edited"])
def test_an_edit_of_what_waits_for_its_page_is_not_lost(store: Store, collected: bool) -> None:
    with following(store, PIER) as desk:
        refusing(desk, PIER)
        if collected:
            asyncio.run(desk.settle())
        else:
            asyncio.run(desk.poll())
        for title in ("Council hesitates", "Council refuses"):
            desk.publisher.edit("pier", title=title, summary=f"{title}, says the mayor.")
            asyncio.run(desk.poll())
        asyncio.run(desk.settle(hours=2))
        [pier] = desk.articles()
        assert (pier.state, pier.title) == ("collected", "Council refuses")
        assert "Council refuses, says the mayor." in (pier.text or "")


# ------------------------------------------------------------------ clocks


@ON_SQLITE
def test_a_feed_that_failed_while_the_clock_was_ahead_is_told(store: Store) -> None:
    with following(store) as desk:
        desk.publisher.answers[FEED] = FetchError("busy", status=503)
        desk.clock.move(days=3650)
        asyncio.run(desk.poll())
        desk.clock.move(days=-3650)
        for _ in range(9):
            asyncio.run(desk.settle(hours=5))
        assert desk.told() == ["feed_failing"]


# ------------------------------------------------------------------ two at once


def shown(numbers: list[int]) -> list[types.Entry]:
    return [
        types.Entry(
            key=f"http://press.example/{n}",
            url=f"http://press.example/{n}",
            title=f"News {n}",
            text="",
            published=START,
        )
        for n in numbers
    ]


def test_two_feeds_that_show_the_same_in_another_order_do_not_lock_each_other_out(
    postgres_url: str,
) -> None:
    store = Store(postgres_url)
    inputs = [FeedInput(f"http://{name}.example/feed", f"{name}.example") for name in "ab"]
    store.write(feeds.sync_feeds, inputs, START)
    numbers = list(range(3000))
    start = threading.Barrier(2)
    failed: list[Exception] = []

    def add(feed_id: int, items: list[types.Entry]) -> None:
        def save(session: Session) -> None:
            feed = session.get_one(Feed, feed_id, with_for_update=True)
            start.wait(10)
            entries.add_entries(session, feed, items, {}, START)

        try:
            store.write(save)
        except StoreError as error:
            failed.append(error)

    ways = (numbers, numbers[::-1])
    threads = [threading.Thread(target=add, args=(n, shown(way))) for n, way in enumerate(ways, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    store.close()
    assert failed == []


def test_unchanged_feeds_are_written_in_one_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of every other transaction that changes several feeds: by id."""
    plan = polls.Plan(START + timedelta(hours=1), {})
    written: list[int] = []

    class Spy:
        def execute(self, statement: object, rows: list[dict[str, Any]]) -> None:
            written.extend(row["feed"] for row in rows)

    def save(session: Session) -> None:
        monkeypatch.setattr(session, "connection", Spy)
        polls.save_unchanged(session, [polls.Unchanged(n, plan, START) for n in (3, 1, 2)])

    store.write(save)
    assert written == [1, 2, 3]


def test_a_poll_that_was_doubled_stores_its_entries_once(store: Store) -> None:
    with following(store, PIER, FERRY) as desk:

        async def twice() -> None:
            poll = Poll(1, "paper.example")
            await asyncio.gather(handle(poll, desk.parts), handle(poll, desk.parts))

        asyncio.run(twice())
        assert (len(desk.articles()), desk.sightings()) == (2, 2)


# ------------------------------------------------------------------ windows


def test_a_feed_of_one_item_loses_none_that_is_seen(store: Store) -> None:
    with following(store) as desk:
        for n in range(5):
            desk.publisher.items = [Item(f"n{n}", f"News number {n}")]
            asyncio.run(desk.settle())
        assert desk.sightings() == 5
        assert desk.row().next_poll_at > START


@ON_SQLITE
def test_all_of_a_long_feed_comes_in_though_it_never_changes(store: Store) -> None:
    items = [Item(f"n{n}", f"News number {n}", text=prose(3)) for n in range(2_500)]
    with following(store, *items) as desk:
        for _ in range(2):
            asyncio.run(desk.poll())
        assert desk.sightings() == 2_500


@ON_SQLITE
def test_a_new_item_of_a_long_feed_comes_in_though_all_have_the_same_title(store: Store) -> None:
    items = [Item(f"n{n}", "News") for n in range(2_100)]
    with following(store, *items) as desk:
        for _ in range(2):
            asyncio.run(desk.poll())
        desk.publisher.items = [*items, Item("last", "News")]
        for _ in range(2):
            asyncio.run(desk.poll())
        assert desk.sightings() == 2_101


# ------------------------------------------------------------------ trouble of our own


def test_a_level_that_could_not_be_had_is_asked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is known, every feed would be polled as often as is allowed."""

    def broken(session: Session) -> list[None]:
        raise StoreError("database: it is down")

    with following(store) as desk:
        pace = Pace()
        with monkeypatch.context() as patched:
            patched.setattr(polls, "rhythms", broken)
            with pytest.raises(StoreError):
                asyncio.run(pace.renew(desk.parts))
        asyncio.run(pace.renew(desk.parts))
        assert pace.level > 0


def test_entries_and_validators_are_kept_together_or_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise StoreError("database: the disk is full")

    with following(store, PIER) as desk:
        with monkeypatch.context() as patched:
            patched.setattr("monitor.edge.store.entries._sight", broken)
            with pytest.raises(StoreError):
                asyncio.run(desk.poll())
        row = desk.row()
        assert (row.etag, row.body_hash, row.items) == (None, None, None)
        asyncio.run(desk.poll())
        assert desk.sightings() == 1


def test_a_feed_that_shares_its_new_address_is_not_polled_twice(store: Store) -> None:
    other = FeedInput("http://press.example/new-feed", "press.example")
    with following(store, PIER) as desk:
        store.write(feeds.add_feed, other, START)
        desk.publisher.moved_to = other.url
        for _ in range(polls.CONFIRMATIONS):
            asyncio.run(desk.settle())
        assert desk.row().state == "retired"
        assert desk.told() == ["feed_moved"]
        assert (len(desk.articles()), desk.sightings()) == (1, 2)  # one sighting of each feed


def test_an_address_that_loops_back_is_no_move(store: Store) -> None:
    with following(store, PIER) as desk:
        document = desk.publisher.feed()
        desk.publisher.answers[FEED] = replace(document, moved_to=FEED)
        for _ in range(polls.CONFIRMATIONS + 1):
            asyncio.run(desk.settle())
        assert (desk.row().moved_seen, desk.told()) == (0, [])
