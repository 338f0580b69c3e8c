"""An alert as an e-mail: subject, plain text and HTML."""

from __future__ import annotations

from html import escape

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import compose, short_name, shorten
from monitor.types import Alert, FeedAlert

_SUBJECT_LENGTH = 150

# No colours: the reader's light or dark mode chooses them, and `opacity` softens either.
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
<body style="margin:0;padding:16px;color-scheme:light dark;\
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:36em;margin:0 auto;overflow-wrap:anywhere">
{body}
</div>
</body>
</html>
"""
_SMALL = "margin:0 0 12px;font-size:14px;opacity:.75"
_TITLE = "margin:0 0 4px;font-size:20px;line-height:1.3"
_TEXT = "margin:0 0 12px"
_REASON = "margin:0 0 6px;font-size:14px"
_LINKS = "margin:16px 0 0"


def subject(alert: Alert | FeedAlert) -> str:
    """One line of at most 150 characters, fit for a mail header (RFC 5322)."""
    title = clean_line(alert.title) or "(untitled)"
    label = "[feeds] " if isinstance(alert, FeedAlert) else _topic_label(alert)
    # `=?` would open an encoded word (RFC 2047), and what it hides could be a line break.
    return shorten((label + title).replace("=?", "= ?"), _SUBJECT_LENGTH)


def _topic_label(alert: Alert) -> str:
    topic = short_name(alert.topic)
    label = f"[{topic}] " if topic else ""
    return f"Test message: {label}" if alert.kind == "test" else label


def plain_text(alert: Alert | FeedAlert) -> str:
    """The whole message as plain text, lines ended by ``\\n``."""
    content = compose(alert)
    paragraphs = (
        content.lead,
        "\n".join(line for line in (content.title, content.byline) if line),
        content.excerpt,
        "\n".join(f"{label}: {text}" for label, text in content.reasons),
        "\n".join(f"{label}: {url}" for label, url in content.links),
    )
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def html(alert: Alert | FeedAlert) -> str:
    """The whole message as an HTML page: inline styles, nothing loaded, every field escaped."""
    content = compose(alert)
    links = " &nbsp; ".join(_anchor(label, url) for label, url in content.links)
    lines = [
        _block("p", _SMALL, escape(content.lead)),
        _block("h1", _TITLE, escape(content.title)),
        _block("p", _SMALL, escape(content.byline)),
        _block("p", _TEXT, escape(content.excerpt)),
        *(
            _block("p", _REASON, f"<strong>{escape(label)}</strong>: {escape(text)}")
            for label, text in content.reasons
        ),
        _block("p", _LINKS, links),
    ]
    return _PAGE.format(subject=escape(subject(alert)), body="\n".join(filter(None, lines)))


def _block(tag: str, style: str, inner: str) -> str:
    return f'<{tag} style="{style}">{inner}</{tag}>' if inner else ""


def _anchor(label: str, url: str) -> str:
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(label)}</a>'
