"""A digest in words: how well the monitor could see, and what it saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import (
    Content,
    Item,
    Section,
    counted,
    headline,
    joined,
    moment,
    plural,
    short_name,
    web_links,
)
from monitor.types import Digest, DigestItem

_Kind = Literal["new_event", "update", "doubtful"]
_HEADINGS: dict[_Kind, str] = {
    "new_event": "New events",
    "update": "Updates",
    "doubtful": "Perhaps new",
}
_NOUNS: dict[_Kind, str] = {"new_event": "new event", "update": "update"}


def about_digest(digest: Digest) -> Content:
    return Content(
        lead=f"Digest of {short_name(digest.topic)}",
        title=_first_line(digest),
        byline=f"from {moment(digest.since).removesuffix(' UTC')} to {moment(digest.until)}",
        sections=tuple(_sections(digest)),
        omitted=digest.omitted,
        links=web_links(("Open the page", digest.review_url)),
    )


def digest_title(digest: Digest) -> str:
    """What a digest holds, in a few words; of an empty one, what that means."""
    kinds = Counter(item.kind for item in digest.items)
    holds = [
        *(plural(kinds[kind], noun) for kind, noun in _NOUNS.items() if kinds[kind]),
        *([f"{kinds['doubtful']} perhaps new"] if kinds["doubtful"] else []),
    ]
    if digest.omitted:
        holds.append(f"{digest.omitted:,} more")
    if holds:
        return f"Digest: {', '.join(holds)}"
    return _health(digest) if _is_blind(digest) else "Nothing new"


def _first_line(digest: Digest) -> str:
    """``412 articles read, all 14 feeds healthy``; that of an empty one says that it is empty,
    unless there may have been news that nobody could see."""
    health = _health(digest)
    if digest.items or digest.omitted or _is_blind(digest):
        return health
    return f"Nothing new: {health[0].lower()}{health[1:]}"


def _is_blind(digest: Digest) -> bool:
    """Whether too little could be read for silence to mean that nothing happened."""
    most = 2 * digest.failing >= digest.feeds
    return digest.feeds == 0 or (digest.failing > 0 and (most or digest.articles == 0))


def _health(digest: Digest) -> str:
    if digest.feeds == 0:
        return "No feeds are followed"
    if _is_blind(digest):
        return f"Blind: {plural(digest.failing, 'feed')} down"
    feeds = plural(digest.feeds, "feed")
    if digest.failing:
        state = f"{digest.failing:,} of {feeds} down"
    else:
        state = f"{'all ' if digest.feeds > 1 else ''}{feeds} healthy"
    return f"{plural(digest.articles, 'article')} read, {state}"


def _sections(digest: Digest) -> Iterator[Section]:
    for kind, heading in _HEADINGS.items():
        items = tuple(_item(item) for item in digest.items if item.kind == kind)
        if items:
            yield Section(heading, items)


def _item(item: DigestItem) -> Item:
    return Item(
        title=headline(item.title),
        byline=joined(
            *map(clean_line, item.changes),
            short_name(item.source),
            moment(item.published),
            counted(item.outlets, item.originals),
            f"score {item.score:.2f}",
        ),
        links=web_links(("Article", item.url), ("Review", item.review_url)),
    )
