"""What is read from plain RSS without feedparser is what feedparser reads from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import plain_rss, xml_feed
from monitor.domain.feed_item import FeedContent
from monitor.domain.feeds import parse_feed
from monitor.types import Document

NOW = datetime(2026, 1, 2, tzinfo=UTC)
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)
LINK = "<link>http://a.example/1</link>"
CHANNEL = "<title>Paper</title><link>http://a.example/</link>"
PLAIN_ITEM = f"<title>Town</title>{LINK}<pubDate>Mon, 02 Jun 2025 09:05:00 +0200</pubDate>"

TEXTS = [
    "",
    "Pier",
    " Pier \n closed ",
    "Pier &amp; port",
    "A &lt; B > C",
    "Café – «Ü» 北京",
    "Q&amp;A;",
    "&amp;amp;",
    "&amp;#8217;",
    "&lt;b&gt;Pier&lt;/b&gt;",
    "<![CDATA[<p>Pier &amp; port</p>]]>",
    "Caf\u00c3\u00a9",
    "5 \u0080",
    "Pi<!-- x -->er",
    "<b>Pier</b>",
]
LINKS = [
    "",
    "http://a.example/1",
    " http://a.example/1\n",
    "http://a.example/?a=1&amp;b=2",
    "/1",
    "x",
    "http:///a.example/1",
    "http://a.example/?a&amp;amp;b",
    "HTTPS://A.example/ü",
    "mailto:a@b.example",
    "http://a.example/;jsessionid=1",
]
DATES = [
    "",
    "Mon, 02 Jun 2025 09:05:00 GMT",
    "02 Jun 2025 09:05:00 -0000",
    "2 Jun 2025 23:05:59 +0530",
    "Mon, 02 Jun 2025 09:05:00 EST",
    "Mon, 31 Feb 2025 09:05:00 GMT",
    "2025-06-02T09:05:00Z",
    "Mon, 02 Jun 2025 24:00:00 GMT",
    "Mon, 02 Jun 2025 09:05:60 GMT",
]


def element(
    name: str, texts: list[str], attributes: tuple[str, ...] = ("",)
) -> st.SearchStrategy[str]:
    return st.builds(
        lambda text, attribute: f"<{name}{attribute}>{text}</{name}>",
        st.sampled_from(texts),
        st.sampled_from(attributes),
    )


CHILDREN = st.one_of(
    element("title", TEXTS),
    element("link", LINKS),
    element(
        "guid", [*LINKS, "tag:a,1"], ("", ' isPermaLink="false"', ' isPermaLink="true"', ' x="1"')
    ),
    element("description", TEXTS),
    element("content:encoded", TEXTS),
    element("dc:creator", [*TEXTS, "Ann (ann@a.example)"]),
    element("author", ["ann@a.example (Ann)"]),
    element("pubDate", DATES),
    element("category", TEXTS),
    element("source", TEXTS, (' url="http://b.example/"',)),
    element(
        "media:content", ["", "<media:title>Other</media:title>"], (' url="http://b.example/i"',)
    ),
    st.just('<enclosure url="http://b.example/2" type="audio/mpeg"/>'),
    element("unheard-of", TEXTS),
)
ITEMS = st.builds(
    lambda usual, children: f"<item>{usual}{''.join(children)}</item>",
    st.sampled_from(["", PLAIN_ITEM, LINK]),
    st.lists(CHILDREN, max_size=4),
)
IN_CHANNEL = st.one_of(
    element("title", TEXTS),
    element("link", LINKS),
    element("image", ["", "<title>Logo</title><url>http://a.example/i</url>", "<item/>"]),
    element("generator", ["x", "<title>Other</title>"]),
    st.just('<atom:link rel="hub" href="http://hub.example/"/>'),
    st.just('<atom:link rel="self" href="http://a.example/feed"/>'),
    st.just('<atom:link href="http://a.example/other"/>'),
    ITEMS,
)
FEEDS = st.builds(
    lambda usual, children: rss(usual + "".join(children)),
    st.sampled_from(["", CHANNEL]),
    st.lists(IN_CHANNEL, max_size=6),
)


def rss(channel: str) -> bytes:
    return f'<rss version="2.0" {NAMESPACES}><channel>{channel}</channel></rss>'.encode()


def said(content: FeedContent) -> tuple[object, ...]:
    """Everything in it; a date without a zone is in UTC."""
    items = [
        (i.link, i.guid, i.title, i.markup, i.author, i.published and _in_utc(i.published))
        for i in content.items
    ]
    return content.title, content.base, content.hub, content.self_url, items


def _in_utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


@settings(max_examples=1500, deadline=None)
@given(FEEDS)
def test_a_plain_feed_is_read_as_feedparser_reads_it(body: bytes) -> None:
    try:
        plain = plain_rss.read_plain(body)
    except plain_rss.NotPlain:
        return
    assert said(plain) == said(xml_feed._read_any(body))


@pytest.mark.parametrize(
    "item",
    [
        PLAIN_ITEM,
        PLAIN_ITEM + "<guid isPermaLink='false'>tag:a,1</guid><dc:creator>Ann</dc:creator>",
        PLAIN_ITEM + "<description>&lt;p&gt;Closed.&lt;/p&gt;</description><category>x</category>",
    ],
)
def test_usual_items_need_no_feedparser(item: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_feed, "_read_any", None)
    document = Document("http://a.example/feed", 200, rss(f"{CHANNEL}<item>{item}</item>"), "", NOW)
    (entry,) = parse_feed(document, NOW).entries
    assert (entry.key, entry.title) == ("http://a.example/1", "Town")
    assert entry.published == datetime(2025, 6, 2, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    [
        LINK + LINK,
        LINK + "<guid isPermaLink='false'>x<b/></guid>",
        LINK + "<title type='html'>x</title>",
        LINK + "<title>Pier &amp;amp; port</title>",
        LINK + "<pubDate>yesterday</pubDate>",
        LINK + "<media:title>x</media:title>",
        "<link>/1</link>",
        "<title>Town</title>",
    ],
)
def test_what_feedparser_may_mend_or_guess_is_left_to_it(item: str) -> None:
    with pytest.raises(plain_rss.NotPlain):
        plain_rss.read_plain(rss(f"{CHANNEL}<item>{item}</item>"))
