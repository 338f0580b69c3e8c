"""Judgements that a person may be asked about."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Model
from monitor.domain.messages.content import shorten
from monitor.domain.review import Candidate, asked_by_chance, review_order
from monitor.domain.sentences import sentences
from monitor.edge.store.statements import topic_named
from monitor.types import MatchView, Question

RECENT = 1000
"""Only the newest judgements are asked about: older ones are of older models and older news."""
EXCERPT = 400
"""Characters of a question's excerpt, about."""


def review_candidates(session: Session, topic_id: int) -> list[Candidate]:
    """What was judged last for a topic and has a text to learn from, but no label; no seeds, no
    copies."""
    recent = (
        select(Judgement.id, Judgement.score, Model.threshold)
        .join(Model, Judgement.model_id == Model.id)
        .join(Article, Judgement.article_id == Article.id)
        .where(
            Judgement.topic_id == topic_id,
            Judgement.judged_at.is_not(None),
            Judgement.state == "judged",
            Judgement.seed.is_(None),
            Judgement.label.is_(None),
            Judgement.copy_of_id.is_(None),
            Article.text.is_not(None),
        )
        .order_by(Judgement.judged_at.desc(), Judgement.id.desc())
        .limit(RECENT)
    )
    return [
        Candidate(id, score, threshold)
        for id, score, threshold in session.execute(recent)
        if score is not None
    ]


def questions(
    session: Session, topic: str, *, limit: int, skip: Collection[int] = ()
) -> list[Question]:
    """What to ask about a topic, the most telling first; ``skip``: judgements to leave out.

    Raises NotFound.
    """
    topic_id = topic_named(session, topic).id
    answered = labels(session, topic_id)
    left_out = frozenset(skip)
    candidates = [
        one for one in review_candidates(session, topic_id) if one.judgement not in left_out
    ]
    order = review_order(candidates, answered=answered)[:limit]
    drawn = asked_by_chance(order, answered=answered)
    asked = _asked(session, [one.judgement for one in order])
    return [_question(topic, one, asked[one.judgement], one.judgement in drawn) for one in order]


def labels(session: Session, topic_id: int) -> int:
    """How many a topic has."""
    count = select(func.count()).where(Judgement.topic_id == topic_id, Judgement.label.is_not(None))
    return session.scalar(count) or 0


def _asked(session: Session, judgements: Collection[int]) -> dict[int, Any]:
    """What is shown of these judgements, by id."""
    rows = session.execute(
        select(
            Judgement.id,
            Judgement.probability,
            Judgement.event_id,
            Event.title.label("event_title"),
            Article.url,
            Article.title,
            Article.source,
            Article.published,
            Article.text_from,
            func.substr(Article.text, 1, 5 * EXCERPT).label("text"),
        )
        .join(Article, Judgement.article_id == Article.id)
        .outerjoin(Event, Judgement.event_id == Event.id)
        .where(Judgement.id.in_(judgements))
    )
    return {row.id: row for row in rows}


def _question(topic: str, one: Candidate, row: Any, drawn: bool) -> Question:
    return Question(
        match=MatchView(
            id=one.judgement,
            topic=topic,
            url=row.url,
            title=row.title,
            source=row.source,
            published=row.published,
            score=one.score,
            event=row.event_id or 0,
            copy_of=None,
            label=None,
            text_from=row.text_from,
        ),
        threshold=one.threshold,
        probability=row.probability,
        excerpt=_excerpt(row.text),
        event_title=row.event_title or "",
        drawn=drawn,
    )


def _excerpt(text: str) -> str:
    """The first sentences, as long as they fit; at least the beginning of the first."""
    told = 0
    for sentence in sentences(text):
        end = text.index(sentence, told) + len(sentence)
        if end > EXCERPT:
            break
        told = end
    return text[:told] or shorten(text, EXCERPT)
