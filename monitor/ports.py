"""The seams with two real implementations each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from monitor.types import Delivery, Document, Preview

P = ParamSpec("P")
T = TypeVar("T")


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The time now, aware, in UTC."""


class Fetcher(Protocol):
    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        robots: bool = False,
    ) -> Document:
        """Fetch one document; waits for its host's turn.  Raises FetchError.

        ``robots``: only if the host's robots.txt allows it.
        """

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Submit a form; returns once it is accepted (2xx).  Raises FetchError."""


class Channel(Protocol):
    async def send(self, delivery: Delivery) -> str:
        """Hand one message over; returns once it is accepted, with the channel's own name for it
        (empty if it gives none).  Raises DeliveryError."""

    def preview(self, delivery: Delivery) -> Preview:
        """What ``send`` would send."""


class Workers(Protocol):
    async def run(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a pure, picklable job within its limits of time and memory.

        Raises WorkerError when the job died or ran out of them; what the job raises passes through.
        """
