"""Text from outside made harmless, once, where it comes in.

Afterwards no text holds NUL (Postgres refuses it, SQLite cuts at it), lone surrogates, control
characters, or invisible characters that reorder or disguise what a person reads.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NEWLINE = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_REMOVED = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # soft hyphen, joiners, fillers
    "\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, bidi
    "\ufff0-\ufffb\ufdd0-\ufdef\ufffe\uffff"  # annotations, noncharacters
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000-\U000e0fff"  # tags, unassigned invisibles
    "]+"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINE_EDGES = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")

_MAX_MARKS = 30
"""Combining marks in a row that are kept (the Stream-Safe Text Format of UAX #15): sorting a longer
run, which normalisation must, takes time quadratic in its length."""

_BLOCK = re.compile(
    r"address|article|aside|blockquote|br|caption|d[dlt]|div|fieldset|figcaption|figure|footer|form"
    r"|h[1-6r]|header|li|main|nav|[ou]l|p|pre|section|table|t[dhr]"
)
_SILENT = ("script", "style", "template", "noscript", "iframe", "svg", "object")


def clean_text(text: str) -> str:
    """Several lines of plain text: NFC, single spaces, at most one blank line in a row."""
    text = _SPACES.sub(" ", _normal(_REMOVED.sub("", _NEWLINE.sub("\n", text))))
    return _BLANK_LINES.sub("\n\n", _LINE_EDGES.sub("\n", text)).strip()


def clean_line(text: str) -> str:
    """One line of plain text: as ``clean_text``, with line breaks turned into spaces."""
    return " ".join(clean_text(text).split())


def strip_html(markup: str) -> str:
    """The text of a piece of HTML, its blocks on lines of their own; cleaned by ``clean_text``."""
    from lxml import etree, html

    markup = clean_text(markup)
    if not markup or ("<" not in markup and "&" not in markup):
        return markup
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    # Bytes, so that a declaration of another encoding inside the text is not believed.
    root = etree.fromstring(f"<div>{markup}</div>".encode(), parser)
    if root is None:
        return ""
    etree.strip_elements(root, *_SILENT, with_tail=False)
    for element in root.iter(etree.Element):
        if _BLOCK.fullmatch(element.tag):
            element.tail = "\n" + (element.tail or "")
            if element.tag != "br":
                element.text = "\n" + (element.text or "")
    return clean_text("".join(root.itertext()))


def _normal(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _long_runs_of_marks().sub(r"\1", text))


@lru_cache(maxsize=1)
def _long_runs_of_marks() -> re.Pattern[str]:
    last = 0x1E94A  # the highest character with a combining class in Unicode 16
    marks = "".join(
        chr(code) for code in range(0x300, last + 1) if unicodedata.combining(chr(code))
    )
    return re.compile(f"([{marks}]{{{_MAX_MARKS}}})[{marks}]+")
