"""Text from outside made harmless, once, where it comes in.

Afterwards no text holds NUL (Postgres refuses it, SQLite cuts at it), lone surrogates, control
characters, or invisible characters that reorder or disguise what a person reads.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

_REMOVED = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x9f"  # controls; the others are line breaks and spaces
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # soft hyphen, joiners, fillers
    "\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, bidi
    "\ufff0-\ufffb\ufdd0-\ufdef\ufffe\uffff"  # annotations, noncharacters
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000-\U000e0fff"  # tags, unassigned invisibles
    "]+"
)
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0100-\U000e01ef]"
)
"""Those of them that Python calls printable."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What lxml takes into no text."""
_BLANK_LINES = re.compile(r"\n{3,}")

_MAX_MARKS = 30
"""Combining marks in a row that are kept (the Stream-Safe Text Format of UAX #15): sorting a longer
run, which normalisation must, takes time quadratic in its length."""
_PERHAPS_MARKS = re.compile(rf"[^\w\s!-\u02ff]{{{_MAX_MARKS + 1}}}")
"""Where a longer run of them may be; the exact set of them is forty times slower to look for."""

_BLOCKS = frozenset(
    [
        *("address", "article", "aside", "blockquote", "br", "caption", "dd", "dl", "dt", "div"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th"),
        *("tr", "ul"),
    ]
)
_SILENT = ("script", "style", "template", "noscript", "iframe", "svg", "object")


def clean_text(text: str) -> str:
    """Several lines of plain text: NFC, single spaces, at most one blank line in a row."""
    return _BLANK_LINES.sub("\n\n", "\n".join(map(_clean, text.splitlines()))).strip()


def clean_line(text: str) -> str:
    """One line of plain text: as ``clean_text``, with line breaks turned into spaces."""
    return _clean(text)


def _clean(line: str) -> str:
    line = " ".join(line.split())
    if line.isascii() and line.isprintable():
        return line
    if not line.isprintable() or _UNSEEN.search(line):
        line = " ".join(_REMOVED.sub("", line).split())
    return unicodedata.normalize("NFC", _without_long_runs(line))


def _without_long_runs(line: str) -> str:
    if _PERHAPS_MARKS.search(line) is None:
        return line
    return _long_runs_of_marks().sub(r"\1", line)


@lru_cache(maxsize=1)
def _long_runs_of_marks() -> re.Pattern[str]:
    last = 0x1E94A  # the highest character with a combining class in Unicode 16
    marks = "".join(
        chr(code) for code in range(0x300, last + 1) if unicodedata.combining(chr(code))
    )
    return re.compile(f"([{marks}]{{{_MAX_MARKS}}})[{marks}]+")


def strip_html(markup: str) -> str:
    """The text of a piece of HTML, its blocks on lines of their own; cleaned by ``clean_text``."""
    if "<" not in markup:
        return clean_text(html.unescape(markup))
    from lxml import etree

    # Bytes, so that a declaration of another encoding inside the text is not believed.
    body = f"<div>{_NO_XML.sub('', markup)}</div>".encode(errors="ignore")
    root = etree.fromstring(body, _html_parser())
    if root is None:
        return ""
    etree.strip_elements(root, *_SILENT, with_tail=False)
    for element in root.iter(etree.Element):
        if element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "")
            if element.tag != "br":
                element.text = "\n" + (element.text or "")
    return clean_text(etree.tostring(root, method="text", encoding="unicode"))


@lru_cache(maxsize=1)
def _html_parser() -> etree.HTMLParser[etree._Element]:
    from lxml import etree

    return etree.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
