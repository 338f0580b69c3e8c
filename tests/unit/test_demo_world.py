"""The demo's world: well-formed data, and a site that behaves like real ones."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from html import unescape

import feedparser
import httpx
import pytest
from lxml import html

from monitor.demo.articles import OUTLETS, DemoArticle, Outlet
from monitor.demo.world import World

BASE = "http://demo.test"
WORLD = World.load()
BY_NAME = {outlet.name: outlet for outlet in OUTLETS}


def get(
    path: str, *, now: datetime, headers: dict[str, str] | None = None, world: World = WORLD
) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=world.app(lambda: now, BASE))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def entries(outlet: Outlet, now: datetime, world: World = WORLD) -> list[dict[str, str]]:
    """The feed's entries as title, link and text, whatever its format."""
    body = get(outlet.feed_path, now=now, world=world).content
    if outlet.format == "json":
        keys = {"title": "title", "link": "url", "text": "content_text"}
        return [{ours: one[key] for ours, key in keys.items()} for one in json.loads(body)["items"]]
    feed = feedparser.parse(body, sanitize_html=False)
    assert not feed.bozo
    assert feed.feed.title == outlet.name
    assert all(one.get("published_parsed") or one.get("updated_parsed") for one in feed.entries)
    return [
        {
            "title": one.title,
            "link": one.link,
            "text": one.content[0].value if "content" in one else one.summary,
        }
        for one in feed.entries
    ]


def of(outlet: Outlet) -> list[DemoArticle]:
    return [one for one in reversed(WORLD.articles) if one.source == outlet.name]


class TestData:
    def test_ids_are_unique_and_six_outlets_write(self) -> None:
        assert len({one.id for one in WORLD.articles}) == len(WORLD.articles)
        assert {one.source for one in WORLD.articles} == set(BY_NAME)
        assert len(WORLD.feeds) == 6

    def test_articles_are_in_order_and_within_the_world(self) -> None:
        times = [one.published for one in WORLD.articles]
        assert times == sorted(times)
        assert WORLD.start == datetime(2025, 3, 3, tzinfo=UTC)
        assert WORLD.end == datetime(2025, 3, 17, tzinfo=UTC)
        assert WORLD.start <= times[0] <= times[-1] < WORLD.end

    def test_every_event_is_told_by_several_outlets(self) -> None:
        outlets = defaultdict(set)
        for one in WORLD.articles:
            if one.gold:
                outlets[one.gold].add(one.source)
        assert len(outlets) == 3
        assert all(len(names) >= 3 for names in outlets.values())

    def test_copies_repeat_an_earlier_article_of_the_same_event(self) -> None:
        by_id = {one.id: one for one in WORLD.articles}
        copies = [one for one in WORLD.articles if one.copy_of]
        assert len(copies) >= 3
        for copy in copies:
            original = by_id[copy.copy_of or ""]
            shared = set(copy.paragraphs) & set(original.paragraphs)
            assert len(shared) >= 2
            assert original.published < copy.published
            assert original.source != copy.source
            assert original.gold == copy.gold is not None

    def test_most_articles_are_of_other_things_and_all_have_a_readable_length(self) -> None:
        relevant = Counter(bool(one.gold) for one in WORLD.articles)
        assert relevant[False] > relevant[True]
        assert all(90 <= len(one.text.split()) <= 220 for one in WORLD.articles)

    def test_seeds_tell_of_an_earlier_happening(self) -> None:
        seeds = sorted(WORLD.seeds_path.glob("*.txt"))
        assert len(seeds) == 3
        for seed in seeds:
            title, published, blank, *body = seed.read_text("utf-8").splitlines()
            assert title and body and not blank
            day = datetime.fromisoformat(published.removeprefix("Published: ")).replace(tzinfo=UTC)
            assert timedelta(weeks=2) < WORLD.start - day < timedelta(weeks=5)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.slug)
