"""Judgements that a person may be asked about."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Judgement, Model
from monitor.domain.review import Candidate

RECENT = 1000
"""Only the newest judgements are asked about: older ones are of older models and older news."""


def review_candidates(session: Session, topic_id: int) -> list[Candidate]:
    """The recent judgements of a topic without a label, the newest first; no seeds, no copies."""
    recent = (
        select(Judgement.id, Judgement.score, Model.threshold)
        .join(Model, Judgement.model_id == Model.id)
        .where(
            Judgement.topic_id == topic_id,
            Judgement.state == "judged",
            Judgement.seed.is_(None),
            Judgement.label.is_(None),
            Judgement.copy_of_id.is_(None),
        )
        .order_by(Judgement.id.desc())
        .limit(RECENT)
    )
    return [
        Candidate(id, score, threshold)
        for id, score, threshold in session.execute(recent)
        if score is not None
    ]
