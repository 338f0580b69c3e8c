"""A topic packed, and unpacked elsewhere, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Article, Feed, Judgement, Topic
from monitor.commands import Fit
from monitor.config import Config
from monitor.domain.packs import Feed as PackFeed
from monitor.domain.packs import Pack, read_pack, write_pack
from monitor.domain.relevance import score_alone
from monitor.edge.store import feeds, fits, judging, seeds, upkeep, views
from monitor.edge.store.store import Store
from monitor.errors import ConfigError, MonitorError, NotFound, ParseError
from monitor.pack import pack, unpack
from monitor.pipeline import Parts, handle
from monitor.run.local import Engine
from monitor.types import TopicSettings
from tests.integration.world import (
    AFTER,
    ON_SQLITE,
    SETTINGS,
    Clock,
    follow_topic,
    load,
    parts_for,
    set_up,
)

STORIES = load("stories.jsonl")[:12]
CONFIG = Config.model_validate({"channels": {"log": {"type": "file", "path": "x.jsonl"}}})


@pytest.fixture(scope="module")
def packed(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """A topic that has judged an archive, with a label of each kind."""
    file = tmp_path_factory.mktemp("packed") / "monitor.db"
    file.write_bytes(sqlite_file.read_bytes())
    store = Store(f"sqlite:///{file}")
    set_up(store, STORIES, AFTER)
    with parts_for(store, STORIES, Clock(AFTER)) as parts:
        asyncio.run(Engine(parts).drain())
    label_all(store)
    yield pack(store, "story", AFTER)
    store.close()


def label_all(store: Store) -> None:
    by_url = {story.url: story for story in STORIES}

    def label(session: Session) -> None:
        rows = session.execute(select(Judgement.id, Article.url).join(Article)).all()
        for number, (id, url) in enumerate(rows):
            if url in by_url and number % 2:
                verdict: Any = "relevant" if by_url[url].relevant else "irrelevant"
                judging.label(session, id, verdict, AFTER)

    store.write(label)


def fitted(store: Store, name: str, parts: Parts) -> Any:
    """The model that the real handler makes."""
    topic = store.read(views.topic_ids)[name]
    asyncio.run(handle(Fit(topic), parts))
    model = store.read(fits.newest_model, topic)
    assert model is not None
    return parts.model(model)


def test_a_pack_unpacked_elsewhere_is_the_same_topic(store: Store, packed: bytes) -> None:
    found = read_pack(packed, AFTER)
    assert len(found.seeds) == 3
    assert {label.verdict for label in found.labels} == {"relevant", "irrelevant"}
    name, done = unpack(store, CONFIG, packed, AFTER, channels=["log"])
    assert (name, done.seeds, done.labels) == ("story", len(found.seeds), len(found.labels))
    assert done.feeds == len(found.feeds) > 1
    assert pack(store, "story", AFTER) == packed
    shown = store.read(views.topic, "story")
    assert (shown.origin, shown.channels, shown.settings) == ("command", ("log",), SETTINGS)
    assert [seed.source for seed in shown.seeds] == [s.name for s in found.seeds]
    assert store.read(views.matches) == store.read(views.events) == []


@ON_SQLITE
def test_the_model_of_the_unpacked_scores_as_that_of_the_packed(
    store: Store, tmp_path: Path, sqlite_file: Path
) -> None:
    """Labels included: the one is fitted to what feeds brought, the other to the file."""
    set_up(store, STORIES, AFTER)
    with parts_for(store, STORIES, Clock(AFTER)) as parts:
        asyncio.run(Engine(parts).drain())
        label_all(store)
        first = fitted(store, "story", parts)
    packed = pack(store, "story", AFTER)
    articles = [label.article.article() for label in read_pack(packed, AFTER).labels]
    (tmp_path / "other.db").write_bytes(sqlite_file.read_bytes())
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    unpack(other, CONFIG, packed, AFTER)
    with parts_for(other, STORIES, Clock(AFTER)) as parts:
        second = fitted(other, "story", parts)
    other.close()
    scores = [[score_alone(model, one).value for one in articles] for model in (first, second)]
    assert scores[1] == pytest.approx(scores[0], abs=1e-12)
    unlabelled = fitted_to_seeds(store, packed)
    assert scores[0] != pytest.approx([score_alone(unlabelled, a).value for a in articles])


def fitted_to_seeds(store: Store, packed: bytes) -> Any:
    plain = write_pack(replace(read_pack(packed, AFTER), labels=()))
    unpack(store, CONFIG, plain, AFTER, name="plain", feeds=False)
    with parts_for(store, STORIES, Clock(AFTER)) as parts:
        return fitted(store, "plain", parts)


def test_labels_are_learnt_from_and_not_judged(store: Store, packed: bytes) -> None:
    unpack(store, CONFIG, packed, AFTER)
    topic = store.read(views.topic_ids)["story"]
    job = store.read(fits.topic_for_fit, topic, AFTER, 100)
    assert job is not None
    assert len(job.seeds) == 3
    assert len(job.relevant) + len(job.irrelevant) == len(read_pack(packed, AFTER).labels)
    assert job.stream == ()  # what others have labelled is no news
    due = store.read(judging.judgements_due, topic, AFTER, 100)
    assert all(one.seed for one in due)
    store.write(upkeep.forget_offtopic, AFTER.replace(year=2030))
    assert pack(store, "story", AFTER) == packed


def test_an_article_that_is_here_already_is_kept(store: Store, packed: bytes) -> None:
    """A file of strangers does not say what a page says."""
    set_up(store, STORIES, AFTER)
    with parts_for(store, STORIES, Clock(AFTER)) as parts:
        asyncio.run(Engine(parts).drain())
    found = read_pack(packed, AFTER)
    false = [
        replace(label, article=replace(label.article, text="Buy pills.")) for label in found.labels
    ]
    unpack(store, CONFIG, write_pack(replace(found, labels=tuple(false))), AFTER, name="copy")
    again = read_pack(pack(store, "copy", AFTER), AFTER)
    kept = {(label.verdict, label.article.url) for label in again.labels}
    assert kept == {(label.verdict, label.article.url) for label in found.labels}
    assert "Buy pills." not in {label.article.text for label in again.labels}
    topic = store.read(views.topic_ids)["copy"]
    due = {one.judgement for one in store.read(judging.judgements_due, topic, AFTER, 100)}
    assert len(due) == len(STORIES) + 3  # judged here, and labelled


def test_a_later_article_of_that_address_is_its_own(store: Store, packed: bytes) -> None:
    """A pack cannot take a page's place before a feed brings it."""
    unpack(store, CONFIG, packed, AFTER)
    keys = store.read(lambda s: s.scalars(select(Article.key)).all())
    assert {key.partition(":")[0] for key in keys} == {"seed"}


