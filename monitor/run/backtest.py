"""Backtests: a plan is replayed in a folder of its own, where it can be stopped and taken up again.

The folder's name follows from the plan, so the same plan finds what it left there: a database while
it is under way, its outcome once it has been finished.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.domain.formats import MODEL_FORMAT
from monitor.domain.routing import routing_to_dict
from monitor.domain.settings import settings_to_dict
from monitor.edge.store import migrations, replays, stored
from monitor.edge.store.lock import daemon_lock
from monitor.edge.store.steps import StepStore
from monitor.edge.store.store import Store
from monitor.errors import AlreadyRunning, ConfigError, MonitorError
from monitor.run.outcome import Outcome, outcome
from monitor.run.plan import Plan
from monitor.run.resume import KeptPlayer

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from monitor.types import Article

PAGE = 1000
"""Stored articles that are read at once."""
DATABASE, OUTCOME = "replay.db", "outcome.json"


@dataclass(frozen=True, slots=True)
class Run:
    """A plan, and what to call it."""

    plan: Plan
    settings: tuple[str, ...] = ()
    """What was set otherwise than it is, as KEY=VALUE."""


class Bench:
    """The folder in which one run is made."""

    def __init__(self, work: Path, run: Run) -> None:
        self.run = run
        self.folder = work / digest(run.plan)

    def found(self) -> Outcome | None:
        """What has been found before; None: it has not been finished."""
        try:
            made = _outcomes().validate_json((self.folder / OUTCOME).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return replace(made, settings=self.run.settings)

    @staticmethod
    def remove(folder: Path) -> None:
        """Remove what was left in a folder, and the folder."""
        shutil.rmtree(folder, ignore_errors=True)

    async def make(
        self,
        told: Callable[[int], None] = lambda judged: None,
        resumed: Callable[[int], None] = lambda judged: None,
    ) -> Outcome:
        """Make the run, from where it stopped if it was begun.

        ``told``: how many articles are judged; ``resumed``, once: how many were before.
        Raises ConfigError, MonitorError, StoreError.
        """
        if not self.run.plan.archive:
            raise ConfigError("there is no article to replay")
        with self._store() as store:
            player = KeptPlayer(self.run.plan, store, resumed)
            replayed = await player.play(told)
            made = outcome(
                self.run.plan,
                self.run.settings,
                replayed,
                announced=store.read(replays.announced, player.topic),
                titles=store.read(replays.event_titles, player.topic),
            )
            write_whole(self.folder / OUTCOME, _outcomes().dump_json(made))
        for file in self.folder.iterdir():
            if file.name != OUTCOME:
                file.unlink()
        return made

    @contextmanager
    def _store(self) -> Iterator[StepStore]:
        private(self.folder)
        store = StepStore(f"sqlite:///{(self.folder / DATABASE).absolute()}")
        try:
            with daemon_lock(store):
                migrations.upgrade(store)
                yield store
        except AlreadyRunning:
            raise MonitorError(
                f"{self.folder}: this backtest is being made already: wait for it"
            ) from None
        finally:
            store.close()


def _outcomes() -> TypeAdapter[Outcome]:
    from pydantic import TypeAdapter

    return TypeAdapter(Outcome)


def digest(plan: Plan) -> str:
    """Names a plan by all that its outcome follows from."""
    told = hashlib.sha256(plan.backgrounds())
    head = {
        "version": [__version__, MODEL_FORMAT, migrations.head()],
        "settings": settings_to_dict(plan.settings),
        "routing": {name: routing_to_dict(its) for name, its in plan.routing.items()},
        "how": [plan.all_relevant, plan.labels, plan.step and plan.step.total_seconds()],
        "seeds": [[seed.source, seed.id, _record(seed.article)] for seed in plan.seeds],
    }
    told.update(json.dumps(head).encode())
    for one in plan.archive:
        told.update(json.dumps([one.id, one.relevant, _record(one.article)]).encode())
    return told.hexdigest()[:16]


def _record(article: Article) -> dict[str, object]:
    published = article.published
    return asdict(article) | {"published": published.isoformat() if published else None}


def snapshot(store: Store, topic: str, since: datetime, file: Path) -> int:
    """The stored articles as an archive, in a folder of its own: what is dropped or comes in
    meanwhile does not matter.

    Returns how many they are.  Raises ConfigError, StoreError.
    """
    private(file.parent)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    count = after = 0
    try:
        with gzip.open(beside, "wt", compresslevel=1, encoding="utf-8") as lines:
            while rows := store.read(stored.stored_articles, topic, since, after=after, limit=PAGE):
                lines.writelines(f"{_line(id, article)}\n" for id, article in rows)
                after, count = rows[-1][0], count + len(rows)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _line(id: int, article: Article) -> str:
    row = {
        "id": str(id),
        "published": article.published.isoformat() if article.published else None,
        "title": article.title,
        "text": article.text,
        "source": article.source,
        "url": article.url,
        "lang": article.language,
    }
    return json.dumps(row)


def private(folder: Path) -> None:
    """Make a folder that is ours alone: what a run has in memory is kept there, and whoever can
    write it could have us run anything.  Raises ConfigError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made: {error.strerror}: see --work") from None
    if state.st_uid != os.geteuid() or state.st_mode & 0o022:
        raise ConfigError(f"{folder}: others can write there: name a folder of yours with --work")


def write_whole(file: Path, data: bytes) -> None:
    """A file that is there once all is written.  Raises OSError."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
