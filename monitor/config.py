"""The configuration: a TOML file and ``MONITOR__SECTION__KEY`` variables -> one frozen ``Config``.

Whatever is wrong with it becomes one ``ConfigError`` that names the file, the key and the remedy.
Secrets (``${VAR}``, ``password_file``) are read only when a channel is built: commands that send
nothing need none.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from monitor.errors import ConfigError
from monitor.types import TopicSettings

DEFAULT_FILE = Path("config.toml")
ENV_PREFIX = "MONITOR__"
SECTIONS = ("database", "fetch", "run", "web")
"""The fixed sections, whose scalars the environment may override."""

SECRETS = ("password", "webhook_url")
"""Keys whose value no message repeats."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _duration(value: object) -> timedelta:
    found = (
        re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*", value)
        if isinstance(value, str)
        else None
    )
    if not found:
        raise PydanticCustomError(
            "duration", 'is not a duration: write "30s", "15m", "1h" or "30d"'
        )
    return timedelta(seconds=float(found[1]) * UNITS[found[2]])


def _listen(value: str) -> str:
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([\w.-]+)):(\d{1,5})", value)
    if value and not found:
        raise PydanticCustomError(
            "listen", 'is not HOST:PORT: write "127.0.0.1:8765", or "" for no page'
        )
    if found and not _is_loopback(found[1] or found[2]):
        raise PydanticCustomError(
            "listen",
            "is open to other machines, and the page has no password: "
            "listen on 127.0.0.1 and reach it through SSH or a proxy with a password of its own",
        )
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _since(value: object) -> object:
    """A bare date or a local time of the file means UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("since", 'is not a date: write "2026-01-31"') from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Listen = Annotated[str, AfterValidator(_listen)]
Since = Annotated[AwareDatetime, BeforeValidator(_since)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Database(Section):
    url: str = "sqlite:///monitor.db"
    keep_offtopic: Duration = timedelta(days=30)


class HostRule(Section):
    min_gap: Duration


class Fetch(Section):
    allow_private: tuple[str, ...] = ()
    min_gap: Duration = timedelta(seconds=1)
    interval: Duration = timedelta(minutes=15)
    timeout: Duration = timedelta(seconds=30)
    user_agent: str = ""
    hosts: dict[str, HostRule] = {}

    def gap_of(self, host: str) -> float:
        """Seconds between two requests to ``host``: the first matching pattern decides."""
        for pattern, rule in self.hosts.items():
            if fnmatchcase(host, pattern):
                return rule.min_gap.total_seconds()
        return self.min_gap.total_seconds()


class Run(Section):
    tick: Duration = timedelta(seconds=5)
    workers: Annotated[int, Field(ge=1, le=64)] = 2


class Web(Section):
    listen: Listen = "127.0.0.1:8765"


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

    @property
    def settings(self) -> TopicSettings:
        return TopicSettings(
            must=self.must,
            exclude=self.exclude,
            threshold=self.threshold,
            match_budget=self.match_budget,
            alert_since=self.alert_since,
        )


class EmailChannel(Section):
    type: Literal["email"]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    tls: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: str = ""
    password_file: str = ""
    sender: Annotated[str, Field(alias="from")]
    to: Annotated[tuple[str, ...], Field(min_length=1)]


class SlackChannel(Section):
    type: Literal["slack"]
    webhook_url: str


class FileChannel(Section):
    type: Literal["file"]
    path: str


Channel = Annotated[EmailChannel | SlackChannel | FileChannel, Field(discriminator="type")]


class Config(Section):
    """Everything the user set.  ``path`` is the file it came from."""

    opml: tuple[str, ...] = ()
    database: Database = Database()
    fetch: Fetch = Fetch()
    run: Run = Run()
    web: Web = Web()
    feeds: tuple[Feed, ...] = ()
    topics: dict[str, Topic] = {}
    channels: dict[str, Channel] = {}

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


def load(path: Path, environ: Mapping[str, str] = os.environ, *, optional: bool = False) -> Config:
    """Read, override and validate.  Raises ConfigError with every problem found, a line each.

    ``optional``: where there is no such file, every key has its default.
    """
    data = {} if optional and not path.exists() else _read(path)
    overridden = _override(data, environ)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        lines = [_in_words(path, data, overridden, one) for one in error.errors()]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None
    config._path = path.absolute()
    for name, topic in config.topics.items():
        for channel in topic.channels:
            if channel not in config.channels:
                known = ", ".join(sorted(config.channels)) or "none is defined"
                raise config.error(
                    f"[topics.{name}] channels",
                    f'no channel "{channel}": add a [channels.{channel}] section (known: {known})',
                )
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file: name one with --config FILE or MONITOR_CONFIG"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None


def _override(data: dict[str, Any], environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put ``MONITOR__SECTION__KEY`` values into ``data``; returns each key's variable."""
    names: dict[tuple[str, ...], str] = {}
    for name in sorted(n for n in environ if n.startswith(ENV_PREFIX)):
        parts = tuple(name.removeprefix(ENV_PREFIX).lower().split("__"))
        if len(parts) != 2 or parts[0] not in SECTIONS:
            raise ConfigError(
                f"environment variable {name}: is not MONITOR__SECTION__KEY with a section of "
                f"{', '.join(SECTIONS)}"
            )
        section = data.setdefault(parts[0], {})
        if isinstance(section, dict):
            section[parts[1]] = environ[name]
            names[parts] = name
    return names


