"""Where in the articles of a page a search has found its words."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session

from models import Article
from monitor.domain.excerpts import CLOSE, OPEN, READ, excerpt, marked, unmarked
from monitor.domain.search import parse
from monitor.edge.store.finding import FTS, matches_in_sqlite, query_in_postgres

WORDS = 30
"""Of a snippet, at most: somewhat more than an excerpt shows."""


def excerpts(session: Session, typed: str, articles: Sequence[int]) -> dict[int, str]:
    """By article, a piece of its text around the words; empty unless something must occur."""
    words = parse(typed)
    if words is None or not words.must or not articles:
        return {}
    terms = [term for group in words.must for term in group]
    if any(term.unspaced or term.prefix for term in terms):  # SQLite is slow with prefixes
        texts = session.execute(select(Article.id, Article.text).where(Article.id.in_(articles)))
        return {id: excerpt(marked(text or "", terms)) for id, text in texts}
    begin, end = secrets.token_hex(), secrets.token_hex()  # what no text can hold
    on_postgres = session.get_bind().dialect.name == "postgresql"
    query = _postgres if on_postgres else _sqlite
    return {
        id: excerpt(unmarked(snippet or "").replace(begin, OPEN).replace(end, CLOSE))
        for id, snippet in session.execute(query(words.must, articles, begin, end))
    }


def _sqlite(groups: Any, articles: Sequence[int], begin: str, end: str) -> Select[Any]:
    """https://sqlite.org/fts5.html#the_snippet_function"""
    column = 1  # text, after the title
    snippet = func.snippet(literal_column("article_fts"), column, begin, end, "…", WORDS)
    return select(FTS.c.rowid, snippet).where(matches_in_sqlite(groups), FTS.c.rowid.in_(articles))


def _postgres(groups: Any, articles: Sequence[int], begin: str, end: str) -> Select[Any]:
    """https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-HEADLINE"""
    options = f"StartSel={begin}, StopSel={end}, MaxFragments=1, MaxWords={WORDS}, MinWords=1"
    text = func.left(func.coalesce(Article.text, ""), READ)
    english: ColumnElement[Any] = literal_column("'english'::regconfig")
    headline = func.ts_headline(english, text, query_in_postgres(groups), options)
    return select(Article.id, headline).where(Article.id.in_(articles))
