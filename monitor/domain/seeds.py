"""Seed files: example articles as a user saved them, as HTML or as plain text."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from monitor.domain.boilerplate import strip_boilerplate
from monitor.domain.charsets import decode
from monitor.domain.clean import clean_text
from monitor.domain.dates import parse_date, plausible
from monitor.domain.pages import Known, Page, build, read_page, unknown, words
from monitor.errors import ConfigError
from monitor.types import Article

_HTML = re.compile(
    r"\s*(?:<\?xml|<!--|<!doctype\s+html|<html|<head|<body|<article|<div|<p\b)", re.I
)
_DATE_LABEL = r"(?:date|dated|published|posted)(?:\s+(?:on|at))?\s*:?\s+"
_ISO_PREFIX = re.compile(rf"{_DATE_LABEL}(\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d\S*)?)(?:\s+|$)", re.I)
_DATE_LINE = re.compile(rf"{_DATE_LABEL}(\S.{{4,60}})", re.I)
_DATE_WITHIN = 5
"""Lines at the top among which one with the date is looked for."""
_WRITTEN = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d")
_HEADLINE_WORDS = 30
_SENTENCE_END = re.compile(r"[.!。][\"'”’)\]]*(?:\s+\(|$)|[;:,]$")
_LEAD = 100
"""Characters of the text that stand in for a missing headline."""


def read_seed(name: str, data: bytes, known: Known = unknown) -> Article:
    """The example article in a file called ``name``.

    A first line that looks like a headline becomes the title, a leading "date 2024-05-31",
    "Date: …" or "Published: …" the date; without a headline the title is the start of the text.
    Raises ConfigError if nothing readable remains.
    """
    text = decode(data)
    article = _from_page(text, known) if _HTML.match(text) else _from_text(text, known)
    if article is None or not words(article.text):
        raise ConfigError(f"the seed {name} has no readable text: save the article as text or HTML")
    return article


def _from_page(markup: str, known: Known) -> Article | None:
    page = read_page(markup, "", datetime.max.replace(tzinfo=UTC))
    if page is None:
        return None
    return build(
        page,
        url=page.canonical_url,
        title=page.title or _lead(page.text),
        text=page.text,
        published=page.published,
        text_from="seed",
        known=known,
    )


def _from_text(raw: str, known: Known) -> Article:
    text = strip_boilerplate(clean_text(raw))
    text, published = _take_date(text)
    first, _, rest = text.partition("\n")
    title = ""
    if rest.strip() and _is_headline(first):
        title, text = first, rest.strip()
    return build(
        Page(),
        url="",
        title=title or _lead(text),
        text=text,
        published=published,
        text_from="seed",
        known=known,
    )


def _take_date(text: str) -> tuple[str, datetime | None]:
    """The text without its date line, and the date; unchanged where there is none."""
    lines = text.split("\n")
    for number, line in enumerate(lines[:_DATE_WITHIN]):
        found = _ISO_PREFIX.match(line) or _DATE_LINE.fullmatch(line)
        moment = _read_date(found[1]) if found else None
        if found and moment:
            lines[number] = line[found.end() :]
            return "\n".join(lines).strip(), moment
    return text, None


def _read_date(text: str) -> datetime | None:
    moment = parse_date(text)
    plain = re.sub(r"\bsept\b", "Sep", text.replace(".", ""), flags=re.I).strip()
    for form in _WRITTEN:
        if moment is None:
            try:
                moment = datetime.strptime(plain, form).replace(tzinfo=UTC)
            except ValueError:
                continue
    return plausible(moment, datetime.max.replace(tzinfo=UTC))


def _is_headline(line: str) -> bool:
    return 0 < words(line) <= _HEADLINE_WORDS and not _SENTENCE_END.search(line)


def _lead(text: str) -> str:
    """The start of the first line that is no caption of a picture (they end in brackets)."""
    lines = [line for line in text.split("\n") if line]
    lead = next((line for line in lines if not line.endswith(")")), lines[0] if lines else "")
    return lead if len(lead) <= _LEAD else lead[:_LEAD].rsplit(" ", 1)[0] + "…"
