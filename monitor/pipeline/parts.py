"""What the handlers work with; put together by ``monitor.app``."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar

from monitor.edge.store import fits
from monitor.edge.store.store import Store
from monitor.errors import MonitorError, ParseError
from monitor.pipeline.pace import Pace
from monitor.ports import Channel, Clock, Fetcher, Workers

if TYPE_CHECKING:  # they bring the numerical libraries
    from monitor.domain.events import Prepared
    from monitor.domain.join import JoinModel
    from monitor.domain.model import TopicModel
    from monitor.pipeline.hearing import Hearing
    from monitor.pipeline.lately import Lately
    from monitor.pipeline.memory import Memory

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The values used last, at most ``size``; safe among threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def take(self, key: K) -> V | None:
        with self._lock:
            return self._values.pop(key, None)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._size:
                self._values.popitem(last=False)


@dataclass(frozen=True)
class Rules:
    """Settings of the configuration that the handlers need."""

    interval: timedelta
    """Between two polls of a feed, on average over the feeds that have none of their own."""
    keep_offtopic: timedelta
    review_url: str
    """Where the page is, without a slash at the end; empty when there is none."""
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=1)
    """Bounds of the time between two polls of a feed whose interval follows its rhythm."""
    polls_per_hour: float | None = None
    """Of all feeds together, at most."""
    tell: tuple[str, ...] = ()
    """Channels that hear of feeds that die, fall silent or move."""
    public_url: str = ""
    """Where hubs reach the page; empty: they do not."""
    pages: Literal["all", "likely"] = "all"
    """Which entries' pages are fetched."""


@dataclass(frozen=True)
class Parts:
    store: Store
    fetcher: Fetcher
    workers: Workers
    """For parsing and extraction: short jobs."""
    fitters: Workers
    """For fitting: long jobs."""
    channels: Mapping[str, Channel]
    clock: Clock
    backgrounds: Callable[[], bytes]
    """The shipped tables of document frequencies, by language."""
    join: Callable[[], JoinModel]
    """The shipped model of what belongs to an event."""
    rules: Rules
    heartbeat: Callable[[], Coroutine[Any, Any, None]] | None = None
    """Lets whoever watches from outside know that the monitor is alive.  Raises nothing."""
    pace: Pace = field(default_factory=Pace)
    models: Recent[int, TopicModel] = field(default_factory=lambda: Recent(32))
    lately: Recent[int, Lately] = field(default_factory=lambda: Recent(32))
    """What has been judged last, by model: some 10 MB each."""
    memories: Recent[int, Memory] = field(default_factory=lambda: Recent(16))
    """What has been told, by model: some 30 MB for a topic of 3,000 matches."""
    hearings: Recent[int, Hearing] = field(default_factory=lambda: Recent(16))
    """What has been said, by topic."""
    prepared: Recent[int, Prepared] = field(default_factory=lambda: Recent(1000))
    """Articles ready for comparison, by judgement: some 35 KB each."""

    async def read(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a job that reads what came from outside.  Raises MonitorError only: where a fault of
        ours meets some input, that input is refused and its neighbours go on."""
        try:
            return await self.workers.run(job, *args, **kwargs)
        except MonitorError:
            raise
        except Exception as error:
            log.exception("%s failed", job)
            raise ParseError(f"a fault of the monitor: {error!r}: please report it") from error

    def model(self, model_id: int) -> TopicModel:
        """A stored model.  Blocks on the database; call it in a thread."""
        from monitor.domain.model import TopicModel

        model = self.models.get(model_id)
        if model is None:
            model = TopicModel.from_bytes(self.store.read(fits.model_body, model_id))
            self.models.put(model_id, model)
        return model
