"""Items told apart without parsing: what is left out changes nothing for the rest."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.feeds import parse_feed
from monitor.domain.items import DIGEST, MAX_ENTRIES, split, unseen
from monitor.types import Document, Entry

NOW = datetime(2024, 5, 1, tzinfo=UTC)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>{}</feed>'
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{}</channel></rss>'
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    '<channel><title>News</title><items><rdf:Seq><rdf:li rdf:resource="http://e.org/0"/></rdf:Seq>'
    "</items></channel>{}</rdf:RDF>"
)


def document(body: str | bytes, content_type: str = "application/xml") -> Document:
    data = body.encode() if isinstance(body, str) else body
    return Document("http://e.org/feed", 200, data, content_type, NOW, etag='"1"')


def entries(found: Document) -> tuple[Entry, ...]:
    return parse_feed(found, NOW).entries


def item(number: int, extra: str = "") -> str:
    return f"<item><title>t{number}</title><link>http://e.org/{number}</link>{extra}</item>"


def test_only_new_items_are_left() -> None:
    first = unseen(document(RSS.format(item(1) + item(2))), b"")
    assert (first.left_out, first.waiting, len(first.digests)) == (0, 0, 2 * DIGEST)
    second = unseen(document(RSS.format(item(3) + item(1) + item(2))), first.digests)
    assert second.document is not None
    assert (second.left_out, second.known, second.document.etag) == (2, 2, '"1"')
    assert [entry.title for entry in entries(second.document)] == ["t3"]
    assert second.digests[DIGEST:] == first.digests


def test_nothing_new_leaves_no_document() -> None:
    first = unseen(document(RSS.format(item(1) + item(2))), b"")
    volatile = RSS.format("<lastBuildDate>later</lastBuildDate>" + item(2))
    again = unseen(document(volatile), first.digests)
    assert (again.document, again.left_out, again.known) == (None, 1, 1)
    assert again.digests == first.digests[DIGEST:]


def test_a_changed_item_is_new() -> None:
    first = unseen(document(RSS.format(item(1))), b"")
    changed = unseen(document(RSS.format(item(1, "<author>A</author>"))), first.digests)
    assert changed.document is not None
    assert changed.left_out == 0


def test_items_beyond_the_limit_wait_for_the_next_poll() -> None:
    whole = document(RSS.format("".join(map(item, range(MAX_ENTRIES + 3)))))
    first = unseen(whole, b"")
    assert (first.waiting, len(first.digests)) == (3, MAX_ENTRIES * DIGEST)
    second = unseen(whole, first.digests)
    assert second.document is not None
    assert len(entries(second.document)) == 3
    assert (second.waiting, second.left_out) == (0, MAX_ENTRIES)


@pytest.mark.parametrize(
    "shared",
    ["<guid>same</guid>", "<link>http://e.org/status?utm_source={}#{}</link>", "<title>t</title>"],
)
def test_known_items_that_may_be_confused_with_new_ones_stay(shared: str) -> None:
    body = "".join(f"<item>{shared.format(n, n)}<author>{n}</author></item>" for n in range(3))
    whole = document(RSS.format(body))
    known = unseen(whole, b"").digests[: 2 * DIGEST]
    rest = unseen(whole, known)
    assert (rest.left_out, rest.known) == (0, 2)
    assert rest.document is not None
    assert entries(rest.document) == entries(whole)


@pytest.mark.parametrize(
    "body",
    [
        RSS.format(""),
        RSS.format("<item><item/></item>"),
        RSS.format("<item/>"),
        RSS.format("<item a='1' /><item></item>"),
        RSS.format("<item><link>/relative</link></item>"),
        RSS.format("<item xml:base='/a/'><title>t</title></item>"),
        RSS.format("<item>")[:-5],
        RSS.format("<a></b>" + item(1)),
        RSS.format(item(1, "<x:y/>")),
        '<!DOCTYPE rss [<!ENTITY a "b">]>' + RSS[21:].format(item(1)),
        "<html><body><p>no feed</p></body></html>",
        '{"items": [{"id": "1"}]}',
        "",
        RSS.format(item(1)).encode("latin-1") + b"<!-- \xe9 -->",
        b"\x4c\x6f\xa7\x94",
    ],
)
def test_what_cannot_be_cut_with_certainty_stays_whole(body: str | bytes) -> None:
    whole = document(body)
    found = unseen(whole, b"")
    assert (found.document, found.digests, found.left_out) == (whole, b"", 0)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-16-le"])
def test_encodings(codec: str) -> None:
    name = "iso-8859-1" if codec == "latin-1" else "utf-16" if "16" in codec else "utf-8"
    body = RSS.replace("?>", f' encoding="{name}"?>', 1).format(item(1, "<author>é</author>"))
    found = unseen(document(body.encode(codec)), b"")
    assert found.document is not None
    assert len(found.digests) == DIGEST
    (entry,) = entries(found.document)
    assert entry.author == "é"


def test_careless_markup_is_mended_first() -> None:
    body = "\n" + RSS.format(item(1, "<description>a & b &nbsp; &mdash; c</description>") + item(2))
    first = unseen(document(body), b"")
    assert first.document is not None
    assert entries(first.document)[0].text == "a & b — c"
    second = unseen(document(body), first.digests[:DIGEST])
    assert second.document is not None
    assert [entry.title for entry in entries(second.document)] == ["t2"]


def test_markers_in_comments_and_literal_sections_are_text() -> None:
    tricky = "<!-- <item> --><?x <item> ?><description><![CDATA[</item><item>]]></description>"
    found = split(RSS.format(item(1, tricky) + item(2)).encode())
    assert found is not None
    assert len(found.items) == 2
    assert found.body[found.items[0].start : found.items[0].end].decode() == item(1, tricky)


def test_an_item_ends_at_its_own_tag() -> None:
    found = split(RSS.format('<item a=">"><title>a</title></item  ><b/>').encode())
    assert found is not None
    assert found.only(()) == RSS.format("<b/>").encode()


def test_news_sitemaps_are_cut_into_pages() -> None:
    page = "<url><loc>http://e.org/{}</loc><news:news xmlns:news='n'/></url>"
    found = split(f"<urlset>{page.format(1)}{page.format(2)}</urlset>".encode())
    assert found is not None
    assert len(found.items) == 2


HOSTILE = {
    "open tags": b"<a>",
    "closed tags": b"<a/>",
    "items": b"<item><link>a</link></item>",
    "comments": b"<!--",
    "literal sections": b"<![CDATA[",
    "ampersands": b"&",
    "references": b"&#9",
    "namespaces": b'<a xmlns:b="c">',
    "angles": b"<",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("size", [10 * 2**20, 2**20])
def test_hostile_documents_take_no_time(piece: bytes, size: int) -> None:
    body = b"<rss>" + piece * (size // len(piece)) + b"</rss>"
    started = time.process_time()
    unseen(document(body), b"")
    assert time.process_time() - started < 1.0


# ------------------------------------------------------------------ cut or whole, the same entries

WORDS = st.sampled_from(
    ["One", "Two", "Three &amp; more", "é “quoted”", "<![CDATA[<b>x</b> & y]]>"]
)
LINKS = st.sampled_from(
    [f"http://e.org/{path}" for path in ("", "a", "b", "c?id=1", "c?id=2", "a?utm_source=x", "#n")]
    + ["mailto:a@e.org", ""]
)
GUIDS = st.sampled_from(["", "g1", "g2", "g3", "http://e.org/a", "http://e.org/d"])


@st.composite
def rss_items(draw: st.DrawFn) -> str:
    link, guid, extra = draw(LINKS), draw(GUIDS), draw(st.booleans())
    parts = [f"<title>{draw(WORDS)}</title>", f"<description>{draw(WORDS)}</description>"]
    parts += [f"<link>{link}</link>"] if link else []
    parts += [f"<guid>{guid}</guid>"] if guid else []
    parts += ["<category>x</category><!-- <item> -->"] if extra else []
    return "<item>" + "".join(draw(st.permutations(parts))) + "</item>"


@st.composite
def atom_items(draw: st.DrawFn) -> str:
    space = draw(st.sampled_from(["", ' xmlns:y="urn:y"', ' xml:lang="en"']))
    parts = [f"<title>{draw(WORDS)}</title>", f"<id>{draw(GUIDS)}</id>"]
    parts.append(f'<link href="{draw(LINKS)}"/>')
    parts.append(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>'
    )
    return f"<entry{space}>" + "".join(draw(st.permutations(parts))) + "</entry>"


FEEDS = st.one_of(
    st.tuples(st.sampled_from([RSS, RDF]), st.lists(rss_items(), min_size=1, max_size=6)),
    st.tuples(st.just(ATOM), st.lists(atom_items(), min_size=1, max_size=6)),
)


@settings(max_examples=60, deadline=None)
@given(FEEDS, st.data())
def test_every_part_of_a_feed_says_what_the_whole_says(
    feed: tuple[str, list[str]], data: st.DataObject
) -> None:
    form, items = feed
    whole = document(form.format("\n".join(items)))
    digests = unseen(whole, b"").digests
    every = [digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST)]
    known = data.draw(st.sets(st.sampled_from(every)))
    rest = unseen(whole, b"".join(known))
    other = unseen(whole, b"".join(set(every) - known))
    said = [set(entries(part.document)) for part in (rest, other) if part.document is not None]
    assert set().union(*said) == set(entries(whole))


@given(st.binary(max_size=200), st.binary(max_size=24))
def test_no_bytes_raise(body: bytes, known: bytes) -> None:
    unseen(document(body), known)
    unseen(document(b"<rss><channel><item>" + body + b"</item></channel></rss>"), known)
