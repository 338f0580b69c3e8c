"""Articles from pages, from feeds' own texts and from seed files.

For a worker process: some hostile pages keep the extractor busy for minutes.
"""

from __future__ import annotations

from datetime import datetime

from monitor.domain.boilerplate import strip_boilerplate
from monitor.domain.clean import clean_line, clean_text
from monitor.domain.pages import Page, build, markup_of, read_page, words
from monitor.domain.seeds import read_seed
from monitor.domain.walls import wall
from monitor.errors import ParseError
from monitor.types import Article, Document

__all__ = ["extract_page", "from_feed", "read_seed", "strip_boilerplate"]

_FEW_WORDS = 40
"""A page with fewer is suspected of having lost its article."""


def extract_page(
    document: Document, entry_title: str, entry_published: datetime | None, entry_text: str
) -> Article:
    """The article of a page, or the feed's own text where the page shows none.

    The feed's title and date come before the page's.  Raises ParseError if neither has any text
    and the feed has no title.
    """
    page, obstacle = None, "is no web page"
    markup = markup_of(document)
    if markup is not None:
        page = read_page(markup, document.url, document.fetched_at)
        obstacle = _obstacle(markup, page, entry_text)
    if page is None or obstacle:
        if not entry_text.strip() and not entry_title.strip():
            raise ParseError(f"{document.url} {obstacle}, and its feed gives no text")
        site = page.site if page else ""
        return from_feed(document.url, entry_title, entry_text, entry_published, site)
    return build(
        page,
        url=document.url,
        title=clean_line(entry_title) or page.title,
        text=page.text,
        published=entry_published or page.published,
        text_from="page",
    )


def from_feed(url: str, title: str, text: str, published: datetime | None, source: str) -> Article:
    """The article as far as its feed tells it, when the page cannot be had."""
    return build(
        Page(site=clean_line(source)),
        url=url,
        title=clean_line(title),
        text=strip_boilerplate(clean_text(text)),
        published=published,
        text_from="feed",
    )


def _obstacle(markup: str, page: Page | None, entry_text: str) -> str:
    """Why the page's text is not its article, in words; empty if it is."""
    found = words(page.text) if page else 0
    if found >= _FEW_WORDS:
        return ""
    if found == 0 or found < words(entry_text):
        return wall(markup) or "has no article text"
    return wall(markup) or ""
