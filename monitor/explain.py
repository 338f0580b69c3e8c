"""Why did this match, or why did it not?  The same pure functions that judged, asked again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitor.domain.events import prepare
from monitor.domain.extraction import extract_page
from monitor.domain.neighbours import shares
from monitor.domain.relevance import nearest_seed, score_alone
from monitor.domain.seeds import read_seed
from monitor.edge.store import fits, judging, views
from monitor.errors import NotFound
from monitor.pipeline import Parts
from monitor.pipeline.lately import Lately
from monitor.pipeline.memory import recall
from monitor.types import Article, Explanation, LikeArticle, MatchDetail, NearestEvent, Neighbour

NOT_STORED = 0
"""No judgement has this id."""


async def explain_match(parts: Parts, judgement_id: int) -> Explanation:
    """One stored judgement, by the model that made it.  Raises NotFound."""
    detail = await asyncio.to_thread(parts.store.read, views.match, judgement_id)
    return await asyncio.to_thread(_explain_stored, parts, detail)


async def explain(parts: Parts, reference: str, topic: str | None = None) -> list[Explanation]:
    """A match id, the address of an article or a file: one explanation for each topic.

    An address that is not stored is fetched.  Raises NotFound, FetchError, ParseError, WorkerError,
    ConfigError.
    """
    stored = await asyncio.to_thread(parts.store.read, views.judgements_of, reference, topic)
    if stored:
        return [await asyncio.to_thread(_explain_stored, parts, one) for one in stored]
    if reference.isdecimal():
        raise NotFound(f"no match {reference}: see `monitor matches list`")
    article = await _article(parts, reference)
    named = await asyncio.to_thread(parts.store.read, views.topic_ids)
    if topic is not None and topic not in named:
        raise NotFound(f"no topic {topic}: see `monitor topics list`")
    chosen = named if topic is None else {topic: named[topic]}
    return [
        await asyncio.to_thread(_explain_new, parts, article, name, topic_id)
        for name, topic_id in chosen.items()
    ]


async def _article(parts: Parts, reference: str) -> Article:
    if reference.startswith(("http://", "https://")):
        document = await parts.fetcher.fetch(reference)
        return await parts.workers.run(extract_page, document, "", None, "")
    return await asyncio.to_thread(_read, Path(reference))


def _read(path: Path) -> Article:
    try:
        return read_seed(path.name, path.read_bytes())
    except OSError as error:
        raise NotFound(
            f"{path}: is no match id, no address, and no file that can be read: {error.strerror}"
        ) from None


def _explain_stored(parts: Parts, detail: MatchDetail) -> Explanation:
    return replace(
        _by_the_model(
            parts, detail.model, detail.topic, detail.judged, neighbours=detail.neighbours
        ),
        match=detail.id,
        nearest_event=detail.nearest_event,
        event=detail.event,
        event_title=detail.event_title,
        copy_of=detail.copy_of,
        placing=tuple((detail.weighed or {}).items()),
        novelty=detail.novelty,
    )


def _explain_new(parts: Parts, article: Article, topic: str, topic_id: int) -> Explanation:
    """An article that is not stored, judged as it would be now."""
    model_id = parts.store.read(fits.newest_model, topic_id)
    if model_id is None:
        raise NotFound(f"topic {topic} has no model yet: start `monitor run` first")
    model = parts.model(model_id)
    lately = Lately(model)
    lately.catch_up(topic_id, parts)
    [judged] = lately.score([NOT_STORED], [article])
    alone = _by_the_model(parts, model_id, topic, article, neighbours=judged.neighbours)
    told = parts.store.read(judging.told_before, topic_id)
    memory = recall(model_id, model, told, lambda ids: parts.store.read(judging.texts, ids), parts)
    placement = memory.coverage.place(prepare(article), article.published)
    if placement.nearest_event is None:
        return alone
    title, last_seen = parts.store.read(views.event_title, placement.nearest_event)
    joins = alone.relevant and placement.event is not None
    return replace(
        alone,
        nearest_event=NearestEvent(placement.nearest_event, title, placement.similarity, last_seen),
        event=placement.event if joins else None,
        event_title=title if joins else "",
        copy_of=placement.copy_of,
        placing=tuple((placement.weighed or {}).items()),
    )


def _by_the_model(
    parts: Parts, model_id: int, topic: str, article: Article, *, neighbours: Sequence[Neighbour]
) -> Explanation:
    """What the model says of the article beside its neighbours, whatever else has been told."""
    model = parts.model(model_id)
    its = score_alone(model, article, neighbours)
    seed, similarity = nearest_seed(model, article)
    threshold = model.threshold_for(article)
    titles = parts.store.read(views.titles_of, [one.judgement for one in neighbours])
    return Explanation(
        topic=topic,
        title=article.title,
        url=article.url,
        source=article.source,
        published=article.published,
        match=None,
        model=model_id,
        score=its.value,
        threshold=threshold if math.isfinite(threshold) else None,
        relevant=its.relevant,
        reason=its.reason,
        probability=its.probability,
        terms=its.terms,
        neighbours=tuple(
            LikeArticle(one.judgement, titles.get(one.judgement, ""), one.cosine, share * one.score)
            for one, share in zip(neighbours, shares(neighbours), strict=True)
        ),
        nearest_seed=seed,
        nearest_seed_similarity=similarity,
        nearest_event=None,
        event=None,
        event_title="",
        copy_of=None,
    )
