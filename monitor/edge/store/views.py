"""What people look at: read-only, as the view types of ``monitor.types``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import Alert, Article, Delivery, Entry, Event, Feed, Judgement, Model, Revision, Topic
from monitor import types
from monitor.domain.messages import alert_from_dict, subject
from monitor.domain.neighbours import unpack
from monitor.edge.store import outermost
from monitor.edge.store.articles import as_article
from monitor.edge.store.kinship import current
from monitor.edge.store.overrides import effective_settings
from monitor.edge.store.revisions import as_judged, revisions_of
from monitor.edge.store.statements import UPLOADED, chunks, topic_named
from monitor.errors import NotFound

A_MATCH = and_(Judgement.event_id.is_not(None), Judgement.seed.is_(None))
"""A judgement that counts for its topic; a seed is earlier coverage, no match."""

Counting = Callable[[Session, int], int]
"""Topic -> how many articles it has judged."""


def matches(
    session: Session,
    *,
    topic: str | None = None,
    since: datetime | None = None,
    min_score: float | None = None,
    event: int | None = None,
    unlabelled: bool = False,
    limit: int | None = None,
) -> list[types.MatchView]:
    """Matches, the newest first (by publication, else by when they were judged)."""
    query = matches_query().order_by(Judgement.told_at.desc(), Judgement.id.desc()).limit(limit)
    if topic is not None:
        query = query.where(Topic.name == topic)
    if since is not None:
        query = query.where(Judgement.told_at >= since)
    if min_score is not None:
        query = query.where(Judgement.score >= min_score)
    if event is not None:
        query = query.where(Judgement.event_id == current(session, event))
    if unlabelled:
        query = query.where(Judgement.label.is_(None))
    return [_match_view(row) for row in session.execute(query)]


def newest_of(
    session: Session, events: Sequence[int], each: int
) -> dict[int, list[types.MatchView]]:
    """The newest matches of each of these events, at most ``each``, as ``matches`` has them."""
    found: dict[int, list[types.MatchView]] = {event: [] for event in events}
    ids = outermost.latest(session, events, each)
    query = matches_query().where(Judgement.id.in_(ids))
    for row in session.execute(query.order_by(Judgement.told_at.desc(), Judgement.id.desc())):
        found[row.event].append(_match_view(row))
    return found


VIEW = (
    Judgement.id,
    Topic.name.label("topic"),
    Article.url,
    Article.title,
    Article.source,
    Article.published,
    Judgement.score,
    func.coalesce(Judgement.event_id, 0).label("event"),
    Judgement.copy_of_id.label("copy_of"),
    Judgement.label,
    Article.text_from,
)
"""The fields of a ``MatchView``, in their order, of a judgement with its article and topic;
``event`` is 0 of one that did not match."""


def matches_query() -> Any:
    """Rows with the fields of a ``MatchView``, in their order."""
    return judgements_query().where(A_MATCH)


def judgements_query() -> Any:
    """The same of all judgements."""
    return (
        select(*VIEW)
        .join(Article, Judgement.article_id == Article.id)
        .join(Topic, Judgement.topic_id == Topic.id)
    )


def _match_view(row: Any) -> types.MatchView:
    return types.MatchView(**row._mapping)


def match(session: Session, judgement_id: int) -> types.MatchDetail:
    """One judgement, matched or not.  Raises NotFound."""
    nearest, copied, original = aliased(Event), aliased(Judgement), aliased(Article)
    row = session.execute(
        select(Judgement, Article, Topic, Event, Model.threshold, nearest, original.title)
        .join(Article, Judgement.article_id == Article.id)
        .join(Topic, Judgement.topic_id == Topic.id)
        .join(Model, Judgement.model_id == Model.id)
        .outerjoin(Event, Judgement.event_id == Event.id)
        .outerjoin(nearest, Judgement.nearest_event_id == nearest.id)
        .outerjoin(copied, Judgement.copy_of_id == copied.id)
        .outerjoin(original, copied.article_id == original.id)
        .where(Judgement.id == judgement_id, Judgement.state == "judged")
    ).one_or_none()
    if row is None:
        raise NotFound(f"no match {judgement_id}: see `monitor matches list`")
    judgement, article, topic, event, threshold, near, copied_title = cast("tuple[Any, ...]", row)
    edits = revisions_of(session, article.id)
    return types.MatchDetail(
        id=judgement.id,
        topic=topic.name,
        topic_id=topic.id,
        article=as_article(article),
        feeds=_feeds_of(session, article.id),
        score=judgement.score,
        model=judgement.model_id,
        threshold=threshold,
        judged_at=judgement.judged_at,
        event=judgement.event_id,
        event_title=event.title if event else "",
        nearest_event=types.NearestEvent(near.id, near.title, judgement.similarity, near.last_seen)
        if near
        else None,
        copy_of=judgement.copy_of_id,
        copy_of_title=copied_title or "",
        label=judgement.label,
        seed=judgement.seed is not None,
        probability=judgement.probability,
        neighbours=unpack(judgement.neighbours or b""),
        weighed=judgement.weighed,
        novelty=novelty_of(judgement.novelty),
        judged=as_judged(as_article(article), edits, judgement.judged_at),
        reason=judgement.last_error or "",
        revisions=tuple(_revision_view(row) for row in edits if row.change),
    )


def novelty_of(stored: dict[str, Any] | None) -> types.Novelty | None:
    """As ``dataclasses.asdict`` wrote it."""
    if stored is None:
        return None
    return types.Novelty(**{kind: tuple(said) for kind, said in stored.items()})


def titles_of(session: Session, judgements: Sequence[int]) -> dict[int, str]:
    """The titles of the articles of these judgements, of those still there."""
    rows = session.execute(
        select(Judgement.id, Article.title).join(Article).where(Judgement.id.in_(judgements))
    )
    return dict(rows.all())


def _revision_view(row: Revision) -> types.RevisionView:
    return types.RevisionView(row.replaced_at, row.title, row.text, row.material, row.change)


def _feeds_of(session: Session, article_id: int) -> tuple[str, ...]:
    names = session.execute(
        select(Feed.name, Feed.url)
        .join(Entry)
        .where(Entry.article_id == article_id)
        .order_by(Entry.id)
    )
    return tuple(name or url for name, url in names)


def judgements_of(
    session: Session, reference: str, topic: str | None = None
) -> list[types.MatchDetail]:
    """Everything judged under a match id or the address of an article."""
    query = (
        select(Judgement.id)
        .join(Article, Judgement.article_id == Article.id)
        .join(Topic, Judgement.topic_id == Topic.id)
        .where(Judgement.state == "judged", Judgement.model_id.is_not(None))
        .order_by(Judgement.id)
    )
    if reference.isdecimal():
        query = query.where(Judgement.id == int(reference))
    else:
        query = query.where(
            or_(
                Article.url == reference,
                Article.key == reference,
                Article.canonical_url == reference,
            )
        )
    if topic is not None:
        query = query.where(Topic.name == topic)
    return [match(session, found) for found in session.scalars(query)]


def events(
    session: Session, *, topic: str | None = None, limit: int | None = None, offset: int = 0
) -> list[types.EventView]:
    """Events with at least one match, the latest news first.  Seeds are not counted."""
    newest = select(Event.id).where(Event.newest_at.is_not(None))
    if topic is not None:
        newest = newest.join(Topic).where(Topic.name == topic)
    newest = newest.order_by(Event.newest_at.desc(), Event.id.desc()).limit(limit).offset(offset)
    ids = session.scalars(newest).all()
    views = event_views(session, ids)
    return [views[id] for id in ids if id in views]


def event_views(session: Session, events: Sequence[int]) -> dict[int, types.EventView]:
    """By number; those without a match are left out."""
    rows = (
        select(
            Event.id,
            Topic.name.label("topic"),
            Event.title,
            Event.opened_at,
            Event.last_seen,
            Event.matches,
            Event.outlets.label("sources"),
            Event.alarmed_at,
            Event.muted_until,
        )
        .join(Topic, Event.topic_id == Topic.id)
        .where(Event.matches > 0)
    )
    return {
        row.id: types.EventView(**row._mapping)
        for some in chunks(events)
        for row in session.execute(rows.where(Event.id.in_(some)))
    }


def event(session: Session, event_id: int) -> types.EventView:
    """One event, under a name of an event merged into it too.  Raises NotFound."""
    event_id = current(session, event_id)
    found = event_views(session, [event_id]).get(event_id)
    if found is None:
        raise NotFound(f"no event {event_id}: see `monitor events list`")
    return found


def event_title(session: Session, event_id: int) -> tuple[str, datetime | None]:
    """Title and time of the last article of any event, one of seeds too.  Raises NotFound."""
    row = session.get(Event, event_id)
    if row is None:
        raise NotFound(f"no event {event_id}: see `monitor events list`")
    return row.title, row.last_seen


def alerts(
    session: Session, *, state: str | None = None, limit: int | None = None, offset: int = 0
) -> list[types.AlertView]:
    """The ledger, the newest first: one row per alert and channel."""
    query = (
        select(Delivery, Alert, Topic.name)
        .join(Alert, Delivery.alert_id == Alert.id)
        .outerjoin(Topic, Alert.topic_id == Topic.id)
        .order_by(Delivery.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    return [
        types.AlertView(
            id=delivery.id,
            kind=alert.kind,
            topic=topic or "",
            event=alert.event_id,
            channel=delivery.channel,
            state=delivery.state,  # type: ignore[arg-type]
            attempts=delivery.attempts,
            created_at=alert.created_at,
            sent_at=delivery.sent_at,
            error=delivery.last_error,
            due_at=delivery.not_before if delivery.state in ("held", "pending") else None,
            title=alert.message.get("title") or subject(alert_from_dict(alert.message)),
        )
        for delivery, alert, topic in session.execute(query)
    ]


def dead_alerts(session: Session) -> int:
    """How many messages were refused for good, or given up."""
    dead = select(func.count()).select_from(Delivery).where(Delivery.state == "dead")
    return session.scalar(dead) or 0


def topics(session: Session, count: Counting | None = None) -> list[types.TopicView]:
    """Every topic, by name, without its seeds; ``count``: instead of ``judged``."""
    rows = session.scalars(select(Topic).order_by(Topic.name)).all()
    return [_topic_view(session, row, (), count or judged) for row in rows]


def topic(session: Session, name: str, count: Counting | None = None) -> types.TopicView:
    """One topic with its seeds; ``count``: instead of ``judged``.  Raises NotFound."""
    row = topic_named(session, name)
    seeds = session.execute(
        select(Judgement, Article)
        .join(Article)
        .where(Judgement.topic_id == row.id, Judgement.seed.is_not(None))
        .order_by(Article.id)
    )
    return _topic_view(
        session,
        row,
        [_seed_view(judgement, article) for judgement, article in seeds],
        count or judged,
    )


def seed_articles(session: Session, name: str) -> list[types.Article]:
    """The texts of a topic's seeds."""
    rows = session.scalars(
        select(Article)
        .join(Judgement)
        .join(Topic)
        .where(Topic.name == name, Judgement.seed.is_not(None), Article.text.is_not(None))
        .order_by(Article.id)
    )
    return [as_article(row) for row in rows]


