"""What would judging again change?  Old articles by the model in force, looked at before applied.

A label goes before any score: what a person found relevant becomes a match, what they found
irrelevant is none.  Labelling alone moves nothing (a label is taken back by a key); the next
re-scoring shows it as a change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from monitor.edge.store import quality, rescoring
from monitor.edge.store.rescoring import Before
from monitor.pipeline import Parts
from monitor.pipeline.judge import BATCH
from monitor.types import Change, Rescored, Score


async def rescore(parts: Parts, name: str, *, limit: int = 2000) -> Rescored:
    """What changes sides of the ``limit`` articles judged last whose text is kept, had the topic's
    model in force judged them in their order, each beside those before it.  Raises NotFound."""
    return await asyncio.to_thread(_rescore, parts, name, limit)


async def apply(parts: Parts, rescored: Rescored) -> int:
    """Do what was previewed, and tell how many changes were done; new matches are placed by the
    next judging, and nobody is alerted.

    What has changed meanwhile is left alone: nothing is done once another model is in force.
    Raises NotFound.
    """
    topic, _ = await parts.store.look(quality.in_force, rescored.topic)
    done = await parts.store(
        rescoring.apply_changes, topic, rescored.model, rescored.changes, parts.clock()
    )
    parts.memories.take(rescored.model)  # it holds what has been rejected
    return done


def _rescore(parts: Parts, name: str, limit: int) -> Rescored:
    from monitor.domain.recent import WINDOW

    topic, model_id = parts.store.read(quality.in_force, name)
    judged = parts.store.read(rescoring.newest_judged, topic, limit + WINDOW)
    earlier, again = judged[:-limit], judged[-limit:]
    scores = _scores(parts, model_id, earlier, again)
    changes = [
        change
        for one, score in zip(again, scores, strict=True)
        if (change := _change(one, score)) is not None
    ]
    return Rescored(
        topic=name,
        model=model_id,
        articles=len(again),
        since=again[0].judged_at if again else None,
        changes=sorted(changes, key=lambda one: -abs(one.after - one.before)),
    )


def _scores(
    parts: Parts, model_id: int, earlier: Sequence[Before], again: Sequence[Before]
) -> list[Score]:
    from monitor.domain.relevance import Scorer

    scorer = Scorer(parts.model(model_id))
    scorer.recall([one.judgement for one in earlier], [one.article for one in earlier])
    scores = []
    for start in range(0, len(again), BATCH):
        some = again[start : start + BATCH]
        ids = [one.judgement for one in some]
        scores += scorer.score(ids, [one.article for one in some])
        scorer.note(ids)
    return scores


def _change(one: Before, score: Score) -> Change | None:
    """None where it stays on its side."""
    matches = score.relevant if one.label is None else one.label == "relevant"
    if matches == one.matches:
        return None
    return Change(
        match=one.judgement,
        title=one.article.title,
        source=one.article.source,
        published=one.article.published,
        before=one.score,
        after=score.value,
        label=one.label,
        becomes="match" if matches else "rejected",
        probability=score.probability,
        neighbours=score.neighbours,
        reason=score.reason,
    )