def _in_words(
    path: Path, data: dict[str, Any], overridden: Mapping[tuple[str, ...], str], error: ErrorDetails
) -> str:
    """One problem as ``file: [section] key: problem``."""
    location = [part for part in error["loc"] if part not in ("email", "slack", "file")]
    where = overridden.get(tuple(str(part) for part in location))
    prefix = f"environment variable {where}" if where else f"{path}: {_key(location)}"
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{prefix}: unknown key{_suggestion(location)}"
    if kind == "missing":
        return f"{prefix}: is missing: add it"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return f'{path}: [channels.{location[1]}] type: is not "email", "slack" or "file"'
    if kind == "too_short":
        return f"{prefix}: is empty: name at least one"
    if kind == "string_pattern_mismatch":
        return f"{prefix}: {error['input']!r} is no http(s) address"
    shown = "what is there" if location[-1] in SECRETS else repr(error["input"])
    return f"{prefix}: {shown} {_problem(error)}"


def _problem(error: ErrorDetails) -> str:
    message = error["msg"]
    return message if message.startswith("is ") else f"is not right: {message}"


def _key(location: list[Any]) -> str:
    """``("topics", "x", "seeds", 0)`` as ``[topics.x] seeds``."""
    names = [str(part) for part in location if not isinstance(part, int)]
    if location and location[0] == "feeds" and len(location) > 1:
        return f"[[feeds]] number {int(location[1]) + 1}: {'.'.join(names[1:])}".rstrip(": ")
    if len(names) < 2:
        return names[0] if names else "the file"
    depth = 2 if names[0] in ("topics", "channels") and len(names) > 2 else 1
    return f"[{'.'.join(names[:depth])}] {'.'.join(names[depth:])}"


def _known_keys(location: list[Any]) -> list[str]:
    models: dict[str, list[type[BaseModel]]] = {
        "database": [Database],
        "fetch": [Fetch],
        "run": [Run],
        "web": [Web],
        "feeds": [Feed],
        "topics": [Topic],
        "channels": list(get_args(get_args(Channel)[0])),
    }
    chosen = models.get(str(location[0]), [Config]) if len(location) > 1 else [Config]
    return sorted({f.alias or n for m in chosen for n, f in m.model_fields.items()})


def _suggestion(location: list[Any]) -> str:
    known = _known_keys(location)
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f': did you mean "{close[0]}"?' if close else f": known here are {', '.join(known)}"


VARIABLE = re.compile(r"\$\{(\w+)\}")


def with_secrets(config: Config, name: str, environ: Mapping[str, str] = os.environ) -> Channel:
    """The channel ``name`` with ``${VAR}`` and ``password_file`` resolved.

    Raises ConfigError naming the variable or file that is missing (never a value).
    """
    channel = config.channels[name]
    changes: dict[str, str] = {}
    for key, value in channel:
        if isinstance(value, str) and VARIABLE.search(value):
            changes[key] = _expand(config, f"[channels.{name}] {key}", value, environ)
    if isinstance(channel, EmailChannel) and channel.password_file:
        try:
            changes["password"] = config.file(channel.password_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise config.error(
                f"[channels.{name}] password_file",
                f"{channel.password_file} cannot be read: create it, readable by the monitor only",
            ) from None
    return channel.model_copy(update=changes)


def _expand(config: Config, key: str, value: str, environ: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        if not environ.get(found[1]):
            raise config.error(key, f"the environment variable {found[1]} is not set: set it")
        return environ[found[1]]

    return VARIABLE.sub(one, value)
