"""What has come of an event since its last message."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Alert, Article, Judgement, Revision
from monitor import types
from monitor.domain.messages import alert_from_dict, update_alert
from monitor.domain.updates import News, Told, Update, together, update_of
from monitor.edge.store.articles import as_article
from monitor.edge.store.standing import Standing


class Since:
    """The matches and edits of one event that its threads have not heard of."""

    def __init__(self, session: Session, last: Alert, fresh: Collection[int]) -> None:
        """``last``: the last message about it.  ``fresh``: judgements that have just been made."""
        self.last = last
        later = or_(Judgement.judged_at > last.created_at, Judgement.id.in_(fresh))
        matches = (
            select(Judgement, Article)
            .join(Article)
            .where(Judgement.event_id == last.event_id, Judgement.seed.is_(None), later)
            .where(Judgement.quiet.is_(False))
            .order_by(Judgement.judged_at, Judgement.id)
        )
        found = session.execute(matches).all()
        self.originals = [one for one in found if one[0].copy_of_id is None]
        self.copies = [one for one in found if one[0].copy_of_id is not None]
        edited = (
            select(Revision, Judgement, Article)
            .join(Article, Revision.article_id == Article.id)
            .join(Judgement, Judgement.article_id == Article.id)
            .where(
                Judgement.event_id == last.event_id,
                Judgement.seed.is_(None),
                Judgement.judged_at <= last.created_at,
                Revision.material,
                Revision.replaced_at > last.created_at,
            )
            .order_by(Revision.id)
        )
        self.edits = session.execute(edited).all()
        self.novelty = together(novelty_of(judgement.novelty) for judgement, _ in self.originals)

    def update(self, standing: Standing, updates: int, gap: timedelta) -> Update | None:
        """What of it is of substance; ``updates``: how many there have been; ``gap``: the first."""
        words = [
            (revision.correction, f"{article.source} has changed its report ({revision.change})")
            for revision, _, article in self.edits
        ]
        told_by = self.last.message.get("source")
        others = [article.source for _, article in self.originals if article.source != told_by]
        told = Told(
            at=self.last.created_at,
            # Messages of earlier versions told no numbers: from here on they count.
            outlets=self.last.message.get("outlets", standing.outlets),
            originals=self.last.message.get("originals", standing.originals),
            updates=updates,
        )
        news = News(
            outlets=standing.outlets,
            originals=standing.originals,
            novelty=self.novelty,
            confirmed_by=others[0] if others else "",
            edits=tuple(text for correction, text in words if not correction),
            corrections=tuple(text for correction, text in words if correction),
        )
        return update_of(told, news, gap)

    def alert(self, topic: str, update: Update, standing: Standing, page: str) -> types.Alert:
        """It shows the match that brings most, or was edited; without one, what the last message
        showed."""
        edited = [(judgement, article) for _, judgement, article in self.edits]
        some = self.originals or edited or self.copies
        if not some:
            again = shown_again(self.last, update)
            return replace(again, outlets=standing.outlets, originals=standing.originals)
        judgement, article = max(some, key=lambda one: _weight(one[0]))
        return update_alert(
            topic=topic,
            event=judgement.event_id or 0,
            match=judgement.id,
            article=as_article(article),
            score=judgement.score or 0.0,
            review_url=match_page(page, judgement.id),
            outlets=standing.outlets,
            originals=standing.originals,
            novelty=self.novelty,
            changes=update.changes,
            correction=update.correction,
        )


def shown_again(last: Alert, update: Update) -> types.Alert:
    """An update that shows the match which the last message showed."""
    said = alert_from_dict(last.message)
    if not isinstance(said, types.Alert):
        raise TypeError(f"alert {last.id} is not about an event")
    return replace(
        said,
        event=last.event_id or said.event,
        kind="update",
        changes=update.changes,
        correction=update.correction,
        novelty=types.Novelty(),
    )


def novelty_of(record: Mapping[str, Sequence[str]] | None) -> types.Novelty:
    """As a judgement keeps it."""
    return types.Novelty(**{kind: tuple(facts) for kind, facts in (record or {}).items()})


def match_page(page: str, match: int) -> str:
    """The address of a match on the page; empty if there is no page."""
    return f"{page}/matches/{match}" if page else ""


def _weight(judgement: Judgement) -> tuple[int, float]:
    novelty = novelty_of(judgement.novelty)
    facts = (*novelty.names, *novelty.places, *novelty.numbers, *novelty.sentences)
    return len(facts), judgement.score or 0.0
