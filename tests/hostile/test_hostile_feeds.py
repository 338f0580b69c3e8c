"""Hostile feeds, parsed as the daemon parses them."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain.extraction import extract_page
from monitor.domain.feeds import parse_feed
from monitor.domain.items import MAX_ENTRIES
from monitor.errors import ParseError, WorkerError
from monitor.types import Document, ParsedFeed
from tests.hostile.false_feeds import FALSE_FEEDS
from tests.hostile.feeds import BOMBS, SPINNING, TRICKS, HostileFeed, item, many, rss
from tests.hostile.running import NOW, SHORT_DEADLINE, Outcome, read_feed, run_batch

URL = "https://gull-point.example/feed.xml"
XINCLUDE = "http://www.w3.org/2001/XInclude"
FEEDS = BOMBS | TRICKS | FALSE_FEEDS


@dataclass(frozen=True, slots=True)
class Brief:
    """What is to be known of a feed once it is parsed."""

    titles: tuple[str, ...]
    links: tuple[str, ...]
    published: tuple[datetime | None, ...]
    keys: int
    text: str
    dirt: str


DIRT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\ud800-\udfff]")


def brief(feed: ParsedFeed) -> Brief:
    texts = [feed.title]
    for entry in feed.entries:
        texts += [entry.title, entry.text, entry.author, entry.url, entry.key]
    return Brief(
        titles=tuple(entry.title for entry in feed.entries),
        links=tuple(entry.url for entry in feed.entries),
        published=tuple(entry.published for entry in feed.entries),
        keys=len({entry.key for entry in feed.entries}),
        text=feed.entries[0].text[:1_000] if feed.entries else "",
        dirt="".join(found[0] for found in map(DIRT.search, texts) if found),
    )


def _documents(feeds: dict[str, HostileFeed]) -> dict[str, Document]:
    return {
        name: Document(URL, 200, feed.body(), feed.content_type, NOW)
        for name, feed in feeds.items()
    }


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return run_batch(read_feed, _documents(FEEDS), brief)


def test_there_are_enough_of_them() -> None:
    assert len(BOMBS) + len(TRICKS) + len(FALSE_FEEDS) == len(FEEDS) >= 60


@pytest.mark.parametrize("name", FEEDS)
def test_hostile_feed(name: str, outcomes: dict[str, Outcome]) -> None:
    feed, outcome = FEEDS[name], outcomes[name]
    outcome.check_limits()
    if feed.refused:
        with pytest.raises(ParseError, match=feed.refused):
            outcome.get()
        return
    found = outcome.get()
    if isinstance(feed.titles, int):
        assert len(found.titles) == feed.titles
    else:
        assert found.titles == feed.titles
    assert found.keys == len(found.titles) <= MAX_ENTRIES
    assert found.dirt == ""
    assert feed.says in found.text
    assert feed.links is None or found.links == feed.links
    assert all(link.startswith(("http://", "https://")) for link in found.links if link)
    assert all(moment is None or moment <= NOW for moment in found.published)
    assert feed.published is None or found.published == feed.published


def test_feeds_that_spin_are_ended() -> None:
    outcomes = run_batch(read_feed, _documents(SPINNING), brief, SHORT_DEADLINE)
    for outcome in outcomes.values():
        outcome.check_limits()
        with pytest.raises(WorkerError, match="took longer than 1 s") as caught:
            outcome.get()
        assert caught.value.killed


CUTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 30), st.binary(max_size=12)))
KINDS = ["", "text/xml", "application/rss+xml; charset=utf-16", "application/json", "text/html"]
REAL_LOOKING = [
    rss(item(inside="<guid>7</guid><pubDate>Wed, 01 May 2024 08:00:00 GMT</pubDate>")),
    many(4, "<description>&lt;p&gt;Mist.&lt;/p&gt;</description>"),
    FALSE_FEEDS["JSON Feed"].body(),
]


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(REAL_LOOKING), CUTS, st.sampled_from(KINDS))
def test_damaged_feeds_raise_nothing_but_parse_errors(
    body: bytes, cuts: list[tuple[int, int, bytes]], kind: str
) -> None:
    for start, length, instead in cuts:
        body = body[:start] + instead + body[start + length :]
    try:
        found = parse_feed(Document(URL, 200, body, kind, NOW), NOW)
    except ParseError:
        return
    assert brief(found).dirt == ""


def test_a_feed_reaches_for_no_file_and_no_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("parrot")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        entities = f"<!ENTITY f SYSTEM 'file://{secret}'><!ENTITY n SYSTEM '{address}/e'>"
        bodies = [
            rss(item("&f;&n;"), before=f"<!DOCTYPE rss [{entities}]>"),
            rss(
                item(),
                before=f"<!DOCTYPE rss SYSTEM '{address}/d' [<!ENTITY % p SYSTEM "
                f"'{address}/p'> %p;]>",
            ),
            rss(item(), before=f"<?xml-stylesheet href='{address}/s'?>"),
            rss(item(inside=f"<xi:include href='{address}/i' xmlns:xi='{XINCLUDE}'/>")),
            str(secret).encode(),
            f"file://{secret}".encode(),
            f"{address}/feed".encode(),
            f"<html xmlns:xi='{XINCLUDE}'><xi:include href='{address}'/></html>".encode(),
        ]
        for body in bodies:
            document = Document(URL, 200, body, "application/xml", NOW)
            try:
                assert "parrot" not in repr(parse_feed(document, NOW))
            except ParseError as error:
                assert "parrot" not in str(error)
            assert "parrot" not in repr(extract_page(document, "Fog", NOW, ""))
        with pytest.raises(BlockingIOError):
            listener.accept()
