"""Atom feeds: what is new of a topic, or found by a saved search, for any feed reader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.domain.messages.content import counted, joined, web_link
from monitor.edge.store import cards, search, searches, syndication, views
from monitor.types import EventCard, MatchView, Novelty
from monitor.web.atom_xml import MEDIA_TYPE, Entry, Feed, document, tag
from monitor.web.handlers.parameters import id_of, storable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.pipeline import Parts

ENTRIES = 50
"""Of a feed, at most."""
KINDS = ("events", "matches")


class Atom:
    """Of the parts it uses the store only."""

    def __init__(self, parts: Parts) -> None:
        self.store = parts.store

    def routes(self) -> list[Route]:
        return [
            Route("/atom/topics/{name:path}", self.topic),
            Route("/atom/searches/{id:int}", self.search),
        ]

    async def topic(self, request: Request) -> Response:
        """Events of a topic, updated as further matches come; with ``of=matches`` its matches."""
        name = storable(request.path_params["name"])
        kind = request.query_params.get("of", KINDS[0])
        if kind not in KINDS:
            raise HTTPException(400, f"of is none of {' and '.join(KINDS)}.")
        make = _events if kind == "events" else _matches
        return _answer(request, await self.store.look(make, name, _Addresses(request)))

    async def search(self, request: Request) -> Response:
        """What a saved search finds."""
        look = self.store.look(_found, id_of(request), _Addresses(request))
        return _answer(request, await look)


class _Addresses:
    """Of this feed and of pages, as whoever asks for it reaches them."""

    def __init__(self, request: Request) -> None:
        self._base = str(request.base_url).rstrip("/")
        query = f"?{request.url.query}" if request.url.query else ""
        self.own = f"{self._base}{quote(request.url.path)}{query}"

    def page(self, *path: object) -> str:
        return "/".join((self._base, *(quote(str(step)) for step in path)))


def _events(session: Session, name: str, addresses: _Addresses) -> Feed:
    """Raises NotFound."""
    begun = syndication.topic_since(session, name)
    shown = cards.event_cards(session, name, limit=ENTRIES)
    newest = syndication.newest_of(session, [card.event.id for card in shown])
    return Feed(
        id=tag("topics", name),
        title=f"{name}: events",
        own=addresses.own,
        address=addresses.page("topics", name),
        begun=begun,
        entries=[_event(card, newest[card.event.id], addresses) for card in shown],
    )


def _event(card: EventCard, newest: datetime, addresses: _Addresses) -> Entry:
    event = card.event
    first = f"first: {card.first}" if card.first else ""
    return Entry(
        id=tag("events", event.id),
        title=event.title,
        address=addresses.page("events", event.id),
        updated=newest,
        published=event.opened_at,
        summary="\n".join(
            (joined(counted(card.event.sources, card.originals), first), *_new(card.novelty))
        ),
        category=event.topic,
    )


def _matches(session: Session, name: str, addresses: _Addresses) -> Feed:
    """Raises NotFound."""
    begun = syndication.topic_since(session, name)
    return Feed(
        id=tag("topics", name) + "/matches",
        title=f"{name}: matches",
        own=addresses.own,
        address=f"{addresses.page('matches')}?{urlencode({'topic': name})}",
        begun=begun,
        entries=_articles(session, views.matches(session, topic=name, limit=ENTRIES), addresses),
    )


def _found(session: Session, id: int, addresses: _Addresses) -> Feed:
    """Raises NotFound."""
    saved = searches.saved_search(session, id)
    found = search.search(session, saved.filter, limit=ENTRIES, offset=0)
    return Feed(
        id=tag("searches", saved.id),
        title=saved.name,
        own=addresses.own,
        address=addresses.page("searches", saved.id),
        begun=saved.created_at,
        entries=_articles(session, [one.match for one in found], addresses),
    )


def _articles(session: Session, matches: list[MatchView], addresses: _Addresses) -> list[Entry]:
    told = syndication.told_of(session, [match.id for match in matches])
    return [_match(match, *told[match.id], addresses) for match in matches]


def _match(match: MatchView, told_at: datetime, novelty: Novelty, addresses: _Addresses) -> Entry:
    page, article = addresses.page("matches", match.id), web_link(match.url)
    copy = "repeats an earlier text" if match.copy_of else ""
    return Entry(
        id=tag("matches", match.id),
        title=match.title,
        address=article or page,
        related=page if article else "",
        updated=told_at,
        published=match.published,
        summary="\n".join((joined(match.source, f"score {match.score:.2f}", copy), *_new(novelty))),
        category=match.topic,
        author=match.source,
    )


def _new(novelty: Novelty) -> Iterator[str]:
    facts: Mapping[str, tuple[str, ...]] = {
        "New names": novelty.names,
        "New places": novelty.places,
        "New numbers": novelty.numbers,
    }
    yield from (f"{label}: {', '.join(said)}" for label, said in facts.items() if said)
    yield from novelty.sentences


def _answer(request: Request, feed: Feed) -> Response:
    """The document, or 304 to whoever has it already (RFC 9110, 13.2.2)."""
    body = document(feed)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    changed = feed.updated.replace(microsecond=0).astimezone(UTC)
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": "private, no-cache",
    }
    if _is_known(request.headers, etag, changed):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def _is_known(headers: Headers, etag: str, changed: datetime) -> bool:
    if "if-none-match" in headers:
        given = [one.strip().removeprefix("W/") for one in headers["if-none-match"].split(",")]
        return etag in given or given == ["*"]
    try:
        return changed <= parsedate_to_datetime(headers.get("if-modified-since", ""))
    except (TypeError, ValueError):  # none, no date, or one without a zone
        return False
