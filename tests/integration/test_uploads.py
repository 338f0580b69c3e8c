"""Topics and seeds that people add, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Topic
from monitor.domain.seeds import read_seed
from monitor.edge.store import articles, seeds, topics, views
from monitor.edge.store.articles import Collected
from monitor.edge.store.feeds import FeedInput, add_feed
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import ConfigError, NotFound, ParseError
from monitor.types import Article as Text
from monitor.types import TopicSettings
from tests.integration.counting import assert_counted

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://news.example/dam?utm_source=x"
DAM = read_seed("dam.txt", b"Dam bursts\n\nThe dam above the town has burst in the night.\n")
SETTINGS = TopicSettings(must=("dam",))


def add_topic(store: Store, name: str = "dams") -> None:
    store.write(seeds.add_topic, name, SETTINGS, ["mail"], NOW)


def asked(store: Store, name: str = "dams") -> int:
    """How often a fit has been asked for."""

    def count(session: Session) -> int:
        return session.scalars(select(Topic.fit_asked).where(Topic.name == name)).one()

    return store.read(count)


def names(store: Store, topic: str = "dams") -> list[tuple[str, bool]]:
    return [(row.source, row.uploaded) for row in store.read(views.topic, topic).seeds]


def configured(store: Store, *, extra: tuple[SeedInput, ...] = ()) -> None:
    file = SeedInput("/seeds/file.txt", read_seed("file.txt", b"Levee\n\nA levee has broken.\n"))
    store.write(topics.sync_topics, [TopicInput("dams", (), TopicSettings(), (file, *extra))], NOW)


def test_a_topic_by_command(store: Store) -> None:
    add_topic(store)
    shown = store.read(views.topic, "dams")
    assert (shown.origin, shown.state, shown.channels) == ("command", "active", ("mail",))
    assert shown.settings == SETTINGS
    assert asked(store) == 1
    with pytest.raises(ConfigError, match="there is a topic dams already"):
        add_topic(store)
    store.write(topics.sync_topics, [], NOW)
    assert store.read(views.topic, "dams").state == "active"
    store.write(topics.delete_topic, "dams")
    assert store.read(views.topics) == []


def test_a_new_topic_judges_what_is_here(store: Store) -> None:
    def bring(session: Session) -> None:
        add_feed(session, FeedInput("https://news.example/feed", "news.example"), NOW)
        configured_article(session)

    def configured_article(session: Session) -> None:
        from models import Entry

        values = seeds.collected("https://news.example/a", DAM, NOW)
        row = Article(**values)
        session.add(row)
        session.flush()
        session.add(Entry(feed_id=1, article_id=row.id, seen_at=NOW))

    store.write(bring)
    add_topic(store)
    assert store.read(lambda s: s.scalar(select(Judgement.state))) == "pending"


def test_a_seed_is_there_once_and_asks_for_a_fit(store: Store) -> None:
    add_topic(store)
    for file in ("dam.txt", "again.txt"):
        store.write(seeds.add_seed, "dams", DAM, file, NOW)
    assert names(store) == [("dam.txt", True)]
    [seed] = store.read(views.topic, "dams").seeds
    assert (seed.source, seed.title, seed.state) == ("dam.txt", DAM.title, "collected")
    assert asked(store) == 3
    with pytest.raises(NotFound, match="no topic floods"):
        store.write(seeds.add_seed, "floods", DAM, "dam.txt", NOW)


def test_one_text_can_be_a_seed_of_two_topics(store: Store) -> None:
    for topic in ("dams", "floods"):
        add_topic(store, topic)
        store.write(seeds.add_seed, topic, DAM, "dam.txt", NOW)
    [row] = store.read(views.topic, "dams").seeds
    store.write(seeds.remove_seed, "dams", row.id, NOW)
    assert (names(store), names(store, "floods")) == ([], [("dam.txt", True)])


def test_a_page_is_collected_and_becomes_a_seed(store: Store) -> None:
    add_topic(store)
    store.write(seeds.add_seed_url, "dams", URL, NOW)
    store.write(seeds.add_seed_url, "dams", "https://news.example/dam", NOW)
    assert names(store) == [(URL, True)]
    [due] = store.read(articles.articles_due, "news.example", NOW, 10)
    assert (due.url, due.seed) == (URL, True)
    before = asked(store)
    page = Text(url=URL, title="Dam", text="A dam.", published=None, text_from="page")
    store.write(articles.save_collected, [Collected(due.id, page)], NOW)
    assert asked(store) == before + 1
    assert store.read(views.topic, "dams").seeds[0].title == "Dam"
    with pytest.raises(ParseError):
        store.write(seeds.add_seed_url, "dams", "file:///etc/passwd", NOW)


def test_an_uploaded_seed_can_be_removed(store: Store) -> None:
    add_topic(store)
    store.write(seeds.add_seed, "dams", DAM, "dam.txt", NOW)
    [row] = store.read(views.topic, "dams").seeds
    before = asked(store)
    store.write(seeds.remove_seed, "dams", row.id, NOW)
    assert names(store) == []
    assert asked(store) == before + 1
    assert store.read(lambda s: s.scalar(select(func.count()).select_from(Article))) == 0
    with pytest.raises(NotFound, match=f"dams has no seed {row.id}"):
        store.write(seeds.remove_seed, "dams", row.id, NOW)


def test_what_was_in_an_event_with_a_removed_seed_bears_it_alone(store: Store) -> None:
    """Its title and dates were the seed's, and its report a copy of that."""
    add_topic(store)
    store.write(seeds.add_seed, "dams", DAM, "dam.txt", NOW)
    [seed] = store.read(views.topic, "dams").seeds

    def report(session: Session) -> int:
        event = Event(topic_id=1, title=DAM.title, opened_at=NOW - DAY, last_seen=NOW)
        article = Article(
            key="k", url="u", host="h", state="collected", not_before=NOW, first_seen_at=NOW,
            title="The dam is mended", text="x", published=NOW, source="Aldor",
        )  # fmt: skip
        session.add_all([event, article])
        session.flush()
        session.get_one(Judgement, seed.id).event_id = event.id
        session.add(
            Judgement(
                topic_id=1, article_id=article.id, state="judged", not_before=NOW, judged_at=NOW,
                told_at=NOW, event_id=event.id, copy_of_id=seed.id,
            )
        )  # fmt: skip
        return event.id

    event = store.write(report)
    store.write(seeds.remove_seed, "dams", seed.id, NOW)
    left = store.read(views.event, event)
    assert (left.title, left.opened_at, left.matches) == ("The dam is mended", NOW, 1)
    store.read(assert_counted)


def test_a_seed_of_the_configuration_is_its_own(store: Store) -> None:
    configured(store)
    store.write(seeds.add_seed, "dams", DAM, "dam.txt", NOW)
    file, uploaded = store.read(views.topic, "dams").seeds
    assert (file.uploaded, uploaded.uploaded) == (False, True)
    with pytest.raises(ConfigError, match=r"\[topics.dams\] seeds: names /seeds/file.txt"):
        store.write(seeds.remove_seed, "dams", file.id, NOW)
    add_topic(store, "floods")
    with pytest.raises(NotFound):
        store.write(seeds.remove_seed, "floods", uploaded.id, NOW)


def test_uploading_a_seed_of_the_configuration_changes_nothing(store: Store) -> None:
    configured(store)
    levee = read_seed("mine.txt", b"Levee\n\nA levee has broken.\n")
    store.write(seeds.add_seed, "dams", levee, "mine.txt", NOW)
    assert names(store) == [("/seeds/file.txt", False)]


def test_the_configuration_leaves_uploaded_seeds_alone(store: Store) -> None:
    configured(store)
    store.write(seeds.add_seed, "dams", DAM, "dam.txt", NOW)
    configured(store)
    assert names(store) == [("/seeds/file.txt", False), ("dam.txt", True)]
