"""An alert in the order in which a busy person wants it: what happened, why it matched, why it is
new, what no earlier coverage said, how many report it."""

from __future__ import annotations

from itertools import chain
from urllib.parse import urlsplit

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import (
    Content,
    Fact,
    Link,
    counted,
    headline,
    joined,
    moment,
    short_name,
    shorten,
    web_link,
    web_links,
)
from monitor.domain.messages.digest import about_digest
from monitor.types import Alert, ChannelAlert, Digest, FeedAlert, NearestEvent, Novelty, Said

_TEXT_LENGTH = 500
_DETAIL_LENGTH = 1000
_TERMS = 6
_FACTS = 3
"""Of each kind: names, places, numbers."""


def compose(said: Said) -> Content:
    """Put a message into words."""
    match said:
        case Alert(kind="test"):
            return _test(said)
        case Alert(kind="update"):
            return _update(said)
        case Alert():
            return _new_event(said)
        case Digest():
            return about_digest(said)
        case FeedAlert():
            back = said.kind == "feed_recovered"
            return _trouble(said, "A feed is back" if back else "A feed needs a look")
        case ChannelAlert():
            return _trouble(said, "A channel needs a look")


def _new_event(alert: Alert) -> Content:
    return Content(
        lead=f"New event in {short_name(alert.topic)}",
        title=headline(alert.title),
        byline=_byline(alert),
        lines=(
            (("Why it matched", _why_matched(alert)),),
            (("Why it is new", _why_new(alert.nearest_event)), *_facts(alert.novelty)),
        ),
        text=_own_words(alert),
        counts=counted(alert.outlets, alert.originals),
        links=_links(alert),
        answers=_answers(alert),
    )


def _update(alert: Alert) -> Content:
    """What has changed comes first; the article that brought it stands below."""
    changes = joined(*map(clean_line, alert.changes)) or "more is known"
    report, new = joined(headline(alert.title), _byline(alert)), _facts(alert.novelty)
    return Content(
        lead=f"Update in {short_name(alert.topic)}",
        title=shorten(changes[0].upper() + changes[1:], _TEXT_LENGTH),
        byline="",
        lines=((("", report),), *([new] if new else [])),
        text=_own_words(alert),
        counts=counted(alert.outlets, alert.originals),
        links=_links(alert),
        answers=_answers(alert),
    )


def _test(alert: Alert) -> Content:
    topic = short_name(alert.topic)
    return Content(
        lead=joined(
            "This is a test message: nothing has happened",
            f"it shows what an alert of {topic} looks like" if topic else "the channel works",
        ),
        title=f"Test: {headline(alert.title)}",
        byline=_byline(alert),
        text=_own_words(alert),
        links=_links(alert),
    )


def _trouble(alert: FeedAlert | ChannelAlert, lead: str) -> Content:
    return Content(
        lead=lead,
        title=headline(alert.title),
        byline=f"since {moment(alert.since)}" if alert.since else "",
        text=shorten(clean_line(alert.detail), _DETAIL_LENGTH),
        links=web_links(("Feed", alert.url)) if isinstance(alert, FeedAlert) else (),
    )


def _byline(alert: Alert) -> str:
    return joined(short_name(alert.source), moment(alert.published))


def _why_matched(alert: Alert) -> str:
    seed = short_name(alert.nearest_seed)
    return joined(
        ", ".join(filter(None, map(short_name, alert.terms[:_TERMS]))),
        f"nearest seed “{seed}”" if seed else "",
        f"score {alert.score:.2f}",
    )


def _why_new(nearest: NearestEvent | None) -> str:
    if nearest is None:
        return "the first event of this topic"
    return joined(
        f"nearest earlier event “{short_name(nearest.title) or '(untitled)'}”",
        f"similarity {nearest.similarity:.2f}",
        moment(nearest.last_seen).partition(" ")[0],
    )


def _facts(novelty: Novelty) -> tuple[Fact, ...]:
    """The names, places and numbers that no earlier coverage had."""
    kinds = (novelty.names, novelty.places, novelty.numbers)
    facts = map(short_name, chain.from_iterable(kind[:_FACTS] for kind in kinds))
    told = ", ".join(dict.fromkeys(filter(None, facts)))
    return (("New", told),) if told else ()


def _own_words(alert: Alert) -> str:
    """The sentences that carry what is new, else the first ones."""
    new = " ".join(filter(None, map(clean_line, alert.novelty.sentences[:2])))
    return shorten(new or clean_line(alert.excerpt), _TEXT_LENGTH)


def _links(alert: Alert) -> tuple[Link, ...]:
    return web_links(("Article", alert.url), ("Review", alert.review_url))


def _answers(alert: Alert) -> tuple[Link, ...]:
    """They lead to a page that asks for one click: mail scanners follow links."""
    page = web_link(alert.review_url)
    if not page:
        return ()
    return (("Relevant", _asking(page, "relevant")), ("Not relevant", _asking(page, "irrelevant")))


def _asking(page: str, verdict: str) -> str:
    parts = urlsplit(page)
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=f"{query}verdict={verdict}").geturl()
