"""Judgements: what is due, and the one transaction that settles a batch of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import Article, Judgement, Topic
from monitor import types
from monitor.domain.neighbours import pack
from monitor.edge.store.articles import as_article
from monitor.edge.store.placing import ForJudging, Places, Placing, Say, Settled
from monitor.edge.store.statements import READABLE, ask_for_fit
from monitor.edge.store.telling import Telling
from monitor.errors import NotFound

REACH = 3000
"""Earlier articles that a match is compared with: what bounds the memory of judging."""


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """An earlier article of the topic, without its text."""

    judgement: int
    event: int
    seed: bool
    published: datetime | None
    source: str


Texts = Callable[[Sequence[int]], dict[int, types.Article]]
"""Judgement ids -> their articles, read in the same transaction."""
Cover = Callable[[Sequence[ToldBefore], Texts], Places]


def judgements_due(session: Session, topic_id: int, now: datetime, limit: int) -> list[ForJudging]:
    """Seeds first, then in the order of publication."""
    due = (
        select(Judgement.id, Judgement.seed, Judgement.quiet, Article)
        .join(Article)
        .where(
            Judgement.topic_id == topic_id,
            Judgement.state == "pending",
            Judgement.not_before <= now,
            Article.state.in_(READABLE),
        )
        .order_by(Judgement.seed.is_(None), Article.published.asc().nulls_first(), Article.id)
        .limit(limit)
    )
    return [
        ForJudging(judgement, as_article(article), seed is not None, article.collected_at, quiet)
        for judgement, seed, quiet, article in session.execute(due)
    ]


def settle(
    session: Session,
    topic_id: int,
    model_id: int,
    scored: Sequence[tuple[ForJudging, types.Score]],
    *,
    cover: Cover,
    say: Say,
    now: datetime,
    page: str,
) -> tuple[list[Settled], list[str]]:
    """Judgements, events, alerts and deliveries of a batch, in one transaction and one at a time
    for each topic: of twenty tellings judged at once only the first opens an event.

    What has another text by now stays due: the score is that of the old one.  What a person has
    made a match by a re-scoring is one whatever it scores.  Returns the channels
    as well that have a message due now; ``page``: where the review page is.
    """
    lock = select(Topic).where(Topic.id == topic_id).with_for_update(key_share=True)
    topic = session.scalar(lock)
    if topic is None:
        return [], []
    still_due = (
        select(Judgement.id, Article.collected_at)
        .join(Article)
        .where(Judgement.id.in_([one.judgement for one, _ in scored]), Judgement.state == "pending")
    )
    due = {(row.id, row.collected_at) for row in session.execute(still_due)}
    todo = [(one, score) for one, score in scored if (one.judgement, one.collected_at) in due]
    _record_scores(session, todo, model_id, now)
    matches = [(one, score) for one, score in todo if one.seed or one.quiet or score.relevant]
    if not matches:
        return [], []
    places = cover(told_before(session, topic_id), lambda ids: texts(session, ids))
    telling = Telling(session, topic, now, page)
    placing = Placing(session, topic, places, say, telling)
    settled = [placing.settle(one, score) for one, score in matches]
    placing.tell()
    return settled, [*telling.channels]


def _record_scores(
    session: Session,
    todo: Sequence[tuple[ForJudging, types.Score]],
    model_id: int,
    now: datetime,
) -> None:
    rows = [
        {
            "id": one.judgement,
            "state": "judged",
            "judged_at": now,
            "told_at": one.article.published or now,
            "model_id": model_id,
            "score": score.value,
            "probability": score.probability,
            "neighbours": pack(score.neighbours),
            "last_error": score.reason or None,
        }
        for one, score in todo
    ]
    if rows:
        session.execute(update(Judgement), rows)


def judged_since(
    session: Session, topic_id: int, since: datetime | None, limit: int
) -> list[tuple[int, datetime]]:
    """The articles judged last, at most ``limit``, none before ``since``, in the order of judging;
    with the time of each.  No seeds."""
    judged = select(Judgement.id, Judgement.judged_at).where(
        Judgement.topic_id == topic_id,
        Judgement.judged_at.is_not(None),
        Judgement.state == "judged",
        Judgement.seed.is_(None),
    )
    if since is not None:
        judged = judged.where(Judgement.judged_at >= since)
    latest = judged.order_by(Judgement.judged_at.desc(), Judgement.id.desc()).limit(limit)
    return [(id, at) for id, at in reversed(session.execute(latest).all()) if at is not None]


def told_before(session: Session, topic_id: int) -> list[ToldBefore]:
    """Seeds and matches of the topic, in the order in which they were judged; of a long history
    the ``REACH`` published last."""
    told = (
        select(Judgement.id, Judgement.event_id, Judgement.seed, Article.published, Article.source)
        .join(Article)
        .where(Judgement.topic_id == topic_id, Judgement.event_id.is_not(None))
        .order_by(func.coalesce(Article.published, Judgement.judged_at).desc(), Judgement.id.desc())
        .limit(REACH)
    )
    rows = sorted(session.execute(told), key=lambda row: row[0])
    return [
        ToldBefore(id, event, seed is not None, published, source)
        for id, event, seed, published, source in rows
        if event is not None
    ]


def texts(session: Session, judgements: Sequence[int]) -> dict[int, types.Article]:
    """The articles of these judgements."""
    found: dict[int, types.Article] = {}
    for start in range(0, len(judgements), 1000):
        rows = session.execute(
            select(Judgement.id, Article)
            .join(Article)
            .where(Judgement.id.in_(judgements[start : start + 1000]))
        )
        found.update((id, as_article(row)) for id, row in rows)
    return found


def quarantine(session: Session, poison: Mapping[int, str]) -> None:
    """Set aside judgements that cannot be made, each with its error; they stay visible."""
    for judgement, error in poison.items():
        session.execute(
            update(Judgement)
            .where(Judgement.id == judgement, Judgement.state == "pending")
            .values(state="quarantined", attempts=Judgement.attempts + 1, last_error=error)
        )


def label(
    session: Session, judgement_id: int, verdict: types.Verdict | None, now: datetime
) -> None:
    """The user's verdict on a match; it is used at the next fit, which is due at once.

    What people say goes through ``corrections.label``, which can be undone.  Raises NotFound.
    """
    row = session.get(Judgement, judgement_id)
    if row is None:
        raise NotFound(f"no match {judgement_id}: see `monitor matches list`")
    ask_for_fit(session, [row.topic_id], now)  # first: `settle` locks in this order too
    row.label = verdict
    row.labelled_at = now
