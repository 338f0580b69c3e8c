"""Articles from pages, from feeds' own texts and from seed files.

For a worker process: some hostile pages keep the extractor busy for minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.boilerplate import strip_boilerplate
from monitor.domain.clean import clean_line, clean_text
from monitor.domain.markup import article_body, too_costly, visible_words
from monitor.domain.pages import Page, build, markup_of, read_page, words
from monitor.domain.seeds import read_seed
from monitor.domain.walls import guard, wall
from monitor.errors import ParseError
from monitor.types import Article, Document

__all__ = ["Extracted", "extract", "extract_page", "from_feed", "read_seed", "strip_boilerplate"]

_MANY_WORDS, _ENOUGH_WORDS = 600, 250
"""A page with as many is not suspected of being a guard's, or of having lost its article."""
_SUSPICIOUS = 4
"""Times as many words as the extractor found; where the page shows more, it failed."""
_FEW_WORDS = 40


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article, and what its page is or asks instead of showing it, in words ("asks to log in");
    empty if it shows it."""

    article: Article
    obstacle: str = ""


def extract_page(
    document: Document, entry_title: str, entry_published: datetime | None, entry_text: str
) -> Article:
    """The article alone; see ``extract``."""
    return extract(document, entry_title, entry_published, entry_text).article


def extract(
    document: Document, entry_title: str, entry_published: datetime | None, entry_text: str
) -> Extracted:
    """The article of a page, or the feed's own text where the page shows none.

    The feed's title and date come before the page's.  Raises ParseError, saying what the page is
    instead, if neither has any text and the feed has no title.
    """
    page, obstacle = Page(), "is no web page"
    markup = markup_of(document)
    if markup is not None:
        page, obstacle = _read(markup, document, words(entry_text))
    if obstacle:
        if not entry_text.strip() and not entry_title.strip():
            raise ParseError(f"{document.url} {obstacle}, and its feed gives no text")
        told = from_feed(
            document.url,
            entry_title,
            entry_text,
            entry_published,
            page.site,
            language=page.language,
        )
        return Extracted(told, obstacle)
    article = build(
        page,
        url=document.url,
        title=clean_line(entry_title) or page.title,
        text=page.text,
        published=entry_published or page.published,
        text_from="page",
    )
    return Extracted(article)


def from_feed(
    url: str,
    title: str,
    text: str,
    published: datetime | None,
    source: str,
    *,
    language: str = "",
) -> Article:
    """The article as far as its feed tells it, when the page cannot be had.

    ``language``: as declared (``en-US``); empty if unknown.
    """
    return build(
        Page(site=clean_line(source), language=language),
        url=url,
        title=clean_line(title),
        text=strip_boilerplate(clean_text(text)),
        published=published,
        text_from="feed",
    )


def _read(markup: str, document: Document, in_feed: int) -> tuple[Page, str]:
    """What a page says, and why that is not its article, in words; empty if it is.

    ``in_feed``: words the feed has of the article.
    """
    costly = too_costly(markup)
    page = None if costly else read_page(markup, document.url, document.fetched_at)
    page = page or Page()
    found = words(page.text)
    if found >= _ENOUGH_WORDS:
        return page, (guard(markup) if found < _MANY_WORDS else None) or ""
    told = article_body(markup)
    if words(told) > max(_FEW_WORDS, found, in_feed):
        return replace(page, text=strip_boilerplate(told)), ""
    if costly:
        return page, "has more tags than any article needs"
    obstacle = wall(markup)
    if obstacle is not None:
        return page, obstacle
    if found == 0:
        return page, "has no article text"
    if found >= in_feed:
        return page, ""
    if found < _FEW_WORDS:
        return page, "has hardly any article text"
    shown = visible_words(markup, _SUSPICIOUS * found)
    return page, "shows far more text than could be read" if shown >= _SUSPICIOUS * found else ""