def test_nothing_of_this_machine_is_in_a_pack(store: Store) -> None:
    follow_topic(store, AFTER)

    def spoil(session: Session) -> None:
        session.execute(update(Judgement).values(seed="/home/me/secret/dam.txt"))
        session.execute(update(Topic).values(channels=["mail"]))
        for url in ("http://127.0.0.1:1/feed", "http://localhost/feed", "https://a.example/feed"):
            feeds.add_feed(session, feeds.FeedInput(url, "x"), AFTER)
        feeds.remove_feed(session, "https://a.example/feed")
        feeds.add_feed(session, feeds.FeedInput("https://b.example/feed", "x"), AFTER)

    store.write(spoil)
    data = pack(store, "story", AFTER)
    for word in (b"secret", b"/home", b"127.0.0.1", b"localhost", b"mail", b"a.example"):
        assert word not in data
    assert [feed.url for feed in read_pack(data, AFTER).feeds] == ["https://b.example/feed"]
    assert read_pack(pack(store, "story", AFTER, feeds=False), AFTER).feeds == ()


def test_settings_of_the_desk_go_before_those_of_the_file(store: Store) -> None:
    follow_topic(store, AFTER)
    store.write(lambda s: s.execute(update(Topic).values(overrides={"threshold": 0.42})))
    assert read_pack(pack(store, "story", AFTER), AFTER).settings.threshold == 0.42


def test_feeds_that_are_here_are_left_alone(store: Store, packed: bytes) -> None:
    url = read_pack(packed, AFTER).feeds[0].url
    store.write(feeds.add_feed, feeds.FeedInput(url, "mine", "My name"), AFTER)
    store.write(feeds.set_feed_state, url, "paused", AFTER)
    unpack(store, CONFIG, packed, AFTER)
    kept = select(Feed.name, Feed.state).where(Feed.url == url)
    assert store.read(lambda s: s.execute(kept).one()) == ("My name", "paused")
    _, done = unpack(store, CONFIG, packed, AFTER, name="two")
    assert done.feeds == 0


def test_without_feeds(store: Store, packed: bytes) -> None:
    unpack(store, CONFIG, packed, AFTER, feeds=False)
    assert store.read(lambda s: s.scalars(select(Feed)).all()) == []


def test_what_cannot_be_unpacked_changes_nothing(store: Store, packed: bytes) -> None:
    unpack(store, CONFIG, packed, AFTER, feeds=False)
    for data, options, error, why in (
        (
            packed,
            {},
            ConfigError,
            r"there is a topic story already: choose another name \(--name\)",
        ),
        (packed, {"name": "a\nb"}, ConfigError, "one line of plain text"),
        (packed, {"name": "two", "channels": ["x"]}, ConfigError, 'no channel "x" .known: log'),
        (packed[:-50], {"name": "two"}, ParseError, "no topic pack"),
    ):
        with pytest.raises(error, match=why):
            unpack(store, CONFIG, data, AFTER, **options)  # type: ignore[arg-type]
    assert list(store.read(views.topic_ids)) == ["story"]
    assert store.read(lambda s: s.scalars(select(Feed)).all()) == []


def test_what_cannot_be_packed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound):
        pack(store, "story", AFTER)
    store.write(seeds.add_topic, "bare", TopicSettings(), [], AFTER)
    with pytest.raises(MonitorError, match=r"bare cannot be packed: .*no seed with a text"):
        pack(store, "bare", AFTER)
    follow_topic(store, AFTER)
    monkeypatch.setattr("monitor.domain.packs.MAX_BYTES", 100)
    with pytest.raises(MonitorError, match="story cannot be packed: larger than"):
        pack(store, "story", AFTER)


def test_many_labels_in_bulk(store: Store, packed: bytes) -> None:
    found = read_pack(packed, AFTER)
    [first, *_] = found.labels
    many = tuple(
        replace(first, article=replace(first.article, text=f"Text {n}.", url=f"https://a.b/{n}"))
        for n in range(1200)
    )
    big = replace(found, labels=many, feeds=(PackFeed("https://a.example/feed"),))
    unpack(store, CONFIG, write_pack(big), AFTER)
    again: Pack = read_pack(pack(store, "story", AFTER), AFTER)
    assert again == big
