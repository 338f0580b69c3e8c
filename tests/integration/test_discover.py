"""Finding a site's feeds, on sites in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from monitor.discover import MAX_REQUESTS, Candidate, discover
from monitor.edge.workers import InlineWorkers
from monitor.errors import FetchError, NotFound, ParseError, WorkerError
from monitor.pipeline import Parts
from monitor.types import Document

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SITE = "https://a.example/"


@dataclass(frozen=True)
class Reply:
    body: str = ""
    url: str = ""
    """Where a redirect led; empty without one."""
    permanent: bool = False


@dataclass
class Site:
    """A Fetcher over pages by address; what is not there is a 404."""

    pages: dict[str, str | Reply | FetchError]
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str, **options: Any) -> Document:
        self.asked.append(url)
        page = self.pages.get(url, FetchError(f"nothing at {url}", permanent=True, status=404))
        if isinstance(page, FetchError):
            raise page
        reply = Reply(page) if isinstance(page, str) else page
        return Document(
            url=reply.url or url,
            status=200,
            body=reply.body.encode(),
            content_type="",
            fetched_at=NOW,
            moved_to=reply.url if reply.permanent else None,
        )


class Fragile(InlineWorkers):
    """Workers that die of documents with the word "poison"."""

    async def run(self, job: Any, /, *args: Any, **kwargs: Any) -> Any:
        if any(isinstance(arg, Document) and b"poison" in arg.body for arg in args):
            raise WorkerError("the job died")
        return await super().run(job, *args, **kwargs)


def look(site: Site, address: str = SITE) -> list[Candidate]:
    class OnlyThese:
        fetcher = site
        workers = Fragile()

        @staticmethod
        def clock() -> datetime:
            return NOW

    return asyncio.run(discover(cast(Parts, OnlyThese), address))


def rss(*names: str, title: str = "News") -> str:
    items = "".join(
        f"<item><title>{name}</title><link>{SITE}{name}</link>"
        "<pubDate>Wed, 01 May 2024 08:00:00 +0000</pubDate></item>"
        for name in names
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"


def page(*urls: str, anchors: str = "") -> str:
    links = (f"<link rel=alternate type='application/rss+xml' href='{url}'>" for url in urls)
    return f"<!doctype html><title>A</title>{''.join(links)}{anchors}"


def news_sitemap(*names: str) -> str:
    pages = (
        f"<url><loc>{SITE}{n}</loc><n:news><n:title>{n}</n:title></n:news></url>" for n in names
    )
    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>{''.join(pages)}</urlset>"
    )


def test_a_feed_is_itself_alone() -> None:
    site = Site({f"{SITE}rss": rss("a", "b")})
    [feed] = look(site, f"{SITE}rss")
    newest = datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert feed == Candidate(f"{SITE}rss", "News", "RSS", 2, newest)
    assert site.asked == [f"{SITE}rss"]


@pytest.mark.parametrize(("permanent", "url"), [(True, "https://b.example/"), (False, SITE)])
def test_a_feed_lives_where_permanent_redirects_lead(permanent: bool, url: str) -> None:
    [feed] = look(Site({SITE: Reply(rss("a"), "https://b.example/", permanent)}))
    assert feed.url == url


def test_what_the_page_declares_comes_first_and_nothing_is_guessed() -> None:
    site = Site(
        {
            SITE: page("/empty", "/one", "/gone", anchors="<a href='/two.xml'>here</a>"),
            f"{SITE}empty": rss(),
            f"{SITE}one": rss("a", title="One"),
            f"{SITE}two.xml": rss("b", title="Two"),
            f"{SITE}robots.txt": f"Sitemap: {SITE}news.xml\nSitemap: {SITE}all.xml",
            f"{SITE}news.xml": news_sitemap("a", "b", "c"),
        }
    )
    found = look(site)
    assert [(feed.url.removeprefix(SITE), feed.kind) for feed in found] == [
        ("one", "RSS"),
        ("two.xml", "RSS"),
        ("news.xml", "news sitemap"),
        ("empty", "RSS"),
    ]
    wanted = ["", "robots.txt", "empty", "one", "gone", "news.xml", "two.xml"]
    assert site.asked == [SITE + name for name in wanted]


def test_known_paths_are_tried_while_nothing_better_is_known() -> None:
    site = Site({SITE: page(), f"{SITE}rss.xml": rss("a")})
    assert [feed.url for feed in look(site)] == [f"{SITE}rss.xml"]
    assert f"{SITE}feed" in site.asked
    assert f"{SITE}atom.xml" not in site.asked
    assert f"{SITE}news-sitemap.xml" in site.asked


def test_an_index_of_sitemaps_is_followed() -> None:
    index = (
        f"<sitemapindex><sitemap><loc>{SITE}pages.xml</loc></sitemap>"
        f"<sitemap><loc>{SITE}sm/news/1.xml</loc></sitemap></sitemapindex>"
    )
    site = Site(
        {
            SITE: page(),
            f"{SITE}robots.txt": f"Sitemap: {SITE}index-of-maps.xml",
            f"{SITE}index-of-maps.xml": index,
            f"{SITE}sm/news/1.xml": news_sitemap("a"),
        }
    )
    assert [feed.url for feed in look(site)] == [f"{SITE}sm/news/1.xml"]
    assert f"{SITE}pages.xml" not in site.asked


def test_a_page_about_feeds_is_followed_but_not_for_ever() -> None:
    anchors = "<a href='/rss'>RSS</a>"
    site = Site(
        {
            SITE: page(anchors=anchors),
            f"{SITE}rss": page(anchors="<a href='/rss/world'>RSS</a><a href='/rss/more'>RSS</a>"),
            f"{SITE}rss/world": rss("a"),
            f"{SITE}rss/more": page(anchors="<a href='/rss/deep'>RSS</a>"),
            f"{SITE}rss/deep": rss("b"),
        }
    )
    assert [feed.url for feed in look(site)] == [f"{SITE}rss/world"]
    assert f"{SITE}rss/deep" not in site.asked


def test_the_same_feed_is_named_once() -> None:
    site = Site(
        {
            SITE: page("/one", "/redirected", "/copied", "/home"),
            f"{SITE}one": rss("a"),
            f"{SITE}redirected": Reply(rss("a"), f"{SITE}one"),
            f"{SITE}copied": rss("a", title="Other title"),
            f"{SITE}home": Reply(page("/one"), SITE),
        }
    )
    assert [feed.url for feed in look(site)] == [f"{SITE}one"]


def test_a_redirect_to_what_is_to_be_tried_loses_no_feed() -> None:
    site = Site({SITE: page("/two"), f"{SITE}two": Reply(rss("a"), f"{SITE}feed")})
    assert [feed.url for feed in look(site)] == [f"{SITE}two"]
    assert f"{SITE}feed" not in site.asked


def test_what_is_declared_is_no_guess() -> None:
    """Though the same addresses are among the guesses."""
    site = Site(
        {
            SITE: page("/index.xml"),
            f"{SITE}index.xml": rss("a"),
            f"{SITE}robots.txt": f"Sitemap: {SITE}news-sitemap.xml",
            f"{SITE}news-sitemap.xml": news_sitemap("b"),
        }
    )
    assert len(look(site)) == 2
    assert [url.removeprefix(SITE) for url in site.asked] == [
        "",
        "robots.txt",
        "index.xml",
        "news-sitemap.xml",
    ]


def test_the_requests_are_bounded() -> None:
    many = [f"/{n}.xml" for n in range(100)]
    anchors = "".join(f"<a href='/feeds/{n}'>RSS</a>" for n in range(100))
    site = Site({SITE: page(*many, anchors=anchors)})
    with pytest.raises(NotFound):
        look(site)
    assert len(site.asked) == len(set(site.asked)) == MAX_REQUESTS


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_asks_for_fewer_requests_gets_no_more(status: int) -> None:
    site = Site({SITE: page("/one", "/two", "/three"), f"{SITE}one": rss("a")})
    site.pages[f"{SITE}two"] = FetchError("later", status=status)
    assert [feed.url for feed in look(site)] == [f"{SITE}one"]
    assert site.asked[-1] == f"{SITE}two"


def test_a_site_that_hangs_costs_no_more_than_the_time_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hanging(Site):
        async def fetch(self, url: str, **options: Any) -> Document:
            if url.endswith("/two"):
                await asyncio.Event().wait()
            return await super().fetch(url, **options)

    monkeypatch.setattr("monitor.discover.MAX_SECONDS", 0.5)
    site = Hanging({SITE: page("/one", "/two", "/three"), f"{SITE}one": rss("a")})
    assert [feed.url for feed in look(site)] == [f"{SITE}one"]
    assert f"{SITE}three" not in site.asked


def test_a_hostile_candidate_hides_no_other() -> None:
    site = Site({SITE: page("/one", "/two"), f"{SITE}one": "poison", f"{SITE}two": rss("a")})
    assert [feed.url for feed in look(site)] == [f"{SITE}two"]


def test_a_site_without_feeds_says_what_it_is() -> None:
    with pytest.raises(NotFound, match=r"no feed was found at https://a.example/: .*web page"):
        look(Site({SITE: page()}))


# ------------------------------------------------------------------ addresses


def test_without_a_scheme_https_comes_first() -> None:
    site = Site({SITE: rss("a")})
    assert look(site, "a.example")[0].url == SITE
    assert site.asked == [SITE]


def test_without_a_scheme_http_comes_second() -> None:
    refused = FetchError("no TLS here")
    site = Site({"https://a.example:81/x": refused, "http://a.example:81/x": rss("a")})
    assert look(site, "a.example:81/x")[0].url == "http://a.example:81/x"
    del site.pages["http://a.example:81/x"]
    with pytest.raises(FetchError, match="no TLS here"):
        look(site, "a.example:81/x")


def test_an_answer_over_https_is_the_answer() -> None:
    site = Site({"http://a.example/": rss("a")})
    with pytest.raises(FetchError, match="nothing at https"):
        look(site, "a.example")


@pytest.mark.parametrize(
    "address",
    ["", "news", "ftp://a.example/", "http://", "javascript:1", "file:///etc/passwd", "//"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    site = Site({})
    with pytest.raises(ParseError):
        look(site, address)
    assert site.asked == []
