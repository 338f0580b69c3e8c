"""The facts of an alert in the order in which a person wants them, clean and short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from monitor.domain.clean import clean_line
from monitor.types import Alert, FeedAlert, NearestEvent

_NAME_LENGTH = 80
_TITLE_LENGTH = 300
_EXCERPT_LENGTH = 500
_TERMS = 8

# Characters that RFC 3986 allows nowhere in a URL, and with which a URL could leave the quotes or
# the angle brackets that a rendering puts around it.
_URL_ESCAPES = str.maketrans({char: f"%{ord(char):02X}" for char in " \"'<>\\^`{|}"})


@dataclass(frozen=True, slots=True)
class Content:
    """What every rendering says.  Single lines of plain text, none of them escaped yet."""

    lead: str
    """What kind of message this is, and of which topic."""
    title: str
    """Never empty."""
    byline: str
    """Source and time of publication; empty if neither is known."""
    excerpt: str
    reasons: tuple[tuple[str, str], ...]
    """Label and sentence: why it matched, why it is new."""
    links: tuple[tuple[str, str], ...]
    """Label and address; http(s) only."""


def compose(alert: Alert | FeedAlert) -> Content:
    """Put an alert into words."""
    return _about_feed(alert) if isinstance(alert, FeedAlert) else _about_event(alert)


def _about_feed(alert: FeedAlert) -> Content:
    url = web_link(alert.url)
    return Content(
        lead="A feed needs a look" if alert.kind != "feed_recovered" else "A feed is back",
        title=shorten(clean_line(alert.title), _TITLE_LENGTH) or "(untitled)",
        byline=f"since {moment(alert.since)}" if alert.since else "",
        excerpt=shorten(clean_line(alert.detail), _EXCERPT_LENGTH),
        reasons=(),
        links=(("Feed", url),) if url else (),
    )


def _about_event(alert: Alert) -> Content:
    test = alert.kind == "test"
    title = shorten(clean_line(alert.title), _TITLE_LENGTH) or "(untitled)"
    links = (("Article", web_link(alert.url)), ("Review", web_link(alert.review_url)))
    return Content(
        lead=_lead(alert),
        title=f"Test: {title}" if test else title,
        byline=_join(short_name(alert.source), moment(alert.published)),
        excerpt=shorten(clean_line(alert.excerpt), _EXCERPT_LENGTH),
        reasons=() if test else (_why_matched(alert), _why_new(alert.nearest_event)),
        links=tuple((label, url) for label, url in links if url),
    )


def web_link(url: str) -> str:
    """The address if it is an http(s) one that names a host, safe to quote; else empty."""
    cleaned = clean_line(url).strip().translate(_URL_ESCAPES)
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname
    except ValueError:
        return ""
    return cleaned if parts.scheme in ("http", "https") and host else ""


def moment(when: datetime | None) -> str:
    """``2026-11-21 07:14 UTC``: the same in every language; empty for None."""
    if when is None:
        return ""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'minutes')} UTC"


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where there are any, marked with ``…``."""
    if len(text) <= limit:
        return text
    words = text[:limit].rpartition(" ")[0]
    return (words if len(words) > limit // 2 else text[: limit - 1]).rstrip() + "…"


def short_name(name: str) -> str:
    """The name of a topic, seed or outlet, on one line and not endless."""
    return shorten(clean_line(name), _NAME_LENGTH)


def _lead(alert: Alert) -> str:
    topic = short_name(alert.topic)
    if alert.kind == "test":
        return _join(
            "This is a test message: nothing has happened",
            f"it shows what an alert of {topic} looks like" if topic else "the channel works",
        )
    return f"New event in {topic}"


def _why_matched(alert: Alert) -> tuple[str, str]:
    terms = ", ".join(short_name(term) for term in alert.terms[:_TERMS])
    seed = short_name(alert.nearest_seed)
    return "Why it matched", _join(
        f"shared words: {terms}" if terms else "",
        f"nearest seed: “{seed}”" if seed else "",
        f"score {alert.score:.2f}",
    )


def _why_new(nearest: NearestEvent | None) -> tuple[str, str]:
    if nearest is None:
        return "Why it is new", "the first event of this topic"
    title = short_name(nearest.title) or "(untitled)"
    last_seen = moment(nearest.last_seen)
    return "Why it is new", _join(
        f"nearest earlier event: “{title}”",
        f"similarity {nearest.similarity:.2f}",
        f"last seen {last_seen}" if last_seen else "",
    )


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
