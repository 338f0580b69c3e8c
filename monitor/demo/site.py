"""The outlets' web site: feeds that answer conditional requests, and article pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.demo.articles import OUTLETS, DemoArticle, Outlet
from monitor.demo.feeds import MEDIA_TYPES, environment, http_date, render_feed
from monitor.ports import Clock

FEED_LENGTH = 20
RELATED = 3


class Site:
    """Serves what the outlets have published by the time of ``clock``."""

    def __init__(self, articles: Sequence[DemoArticle], clock: Clock, base_url: str) -> None:
        self._articles = articles
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._outlets = {outlet.slug: outlet for outlet in OUTLETS}
        self._templates = environment()

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/{slug}/feed", self.feed),
                Route("/{slug}/{year:int}/{month:int}/{day:int}/{id}", self.page),
            ]
        )

    async def feed(self, request: Request) -> Response:
        outlet = self._outlet(request)
        articles = self._published(outlet)[:FEED_LENGTH]
        updated = articles[0].published if articles else self._articles[0].published
        body = render_feed(
            self._templates, outlet, articles, base_url=self._base_url, updated=updated
        )
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": http_date(updated),
        }
        if _unchanged(request, headers["ETag"], updated):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=MEDIA_TYPES[outlet.format])

    async def page(self, request: Request) -> Response:
        outlet = self._outlet(request)
        published = self._published(outlet)
        path = request.url.path
        article = next((one for one in published if one.path(outlet) == path), None)
        if article is None:
            raise HTTPException(404)
        canonical = f"{self._base_url}{path}"
        html = self._templates.get_template("article.html").render(
            outlet=outlet,
            article=article,
            canonical=canonical,
            feed_type=MEDIA_TYPES[outlet.format],
            related=[one for one in published if one is not article][:RELATED],
            json_ld=_json_ld(outlet, article, canonical),
        )
        return HTMLResponse(html)

    def _outlet(self, request: Request) -> Outlet:
        outlet = self._outlets.get(request.path_params["slug"])
        if outlet is None:
            raise HTTPException(404)
        return outlet

    def _published(self, outlet: Outlet) -> list[DemoArticle]:
        """What the outlet has published by now, newest first."""
        now = self._clock()
        return [
            one
            for one in reversed(self._articles)
            if one.source == outlet.name and one.published <= now
        ]


def _unchanged(request: Request, etag: str, updated: datetime) -> bool:
    """Whether the client's copy is current (RFC 9110, section 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and updated <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        # A date that cannot be read, or one without a zone, is to be ignored.
        return False


def _json_ld(outlet: Outlet, article: DemoArticle, canonical: str) -> dict[str, object]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published.isoformat(),
        "mainEntityOfPage": canonical,
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
    }
