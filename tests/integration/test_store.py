"""What the store promises beside the pipeline: locks, feeds, topics, retention."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article, Entry, Event, Feed, Judgement, Model, Topic
from monitor.edge.store import articles, feeds, fits, health, judging, polls, topics, upkeep, views
from monitor.edge.store.articles import Collected
from monitor.edge.store.engine import journal_mode, open_engine
from monitor.edge.store.entries import Sightings
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.lock import daemon_lock
from monitor.edge.store.polls import Changed, Plan, Polled, Validators
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import AlreadyRunning, ConfigError, NotFound, StoreError
from monitor.types import Article as Text
from monitor.types import Entry as FeedEntry
from monitor.types import ParsedFeed, TopicSettings

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
FEEDS = [FeedInput(f"http://{name}.example/feed", f"{name}.example", name) for name in "ab"]


def entry(number: int, published: datetime | None = NOW) -> FeedEntry:
    url = f"http://a.example/{number}"
    return FeedEntry(key=url, url=url, title=f"Title {number}", text="Words", published=published)


def poll(store: Store, feed: int, *entries: FeedEntry) -> Sightings:
    polled = Polled(
        Validators('"1"', None, "hash", b"12345678"),
        ParsedFeed("", entries),
        known=0,
        hosts={one.url: "a.example" for one in entries},
    )
    due = NOW + timedelta(hours=1)
    found = Changed(feed, polled, plan=lambda outcome: Plan(due, {}), at=NOW)
    [outcome] = store.write(polls.save_polls, [found])
    return outcome.sightings


def text_of(number: int) -> Text:
    return Text(f"http://a.example/{number}", f"T{number}", f"Text {number}", NOW, "page", "A")


def collect(store: Store) -> list[int]:
    due = store.read(articles.articles_due, "a.example", NOW, 100)
    return store.write(
        articles.save_collected, [Collected(one.id, text_of(one.id)) for one in due], NOW
    )


def topic_input(name: str = "t", *texts: str) -> TopicInput:
    seeds = tuple(
        SeedInput(f"{one}.txt", Text("", one, f"{one} text", NOW, "seed"))
        for one in texts or ("s",)
    )
    return TopicInput(name, ("log",), TopicSettings(), seeds)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


# ------------------------------------------------------------------ locks and transactions


def test_a_second_daemon_is_refused(store: Store) -> None:
    other = Store(store.url)
    second = daemon_lock(other)
    with daemon_lock(store), pytest.raises(AlreadyRunning, match="already runs"), second:
        pass
    with daemon_lock(other):
        pass
    other.close()


def test_workers_share_a_postgres_database_but_not_with_a_daemon(postgres_url: str) -> None:
    one, two = Store(postgres_url), Store(postgres_url)
    with daemon_lock(one, shared=True):
        with daemon_lock(two, shared=True):
            pass
        with pytest.raises(AlreadyRunning), daemon_lock(two):
            pass
    one.close()
    two.close()


def test_no_concurrent_update_is_lost(store: Store) -> None:
    """Read, then write, from eight threads at once: every increment counts."""
    store.write(feeds.sync_feeds, FEEDS, NOW)

    def increment(session: Session) -> None:
        feed = session.scalars(select(Feed).order_by(Feed.id).with_for_update()).first()
        assert feed is not None
        feed.failures += 1

    def many() -> None:
        for _ in range(25):
            store.write(increment)

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read(health.feeds, NOW)[0].failures == 200


def test_journal_by_version_of_sqlite() -> None:
    assert journal_mode((3, 40, 1)) == "TRUNCATE"
    assert journal_mode((3, 51, 2)) == "TRUNCATE"
    assert journal_mode((3, 51, 3)) == "WAL"
    assert journal_mode((4, 0, 0)) == "WAL"


def test_an_unusable_url_is_an_error_of_configuration() -> None:
    for url in ("nonsense", "mysql://x/y", "sqlite", "oracle+nothing://x"):
        with pytest.raises(ConfigError, match="sqlite:///FILE"):
            open_engine(url)


def test_naive_times_are_refused(store: Store) -> None:
    with pytest.raises(Exception, match="naive datetime"):
        store.write(feeds.sync_feeds, FEEDS, datetime(2025, 6, 1))


def test_a_database_that_fails_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_bytes(b"no database at all" * 500)
    with pytest.raises(StoreError, match="database: file is not a database"):
        Store(f"sqlite:///{tmp_path}/m.db").read(count, Feed)


# ------------------------------------------------------------------ feeds and articles


def test_an_article_in_two_feeds_is_one_article_and_two_sightings(store: Store) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)
    first = poll(store, 1, entry(1), entry(2))
    second = poll(store, 2, entry(2), entry(3))
    assert (first.entries, first.new, second.entries, second.new) == (2, 2, 2, 2)
    assert poll(store, 1, entry(1), entry(2)).new == 0
    assert store.read(count, Article) == 3
    assert store.read(count, Entry) == 4
    assert first.hosts == ("a.example",)


def test_validators_are_saved_with_the_entries(store: Store) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)
    poll(store, 1, entry(1))
    [later] = store.read(polls.feeds_for_poll, [(1, NOW + timedelta(hours=1))])
    assert later is not None
    assert (later.etag, later.body_hash) == ('"1"', "hash")
    assert store.read(polls.feeds_for_poll, [(1, NOW)]) == [None]  # not due


def test_very_long_addresses_are_kept(store: Store) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)
    url = "http://a.example/" + "x" * 9000
    long = FeedEntry(key=url, url=url, title="Long", text="", published=None)
    assert poll(store, 1, long).new == 1
    assert poll(store, 1, long).new == 0
    [due] = store.read(articles.articles_due, "a.example", NOW, 5)
    assert due.url == url


def test_feeds_of_the_file_come_and_go_and_their_entries_stay(store: Store) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)
    poll(store, 1, entry(1))
    store.write(feeds.set_feed_state, FEEDS[0].url, "paused", NOW)
    store.write(feeds.sync_feeds, FEEDS, NOW)
    assert [view.state for view in store.read(health.feeds, NOW)] == ["paused", "active"]
    store.write(feeds.sync_feeds, FEEDS[1:], NOW)
    assert [view.name for view in store.read(health.feeds, NOW)] == ["b"]
    assert store.read(count, Entry) == 1
    store.write(feeds.sync_feeds, FEEDS, NOW)
    assert [view.entries for view in store.read(health.feeds, NOW)] == [1, 0]


def test_feeds_added_by_command_survive_a_sync(store: Store) -> None:
    own = FeedInput("http://own.example/feed", "own.example")
    assert store.write(feeds.add_feed, own, NOW)
    assert not store.write(feeds.add_feed, own, NOW)
    store.write(feeds.sync_feeds, FEEDS, NOW)
    assert len(store.read(health.feeds, NOW)) == 3
    store.write(feeds.remove_feed, own.url)
    with pytest.raises(NotFound):
        store.write(feeds.remove_feed, own.url)


@pytest.mark.parametrize("away", ["paused", "retired", "removed"])
def test_a_feed_that_is_followed_again_starts_at_the_users_own_address(
    store: Store, away: str
) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)

    def leave(session: Session) -> None:
        feed = session.get_one(Feed, 1)
        feed.state, feed.failures, feed.failing_since = away, 7, NOW
        feed.moved_to, feed.moved_seen = "http://new.example/feed", polls.CONFIRMATIONS
        feed.host = "new.example"

    store.write(leave)
    if away == "removed":
        store.write(feeds.sync_feeds, FEEDS, NOW)
    else:
        store.write(feeds.set_feed_state, FEEDS[0].url, "active", NOW)
    feed = store.write(Session.get_one, Feed, 1)
    assert (feed.state, feed.host) == ("active", "a.example")
    assert (feed.moved_to, feed.moved_seen) == (None, 0)
    assert (feed.failures, feed.failing_since) == (0, None)


# ------------------------------------------------------------------ topics


def test_a_topic_judges_what_came_before_and_after_it(store: Store) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)
    poll(store, 1, entry(1))
    collect(store)
    store.write(topics.sync_topics, [topic_input("one")], NOW)
    poll(store, 1, entry(1), entry(2))
    assert collect(store) == [1]
    due = store.read(judging.judgements_due, 1, NOW, 10)
    assert [one.seed for one in due] == [True, False, False]


def test_seeds_come_and_go(store: Store) -> None:
    store.write(topics.sync_topics, [topic_input("t", "one", "two")], NOW)
    store.write(topics.sync_topics, [topic_input("t", "two", "three")], NOW)
    view = store.read(views.topic, "t")
    assert [seed.title for seed in view.seeds] == ["two", "three"]
    assert store.read(count, Article) == 2
    assert store.read(count, Judgement) == 2


def test_a_topic_that_leaves_the_file_rests_and_can_come_back(store: Store) -> None:
    store.write(topics.sync_topics, [topic_input("t")], NOW)
    store.write(topics.sync_topics, [], NOW)
    assert [view.state for view in store.read(views.topics)] == ["inactive"]
    store.write(topics.sync_topics, [topic_input("t")], NOW)
    assert [view.state for view in store.read(views.topics)] == ["active"]


def test_deleting_a_topic_removes_all_that_it_holds(store: Store) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)
    poll(store, 1, entry(1))
    collect(store)
    store.write(topics.sync_topics, [topic_input("t"), topic_input("u", "other")], NOW)
    store.write(fits.save_model, 1, 0, body=b"", threshold=0.1, now=NOW, next_fit_at=NOW)

    def tell(session: Session) -> None:
        event = Event(topic_id=1, title="E", opened_at=NOW, last_seen=NOW)
        session.add(event)
        session.flush()
        for row in session.scalars(select(Judgement).where(Judgement.topic_id == 1)):
            row.event_id = row.nearest_event_id = event.id
            row.model_id = 1

    store.write(tell)
    store.write(topics.delete_topic, "t")
    for table, left in ((Topic, 1), (Model, 0), (Event, 0), (Judgement, 2), (Article, 2)):
        assert store.read(count, table) == left, table
    with pytest.raises(NotFound, match="topics list"):
        store.write(topics.delete_topic, "t")


def test_a_label_that_comes_during_a_fit_makes_another_fit_due(store: Store) -> None:
    store.write(topics.sync_topics, [topic_input("t")], NOW)
    job = store.read(fits.topic_for_fit, 1, NOW, 10)
    assert job is not None
    [judged, *_] = store.read(judging.judgements_due, 1, NOW, 1)
    later = NOW  # at the very same instant
    store.write(judging.label, judged.judgement, "relevant", later)
    store.write(
        fits.save_model,
        1,
        job.asked,
        body=b"",
        threshold=0.1,
        now=later,
        next_fit_at=NOW + timedelta(days=1),
    )
    assert store.read(fits.topic_for_fit, 1, later, 10) is not None


# ------------------------------------------------------------------ retention


def test_offtopic_texts_go_after_a_while_and_identities_stay(store: Store) -> None:
    store.write(feeds.sync_feeds, FEEDS, NOW)
    poll(store, 1, entry(1), entry(2))
    store.write(topics.sync_topics, [topic_input("t")], NOW)
    collect(store)

    def judge(session: Session) -> None:
        event = Event(topic_id=1, title="E", opened_at=NOW, last_seen=NOW)
        session.add(event)
        session.flush()
        rows = session.scalars(select(Judgement).where(Judgement.seed.is_(None))).all()
        for row in rows:
            row.state = "judged"
        rows[0].event_id = event.id

    assert store.write(upkeep.forget_offtopic, NOW + timedelta(days=1)) == 0  # not yet judged
    store.write(judge)
    assert store.write(upkeep.forget_offtopic, NOW - timedelta(days=1)) == 0  # not yet old
    assert store.write(upkeep.forget_offtopic, NOW + timedelta(days=1)) == 1
    assert store.read(count, Article) == 3
    assert poll(store, 1, entry(1), entry(2)).new == 0


def test_the_lock_file_names_its_holder(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/m.db")
    second = daemon_lock(Store(store.url))
    with daemon_lock(store), pytest.raises(AlreadyRunning, match=r"process \d+"), second:
        pass
