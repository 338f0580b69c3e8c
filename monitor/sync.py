"""The configuration's feeds and topics into the database: at start and on SIGHUP."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config import Config
from monitor.domain import opml
from monitor.domain.pages import Known, unknown
from monitor.domain.seeds import read_seed
from monitor.domain.urls import canonical, host_of
from monitor.edge.store import feeds, topics
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import ConfigError, ParseError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

SHOWN_PROBLEMS = 3
"""Outlines of one OPML file that are complained about one by one."""
SEED_ENDINGS = {".txt", ".md", ".html", ".htm"}


def sync(config: Config, store: Store, now: datetime) -> None:
    """Raises ConfigError (a seed or OPML file that cannot be read) before anything is changed."""
    wanted_feeds = list(feeds_of(config))
    # What tells languages takes half a second and 100 MB to load: a seed that is here needs none.
    wanted_topics = list(
        topics_of(config, lambda title, text: store.read(topics.language_given, title, text))
    )
    store.write(feeds.sync_feeds, wanted_feeds, now)
    store.write(topics.sync_topics, wanted_topics, now)


def feeds_of(config: Config) -> Iterator[FeedInput]:
    """The feeds of the OPML files, then those of the file itself, which win."""
    for name in config.opml:
        found = read_opml(config, name)
        for problem in found.problems[:SHOWN_PROBLEMS]:
            log.warning("%s: left out: %s", name, problem)
        if len(found.problems) > SHOWN_PROBLEMS:
            log.warning("%s: %d outlines in all are left out", name, len(found.problems))
        yield from opml_inputs(found)
    for feed in config.feeds:
        yield FeedInput(feed.url, _host(config, feed.url), feed.name, feed.interval, feed.tags)


def read_opml(config: Config, name: str) -> opml.Opml:
    """Raises ConfigError."""
    try:
        return opml.read_opml(config.file(name).read_bytes())
    except OSError as error:
        raise config.error("opml", f"{name}: cannot be read: {error.strerror}") from None
    except ParseError as error:
        raise config.error("opml", f"{name}: {error}") from None


def opml_inputs(found: opml.Opml) -> list[FeedInput]:
    """The feeds of an OPML file as the database takes them."""
    return [FeedInput(f.url, host_of(f.url), f.name, tags=f.tags) for f in found.feeds]


def add_feeds(store: Store, wanted: Iterable[FeedInput], now: datetime) -> int:
    """Add all feeds or, on an error, none; returns how many were new."""

    def add(session: Session) -> int:
        return sum(feeds.add_feed(session, feed, now) for feed in wanted)

    return store.write(add)


def _host(config: Config, url: str) -> str:
    try:
        return host_of(url)
    except ParseError as error:
        raise config.error("[[feeds]] url", f"{url}: {error}") from None


def topics_of(config: Config, known: Known = unknown) -> Iterator[TopicInput]:
    for name, topic in config.topics.items():
        seeds = [seed for given in topic.seeds for seed in seeds_of(config, name, given, known)]
        yield TopicInput(name, topic.channels, topic.settings, tuple(seeds), topic.routing)


def seeds_of(config: Config, topic: str, given: str, known: Known = unknown) -> Iterator[SeedInput]:
    """The seeds behind one file, folder or URL.  Raises ConfigError."""
    key = f"[topics.{topic}] seeds"
    if given.startswith(("http://", "https://")):
        try:
            yield SeedInput(source=given, key=canonical(given), host=host_of(given))
        except ParseError as error:
            raise config.error(key, f"{given}: {error}") from None
        return
    path = config.file(given)
    for file in seed_files(config, key, path):
        try:
            article = read_seed(file.name, file.read_bytes(), known)
        except OSError as error:
            raise config.error(key, f"{file}: cannot be read: {error.strerror}") from None
        except ConfigError as error:
            raise config.error(key, f"{file}: {error}") from None
        yield SeedInput(source=str(file), article=article)


def seed_files(config: Config, key: str, path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in SEED_ENDINGS and not file.name.startswith(".")
        )
        if not files:
            endings = ", ".join(sorted(SEED_ENDINGS))
            raise config.error(key, f"{path}: holds no article: put some there ({endings})")
        return files
    if not path.is_file():
        raise config.error(key, f"{path}: no such file or folder: paths are relative to the file")
    return [path]
