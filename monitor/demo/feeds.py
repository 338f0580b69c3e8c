"""Feeds of the invented outlets: RSS 2.0, Atom (RFC 4287), RSS 1.0 (RDF) and JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor.demo.articles import DemoArticle, FeedFormat, Outlet

MEDIA_TYPES: dict[FeedFormat, str] = {
    "rss": "application/rss+xml",
    "rss-full": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
}


def http_date(moment: datetime) -> str:
    """The date of RSS and of HTTP headers (RFC 9110, section 5.6.7)."""
    return format_datetime(moment, usegmt=True)


def as_html(article: DemoArticle) -> Markup:
    return Markup("\n").join(
        Markup("<p>{}</p>").format(paragraph) for paragraph in article.paragraphs
    )


def environment() -> Environment:
    """Templates that escape everything put into them, XML and HTML alike."""
    templates = Environment(
        loader=PackageLoader("monitor.demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"http_date": http_date, "as_html": as_html}
    return templates


def render_feed(
    templates: Environment,
    outlet: Outlet,
    articles: Sequence[DemoArticle],
    *,
    base_url: str,
    updated: datetime,
) -> bytes:
    """The outlet's feed with ``articles``, newest first."""
    links = {one.id: f"{base_url}{one.path(outlet)}{outlet.tracking}" for one in articles}
    if outlet.format == "json":
        return _json_feed(outlet, articles, links, base_url)
    template = templates.get_template(f"{outlet.format.removesuffix('-full')}.xml")
    return template.render(
        outlet=outlet, articles=articles, links=links, base_url=base_url, updated=updated
    ).encode()


def _json_feed(
    outlet: Outlet, articles: Sequence[DemoArticle], links: dict[str, str], base_url: str
) -> bytes:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": outlet.name,
            "home_page_url": f"{base_url}/{outlet.slug}/",
            "feed_url": f"{base_url}{outlet.feed_path}",
            "items": [
                {
                    "id": links[one.id],
                    "url": links[one.id],
                    "title": one.title,
                    "content_text": one.summary,
                    "date_published": one.published.isoformat(),
                }
                for one in articles
            ],
        },
        ensure_ascii=False,
    ).encode()