def topic_ids(session: Session) -> dict[str, int]:
    """The active topics' ids by name."""
    rows = session.execute(select(Topic.name, Topic.id).where(Topic.state == "active"))
    return dict(rows.all())


def _seed_view(judgement: Judgement, article: Article) -> types.SeedView:
    failed = article.last_error is not None and not article.text
    return types.SeedView(
        source=(judgement.seed or "").removeprefix(UPLOADED),
        title=article.title,
        published=article.published,
        words=len((article.text or "").split()),
        event=judgement.event_id,
        state="failed" if failed else "new" if article.state == "new" else "collected",
        error=article.last_error,
        id=judgement.id,
        uploaded=(judgement.seed or "").startswith(UPLOADED),
    )


def judged(session: Session, topic_id: int) -> int:
    """How many articles a topic has judged, by an index alone: of a million it takes a while."""
    its = select(func.count()).where(
        Judgement.topic_id == topic_id, Judgement.seed.is_(None), Judgement.model_id.is_not(None)
    )
    return session.scalar(its) or 0


def _topic_view(
    session: Session, row: Topic, seeds: Sequence[types.SeedView], count: Counting
) -> types.TopicView:
    newest = session.execute(
        select(Model.id, Model.threshold, Model.matches_a_day)
        .where(Model.topic_id == row.id)
        .order_by(Model.id.desc())
        .limit(1)
    ).one_or_none()
    matches = select(func.count()).where(Judgement.topic_id == row.id, A_MATCH)
    events = select(func.count()).where(Event.topic_id == row.id, Event.newest_at.is_not(None))
    return types.TopicView(
        name=row.name,
        origin=row.origin,  # type: ignore[arg-type]
        state=row.state,  # type: ignore[arg-type]
        channels=tuple(row.channels),
        muted_until=row.muted_until,
        settings=effective_settings(row),
        model=newest.id if newest else None,
        threshold=newest.threshold if newest else None,
        matches_a_day=newest.matches_a_day if newest else None,
        articles=count(session, row.id),
        matches=session.scalar(matches) or 0,
        events=session.scalar(events) or 0,
        error=row.last_error,
        seeds=tuple(seeds),
    )
