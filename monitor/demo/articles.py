"""The invented outlets and what they publish, read from ``world.jsonl``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Literal

FeedFormat = Literal["rss", "rss-full", "atom", "rdf", "json"]


@dataclass(frozen=True, slots=True)
class Outlet:
    slug: str
    name: str
    format: FeedFormat
    """``rss-full`` carries whole articles; the others carry the first paragraph."""
    tracking: str = ""
    """A query string that its feed appends to links, as many do."""

    @property
    def feed_path(self) -> str:
        return f"/{self.slug}/feed"


OUTLETS = (
    Outlet("continental-wire", "Continental Wire", "rss"),
    Outlet("meridian-post", "The Meridian Post", "rss-full"),
    Outlet("varenia-today", "Varenia Today", "atom"),
    Outlet("oske-valley-herald", "Oske Valley Herald", "rdf"),
    Outlet("harbour-ledger", "The Harbour Ledger", "json"),
    Outlet("radio-northway", "Radio Northway", "rss", tracking="?utm_source=rss&utm_medium=feed"),
)


@dataclass(frozen=True, slots=True)
class DemoArticle:
    id: str
    published: datetime
    title: str
    text: str
    """Paragraphs, parted by blank lines."""
    source: str
    """The outlet's name."""
    gold: str | None
    """The event it reports; None if it is not of the topic."""
    copy_of: str | None
    """The id of the article whose text it repeats."""

    @property
    def paragraphs(self) -> list[str]:
        return self.text.split("\n\n")

    @property
    def summary(self) -> str:
        return self.paragraphs[0]

    def path(self, outlet: Outlet) -> str:
        return f"/{outlet.slug}/{self.published:%Y/%m/%d}/{self.id}"


def load_articles() -> tuple[DemoArticle, ...]:
    """All articles, oldest first."""
    lines = files("monitor.demo").joinpath("world.jsonl").read_text("utf-8").splitlines()
    records = (json.loads(line) for line in lines)
    articles = (
        DemoArticle(**{**record, "published": datetime.fromisoformat(record["published"])})
        for record in records
    )
    return tuple(sorted(articles, key=lambda article: article.published))