class TestFeeds:
    def test_at_the_end_it_lists_everything_newest_first(self, outlet: Outlet) -> None:
        found = entries(outlet, WORLD.end)
        expected = of(outlet)
        assert len(expected) <= 20
        assert [one["title"] for one in found] == [one.title for one in expected]
        for entry, article in zip(found, expected, strict=True):
            assert article.summary in html.fromstring(entry["text"]).text_content()
            assert entry["link"] == f"{BASE}{article.path(outlet)}{outlet.tracking}"

    def test_it_lists_nothing_from_the_future(self, outlet: Outlet) -> None:
        third = of(outlet)[-3]
        just_before = third.published - timedelta(seconds=1)
        assert len(entries(outlet, just_before)) == 2
        assert len(entries(outlet, third.published)) == 3
        assert entries(outlet, WORLD.start - timedelta(days=1)) == []

    def test_it_answers_304_until_something_is_published(self, outlet: Outlet) -> None:
        newest, previous = of(outlet)[:2]
        first = get(outlet.feed_path, now=previous.published)
        etag = {"If-None-Match": f"W/{first.headers['etag']}"}
        date = {"If-Modified-Since": first.headers["last-modified"]}
        just_before = newest.published - timedelta(seconds=1)
        for condition in (etag, date):
            same = get(outlet.feed_path, now=just_before, headers=condition)
            assert (same.status_code, same.content) == (304, b"")
            assert same.headers["etag"] == first.headers["etag"]
            assert get(outlet.feed_path, now=newest.published, headers=condition).status_code == 200

    def test_its_media_type_names_its_format(self, outlet: Outlet) -> None:
        family = "rss" if outlet.format.startswith("rss") else outlet.format
        assert family in get(outlet.feed_path, now=WORLD.end).headers["content-type"]


@pytest.mark.parametrize("condition", ["yesterday", "Mon, 03 Mar 2025 10:00:00 -0000"])
def test_a_date_that_cannot_be_used_is_ignored(condition: str) -> None:
    answer = get(OUTLETS[0].feed_path, now=WORLD.end, headers={"If-Modified-Since": condition})
    assert answer.status_code == 200


class TestPages:
    @pytest.mark.parametrize("article", WORLD.articles, ids=lambda article: article.id)
    def test_a_page_holds_the_article_and_its_marks(self, article: DemoArticle) -> None:
        outlet = BY_NAME[article.source]
        path = article.path(outlet)
        answer = get(path + outlet.tracking, now=article.published)
        page = html.fromstring(answer.text)
        body = page.xpath("//div[@class='article-body']/p")
        assert [one.text_content() for one in body] == article.paragraphs
        assert page.xpath("string(//h1)") == article.title
        assert page.xpath("//meta[@property='og:site_name']/@content") == [article.source]
        assert page.xpath("//link[@rel='canonical']/@href") == [f"{BASE}{path}"]
        linked = json.loads(page.xpath("string(//script[@type='application/ld+json'])"))
        assert datetime.fromisoformat(linked["datePublished"]) == article.published

    def test_a_page_does_not_exist_before_publication(self) -> None:
        article = WORLD.articles[5]
        path = article.path(BY_NAME[article.source])
        before = article.published - timedelta(seconds=1)
        assert get(path, now=before).status_code == 404
        assert get(path, now=article.published).status_code == 200

    @pytest.mark.parametrize(
        "path", ["/nobody/feed", "/nobody/2025/03/03/a01", "/radio-northway/2025/03/03/a01", "/"]
    )
    def test_unknown_addresses_are_not_found(self, path: str) -> None:
        assert get(path, now=WORLD.end).status_code == 404

    def test_the_main_text_can_be_told_from_the_rest_of_the_page(self) -> None:
        import trafilatura

        article = next(one for one in WORLD.articles if one.id == "b04")
        answer = get(article.path(BY_NAME[article.source]), now=WORLD.end)
        text = trafilatura.extract(answer.text, favor_precision=True, include_comments=False)
        assert text is not None
        assert all(paragraph in text for paragraph in article.paragraphs)
        assert "cookies" not in text and "You may also like" not in text


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.slug)
def test_markup_in_titles_and_texts_is_escaped(outlet: Outlet) -> None:
    article = DemoArticle(
        id="t1",
        published=WORLD.start,
        title='Fish & chips, "cheap" </title> ]]>',
        text="One < two & three.\n\n</p><script>alert(1)</script>",
        source=outlet.name,
        gold=None,
        copy_of=None,
    )
    world = World((article,))
    entry = entries(outlet, world.end, world)[0]
    assert unescape(entry["title"]) == article.title
    assert article.summary in html.fromstring(entry["text"]).text_content()
    page = html.fromstring(get(article.path(outlet), now=world.end, world=world).text)
    assert page.xpath("string(//h1)") == article.title
    body = page.xpath("//div[@class='article-body']/p")
    assert [one.text_content() for one in body] == article.paragraphs


def test_it_serves_on_a_free_local_port_and_stops() -> None:
    async def scenario() -> None:
        async with asyncio.timeout(10):
            async with WORLD.serve(lambda: WORLD.end) as base_url:
                assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base_url)
                async with httpx.AsyncClient(trust_env=False) as client:
                    answer = await client.get(f"{base_url}/continental-wire/feed")
                    link = feedparser.parse(answer.content).entries[0].link
                    assert link.startswith(base_url)
                    assert (await client.get(link)).status_code == 200
            async with httpx.AsyncClient(trust_env=False) as client:
                with pytest.raises(httpx.ConnectError):
                    await client.get(base_url)

    asyncio.run(scenario())
