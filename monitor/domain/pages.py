"""One web page: what the extractor finds on it, and the article put together from that.

trafilatura is imported when the first page comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.boilerplate import strip_boilerplate
from monitor.domain.charsets import decode
from monitor.domain.clean import clean_line, clean_text
from monitor.domain.dates import parse_date, plausible
from monitor.domain.language import identify
from monitor.domain.language_codes import declared_in
from monitor.domain.urls import canonical, host_of
from monitor.errors import ParseError
from monitor.types import Article, Document, TextFrom

MAX_PAGE = 4 * 2**20
"""Bytes of the largest page that is given to the extractor."""
MAX_TEXT = 200_000
"""Characters of an article's text that are kept."""
_NO_PAGE = re.compile(r"(?:image|video|audio|font)/|application/(?!.*(?:html|xml)|octet-stream)")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SURELY_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
_ANOTHER_KIND = re.compile(r"\s*(?:%PDF|[{\[])")
_WITHIN = 4_000
_PAGE_INSIDE = re.compile(r"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page itself says, cleaned; any field may be empty."""

    text: str = ""
    title: str = ""
    published: datetime | None = None
    site: str = ""
    author: str = ""
    canonical_url: str = ""
    language: str = ""
    """As the page declares it: ``en-US``."""


def markup_of(document: Document) -> str | None:
    """The text of a web page; None if size, declared type or first characters say it is none."""
    if len(document.body) > MAX_PAGE:
        return None
    markup = decode(document.body, document.content_type)
    if _NO_PAGE.match(document.content_type):
        return markup if _SURELY_PAGE.match(markup) else None
    if markup.lstrip()[:1] == "<":
        return markup
    # Servers that fail print their complaints before the page.
    if _ANOTHER_KIND.match(markup) or "\0" in markup[:_WITHIN]:
        return None
    inside = _PAGE_INSIDE.search(markup, 0, _WITHIN)
    return markup[inside.start() :] if inside else None


def read_page(markup: str, url: str, now: datetime) -> Page | None:
    """Text and metadata of a page; None where the extractor finds nothing or fails."""
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(
            markup,
            url=url or None,
            favor_precision=True,
            include_comments=False,
            with_metadata=True,
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - an extractor given hostile markup raises anything
        return None
    if found is None or isinstance(found, dict):
        return None
    date = parse_date(found.date) if found.date else None
    title = clean_line(found.title or "")
    return Page(
        text=strip_boilerplate(clean_text(found.text or "").removeprefix(f"{title}\n")),
        title=title,
        published=plausible(date, now),
        site=clean_line(found.sitename or ""),
        author=clean_line(found.author or ""),
        canonical_url=_canonical(found.url or "", url),
        language=declared_in(markup),
    )


Known = Callable[[str, str], str]
"""The language that a title and text are known to be in; empty if that is to be found."""


def unknown(title: str, text: str) -> str:
    return ""


def build(
    page: Page,
    *,
    url: str,
    title: str,
    text: str,
    published: datetime | None,
    text_from: TextFrom,
    known: Known = unknown,
) -> Article:
    """Put an article together: its outlet and language are settled here."""
    kept = text[:MAX_TEXT]
    return Article(
        url=url,
        title=title,
        text=kept,
        published=published,
        text_from=text_from,
        source=page.site or _outlet(page.canonical_url or url),
        author=page.author,
        language=known(title, kept) or identify(f"{title}\n{text}", page.language),
        canonical_url=page.canonical_url,
    )


def words(text: str) -> int:
    """About how many words a text has; two ideographs count as one."""
    return len(text.split()) + len(_IDEOGRAPHS.findall(text)) // 2


def _canonical(found: str, url: str) -> str:
    """The address a page names as its own; empty if unusable or, a common fault, the front page."""
    try:
        named = canonical(found)
        is_front = named.count("/") == 3 and named.endswith("/")
        return "" if is_front and url and canonical(url) != named else named
    except ParseError:
        return ""


def _outlet(url: str) -> str:
    try:
        return host_of(url).removeprefix("www.")
    except ParseError:
        return ""
