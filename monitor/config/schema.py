"""The sections and their keys."""

from __future__ import annotations

import re
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, field_serializer

from monitor.config.alerts import TopicAlerts
from monitor.config.channels import Channel
from monitor.config.section import Section
from monitor.config.values import (
    VARIABLE,
    Contact,
    DeskUrl,
    Duration,
    Listen,
    Password,
    Proxy,
    PublicUrl,
    SecretUrl,
    Since,
    UserAgent,
)
from monitor.errors import ConfigError
from monitor.types import Routing, TopicSettings

DEFAULT_FILE = Path("config.toml")


class Database(Section):
    url: Annotated[str, Field(repr=False)] = "sqlite:///monitor.db"
    keep_offtopic: Duration = timedelta(days=30)


class HostRule(Section):
    min_gap: Duration


class Fetch(Section):
    allow_private: tuple[str, ...] = ()
    min_gap: Duration = timedelta(seconds=1)
    interval: Duration = timedelta(minutes=15)
    min_interval: Duration | None = None
    max_interval: Duration | None = None
    polls_per_hour: Annotated[float, Field(gt=0)] | None = None
    pages: Literal["all", "likely"] = "all"
    timeout: Duration = timedelta(seconds=30)
    contact: Contact = ""
    user_agent: UserAgent = ""
    proxy: Annotated[Proxy, Field(repr=False)] = ""
    hosts: dict[str, HostRule] = Field(default={})

    @field_serializer("proxy")
    def _without_password(self, proxy: str) -> str:
        """What is shown of the proxy: a password only as the name of its variable."""
        found = re.fullmatch(r"([^:/]*://[^:@/]*:)(.*)(@[^@]*)", proxy)
        if found is None or VARIABLE.fullmatch(found[2]):
            return proxy
        return f"{found[1]}***{found[3]}"

    @property
    def shortest(self) -> timedelta:
        """Between two polls of a feed that has no interval of its own."""
        return self.interval / 3 if self.min_interval is None else self.min_interval

    @property
    def longest(self) -> timedelta:
        """Between two polls of a feed that has no interval of its own."""
        return self.interval * 4 if self.max_interval is None else self.max_interval

    def gap_of(self, host: str) -> float:
        """Seconds between two requests to ``host``: the first matching pattern decides."""
        for pattern, rule in self.hosts.items():
            if fnmatchcase(host, pattern):
                return rule.min_gap.total_seconds()
        return self.min_gap.total_seconds()


class Run(Section):
    tick: Duration = timedelta(seconds=5)
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    ops_channels: tuple[str, ...] = ()
    heartbeat_url: SecretUrl = ""


class Web(Section):
    listen: Listen = "127.0.0.1:8765"
    url: DeskUrl = ""
    password: Password = ""
    password_file: str = ""
    viewer_password: Password = ""
    viewer_password_file: str = ""
    public_url: PublicUrl = ""

    @property
    def address(self) -> str:
        """Where people find the page, without a slash at the end; empty when there is none."""
        if not self.listen:
            return ""
        return self.url or "http://" + re.sub(r"^(0\.0\.0\.0|\[::\]):", "localhost:", self.listen)


class Feed(Section):
    url: Annotated[str, Field(pattern=r"^https?://")]
    name: str = ""
    interval: Duration | None = None
    tags: tuple[str, ...] = ()


class Topic(Section):
    seeds: Annotated[tuple[str, ...], Field(min_length=1)]
    channels: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    threshold: Annotated[float, Field(ge=-1, le=1)] | None = None
    match_budget: Annotated[float, Field(gt=0)] | None = None
    alert_since: Since | None = None
    alerts: TopicAlerts = TopicAlerts()

    @property
    def routing(self) -> dict[str, Routing]:
        """What the topic tells on each of its channels."""
        return {channel: self.alerts.of(channel).routing for channel in self.channels}

    @property
    def settings(self) -> TopicSettings:
        return TopicSettings(
            must=self.must,
            exclude=self.exclude,
            threshold=self.threshold,
            match_budget=self.match_budget,
            alert_since=self.alert_since,
        )


class Config(Section):
    """Everything the user set.  ``path`` is the file it came from."""

    opml: tuple[str, ...] = ()
    database: Database = Database()
    fetch: Fetch = Fetch()
    run: Run = Run()
    web: Web = Web()
    feeds: tuple[Feed, ...] = ()
    topics: dict[str, Topic] = Field(default={})
    channels: dict[str, Channel] = Field(default={})

    _path: Path = PrivateAttr(default=DEFAULT_FILE)

    @property
    def path(self) -> Path:
        return self._path

    def file(self, name: str) -> Path:
        """A path of the file: relative ones are relative to the file itself."""
        return self._path.parent / Path(name).expanduser()

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL: a relative SQLite path resolved, Postgres through psycopg 3."""
        url = self.database.url
        if url.startswith("sqlite:///") and url != "sqlite:///:memory:":
            return f"sqlite:///{self.file(url.removeprefix('sqlite:///')).resolve()}"
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)

    def error(self, key: str, problem: str) -> ConfigError:
        """A ConfigError about one key of this file."""
        return ConfigError(f"{self._path}: {key}: {problem}")
