"""A message as an e-mail: plain text and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from monitor.domain.messages.compose import compose
from monitor.domain.messages.content import Fact, Link, Section, and_more, joined, labelled
from monitor.domain.messages.subject import subject
from monitor.types import Said

# The reader's light or dark mode chooses the colours, and `opacity` softens either; the one grey is
# that of thin lines, and shows on both.
_PAGE = """\
<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
</head>
<body style="margin:0;padding:20px 16px;color-scheme:light dark;\
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:36em;margin:0 auto;overflow-wrap:anywhere">
{body}
</div>
</body>
</html>
"""
_SMALL = "font-size:14px;opacity:.7"
_LEAD = f"margin:0 0 6px;{_SMALL}"
_TITLE = "margin:0 0 6px;font-size:21px;line-height:1.3"
_BYLINE = f"margin:0 0 18px;{_SMALL}"
_LINE = "margin:0 0 10px;font-size:15px"
_TEXT = "margin:18px 0"
_HEADING = f"margin:28px 0 12px;padding-bottom:4px;border-bottom:1px solid #888;{_SMALL}"
_ITEM = "margin:0;line-height:1.35;font-weight:600"
_ITEM_BYLINE = f"margin:2px 0 16px;{_SMALL}"
_TOGETHER = "white-space:nowrap"
_COUNTS = "margin:18px 0 14px;font-size:15px"
_ANSWERS = "margin:0"
_ANCHOR = "color:inherit;text-underline-offset:3px"
_BUTTON = (
    "color:inherit;display:inline-block;margin:0 8px 8px 0;padding:8px 16px;"
    "border:1px solid #888;border-radius:8px;text-decoration:none"
)


def plain_text(said: Said) -> str:
    """The whole message as plain text: a line for each thing said, never wrapped, ended by ``\\n``,
    with a blank line between them."""
    content = compose(said)
    paragraphs = (
        joined(content.title, content.lead, content.byline),
        *(joined(*map(labelled, line)) for line in content.lines),
        content.text,
        *("\n".join(_text_section(section)) for section in content.sections),
        and_more(content.omitted, content.links),
        content.counts,
        "\n".join(map(labelled, content.links + content.answers)),
    )
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _text_section(section: Section) -> Iterator[str]:
    yield section.heading
    for item in section.items:
        yield f"\n{joined(item.title, item.byline)}"
        yield from map(labelled, item.links)


def html(said: Said) -> str:
    """The whole message as an HTML page: inline styles, nothing loaded, every field escaped."""
    content = compose(said)
    counts = (and_more(content.omitted, content.links), content.counts)
    blocks = (
        _block("p", _LEAD, escape(content.lead)),
        _block("h1", _TITLE, escape(content.title)),
        _block("p", _BYLINE, escape(content.byline)),
        *(_block("p", _LINE, "<br>\n".join(map(_fact, line))) for line in content.lines),
        _block("p", _TEXT, escape(content.text)),
        *(block for section in content.sections for block in _section(section)),
        _block("p", _COUNTS, joined(*map(escape, counts), *map(_anchor, content.links))),
        _block("p", _ANSWERS, "\n".join(_anchor(link, _BUTTON) for link in content.answers)),
    )
    return _PAGE.format(subject=escape(subject(said)), body="\n".join(filter(None, blocks)))


def _section(section: Section) -> Iterator[str]:
    yield _block("h2", _HEADING, escape(section.heading))
    for item in section.items:
        yield _block("p", _ITEM, escape(item.title))
        links = _block("span", _TOGETHER, joined(*map(_anchor, item.links)))
        yield _block("p", _ITEM_BYLINE, joined(escape(item.byline), links))


def _fact(fact: Fact) -> str:
    label, text = map(escape, fact)
    return f"<strong>{label}:</strong> {text}" if label else text


def _block(tag: str, style: str, inner: str) -> str:
    return f'<{tag} style="{style}">{inner}</{tag}>' if inner else ""


def _anchor(link: Link, style: str = _ANCHOR) -> str:
    label, url = map(escape, link)
    return f'<a href="{url}" rel="noopener noreferrer" style="{style}">{label}</a>'
