"""The facts of an alert about an event, gathered from one of its matches."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.types import Alert, Article, NearestEvent, Novelty, Term

EXCERPT = 400  # characters
TERMS = 8


def new_event_alert(
    *,
    topic: str,
    event: int,
    match: int,
    article: Article,
    score: float,
    terms: Sequence[Term],
    nearest_seed: str,
    nearest_event: NearestEvent | None,
    review_url: str,
    outlets: int,
    originals: int,
    novelty: Novelty,
) -> Alert:
    return Alert(
        kind="new_event",
        topic=topic,
        event=event,
        match=match,
        title=article.title,
        url=article.url,
        source=article.source,
        published=article.published,
        score=score,
        terms=tuple(term.term for term in terms if term.part > 0)[:TERMS],
        excerpt=opening(article.text),
        nearest_seed=nearest_seed,
        nearest_event=nearest_event,
        review_url=review_url,
        outlets=outlets,
        originals=originals,
        novelty=novelty,
    )


def update_alert(
    *,
    topic: str,
    event: int,
    match: int,
    article: Article,
    score: float,
    review_url: str,
    outlets: int,
    originals: int,
    novelty: Novelty,
    changes: Sequence[str],
    correction: bool,
) -> Alert:
    """``article``: the match that brings most of what is new."""
    return Alert(
        kind="update",
        topic=topic,
        event=event,
        match=match,
        title=article.title,
        url=article.url,
        source=article.source,
        published=article.published,
        score=score,
        terms=(),
        review_url=review_url,
        outlets=outlets,
        originals=originals,
        novelty=novelty,
        changes=tuple(changes),
        correction=correction,
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
