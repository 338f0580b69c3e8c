"""The cheap reading of a page: enough to see whether an article is off topic, and to keep it then.

For a worker process: the parser is native code, quick but not proof against every page.
resiliparse's main text (Bevendorff et al. 2018) is imported when the first page comes.
"""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

from monitor.domain.boilerplate import strip_boilerplate
from monitor.domain.clean import clean_line, clean_text
from monitor.domain.dates import parse_date, plausible
from monitor.domain.language_codes import declared_in
from monitor.domain.markup import too_costly
from monitor.domain.pages import Page, build, markup_of, words
from monitor.domain.text import TEXT_CHARACTERS
from monitor.domain.urls import canonical
from monitor.errors import ParseError
from monitor.types import Article, Document

FEWEST_WORDS = 40
"""A text of fewer may be a notice before the article; telling that is for the full extraction."""
MOST_TAGS = 10_000
"""Twice as many as on long news pages: the parser's time grows with the square of the nesting."""

_PARAGRAPH = 15
"""Words of a line that is prose however it ends."""
_SENTENCE = 4
"""The same if it ends as a sentence does."""
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")

_HEAD = 100_000
"""Characters of a page among which its metadata is looked for."""
_META = re.compile(r"<(?:meta|link)\b[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z]{3,8})\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{1,1000})", re.IGNORECASE)


def skim(
    document: Document, entry_title: str, entry_published: datetime | None, entry_text: str
) -> Article | None:
    """The article of a page, read cheaply; None where only a full extraction can tell.

    That is where the page is no web page, unreasonably intricate, or shows too few words: fewer
    than ``FEWEST_WORDS``, or than half of what the feed says.  The feed's title and date come
    before the page's.
    """
    markup = markup_of(document)
    if markup is None or markup.count("<") > MOST_TAGS or too_costly(markup):
        return None
    facts = _metadata(markup[:_HEAD])
    title = clean_line(entry_title) or _first(facts, "og:title", "title")
    text = _main_text(markup)
    if words(text) < max(FEWEST_WORDS, words(entry_text) / 2):
        return None
    page = Page(
        site=_first(facts, "og:site_name"),
        canonical_url=_address(facts.get("canonical", "")),
        language=declared_in(markup),
    )
    return build(
        page,
        url=document.url,
        title=title,
        text=text,
        published=entry_published or _published(facts, document.fetched_at),
        text_from="plain",
    )


def _main_text(markup: str) -> str:
    """Cleaned paragraphs, as far as they are ever read."""
    from resiliparse.extract.html2text import extract_plain_text

    try:
        found = extract_plain_text(
            markup,
            main_content=True,
            preserve_formatting=True,
            list_bullets=False,
            alt_texts=False,
            links=False,
            comments=False,
            post_meta=False,
        )
    except Exception:  # noqa: BLE001 - a native parser given hostile markup may raise anything
        return ""
    lines = clean_text(found[:TEXT_CHARACTERS]).split("\n")
    return strip_boilerplate("\n\n".join(line for line in lines if _is_prose(line)))


def _is_prose(line: str) -> bool:
    """Players, galleries and menus stand before some articles and would fill all that counts."""
    length = words(line)
    return length >= _PARAGRAPH or (length >= _SENTENCE and _ENDED.search(line) is not None)


def _metadata(head: str) -> dict[str, str]:
    """What the head names, by name in lower case; the first of equal names."""
    facts: dict[str, str] = {}
    for tag in _META.finditer(head):
        said = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(tag[0])}
        name = said.get("property") or said.get("name") or said.get("itemprop") or said.get("rel")
        value = said.get("content") or said.get("href")
        if name and value:
            facts.setdefault(name.lower(), unescape(value))
    if title := _TITLE.search(head):
        facts.setdefault("title", unescape(title[1]))
    return facts


def _first(facts: dict[str, str], *names: str) -> str:
    return next((line for name in names if (line := clean_line(facts.get(name, "")))), "")


def _published(facts: dict[str, str], now: datetime) -> datetime | None:
    date = parse_date(_first(facts, "article:published_time", "datepublished"))
    return plausible(date, now)


def _address(found: str) -> str:
    """The address a page names as its own; empty if unusable or, a common fault, a front page."""
    try:
        named = canonical(found)
    except ParseError:
        return ""
    return named if named.count("/") > 3 or not named.endswith("/") else ""
