"""``[topics.X.alerts]``: which alerts of a topic reach its channels, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from monitor.config.section import Section
from monitor.config.times import At, Quiet, TimeOfDay, Timezone
from monitor.config.values import Duration
from monitor.types import AlertKind, Mode, Routing

MOST = 1_000_000
"""Beyond it a number is surely a mistake, and the database may not hold it."""


def _distinct(kinds: tuple[AlertKind, ...]) -> tuple[AlertKind, ...]:
    if not kinds:
        raise PydanticCustomError("too_short", "is empty")
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise PydanticCustomError(
                "kinds", 'is not right: "{kind}" is there twice: leave one out', {"kind": kind}
            )
    return kinds


Kinds = Annotated[tuple[AlertKind, ...], AfterValidator(_distinct)]
Count = Annotated[int, Field(strict=True, ge=1, le=MOST)]


class AlertKeys(Section):
    """The keys of ``[topics.X.alerts]`` and of its channels' tables."""

    kinds: Kinds = ("new_event", "update", "digest")
    mode: Mode = "instant"
    at: TimeOfDay = At(time(8))
    timezone: Timezone = "UTC"
    quiet: Quiet = ()
    alerts_per_day: Count | None = None
    min_score: Annotated[float, Field(strict=True, ge=-1, le=1)] | None = None
    update_gap: Duration = timedelta(hours=1)
    min_sources: Count = 1

    @property
    def routing(self) -> Routing:
        return Routing(
            kinds=self.kinds,
            mode=self.mode,
            at=self.at.time,
            weekday=self.at.weekday or 0,
            timezone=self.timezone,
            quiet=self.quiet or None,
            alerts_per_day=self.alerts_per_day,
            min_score=self.min_score,
            update_gap=self.update_gap,
            min_sources=self.min_sources,
        )


class ChannelAlerts(AlertKeys):
    """``[topics.X.alerts.CHANNEL]``: only the keys that are set count."""

    @model_serializer(mode="wrap")
    def _what_is_set(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if key in self.model_fields_set}


class TopicAlerts(AlertKeys):
    """``[topics.X.alerts]``, with a table for each channel that differs."""

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, ChannelAlerts] = Field(init=False)

    @property
    def overrides(self) -> Mapping[str, ChannelAlerts]:
        """By channel."""
        return self.__pydantic_extra__

    def of(self, channel: str) -> AlertKeys:
        """What is in force for ``channel``."""
        own = self.overrides.get(channel)
        if own is None:
            return self
        return self.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})
