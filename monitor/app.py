"""Composition root: a configuration becomes parts.  The only module that names concrete edges.

Those are imported where they are made, so that a command pays for what it uses only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, assert_never

import monitor
from monitor import config as settings
from monitor.config import Config
from monitor.domain.addresses import Allowed
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.join import JoinModel
from monitor.edge.store import migrations, topics
from monitor.edge.store.hosts import HostTurns
from monitor.edge.store.store import Store
from monitor.errors import ConfigError
from monitor.pipeline import Parts, Rules
from monitor.ports import Channel, Clock, Fetcher

if TYPE_CHECKING:
    from monitor.edge.fetch import HttpFetcher

FIT_TIMEOUT = 120.0  # seconds
FIT_MEMORY = 2 * 2**30


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_store(config: Config) -> Store:
    """The database, at the revision this version needs.

    Raises ConfigError for an unusable URL, StoreError with the remedy for any other revision.
    """
    store = new_store(config)
    migrations.require_current(store)
    return store


def new_store(config: Config) -> Store:
    """The database as it is, for migrations.  Raises ConfigError."""
    try:
        return Store(config.database_url)
    except ConfigError as error:
        raise ConfigError(f"{config.path}: {error}") from None


@asynccontextmanager
async def open_parts(
    config: Config,
    store: Store,
    *,
    clock: Clock = utc_now,
    channels: Mapping[str, Channel] | None = None,
    shared: bool = False,
) -> AsyncIterator[Parts]:
    """Everything the handlers work with; worker processes and connections end with the context.

    ``channels`` None: those of the configuration that a topic uses.  ``shared``: other machines
    work on this database, and take turns at hosts with this one.  Raises ConfigError.
    """
    from monitor.edge.workers import ProcessWorkers

    fetcher = make_fetcher(config, clock, HostTurns(store) if shared else None)
    if channels is None:
        channels = make_channels(config, clock, store.read(topics.channels_in_use))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(fetcher.aclose)
        workers = ProcessWorkers(count=config.run.workers)
        stack.push_async_callback(workers.aclose)
        fitters = ProcessWorkers(
            count=1,
            timeout=FIT_TIMEOUT,
            memory=FIT_MEMORY,
            preload=("monitor.domain.fitting",),
        )
        stack.push_async_callback(fitters.aclose)
        yield Parts(
            store=store,
            fetcher=fetcher,
            workers=workers,
            fitters=fitters,
            channels=channels,
            clock=clock,
            backgrounds=backgrounds,
            join=join_model,
            rules=rules_of(config),
            heartbeat=make_heartbeat(config),
        )


def replay_parts(
    store: Store,
    fetcher: Fetcher,
    *,
    clock: Clock,
    backgrounds: Callable[[], bytes],
    join: Callable[[], JoinModel],
) -> Parts:
    """What the handlers work with where nothing comes or goes: jobs run in this process, and no
    alert is sent."""
    from monitor.edge.workers import InlineWorkers

    workers = InlineWorkers()
    return Parts(
        store=store,
        fetcher=fetcher,
        workers=workers,
        fitters=workers,
        channels={},
        clock=clock,
        backgrounds=backgrounds,
        join=join,
        rules=rules_of(Config()),
    )


def rules_of(config: Config) -> Rules:
    """The settings that the handlers need."""
    fetch, web = config.fetch, config.web
    return Rules(
        interval=fetch.interval,
        shortest=fetch.shortest,
        longest=fetch.longest,
        polls_per_hour=fetch.polls_per_hour,
        pages=fetch.pages,
        keep_offtopic=config.database.keep_offtopic,
        review_url=web.address,
        public_url=web.public_url,
        tell=_told_of_feeds(config),
    )


def _told_of_feeds(config: Config) -> tuple[str, ...]:
    """The channels that hear of feeds: those of ``ops_channels``, then those of topics."""
    told = list(config.run.ops_channels)
    for topic in config.topics.values():
        told += [name for name, routing in topic.routing.items() if "feed" in routing.kinds]
    return tuple(dict.fromkeys(told))


def make_fetcher(
    config: Config, clock: Clock = utc_now, turns: HostTurns | None = None
) -> HttpFetcher:
    """``turns``: those of all machines.  Raises ConfigError for an unusable ``allow_private`` or
    ``proxy``."""
    from monitor.edge.fetch import HttpFetcher

    try:
        allowed = Allowed.parse(config.fetch.allow_private)
    except ConfigError as error:
        raise config.error("[fetch] allow_private", str(error)) from None
    contact = f" (+{config.fetch.contact})" if config.fetch.contact else ""
    return HttpFetcher(
        allowed=allowed,
        user_agent=config.fetch.user_agent or f"news-monitor/{monitor.__version__}{contact}",
        min_gap=config.fetch.gap_of,
        clock=clock,
        timeout=config.fetch.timeout.total_seconds(),
        proxy=settings.proxy_of(config),
        shared=turns,
    )


def make_heartbeat(config: Config) -> Callable[[], Coroutine[Any, Any, None]] | None:
    """What lets the watcher hear; None without one.  Raises ConfigError."""
    url = settings.heartbeat_of(config)
    if not url:
        return None
    from monitor.edge.heartbeat import Heartbeat

    try:
        return Heartbeat(url).beat
    except ConfigError as error:
        raise config.error("[run] heartbeat_url", str(error)) from None


def make_channels(
    config: Config, clock: Clock = utc_now, stored: Iterable[str] = ()
) -> dict[str, Channel]:
    """The channels of topics and of feed alerts.  Raises ConfigError for a missing secret.

    ``stored``: those of topics in the database; what is no longer configured is left out.
    """
    used = {channel for topic in config.topics.values() for channel in topic.channels}
    used.update(config.run.ops_channels)
    used.update(config.channels.keys() & set(stored))
    return {name: make_channel(config, name, clock) for name in sorted(used)}


def make_channel(config: Config, name: str, clock: Clock = utc_now) -> Channel:
    """Raises ConfigError for an unknown channel, a missing secret or an unusable value."""
    if name not in config.channels:
        known = ", ".join(sorted(config.channels)) or "none is defined"
        raise config.error("[channels]", f'no channel "{name}" (known: {known})')
    channel = settings.with_secrets(config, name)
    try:
        return _build(config, channel, clock)
    except ConfigError as error:
        raise config.error(f"[channels.{name}]", str(error)) from None


def _build(config: Config, channel: settings.Channel, clock: Clock) -> Channel:
    match channel:
        case settings.EmailChannel():
            from monitor.edge.channels.email import EmailChannel

            return EmailChannel(
                host=channel.host,
                port=channel.port,
                tls=channel.tls,
                username=channel.username,
                password=channel.password,
                sender=channel.sender,
                recipients=channel.to,
            )
        case settings.SlackChannel(webhook_url=""):
            from monitor.edge.channels.slack import SlackBot

            return SlackBot(
                channel.bot_token, channel.channel, clock=clock, api_url=channel.api_url
            )
        case settings.SlackChannel():
            from monitor.edge.channels.slack import SlackWebhook

            return SlackWebhook(channel.webhook_url, clock=clock)
        case settings.WebhookChannel():
            from monitor.edge.channels.webhook import Webhook

            return Webhook(channel.url, channel.secret, clock=clock)
        case settings.AppriseChannel():
            from monitor.edge.channels.apprise import AppriseChannel

            return AppriseChannel(channel.url)
        case settings.FileChannel():
            from monitor.edge.channels.file import FileChannel

            return FileChannel(config.file(channel.path))
        case _:
            assert_never(channel)


@cache
def backgrounds() -> bytes:
    """The tables of document frequencies that ship with the package, by language."""
    packed: dict[str, bytes] = {}
    for file in resources.files("monitor").joinpath("data").iterdir():
        kind, _, rest = file.name.partition(".")
        if kind == "background":
            packed[rest.partition(".")[0]] = file.read_bytes()
    return Backgrounds(packed).to_bytes()


@cache
def join_model() -> JoinModel:
    """The model of what belongs to an event that ships with the package."""
    file = resources.files("monitor").joinpath("data", "join.json")
    return JoinModel.from_json(file.read_bytes())
