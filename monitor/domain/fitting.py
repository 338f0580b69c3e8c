"""A fit as a job for another process: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.background import Background
from monitor.domain.relevance import fit
from monitor.types import Article, TopicSettings


def fit_to_bytes(
    seeds: Sequence[Article],
    background: bytes,
    *,
    settings: TopicSettings,
    relevant: Sequence[Article],
    irrelevant: Sequence[Article],
    stream: Sequence[Article],
    stream_days: float,
) -> tuple[bytes, float]:
    """The stored form of a topic's model and its threshold.  Raises ConfigError as ``fit``."""
    model = fit(
        seeds,
        background=Background.from_bytes(background),
        settings=settings,
        relevant=relevant,
        irrelevant=irrelevant,
        stream=stream,
        stream_days=stream_days,
    )
    return model.to_bytes(), model.threshold
