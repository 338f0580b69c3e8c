"""What articles said before they were edited.

A revision is opened when a feed shows its article changed, with the old text in it, and closed when
the page has been fetched again: then it says what changed, or goes if nothing did.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Revision
from monitor import types
from monitor.domain.revisions import compare


def open_revision(session: Session, row: Article, now: datetime) -> None:
    """Keep the article's present text, which is about to be replaced."""
    session.add(
        Revision(
            article_id=row.id,
            replaced_at=now,
            title=row.title,
            text=row.text or "",
            text_from=row.text_from,
            material=False,
            change="",
        )
    )


def close(session: Session, article_id: int, article: types.Article, now: datetime) -> bool:
    """Say in the open revision what the new text changed; True if that is of substance."""
    row = session.scalar(
        select(Revision)
        .where(Revision.article_id == article_id, Revision.change == "")
        .order_by(Revision.id.desc())
        .limit(1)
    )
    if row is None:
        return False
    # Texts that were had in different ways differ for that reason alone.
    comparable = row.text_from == article.text_from
    old_text = row.text if comparable else article.text
    change = compare(row.title, old_text, article.title, article.text)
    if change is None:
        session.delete(row)
        return False
    row.replaced_at, row.material, row.change = now, change.material, change.words
    row.correction = change.correction
    return change.material


def judge_again(session: Session, articles: Collection[int], now: datetime) -> list[int]:
    """Let topics that found these articles off topic look at the new text; returns the topics.

    A match stays what it is: an article is never matched twice.
    """
    if not articles:
        return []
    missed = (
        Judgement.article_id.in_(articles),
        Judgement.state == "judged",
        Judgement.event_id.is_(None),
        Judgement.seed.is_(None),
        Judgement.label.is_(None),
    )
    topics = session.scalars(select(Judgement.topic_id).where(*missed).distinct()).all()
    session.execute(update(Judgement).where(*missed).values(state="pending", not_before=now))
    return list(topics)


def wake_threads(session: Session, articles: Collection[int], now: datetime) -> None:
    """Articles of events that have been told have changed."""
    if not articles:
        return
    told = select(Judgement.event_id).where(Judgement.article_id.in_(articles))
    later = Event.update_due_at.is_(None) | (Event.update_due_at > now)  # a correction is urgent
    woken = update(Event).where(Event.id.in_(told), Event.alarmed_at.is_not(None), later)
    session.execute(woken.values(update_due_at=now))


def revisions_of(session: Session, article_id: int) -> list[Revision]:
    """The oldest first."""
    of_it = select(Revision).where(Revision.article_id == article_id).order_by(Revision.id)
    return list(session.scalars(of_it))


def as_judged(
    article: types.Article, revisions: Sequence[Revision], judged_at: datetime
) -> types.Article:
    """The article as it was at a time, by its revisions, the oldest first."""
    later = (row for row in revisions if row.replaced_at > judged_at or not row.change)
    before = next(later, None)
    return article if before is None else replace(article, title=before.title, text=before.text)
