"""The judgements that a filter asks for, the newest first, found quickly among a million.

Where few articles fulfil a part of the filter (a rare word, a small outlet) the search starts from
those; else it walks along the newest judgements and looks at each, until a page is full.  Neither
database knows which is quicker, so at most ``FEW`` articles are looked up first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    column,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.orm import Session

from models import Article, Judgement, Topic
from monitor.domain.clean import clean_line
from monitor.domain.search import Term, Words, parse, to_fts5, to_tsquery
from monitor.edge.store.kinship import current
from monitor.edge.store.views import A_MATCH
from monitor.types import Filter

FEW = 4000
"""Articles from which a search starts: about where it is as long to look along a million."""

Ids = Select[int]
Condition = ColumnElement[bool]
Groups = Sequence[Sequence[Term]]

FTS = table("article_fts", column("article_fts"), column("rowid"))
"""The full-text index of SQLite."""
_VECTOR: ColumnElement[Any] = literal_column("article.search")
"""The words of an article, on Postgres: what its full-text index is on."""
_ENGLISH: ColumnElement[Any] = literal_column("'english'::regconfig")
_ALONE = select(
    func.set_config("max_parallel_workers_per_gather", "0", True),
    func.set_config("jit", "off", True),
)
"""Until the end of the transaction no help by other processes, which walk far beyond a page."""
_JUDGED = and_(
    Judgement.seed.is_(None), Judgement.model_id.is_not(None), Judgement.state == "judged"
)
"""A label that came with a topic from elsewhere was judged by no model here, and has no score."""
_IN_ORDER = select(
    *(
        func.set_config(f"enable_{way}", "off", True)
        for way in ("sort", "material", "bitmapscan", "hashjoin", "mergejoin")
    )
)
"""The same for whatever reads all that is found first: of many, the newest come soon."""
# Below, a sum is no column, and keeps SQLite from an index by which it would start from most rows.
_KINDS = {
    "matches": A_MATCH,  # all judged; to ask that too would look at each row of the pages before
    "rejected": and_((Judgement.event_id + 0).is_(None), _JUDGED),
    "all": _JUDGED,
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a filter that says something of articles."""

    condition: Condition
    """On a judgement joined to its article."""
    ids: Ids | None = None
    """The articles that fulfil it, by an index; None: there is none."""


def page(
    session: Session,
    filter: Filter,
    *,
    limit: int | None,
    offset: int = 0,
    after: tuple[datetime, int] | None = None,
) -> list[int]:
    """Ids of judgements by falling ``(told_at, id)``; ``after``: only such as follow that one."""
    query = _matching(session, filter)
    if after is not None:
        told_at, last = after
        query = query.where(
            Judgement.told_at <= told_at,
            or_(Judgement.told_at < told_at, Judgement.id < last),
        )
    newest = query.order_by(Judgement.told_at.desc(), Judgement.id.desc())
    return list(session.scalars(newest.limit(limit).offset(offset)))


def _matching(session: Session, filter: Filter) -> Ids:
    """Ids of the judgements, in no order yet."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    if on_postgres:
        session.execute(_ALONE)
    conditions = [_KINDS[filter.kind], *_of_judgement(session, filter)]
    parts = list(_of_article(session, filter))
    few, rest = _start(session, parts)
    if few is not None:
        ids = bindparam(None, few, Integer, expanding=True, literal_execute=True)
        conditions.append(Judgement.article_id.in_(ids))
    if filter.topic is not None:
        topic = session.scalar(select(Topic.id).where(Topic.name == clean_line(filter.topic)))
        told_of = Judgement.topic_id if few is None else Judgement.topic_id + 0
        conditions.append(false() if topic is None else told_of == topic)
    query = select(Judgement.id).where(*conditions, *(part.condition for part in rest))
    if not rest:
        return query
    if few is None and on_postgres:
        session.execute(_IN_ORDER)
    return query.join(Article, Judgement.article_id == Article.id)


def _start(session: Session, parts: Sequence[Part]) -> tuple[list[int] | None, Sequence[Part]]:
    """The articles of the first part that few fulfil, and the other parts."""
    for part in parts:
        if part.ids is not None:
            ids = session.scalars(part.ids.limit(FEW + 1)).all()
            if len(ids) <= FEW:
                return list(ids), [other for other in parts if other is not part]
    return None, parts


def _of_judgement(session: Session, filter: Filter) -> Iterator[Condition]:
    if filter.event is not None:
        yield Judgement.event_id == current(session, filter.event)
    if filter.since is not None:
        yield Judgement.told_at >= filter.since
    if filter.until is not None:
        yield Judgement.told_at < filter.until
    if filter.min_score is not None:
        yield Judgement.score >= filter.min_score
    if filter.max_score is not None:
        yield Judgement.score <= filter.max_score
    if filter.label == "none":
        yield Judgement.label.is_(None)
    elif filter.label == "any":
        yield Judgement.label.is_not(None)
    elif filter.label is not None:
        yield Judgement.label == filter.label


def _of_article(session: Session, filter: Filter) -> Iterator[Part]:
    if filter.source:
        name = func.lower(clean_line(filter.source))
        by_index = select(Article.id).where(func.lower(Article.source) == name)
        yield Part(func.lower(Article.source + "") == name, by_index)
    words = parse(filter.words)
    if words is not None:
        yield from _of_words(session, words)
    if filter.language:
        yield Part(Article.language == clean_line(filter.language))


def _of_words(session: Session, words: Words) -> Iterator[Part]:
    found = _in_postgres if session.get_bind().dialect.name == "postgresql" else _in_sqlite

    def one_of(group: Sequence[Term]) -> Condition:
        return or_(
            *(_within(term) if term.unspaced else found([[term]]).condition for term in group)
        )

    indexed = [group for group in words.must if not any(term.unspaced for term in group)]
    if indexed and not (found is _in_postgres and _says_nothing(session, indexed)):
        yield found(indexed)
    for group in words.must:
        if group not in indexed:
            yield Part(one_of(group))
    for term in words.never:
        yield Part(not_(one_of([term])))


def _within(term: Term) -> Condition:
    return or_(
        Article.title.contains(term.text, autoescape=True),
        func.coalesce(Article.text, "").contains(term.text, autoescape=True),
    )


def _in_sqlite(groups: Groups) -> Part:
    ids = select(FTS.c.rowid).where(matches_in_sqlite(groups))
    return Part((Judgement.article_id + 0).in_(ids), ids)


def matches_in_sqlite(groups: Groups) -> Condition:
    """On the table ``article_fts``."""
    return FTS.c.article_fts.op("MATCH", is_comparison=True)(to_fts5(groups))


def _in_postgres(groups: Groups) -> Part:
    found = _VECTOR.op("@@", is_comparison=True)(query_in_postgres(groups))
    return Part(found, select(Article.id).where(found))


def query_in_postgres(groups: Groups) -> ColumnElement[Any]:
    """A ``tsquery``."""
    return func.to_tsquery(_ENGLISH, to_tsquery(groups))


def _says_nothing(session: Session, groups: Groups) -> bool:
    """Words of grammar alone make a query that is empty, and would find nothing."""
    return not session.scalar(select(func.numnode(query_in_postgres(groups))))
