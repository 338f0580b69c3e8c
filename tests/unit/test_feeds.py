"""Feeds of every format, and documents that are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.feeds import MAX_ENTRIES, parse_feed
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
    )


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


def test_the_same_page_twice_is_one_entry() -> None:
    feed = parse(
        rss(
            "<item><title>first</title><link>http://e.org/a?utm_source=x</link></item>"
            "<item><title>again</title><link>http://E.org/a#c</link></item>"
        )
    )
    assert only(feed).title == "first"


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
