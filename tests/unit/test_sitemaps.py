"""News sitemaps, plain ones, indexes, and hostile ones."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.sitemaps import (
    MAX_ITEMS,
    is_sitemap,
    names_news,
    news_sitemaps,
    read_sitemap,
)
from monitor.errors import ParseError

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
URL = "https://a.example/one"


def sitemap(*pages: str) -> bytes:
    body = "".join(f"<url>{page}</url>" for page in pages)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {SPACES}>{body}</urlset>'.encode()


def news(title: str = "One", date: str = "2024-05-01", url: str = URL) -> str:
    return (
        f"<loc>{url}</loc><lastmod>2023-01-01</lastmod><news:news><news:publication>"
        "<news:name>The Post</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
        "</news:news><image:image><image:loc>https://a.example/i.png</image:loc>"
        "<image:title>A picture</image:title></image:image>"
    )


def index(*urls: str) -> bytes:
    body = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex {SPACES}>{body}</sitemapindex>".encode()


def test_pages_of_news_are_items() -> None:
    body = sitemap(news(), "<loc>https://a.example/about</loc>")
    name, items = read_sitemap(body)
    (item,) = items
    assert name == "The Post"
    assert (item.link, item.title, item.guid, item.markup) == (URL, "One", "", "")
    assert item.published == datetime(2024, 5, 1)
    assert read_sitemap(gzip.compress(body, mtime=0)) == (name, items)
    assert read_sitemap(b"\xef\xbb\xbf" + body) == (name, items)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-05-01T10:30Z", datetime(2024, 5, 1, 10, 30, tzinfo=UTC)),
        (" 2024-05-01T10:30:05.25+00:00 ", datetime(2024, 5, 1, 10, 30, 5, 250_000, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(written: str, moment: datetime | None) -> None:
    assert read_sitemap(sitemap(news(date=written)))[1][0].published == moment


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Ships &amp; ports", "Ships &amp; ports"),
        ("Ships & ports", "Ships &amp; ports"),
        ("<![CDATA[It&#039;s <b>]]>", "It's &lt;b&gt;"),
        ("It&amp;#039;s", "It's"),
        ("&undefined;", ""),
    ],
)
def test_titles_are_html(written: str, title: str) -> None:
    assert read_sitemap(sitemap(news(written)))[1][0].title == title


def test_bare_ampersands_in_addresses() -> None:
    [item] = read_sitemap(sitemap(news(url="https://a.example/?a=1&b=2&amp;c=3")))[1]
    assert item.link == "https://a.example/?a=1&b=2&c=3"


def test_another_prefix_and_no_title() -> None:
    body = (
        '<s:urlset xmlns:s="http://www.google.com/schemas/sitemap/0.84" '
        'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><s:url><n:news/>'
        f"<s:loc> {URL}\n</s:loc></s:url></s:urlset>"
    )
    [item] = read_sitemap(body.encode())[1]
    assert (item.link, item.title) == (URL, "")


def test_a_quiet_day_is_an_empty_feed() -> None:
    assert read_sitemap(sitemap()) == ("", [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (sitemap("<loc>https://a.example/about</loc>"), "not one of news"),
        (index("https://a.example/news.xml"), "index of sitemaps"),
        (b"<rss><channel/></rss>", "no sitemap"),
        (gzip.compress(sitemap(news()), mtime=0)[:-20], "breaks off"),
        (gzip.compress(sitemap(news() * 200), mtime=0)[:150] + b"\xff" * 400, "damaged|breaks off"),
        (gzip.compress(sitemap() + b" " * 21 * 2**20, mtime=0), "larger than 20 MiB"),
        (b"<urlset><!DOCTYPE urlset [<!ENTITY a 'b'>]><url/></urlset>", "declares entities"),
    ],
)
def test_what_is_no_feed_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        read_sitemap(body)


def test_an_index_knows_its_sitemaps_of_news() -> None:
    one, two = "https://news.example/news/1.xml", "https://news.example/GoogleNews.xml.gz"
    body = index("https://news.example/pages.xml", one, two, "https://[broken/news")
    assert news_sitemaps(body) == [one, two]
    assert news_sitemaps(sitemap(news())) == []


@pytest.mark.parametrize(
    ("url", "is_news"),
    [
        ("https://a.example/sitemap-news.xml", True),
        ("https://a.example/sitemaps/NEWS/1", True),
        ("https://news.example/sitemap.xml", False),
        ("https://[", False),
    ],
)
def test_names_of_news(url: str, is_news: bool) -> None:
    assert names_news(url) is is_news


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (sitemap(), True),
        (gzip.compress(index(), mtime=0), True),
        (
            b'\xef\xbb\xbf<?xml version="1.0"?><?xsl a?><!-- <rss> --> <!DOCTYPE urlset>\n<urlset>',
            True,
        ),
        (b"<s:urlset xmlns:s=''>", True),
        (b"<html><urlset>", False),
        (b"<!-- <urlset> --><rss>", False),
        (b"<urlsets>", False),
        (b"", False),
        (b"\x1f\x8b", False),
        (b"\x1f\x8bnonsense", False),
        (b" " * 100_000, False),
        (b"<!-- " * 20_000, False),
        (b"<?a" * 20_000, False),
    ],
)
def test_the_root_is_recognised(body: bytes, said: bool) -> None:
    started = time.process_time()
    assert is_sitemap(body) is said
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize(
    ("inside", "items"),
    [
        (f"<url>{news()}</url>" * 30_000, MAX_ITEMS),
        ("<url>" * 500_000, 0),
        ("<url><news:title>" + "x" * 15_000_000, 0),
        ("<url><news:title>" + "&amp;" * 1_000_000, 0),
        ("<url " + "".join(f"a{n}='' " for n in range(100_000)) + "/>", 0),
        ("".join(f"<url xmlns:a{n}='{n}'>" for n in range(30_000)), 0),
    ],
    ids=["items", "deep", "text", "references", "attributes", "namespaces"],
)
def test_hostile_sitemaps_are_bounded(inside: str, items: int) -> None:
    body = f"<urlset {SPACES}>{inside}".encode()
    started = time.process_time()
    try:
        found = read_sitemap(body)[1]
    except ParseError:
        found = []
    assert len(found) == items
    assert time.process_time() - started < 3


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(),
        st.binary().map(lambda data: b"\x1f\x8b\x08\x00" + data),
        st.binary().map(lambda data: sitemap(news()).replace(b"One", data)),
        st.binary().map(lambda data: gzip.compress(sitemap(news())[:150] + data, mtime=0)),
    )
)
def test_arbitrary_bytes_raise_only_parse_errors(data: bytes) -> None:
    is_sitemap(data)
    try:
        read_sitemap(data)
        news_sitemaps(data)
    except ParseError:
        pass
