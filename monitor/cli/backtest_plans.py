"""What ``monitor backtest`` is asked to replay: articles, a topic, and settings to compare."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli import context, output
from monitor.cli.options import since as moment_of
from monitor.domain.setting_keys import KEYS
from monitor.errors import ConfigError, MonitorError

if TYPE_CHECKING:
    from monitor.edge.archive import Archived
    from monitor.edge.store.store import Store
    from monitor.run.backtest import Run
    from monitor.run.plan import Plan, Seed
    from monitor.types import Routing, TopicSettings

ALERTS = "alerts."
"""How the keys of ``[topics.X.alerts]`` begin."""
STEP = timedelta(hours=1)
"""So finely are times of alerts told where little is published."""


@dataclass(frozen=True, slots=True)
class Asked:
    archive: Path | None
    since: str | None
    topic: str | None
    seeds: Sequence[Path]
    changes: Sequence[str]
    work: Path
    fresh: bool

    def check(self) -> None:
        """Raises ConfigError."""
        if (self.archive is None) == (self.since is None):
            raise ConfigError("name an ARCHIVE, or --since for what is stored: one of the two")
        if self.topic is None and self.since is not None:
            raise ConfigError("--since: name the topic with --topic")
        if (self.topic is None) == (not self.seeds):
            raise ConfigError("name a topic with --topic, or example articles with --seeds")

    @property
    def source(self) -> str:
        """Where the articles come from, in words."""
        return f"stored since {self.since}" if self.archive is None else self.archive.name

    @property
    def name(self) -> str:
        """Of the topic, else of the archive."""
        return self.topic or (self.archive.name.partition(".")[0] if self.archive else "")


@dataclass(frozen=True, slots=True)
class Prepared:
    runs: tuple[Run, ...]
    warnings: tuple[str, ...]
    """What the reader of the report must know."""
    snapshot: Path | None
    """The stored articles, as long as they are needed."""


def prepare(ctx: typer.Context, asked: Asked) -> Prepared:
    """Read all that is replayed.  Raises ConfigError, NotFound, ParseError, StoreError."""
    from monitor.run.backtest import Run

    asked.check()
    warnings: list[str] = []
    with nullcontext() if asked.topic is None else context.store(ctx) as store:
        seeds, settings, routing = _topic(store, asked)
        changed = _changed(settings, routing, asked.changes)
        snapshot = _stored(store, asked, warnings) if asked.archive is None and store else None
    archive = _articles(snapshot or asked.archive or Path(), seeds, warnings)
    runs = [Run(_plan(archive, seeds, settings, routing))]
    if asked.changes:
        runs.append(Run(_plan(archive, seeds, *changed), tuple(asked.changes)))
    quiet = [run.plan.settings.alert_since for run in runs if run.plan.settings.alert_since]
    if quiet and archive and max(quiet) > _begin(archive):
        warnings.append(
            f"alert_since is {output.when(max(quiet))}: of what was published before nobody would "
            "have been alerted; --set alert_since=TIME changes that"
        )
    return Prepared(tuple(runs), tuple(warnings), snapshot)


def _plan(
    archive: Sequence[Archived],
    seeds: Sequence[Seed],
    settings: TopicSettings,
    routing: Mapping[str, Routing],
) -> Plan:
    from monitor.run.plan import Plan

    return Plan(archive, seeds, settings, routing=routing, step=STEP)


def _begin(archive: Sequence[Archived]) -> datetime:
    from monitor.run.plan import published_at

    return published_at(archive[0])


def _topic(
    store: Store | None, asked: Asked
) -> tuple[list[Seed], TopicSettings, Mapping[str, Routing]]:
    from monitor.edge.archive import read_seeds
    from monitor.edge.store.stored import stored_topic
    from monitor.run.plan import Seed
    from monitor.types import TopicSettings

    if store is None or asked.topic is None:
        read = [
            Seed(article, f"{path}:{number}", id)
            for path in dict.fromkeys(asked.seeds)
            for number, (id, article) in enumerate(read_seeds(path), start=1)
        ]
        return read, TopicSettings(), {}
    found = store.read(stored_topic, asked.topic)
    if not found.seeds:
        raise MonitorError(f"{asked.topic}: no seed has been read yet: start the monitor first")
    return [Seed(article, source) for source, article in found.seeds], found.settings, found.routing


def _articles(file: Path, seeds: Sequence[Seed], warnings: list[str]) -> list[Archived]:
    """In order, without the seeds.  Raises ConfigError, ParseError."""
    from monitor.edge.archive import in_order, read_archive

    ids = {seed.id for seed in seeds}
    words = {(seed.article.title, seed.article.text) for seed in seeds}
    with output.waiting(f"reading {file}"):
        lines = [
            one
            for one in read_archive(file)
            if one.id not in ids and (one.article.title, one.article.text) not in words
        ]
        archive, undated = in_order(lines)
    if not archive:
        raise ConfigError(f"{file}: holds no article with a date that is no seed")
    if undated:
        warnings.append(f"{output.plural(undated, 'line')} without a date left out")
    return archive


def _stored(store: Store, asked: Asked, warnings: list[str]) -> Path | None:
    """The articles stored since, as they were when this backtest was begun."""
    from monitor.edge.store.stored import lost_texts
    from monitor.run.backtest import Bench, snapshot

    topic, since = asked.topic or "", asked.since or ""
    try:
        begin = moment_of(since)
    except typer.BadParameter as error:
        raise ConfigError(f"--since: {error.message}") from None
    key = hashlib.sha256(f"{store.url}\n{topic}\n{since}".encode()).hexdigest()[:16]
    file = asked.work / f"stored-{key}" / "articles.jsonl.gz"
    if asked.fresh:
        file.unlink(missing_ok=True)
    if file.exists():
        taken = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        output.note(f"with the articles as stored on {output.when(taken)}: --fresh takes them anew")
    else:
        with output.waiting("reading the stored articles"):
            if not snapshot(store, topic, begin, file):
                Bench.remove(file.parent)
                raise MonitorError(f"no article with a text is stored since {output.when(begin)}")
    lost = store.read(lost_texts, begin)
    if lost is not None:
        warnings.append(
            f"the texts of {output.plural(lost.articles, 'article')} that were off topic, until "
            f"{output.when(lost.until)}, have been dropped ([database] keep_offtopic): of that "
            "time only what matched then is judged again, so what another setting would have "
            "found more is not seen"
        )
    return file


def _changed(
    settings: TopicSettings, routing: Mapping[str, Routing], changes: Sequence[str]
) -> tuple[TopicSettings, Mapping[str, Routing]]:
    """The topic as set.  Raises ConfigError."""
    from monitor.config.given import change_settings
    from monitor.domain.settings import settings_from_dict, settings_to_dict

    of_alerts = [one.strip() for one in changes if one.strip().startswith(ALERTS)]
    own = [one for one in changes if one.strip() not in of_alerts]
    try:
        changed = settings_to_dict(settings) | change_settings(own)
    except ConfigError as error:
        raise ConfigError(f"--set {error}, or of alerts.KEY") from None
    if of_alerts and not routing:
        raise ConfigError(f"--set {of_alerts[0]}: there is no channel that hears alerts")
    values = dict(_alert_keys(of_alerts))
    return settings_from_dict(changed), {
        channel: replace(its, **values) for channel, its in routing.items()
    }


def _alert_keys(changes: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Fields of ``Routing``, as the configuration would read them.  Raises ConfigError."""
    from pydantic import ValidationError

    from monitor.config.alerts import AlertKeys

    for one in changes:
        key, equals, value = (part.strip() for part in one.removeprefix(ALERTS).partition("="))
        if not equals or key not in AlertKeys.model_fields:
            known = ", ".join(AlertKeys.model_fields)
            raise ConfigError(f"--set {one}: is not alerts.KEY=VALUE with a KEY of {known}")
        try:
            routing = AlertKeys.model_validate({key: _value(key, value)}).routing
        except ValidationError as error:
            raise ConfigError(f"--set {one}: {error.errors()[0]['msg']}") from None
        yield key, getattr(routing, key)
        if key == "at":
            yield "weekday", routing.weekday


def _value(key: str, text: str) -> object:
    """Numbers as such, several kinds parted by commas, all else as text."""
    if key == "kinds":
        return [kind.strip() for kind in text.split(",")]
    try:
        read = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return read if isinstance(read, int | float) else text


def known_keys() -> str:
    return f"{', '.join(KEYS)}, or alerts.KEY as in [topics.X.alerts]"
