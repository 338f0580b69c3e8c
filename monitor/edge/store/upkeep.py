"""Retention: off-topic texts go after a while, identities and scores stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from models import Article, Judgement


def forget_offtopic(session: Session, before: datetime, limit: int = 5000) -> int:
    """Drop the text of articles collected before ``before`` that are no match, no seed, not
    labelled and wait for no judgement; returns how many (at most ``limit``)."""
    kept = exists().where(
        Judgement.article_id == Article.id,
        Judgement.event_id.is_not(None)
        | Judgement.seed.is_not(None)
        | Judgement.label.is_not(None)
        | (Judgement.state == "pending"),
    )
    old = (
        select(Article.id)
        .where(Article.collected_at < before, Article.text.is_not(None), ~kept)
        .limit(limit)
    )
    changed = session.execute(update(Article).where(Article.id.in_(old)).values(text=None))
    return int(changed.rowcount)  # type: ignore[attr-defined]
