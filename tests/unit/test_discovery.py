"""Where pages, robots.txt and indexes of sitemaps lead."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.discovery import MAX_LEADS, Lead, Trust, examine, guesses, leads
from monitor.types import Document

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SITE = "https://www.a.example/world/"
DECLARED, LINKED, NAMED = Trust.DECLARED, Trust.LINKED, Trust.NAMED


def document(body: str | bytes, url: str = SITE, content_type: str = "text/html") -> Document:
    data = body.encode() if isinstance(body, str) else body
    return Document(url, 200, data, content_type, NOW)


def found(markup: str) -> list[tuple[str, Trust]]:
    return [(lead.url, lead.trust) for lead in leads(document(f"<!doctype html>{markup}"))]


def link(attributes: str) -> str:
    return f"<link {attributes}>"


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        (
            link('rel="alternate" type="application/rss+xml" href="/rss"'),
            "https://www.a.example/rss",
        ),
        (
            link("REL='home ALTERNATE' TYPE='Application/Atom+XML; charset=utf-8' HREF=' atom '"),
            "https://www.a.example/world/atom",
        ),
        (
            link(
                "href=//feeds.b.example/x?a=1&amp;b=2#top type=application/feed+json rel=alternate"
            ),
            "https://feeds.b.example/x?a=1&b=2",
        ),
        (
            "<base href='/base/'><base href='/other/'>"
            + link('rel=alternate type="application/json" href="feed.json"'),
            "https://www.a.example/base/feed.json",
        ),
        (
            "<base href='http://[broken'>"
            + link('rel=alternate type="application/rdf+xml" href="?feed=&#114;df"'),
            "https://www.a.example/world/?feed=rdf",
        ),
        (
            "<p>in the <b>body, unclosed"
            + link('rel="alternate"\n\ttype="application/rss+xml"\n\thref="r.xml"/'),
            "https://www.a.example/world/r.xml",
        ),
    ],
)
def test_feeds_that_a_page_declares(markup: str, url: str) -> None:
    assert found(markup) == [(url, DECLARED)]


@pytest.mark.parametrize(
    "attributes",
    [
        'rel="alternate" type="text/html" href="/de"',
        'rel="stylesheet" type="application/rss+xml" href="/rss"',
        'rel="alternate" type="application/rss+xml"',
        'rel="alternate" type="application/rss+xml" href="/comments/feed/"',
        'rel="alternate" type="application/rss+xml" href="/x/feed" title="A post Comments Feed"',
        'rel="alternate" type="application/rss+xml" href="/?s=ships&amp;feed=rss2"',
        'rel="alternate" type="application/rss+xml" href="javascript:alert(1)"',
        'rel="alternate" type="application/rss+xml" href="http://[broken"',
        'rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2"',
        'rel="alternate" type="application/json+oembed" href="/oembed?url=x"',
        'rel="search" type="application/opensearchdescription+xml" href="/osd.xml"',
    ],
)
def test_what_is_no_feed_of_news(attributes: str) -> None:
    assert found(link(attributes)) == []


@pytest.mark.parametrize(
    ("anchor", "followed"),
    [
        ("<a href='/feed'>here</a>", True),
        ("<a href='feeds/world.XML?x=1'>here</a>", True),
        ("<a href='/rss.php'>here</a>", True),
        ("<a href='/?format=rss'>here</a>", True),
        ("<a href='//rss.a.example/'>here</a>", True),
        ("<a href='/help/1234'><img alt='RSS' src='i.png'></a>", True),
        ("<a href='/help/1234'>Our <b>RSS</b> feeds", True),
        ("<a href='/help/1234' title='News feed'></a>", True),
        ("<a href='/feed-the-world'>How to feed the world</a>", False),
        ("<a href='/help/1234'>Help</a> RSS", False),
        ("<a href='https://b.example/rss'>RSS</a>", False),
        ("<a href='https://nota.example/rss'>RSS</a>", False),
        ("<a href='/rss/comments'>RSS of comments</a>", False),
        ("<a name='rss'>RSS</a>", False),
        ("<!-- <a href='/feed'>here</a> --><script>'<a href=/feed>'</script>", False),
    ],
)
def test_links_that_look_like_feeds(anchor: str, followed: bool) -> None:
    assert [trust for _, trust in found(anchor)] == [LINKED] * followed


def test_declared_feeds_come_first_and_each_address_once() -> None:
    markup = "<a href='/rss'>RSS</a>" + "".join(
        link(f'rel=alternate type="application/rss+xml" href="/{name}"') for name in "aba"
    )
    assert [url[-2:] for url, _ in found(markup * 3)] == ["/a", "/b", "ss"]


def test_encodings_of_pages() -> None:
    page = '<meta charset="utf-16"><a href="/1">RSS-Новости</a>'
    assert len(leads(document(page.encode("utf-16")))) == 1


def test_robots_names_sitemaps_those_of_news_first() -> None:
    robots = (
        "User-agent: *\nDisallow: /\nSitemap: /pages.xml\nsitemap : https://cdn.example/news.xml\r\n"
        "Sitemap: /index.xml\nSitemap: /third.xml\nSitemap:\nSitemap: mailto:news\n\x00\xff"
    )
    given = leads(document(robots, "https://a.example/robots.txt", "text/plain"))
    assert given == [
        Lead("https://cdn.example/news.xml", DECLARED, "sitemap"),
        Lead("https://a.example/pages.xml", NAMED, "sitemap"),
        Lead("https://a.example/index.xml", NAMED, "sitemap"),
    ]


def test_an_index_leads_to_its_sitemaps_of_news() -> None:
    index = "<sitemapindex><sitemap><loc>/{}</loc></sitemap><sitemap><loc>/p</loc></sitemap>"
    given = leads(document(index.format("news/1.xml.gz"), "https://a.example/s.xml"))
    assert given == [Lead("https://a.example/news/1.xml.gz", LINKED, "sitemap")]


def test_guesses_are_few_and_on_the_same_host() -> None:
    given = guesses("http://a.example:8080/world/?x=1")
    assert len(given) <= 10
    assert all(lead.url.startswith("http://a.example:8080/") for lead in given)
    assert {lead.sought for lead in given} == {"feed", "sitemap"}


# ------------------------------------------------------------------ what a document is


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (
            "<rss version='2.0'><channel><title>T</title><item><title>i</title>"
            "<link>https://a.example/1</link><pubDate>Wed, 01 May 2024 08:00:00 +0000</pubDate>"
            "</item><item><link>https://a.example/2</link></item></channel></rss>",
            "application/xml",
            "RSS",
        ),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry><id>1</id>"
            "<link href='https://a.example/1'/><updated>2024-05-01T08:00:00Z</updated></entry>"
            "<entry><link href='https://a.example/2'/></entry></feed>",
            "text/html",
            "Atom",
        ),
        (
            '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", '
            '"url": "https://a.example/1", "date_published": "2024-05-01T08:00:00Z"},'
            '{"id": "2", "url": "https://a.example/2"}]}',
            "text/plain",
            "JSON Feed",
        ),
    ],
)
def test_a_feed_is_told_with_what_is_in_it(body: str, content_type: str, kind: str) -> None:
    examined = examine(document(body, content_type=content_type), NOW)
    feed = examined.feed
    assert feed is not None
    assert (feed.title, feed.kind, feed.entries) == ("T", kind, 2)
    assert feed.newest == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert feed.keys == {"https://a.example/1", "https://a.example/2"}
    assert (examined.leads, examined.reason) == ((), "")


def test_a_news_sitemap_is_a_feed() -> None:
    body = (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://a.example/1</loc>"
        "<n:news><n:publication><n:name>The Post</n:name></n:publication><n:title>One</n:title>"
        "<n:publication_date>2024-05-01</n:publication_date></n:news></url></urlset>"
    )
    feed = examine(document(body), NOW).feed
    assert feed is not None
    assert (feed.title, feed.kind, feed.entries) == ("The Post", "news sitemap", 1)
    assert feed.newest == datetime(2024, 5, 1, tzinfo=UTC)


def test_a_page_is_told_with_where_it_leads() -> None:
    examined = examine(document("<!doctype html><a href='/rss'>RSS</a>"), NOW)
    assert examined.feed is None
    assert [lead.url for lead in examined.leads] == ["https://www.a.example/rss"]
    assert "web page" in examined.reason


# ------------------------------------------------------------------ hostile


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='/rss/{}'>RSS</a>" * 100_000,
        "<link rel=alternate type=application/rss+xml href=x{}>" * 60_000,
        "<a href=/rss>" + "x" * 4_000_000,
        "<a href=/rss>" + "<b>RSS</b>" * 300_000,
        "<a href=/rss>" * 250_000,
        "<p>" * 1_000_000,
        "<a " * 1_000_000,
        "<!--" * 1_000_000,
        "<" * 4_000_000,
        "&" * 4_000_000,
        "<link " + "".join(f"a{n}=1 " for n in range(200_000)) + ">",
        "<base href=/{}/>" * 200_000,
        "<a href='" + "/feed" * 800_000 + "'>",
        "<a title='" + "x " * 2_000_000 + "' href=/feed>",
    ],
)
def test_hostile_pages_are_bounded(markup: str) -> None:
    page = document(markup)
    started = time.process_time()
    given = leads(page)
    assert time.process_time() - started < 3
    assert len(given) <= MAX_LEADS


PIECES = [
    "<a href=",
    "'/rss'",
    "<link rel=alternate ",
    "type=application/rss+xml ",
    "href=/x ",
    ">",
]
MORE = ["</a>", "<base href=", "//", "http://[", "&#x0;", "\x00", "RSS", "<!--", "-->", "<urlset>"]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.binary(), st.lists(st.sampled_from([*PIECES, *MORE])).map("".join)),
    st.sampled_from([SITE, "https://a.example/robots.txt"]),
)
def test_arbitrary_documents_raise_nothing(body: str | bytes, url: str) -> None:
    examined = examine(document(body, url), NOW)
    for lead in examined.leads:
        assert lead.url.startswith(("http://", "https://"))


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_arbitrary_robots_lines_raise_nothing(text: str) -> None:
    for lead in leads(document(f"Sitemap: {text}", "https://a.example/robots.txt")):
        assert lead.sought == "sitemap"
