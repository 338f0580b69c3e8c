"""Collect(host): the text of the article pages that are due there."""

from __future__ import annotations

import asyncio
import logging

from monitor.domain.extraction import extract_page, from_feed
from monitor.domain.schedule import page_retry
from monitor.edge.store import articles
from monitor.edge.store.articles import ArticleForCollect, Collected, Postponed
from monitor.errors import FetchError, ParseError, WorkerError
from monitor.pipeline.parts import Parts
from monitor.types import Collect, Command, Judge

log = logging.getLogger(__name__)

BATCH = 8
"""Pages: what a crash makes us fetch again at most."""


async def collect(command: Collect, parts: Parts) -> list[Command]:
    due = await parts.store(articles.articles_due, command.host, parts.clock(), BATCH)
    if not due:
        return []
    # The fetcher takes one request of a host at a time: only extraction runs side by side.
    outcomes = await asyncio.gather(*(_collect_one(page, parts) for page in due))
    topics = await parts.store(articles.save_collected, outcomes, parts.clock())
    more: list[Command] = [command] if len(due) == BATCH else []
    return [*map(Judge, topics), *more]


async def _collect_one(page: ArticleForCollect, parts: Parts) -> Collected | Postponed:
    if not page.url:
        return _from_feed(page, None)
    try:
        document = await parts.fetcher.fetch(page.url)
        article = await parts.workers.run(
            extract_page, document, page.title, page.published, page.text
        )
    except FetchError as error:
        again = page_retry(parts.clock(), page.attempts + 1, error.retry_after)
        if error.permanent or again is None:
            return _from_feed(page, str(error))
        return Postponed(page.id, again, str(error))
    except (ParseError, WorkerError) as error:
        return _from_feed(page, str(error))
    return Collected(page.id, article)


def _from_feed(page: ArticleForCollect, error: str | None) -> Collected:
    """The feed's own text, marked so: an entry is never lost with its page."""
    if error is not None:
        log.info("page %s: %s: the feed's own text is used", page.url, error)
    article = from_feed(page.url, page.title, page.text, page.published, page.feed)
    return Collected(page.id, article, error)
