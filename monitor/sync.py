"""The configuration's feeds and topics into the database: at start and on SIGHUP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from monitor.config import Config
from monitor.domain.seeds import read_seed
from monitor.domain.urls import canonical, host_of
from monitor.edge.store import feeds, topics
from monitor.edge.store.feeds import FeedInput
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import ConfigError, ParseError

SEED_ENDINGS = {".txt", ".md", ".html", ".htm"}


def sync(config: Config, store: Store, now: datetime) -> None:
    """Raises ConfigError (a seed or OPML file that cannot be read) before anything is changed."""
    wanted_feeds = list(feeds_of(config))
    wanted_topics = list(topics_of(config))
    store.write(feeds.sync_feeds, wanted_feeds, now)
    store.write(topics.sync_topics, wanted_topics, now)


def feeds_of(config: Config) -> Iterator[FeedInput]:
    """The feeds of the OPML files, then those of the file itself, which win."""
    for name in config.opml:
        yield from read_opml(config, name)
    for feed in config.feeds:
        yield FeedInput(feed.url, _host(config, feed.url), feed.name, feed.interval, feed.tags)


def read_opml(config: Config, name: str) -> list[FeedInput]:
    """Folders become tags.  Raises ConfigError."""
    try:
        return parse_opml(config.file(name).read_bytes())
    except OSError as error:
        raise config.error("opml", f"{name}: cannot be read: {error.strerror}") from None
    except ParseError as error:
        raise config.error("opml", f"{name}: {error}") from None


def parse_opml(data: bytes) -> list[FeedInput]:
    """Raises ParseError if it is no OPML or holds no feed."""
    import listparser

    parsed = listparser.parse(data)
    found = [
        FeedInput(
            url=feed.url,
            host=host_of(feed.url),
            name=feed.title or "",
            tags=tuple(name for path in feed.categories for name in path if name),
        )
        for feed in parsed.feeds
        if feed.url.startswith(("http://", "https://"))
    ]
    if not found:
        raise ParseError("holds no feed: is it an OPML file?")
    return found


def _host(config: Config, url: str) -> str:
    try:
        return host_of(url)
    except ParseError as error:
        raise config.error("[[feeds]] url", f"{url}: {error}") from None


def topics_of(config: Config) -> Iterator[TopicInput]:
    for name, topic in config.topics.items():
        seeds = [seed for given in topic.seeds for seed in seeds_of(config, name, given)]
        yield TopicInput(name, topic.channels, topic.settings, tuple(seeds))


def seeds_of(config: Config, topic: str, given: str) -> Iterator[SeedInput]:
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
            article = read_seed(file.name, file.read_bytes())
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
