"""Collect(host): the text of the article pages that are due there.

Most articles are off topic, and full extraction is by far the dearest stage: a cheap text decides
who needs it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.commands import Collect, Command, Judge
from monitor.domain.extraction import Extracted, extract, from_feed
from monitor.domain.schedule import page_retry
from monitor.domain.skim import skim
from monitor.edge.store import articles, fits
from monitor.edge.store.articles import ArticleForCollect, Collected, Kept, Outcome, Postponed
from monitor.errors import FetchError, MonitorError, ParseError, WorkerError
from monitor.pipeline.parts import Parts
from monitor.types import Article, Document

if TYPE_CHECKING:
    from monitor.domain.model import TopicModel

log = logging.getLogger(__name__)

BATCH = 8
"""Pages: what a crash makes us fetch again at most."""
MOST_KILLS = 2
"""Worker processes that one page may cost before it is given up."""


async def collect(command: Collect, parts: Parts) -> list[Command]:
    due = await parts.store.look(articles.articles_due, command.host, parts.clock(), BATCH)
    if not due:
        return []
    # The fetcher takes one request of a host at a time: only extraction runs side by side.
    models = await _models_in_force(parts)
    outcomes = await asyncio.gather(*(_collect_one(page, models, parts) for page in due))
    topics = await parts.store(articles.save_collected, outcomes, parts.clock())
    more: list[Command] = [command] if len(due) == BATCH else []
    return [*map(Judge, topics), *more]


async def _models_in_force(parts: Parts) -> list[TopicModel | None]:
    """Of every active topic; None for one that has not been fitted yet."""
    ids = await parts.store.look(fits.models_in_force)
    return [None if id is None else await asyncio.to_thread(parts.model, id) for id in ids]


async def _collect_one(
    page: ArticleForCollect, models: Sequence[TopicModel | None], parts: Parts
) -> Outcome:
    if not page.url:
        return _without_page(page, None)
    if parts.rules.pages == "likely" and not await asyncio.to_thread(_is_likely, page, models):
        return _without_page(page, None)
    try:
        # What the user names as a seed is read as a person would read it, not as a robot.
        document = await parts.fetcher.fetch(page.url, robots=not page.seed)
        read = await _read(page, document, models, parts)
    except (FetchError, ParseError, WorkerError) as error:
        return _failed(page, error, parts)
    if read.obstacle:
        instead = f"its page shows no article: it {read.obstacle}"
        return _without_page(page, instead, read.article)
    return Collected(page.id, read.article)


def _is_likely(page: ArticleForCollect, models: Sequence[TopicModel | None]) -> bool:
    """Whether the feed's own text leaves it possible that the article is of a topic."""
    from monitor.domain.cascade import worth_fetching

    return page.seed or worth_fetching(models, _told(page))


async def _read(
    page: ArticleForCollect,
    document: Document,
    models: Sequence[TopicModel | None],
    parts: Parts,
) -> Extracted:
    """The page's text: a cheap one where that rules out every topic."""
    # A text is compared with its edited version only where both were had in the same way.
    if not page.seed and page.edited_from != "page" and None not in models:
        plain = await parts.read(skim, document, page.title, page.published, page.text)
        if plain is not None and not await asyncio.to_thread(_is_near, page, plain, models):
            return Extracted(plain)
    return await parts.read(extract, document, page.title, page.published, page.text)


def _is_near(page: ArticleForCollect, plain: Article, models: Sequence[TopicModel | None]) -> bool:
    """Whether a cheap text, or what the feed says, comes near any topic."""
    from monitor.domain.cascade import worth_extracting

    return worth_extracting(models, plain, replace(plain, text=page.text))


def _failed(page: ArticleForCollect, error: MonitorError, parts: Parts) -> Outcome:
    killed = isinstance(error, WorkerError) and error.killed
    passing = isinstance(error, FetchError) and not error.permanent
    if passing or (killed and page.kills + 1 < MOST_KILLS):
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        again = page_retry(parts.clock(), page.attempts + 1, retry_after)
        if again is not None:
            return Postponed(page.id, again, str(error), killed)
    return _without_page(page, str(error))


def _without_page(
    page: ArticleForCollect, error: str | None, article: Article | None = None
) -> Outcome:
    """The feed's own text, marked so: an entry is never lost with its page."""
    if page.edited_from in ("page", "plain"):
        return Kept(page.id, error or "its feed gives it no address any more")
    if error is not None:
        log.info("page %s: %s: the feed's own text is used", page.url, error)
    return Collected(page.id, article or _told(page), error)


def _told(page: ArticleForCollect) -> Article:
    return from_feed(page.url, page.title, page.text, page.published, page.feed)
