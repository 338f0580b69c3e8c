"""The facts of a new event's alert, gathered from its first match."""

from __future__ import annotations

import re

from monitor.types import Alert, Article, NearestEvent, Score

EXCERPT = 400  # characters
TERMS = 8


def new_event_alert(
    *,
    topic: str,
    event: int,
    article: Article,
    score: Score,
    nearest_seed: str,
    nearest_event: NearestEvent | None,
    review_url: str,
) -> Alert:
    return Alert(
        kind="new_event",
        topic=topic,
        event=event,
        title=article.title,
        url=article.url,
        source=article.source,
        published=article.published,
        score=score.value,
        terms=tuple(term.term for term in score.terms if term.part > 0)[:TERMS],
        excerpt=opening(article.text),
        nearest_seed=nearest_seed,
        nearest_event=nearest_event,
        review_url=review_url,
    )


def opening(text: str, limit: int = EXCERPT) -> str:
    """The first whole sentences within ``limit`` characters; at least one, cut if it must be."""
    sentences = re.split(r"(?<=[.!?。])\s+", " ".join(text.split()))
    told = sentences[0]
    for sentence in sentences[1:]:
        if len(told) + 1 + len(sentence) > limit:
            break
        told = f"{told} {sentence}"
    return told if len(told) <= limit else f"{told[: limit - 1].rstrip()}…"
