"""OPML files, and files that claim to be some."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.clean import clean_line
from monitor.domain.opml import MAX_FEEDS, MAX_TAGS, Opml, OpmlFeed, read_opml, write_opml
from monitor.errors import ParseError

LIST = '<?xml version="1.0"?><opml version="2.0"><body>{}</body></opml>'


def read(outlines: str) -> Opml:
    return read_opml(LIST.format(outlines).encode())


def only(outlines: str) -> OpmlFeed:
    opml = read(outlines)
    (feed,) = opml.feeds
    assert opml.problems == ()
    return feed


def outline(url: str = "https://a.example/rss", **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<outline type="rss" xmlUrl="{url}"{written}/>'


@pytest.mark.parametrize(
    ("outlines", "feed"),
    [
        (outline(text="A", title="B"), OpmlFeed("https://a.example/rss", "A")),
        (outline(title=" B\n&amp; C "), OpmlFeed("https://a.example/rss", "B & C")),
        (outline(text="https://a.example/rss"), OpmlFeed("https://a.example/rss")),
        (
            "<OUTLINE TEXT='A' XMLURL=' https://a.example/?a=1&b=2&copy=3&amp;d=4 '/>",
            OpmlFeed("https://a.example/?a=1&b=2&copy=3&d=4", "A"),
        ),
        (
            f'<outline text="World"><outline title="Asia, South">{outline()}</outline></outline>',
            OpmlFeed("https://a.example/rss", tags=("World", "Asia, South")),
        ),
        (
            f'<outline text="World" type="folder" xmlUrl="">{outline()}</outline>',
            OpmlFeed("https://a.example/rss", tags=("World",)),
        ),
        (
            f'<outline text="World">{outline(category="/World/Asia, sea ,,/")}</outline>',
            OpmlFeed("https://a.example/rss", tags=("World", "Asia", "sea")),
        ),
        (
            f'<outline text="a">{outline(text="A")}</outline><outline text="b">{outline()}'
            f'</outline><outline text="c"/>',
            OpmlFeed("https://a.example/rss", "A", ("a", "b")),
        ),
    ],
)
def test_feeds_with_their_folders_and_categories(outlines: str, feed: OpmlFeed) -> None:
    assert only(outlines) == feed


def test_an_outline_that_cannot_be_used_hides_no_other() -> None:
    opml = read(
        '<outline type="rss" text="Empty"/><outline type="include" url="https://b.example/l"/>'
        + outline("ftp://c.example/", text="C")
        + outline("http://", text="D")
        + outline(text="A")
    )
    assert [feed.name for feed in opml.feeds] == ["A"]
    empty, include, ftp, broken = opml.problems
    assert empty == "Empty: has no xmlUrl"
    assert include == "an outline: has no xmlUrl"
    assert "C: 'ftp://c.example/' is not an http" in ftp
    assert broken.startswith("D: 'http://' is not")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "OPML"),
        (b"<html>no", "OPML"),
        (b"<" * 1_000, "OPML"),
        (LIST.format(outline("file:///etc/passwd")).encode(), "not an http or https address"),
    ],
)
def test_without_a_feed_it_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        read_opml(data)


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-16", "utf-8-sig", "koi8-r"])
def test_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><opml>{outline(text="Новости")}</opml>'
    (feed,) = read_opml(text.encode(encoding)).feeds
    assert feed.name == "Новости"


def test_a_false_encoding_is_not_believed() -> None:
    text = f'<?xml version="1.0" encoding="us-ascii"?><opml>{outline(text="Новости")}</opml>'
    (feed,) = read_opml(text.encode()).feeds
    assert feed.name == "Новости"


def test_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE opml [<!ENTITY a0 "ha">{levels}]>'
    outlines = outline(text="&a12;") + outline("https://b.example/", text="&file;")
    opml = read_opml((bomb + LIST.format(outlines)).encode())
    assert [feed.name for feed in opml.feeds] == ["&a12;", "&file;"]


@pytest.mark.parametrize(
    ("outlines", "feeds"),
    [
        ("".join(outline(f"https://a.example/{n}") for n in range(60_000)), MAX_FEEDS),
        ('<outline text="x">' * 100_000 + outline(), 1),
        (f'<outline text="x">{outline()}</outline>' * 20_000, 1),
        ("".join(f'<outline text="{n}">{outline()}</outline>' for n in range(20_000)), 1),
        (outline(category=",".join(map(str, range(200_000)))), 1),
        (outline(text="x" * 5_000_000), 1),
        (outline("ftp://a.example/") * 50_000 + outline(), 1),
    ],
    ids=["many", "deep", "again", "in many folders", "categories", "name", "problems"],
)
def test_hostile_files_are_bounded(outlines: str, feeds: int) -> None:
    started = time.process_time()
    opml = read(outlines)
    assert time.process_time() - started < 3
    assert len(opml.feeds) == feeds
    assert len(opml.problems) <= 1_000
    assert all(len(feed.tags) <= MAX_TAGS and len(feed.name) <= 500 for feed in opml.feeds)


def test_more_feeds_than_are_taken_is_said() -> None:
    opml = read("".join(outline(f"https://a.example/{n}") for n in range(MAX_FEEDS + 1)))
    assert opml.problems == ("only the first 20,000 feeds are taken",)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(), st.binary().map(lambda b: LIST.encode().replace(b"{}", b))))
def test_arbitrary_bytes_raise_only_parse_errors(data: bytes) -> None:
    try:
        opml = read_opml(data)
    except ParseError:
        return
    assert opml.feeds


ATTRIBUTES = ["type='rss' ", "xmlUrl='https://a.example/' ", "text='a' ", "category='/a,b/' ", "x<"]
PIECES = ["<outline ", *ATTRIBUTES, "/>", ">", "</outline>", "&a;", "<body>", "</opml>", "<!--"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_arbitrary_markup_raises_only_parse_errors(markup: str) -> None:
    try:
        opml = read_opml(markup.encode())
    except ParseError:
        return
    assert [feed.url for feed in opml.feeds] == ["https://a.example/"]


# ------------------------------------------------------------------ both ways

names = st.text(max_size=30).map(clean_line)
feeds = st.builds(
    OpmlFeed,
    st.integers(0, 9).map("https://a.example/?x=1&y={}".format),
    names,
    st.lists(names.filter(bool), max_size=5, unique=True).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(feeds, min_size=1, max_size=6, unique_by=lambda feed: feed.url))
def test_what_is_written_is_read_again(wanted: list[OpmlFeed]) -> None:
    opml = read_opml(write_opml(wanted))
    assert sorted(opml.feeds, key=lambda feed: feed.url) == sorted(wanted, key=lambda f: f.url)
    assert opml.problems == ()


def test_the_first_tag_is_the_folder_and_all_are_categories() -> None:
    url = "https://a.example/rss"
    written = write_opml([OpmlFeed(url, "A", ("World", "Asia")), OpmlFeed("https://b.example/")])
    body = ElementTree.fromstring(written).find("body")
    assert body is not None
    folder, loose = body
    assert folder.attrib == {"text": "World", "title": "World"}
    assert [feed.attrib for feed in folder] == [
        {"type": "rss", "text": "A", "title": "A", "xmlUrl": url, "category": "World,Asia"}
    ]
    assert loose.get("text") == loose.get("xmlUrl") == "https://b.example/"


def test_names_that_no_category_can_hold_become_folders() -> None:
    written = write_opml([OpmlFeed("https://a.example/", "A", ("x", "1,2/3", "y"))])
    assert b"category" not in written
    found = ElementTree.fromstring(written).find("body/outline/outline/outline/outline")
    assert found is not None
    assert found.get("text") == "A"


def test_names_are_cleaned_before_they_are_written() -> None:
    dirty = OpmlFeed("https://a.example/\x0b/", "\x00<A>\x1b\ud800", ("", "\x07", "t\x00"))
    (feed,) = read_opml(write_opml([dirty])).feeds
    assert feed == OpmlFeed("https://a.example/%0B/", "<A>", ("t",))
