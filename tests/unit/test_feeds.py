"""Feeds of every format, and documents that are none."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.feeds import parse_feed
from monitor.domain.items import MAX_ENTRIES
from monitor.errors import ParseError
from monitor.types import Document, Entry, ParsedFeed

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
URL = "http://127.0.0.1:8080/news/feed.xml"


def parse(body: str | bytes, content_type: str = "application/xml") -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(Document(URL, 200, data, content_type, NOW), NOW)


def rss(items: str, attributes: str = "") -> str:
    return f'<rss version="2.0"{attributes}><channel><title>News</title>{items}</channel></rss>'


def only(feed: ParsedFeed) -> Entry:
    (entry,) = feed.entries
    return entry


def test_rss() -> None:
    feed = parse(
        rss(
            "<item><title>Ships &amp;amp; &lt;b&gt;ports&lt;/b&gt;</title>"
            "<link>http://e.org/a?utm_source=rss&amp;id=1#top</link><guid>x1</guid>"
            "<description>&lt;p&gt;First.&lt;/p&gt;&lt;p&gt;Second.&lt;/p&gt;</description>"
            "<author>Ann</author><pubDate>Wed, 01 May 2024 08:00:00 -0400</pubDate></item>"
        )
    )
    assert feed.title == "News"
    assert only(feed) == Entry(
        key="http://e.org/a?id=1",
        url="http://e.org/a?utm_source=rss&id=1#top",
        title="Ships & ports",
        text="First.\n\nSecond.",
        published=NOW,
        author="Ann",
        guid=only(feed).guid,
    )
    assert len(only(feed).guid) == 32


def test_atom_takes_the_longer_text_and_the_base() -> None:
    feed = parse(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>'
        '<entry xml:base="http://e.org/dir/"><id>tag:e.org,1</id><link href="one"/>'
        '<title type="text">1 &lt; 2 &lt;b&gt;</title><summary>Short.</summary>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        "A longer <i>text</i>.</div></content>"
        "<updated>2024-04-30T10:00:00Z</updated></entry></feed>"
    )
    entry = only(feed)
    assert (entry.key, entry.title) == ("http://e.org/dir/one", "1 < 2 <b>")
    assert entry.text == "A longer text."
    assert entry.published == datetime(2024, 4, 30, 10, tzinfo=UTC)


def test_rdf() -> None:
    feed = parse(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/"><channel><title>News</title></channel>'
        "<item><title>One</title><link>http://e.org/1</link></item></rdf:RDF>"
    )
    assert (feed.title, only(feed).key) == ("News", "http://e.org/1")


@pytest.mark.parametrize(
    "content_type", ["application/feed+json", "application/json", "text/plain"]
)
def test_json_feed(content_type: str) -> None:
    feed = parse(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "A < B",
                "items": [
                    {
                        "id": 7,
                        "url": "/one",
                        "title": "<i>One</i>",
                        "content_html": "<p>Text</p>",
                        "date_published": "2024-04-30T12:00:00+02:00",
                        "authors": [{"name": "Ann"}, {"name": "Bob"}, 3],
                    },
                    {"id": "two", "content_text": "if a < b then <b>"},
                    "not an item",
                    {},
                ],
            }
        ),
        content_type,
    )
    one, two = feed.entries
    assert feed.title == "A < B"
    assert (one.key, one.title) == ("http://127.0.0.1:8080/one", "<i>One</i>")
    assert (one.text, one.author) == ("Text", "Ann, Bob")
    assert one.published == datetime(2024, 4, 30, 10, tzinfo=UTC)
    assert two.key.startswith("guid:")
    assert two.text == "if a < b then <b>"


def test_relative_links_are_resolved_against_the_feed() -> None:
    feed = parse(rss("<item><title>a</title><link>../a</link></item>"))
    assert only(feed).url == "http://127.0.0.1:8080/a"
    feed = parse(rss("<item><title>a</title><link>a</link></item>", ' xml:base="/dir/"'))
    assert only(feed).url == "http://127.0.0.1:8080/dir/a"


@pytest.mark.parametrize("link", ["", "mailto:a@e.org", "javascript:alert(1)", "http://u:p@e.org/"])
def test_items_without_a_usable_link_are_known_by_their_guid(link: str) -> None:
    item = f"<item><title>t</title><link>{link}</link><guid isPermaLink='false'>g{{}}</guid></item>"
    feed = parse(rss(item.format(1) + item.format(2) + item.format(1)))
    first, second = feed.entries
    assert first.key.startswith("guid:")
    assert first.key != second.key
    assert first.url == ""


def test_a_guid_is_a_link_only_if_it_is_an_address() -> None:
    assert only(parse(rss("<item><guid>http://e.org/a</guid></item>"))).key == "http://e.org/a"
    bare = only(parse(rss("<item><guid>12345</guid><title>t</title></item>")))
    assert (bare.key[:5], bare.url) == ("guid:", "")


def test_guids_of_two_feeds_do_not_meet() -> None:
    body = rss("<item><guid isPermaLink='false'>1</guid></item>").encode()
    documents = [Document(f"http://e.org/{n}", 200, body, "", NOW) for n in (1, 2)]
    keys = {only(parse_feed(document, NOW)).key for document in documents}
    assert len(keys) == 2


def test_items_that_say_nothing_are_dropped_and_titles_alone_are_kept() -> None:
    feed = parse(rss("<item><description>x</description></item><item><title>t</title></item>"))
    assert only(feed).title == "t"


def items_of(*items: tuple[str, str, str]) -> tuple[Entry, ...]:
    """The entries of items given as title, link and guid."""
    form = "<item><title>{}</title><link>{}</link><guid isPermaLink='false'>{}</guid></item>"
    return parse(rss("".join(form.format(*item) for item in items))).entries


def test_the_same_page_twice_is_one_entry() -> None:
    (entry,) = items_of(("t", "http://e.org/a?utm_source=x", "1"), ("t", "http://E.org/a#c", "2"))
    assert entry.key == "http://e.org/a"


@pytest.mark.parametrize("link", ["http://e.org/status", "http://e.org/", "http://e.org/s#{}"])
@pytest.mark.parametrize("guids", [("1", "2"), ("", ""), ("1", "1")])
def test_items_that_share_a_link_are_all_kept(link: str, guids: tuple[str, str]) -> None:
    one, two = items_of(("a", link.format(1), guids[0]), ("b", link.format(2), guids[1]))
    assert one.key != two.key
    assert (one.key[:5], one.url) == ("guid:", link.format(1))


def test_a_link_to_the_front_page_is_no_identity() -> None:
    before, after = items_of(("a", "http://e.org", "1")), items_of(("b", "http://e.org/?", "2"))
    assert before[0].key != after[0].key


def test_guids_are_of_one_item_or_of_none() -> None:
    shared = items_of(("a", "http://e.org/a", "x"), ("b", "http://e.org/b", "x"))
    assert [entry.guid for entry in shared] == ["", ""]
    moved = [items_of(("a", f"http://e.org/{place}", "x"))[0] for place in "ab"]
    assert moved[0].guid == moved[1].guid != ""
    assert moved[0].key != moved[1].key
    assert items_of(("a", "http://e.org/a", ""))[0].guid == ""


def test_the_page_behind_a_redirecting_link_is_the_link() -> None:
    burner = "http://rssnamespace.org/feedburner/ext/1.0"
    item = (
        "<item><title>t</title><link>http://feeds.example/~r/1</link>"
        f'<f:origLink xmlns:f="{burner}">http://e.org/a</f:origLink></item>'
    )
    assert only(parse(rss(item))).key == "http://e.org/a"
    alert = "https://www.google.com/url?rct=j&amp;url=http://e.org/b%3Fid%3D1&amp;ct=ga"
    assert items_of(("t", alert, ""))[0].url == "http://e.org/b?id=1"


def test_an_enclosure_is_a_link_for_want_of_another() -> None:
    item = "<item><title>t</title><enclosure url='http://e.org/a.mp3' type='audio/mpeg'/></item>"
    assert only(parse(rss(item))).key == "http://e.org/a.mp3"


def test_relative_links_are_relative_to_the_site() -> None:
    feed = parse(
        rss("<link>http://site.example/</link><item><title>a</title><link>/a</link></item>")
    )
    assert only(feed).url == "http://site.example/a"


@pytest.mark.parametrize(
    "body",
    [
        rss(
            "<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='hub' href='http://hub.example/'/>"
            "<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='self' href='/feed'/>"
        ),
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="http://hub.example/"/>'
        '<link rel="self" href="/feed"/></feed>',
        '{"hubs": [{"type": "WebSub", "url": "http://hub.example/"}], "feed_url": "/feed",'
        ' "items": []}',
    ],
)
def test_the_hub_and_the_own_address_are_read(body: str) -> None:
    feed = parse(body)
    assert (feed.hub, feed.self_url) == ("http://hub.example/", "http://127.0.0.1:8080/feed")


def test_a_json_item_is_its_own_page_not_the_one_it_is_about() -> None:
    item = {"id": "1", "url": "http://e.org/1", "external_url": "http://about.example/"}
    feed = parse(json.dumps({"items": [item, {"id": 2.5, "external_url": "http://e.org/x"}]}))
    assert [entry.key for entry in feed.entries] == ["http://e.org/1", "http://e.org/x"]


def test_a_news_sitemap_is_a_feed() -> None:
    feed = parse(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        "<loc>http://e.org/a</loc><news:news><news:publication><news:name>A &amp; B</news:name>"
        "</news:publication><news:title>One</news:title></news:news></url></urlset>"
    )
    assert (feed.title, only(feed).key, only(feed).title) == ("A & B", "http://e.org/a", "One")


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Tue, 30 Apr 2024 10:00:00 GMT", datetime(2024, 4, 30, 10, tzinfo=UTC)),
        ("2024-04-30T10:00:00", datetime(2024, 4, 30, 10, tzinfo=UTC)),
        ("Fri, 01 Jan 2088 00:00:00 GMT", NOW),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0000-00-00T00:00:00Z", None),
        ("soon", None),
    ],
)
def test_dates(date: str, expected: datetime | None) -> None:
    item = f"<item><title>t</title><pubDate>{date}</pubDate></item>"
    assert only(parse(rss(item))).published == expected


def test_titles_are_cleaned() -> None:
    item = "<item><title>a&#x202E;b\r\nc &#x200B;d</title><link>http://e.org/a</link></item>"
    assert only(parse(rss(item))).title == "ab c d"


def test_entries_are_limited() -> None:
    items = "".join(f"<item><link>http://e.org/{n}</link></item>" for n in range(MAX_ENTRIES + 5))
    assert len(parse(rss(items)).entries) == MAX_ENTRIES


def test_entries_of_a_broken_feed_are_limited() -> None:
    items = "".join(f"<item><link>http://e.org/{n}</link></item>" for n in range(MAX_ENTRIES + 5))
    assert len(parse(rss(items) + "<unclosed>").entries) == MAX_ENTRIES


def test_elements_that_nothing_is_read_from_change_nothing() -> None:
    extra = "<category>x</category><category domain='d'><![CDATA[y]]></category><comments/>"
    with_them = "<item><link>http://e.org/1</link>{}<description>d</description></item>"
    assert parse(rss(with_them.format(extra))) == parse(rss(with_them.format("")))


def test_a_broken_feed_gives_what_can_be_read() -> None:
    cut = rss("<item><link>http://e.org/1</link></item><item><link>http://e.org/2</link>")[:-40]
    assert parse(cut).entries[0].key == "http://e.org/1"


def test_a_feed_under_the_doctype_of_a_page_is_a_feed() -> None:
    assert parse("<!DOCTYPE html>\n" + rss("<item><title>t</title></item>")).title == "News"


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(rss("")) == ParsedFeed("News", ())


def test_a_file_name_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<item><title>secret</title></item>"))
    with pytest.raises(ParseError):
        parse(str(secret))


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden")
    doctype = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>'
    item = "<item><title>t &x;</title><link>http://e.org/</link></item>"
    try:
        feed = parse(doctype + rss(item))
    except ParseError:
        return
    assert "hidden" not in repr(feed)


PAGE = "<!doctype html><html><head>{}</head><body><p>Hello</p></body></html>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        (PAGE.format("<title>News</title>"), "is a web page, not a feed"),
        (
            PAGE.format('<link rel="alternate" type="application/rss+xml" href="/rss?a&amp;b">'),
            "names http://127.0.0.1:8080/rss?a&b as its feed",
        ),
        (PAGE.format('<input type="password">'), "asks to log in"),
        (PAGE.format('<script src="https://x/g-recaptcha.js"></script>'), "captcha"),
        (PAGE.format("<title>Before you continue</title>"), "consent"),
        ("<rss><channel><title>x</ti", "broken"),
        ("<opml><body/></opml>", "no feed"),
        ("%PDF-1.7 nonsense", "no feed"),
        ("{not json", "no valid JSON"),
        ('{"items": 3}', "no JSON Feed"),
        ('{"items":' + "[" * 100_000, "no valid JSON"),
    ],
)
def test_what_is_no_feed_is_said_in_words(body: str, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(body, "text/html")
    assert words in str(caught.value)


@pytest.mark.parametrize("reference", ["&#xD800;", "&#xFFFFFFFF;", "&#" + "9" * 5000 + ";", "&#0;"])
def test_illegal_references_raise_nothing_else(reference: str) -> None:
    try:
        feed = parse(rss(f"<item><title>a{reference}b</title></item>"))
    except ParseError:
        return
    assert "\x00" not in only(feed).title
    assert "\ud800" not in only(feed).title


TOKENS = [b"<rss>", b"<item>", b"</item>", b"<title>", b"<link>", b"&#xD800;", b"<![CDATA["]
TOKENS += [b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"]]>", b"{", b"a&b", b"\x00"]
TOKENS += [b"<?xml version='1.0' encoding='punycode'?>", b"<!DOCTYPE x [\\", b"\xff\xfe"]
TOKENS += [b'{"items":[{"url":', b"1e999", b'"\\ud800"', b"}]}"]
MARKUP = st.lists(st.sampled_from(TOKENS), max_size=12).map(b"".join)


@settings(deadline=None)
@given(
    st.binary(max_size=200) | MARKUP, st.sampled_from(["", "text/html; charset=utf-16", "a/json"])
)
def test_arbitrary_bytes_raise_nothing_but_parse_errors(body: bytes, content_type: str) -> None:
    try:
        parse(body, content_type)
    except ParseError as error:
        assert str(error)


HOSTILE = {
    "a long style": "<description>&lt;p style='" + "a:b;" * 10_000 + "'&gt;x</description>",
    "open comments": "<description>" + "<!--" * 100_000 + "</description>",
    "open comments in text": "<description><![CDATA[" + "<!--" * 100_000 + "]]></description>",
    "a long author": "<author>" + "a" * 200_000 + "</author>",
    "a long literal author": "<author><![CDATA[" + "a" * 200_000 + "]]></author>",
    "namespaces": "".join(f"<a xmlns:n{n}='u{n}'/>" for n in range(30_000)),
    "attributes": "<a " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>",
    "ampersands": "&" * 5_000_000,
    "a long attribute": "<a b='" + "x" * 1_000_000 + "'/>",
    "keywords": "".join(f"<keywords>{n}</keywords>" for n in range(50_000)),
    "a long date": "<pubDate>" + "1:" * 100_000 + "</pubDate>",
    "combining marks": "<title>" + "\u0301\u0316" * 200_000 + "</title>",
}


@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_feeds_are_read_or_refused_in_time(inside: str) -> None:
    body = rss(f"<item><link>http://e.org/</link><title>t</title>{inside}</item>")
    started = time.process_time()
    try:
        assert len(parse(body).entries) == 1
    except ParseError as error:
        assert "full of" in str(error) or "more than 2000" in str(error)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("codec", "declared", "content_type"),
    [
        ("utf-8", "iso-8859-1", "application/xml"),  # the declaration is wrong
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),  # the server is
        ("utf-8", "punycode", "text/xml; charset=punycode"),
        ("utf-8-sig", "utf-16", "application/xml"),
        ("utf-16", "utf-8", "application/xml"),
        ("utf-16-be", "utf-16", "application/xml"),
        ("cp1252", "iso-8859-1", "text/xml"),
        ("gb18030", "gb2312", "application/xml"),
    ],
)
def test_encodings(codec: str, declared: str, content_type: str) -> None:
    title = "Café “东”" if codec not in {"cp1252"} else "Café “x”"
    body = (
        f'<?xml version="1.0" encoding="{declared}"?>{rss(f"<item><title>{title}</title></item>")}'
    )
    assert only(parse(body.encode(codec), content_type)).title == title


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("a & b", "a & b"),
        ("a &nbsp;&mdash; b", "a — b"),
        ("a &unknown; b", "a &unknown; b"),
        ("a\x00\x01\ufffeb", "ab"),
        ("a&#0;b", "a\ufffdb"),
        ("a&#xD800;b", "a\ufffdb"),
        ("<![CDATA[a & b]]>", "a & b"),
        ("&#8217;&#x2019;", "’’"),
    ],
)
def test_careless_markup_is_mended(markup: str, title: str) -> None:
    item = f"<item><title>{markup}</title><link>http://e.org/?a=1&b=2</link></item>"
    entry = only(parse("\r\n" + '<?xml version="1.0"?>' + rss(item)))
    assert (entry.title, entry.url) == (title, "http://e.org/?a=1&b=2")


@pytest.mark.parametrize("letter", ["é", "&#97;", "東", "a"])
def test_a_name_is_cut_between_characters(letter: str) -> None:
    entry = only(parse(rss(f"<item><title>t</title><author>{letter * 2_000}</author></item>")))
    assert 100 < len(entry.author) <= 1_000
    assert set(entry.author) == {"a" if "#" in letter else letter}
