"""Atom feeds: what readers make of them."""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.feeds import parse_feed
from monitor.edge.store import searches
from monitor.edge.store.store import Store
from monitor.types import Document, Filter
from monitor.web.atom_xml import Entry, Feed, document, tag
from tests.integration.web.conftest import BASE, HOSTILE, NOW, News, Reader

MANY = "&<>\"' ]]> <![CDATA[ &amp; \u202e \x00\x08\x1f \ufffe \ud800 Ünï 漢字 👍"
NOVELTY = {"names": ["Mei Tanaka"], "places": [], "numbers": ["$40"], "sentences": ["It rose."]}


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    opened = Store(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close()


def read(page: Reader, path: str) -> Any:
    """As a feed reader does."""
    response = page.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(response.content)
    assert not feed.bozo and feed.version == "atom10"
    return feed


def test_the_events_of_a_topic(page: Reader, news: News) -> None:
    topic = news.topic("rivers & lakes")
    old, new = news.event(topic, "Old"), news.event(topic, HOSTILE)
    news.match(topic, old, published=NOW - timedelta(days=2))
    news.match(topic, new, novelty=NOVELTY)
    news.match(topic, new, source="The Post", published=NOW - timedelta(minutes=5))
    news.match(topic, None, "Off topic")
    own = "/atom/topics/rivers%20%26%20lakes"
    feed = read(page, own)
    assert feed.feed.title == "rivers & lakes: events"
    assert feed.feed.id == "tag:monitor,2026:topics/rivers%20%26%20lakes"
    links = {link.rel: link.href for link in feed.feed.links}
    assert links == {"self": BASE + own, "alternate": f"{BASE}/topics/rivers%20%26%20lakes"}
    first, second = feed.entries
    assert first.title_detail.type == "text/plain" and HOSTILE in ET_titles(page.get(own).content)
    assert (first.id, first.link) == (f"tag:monitor,2026:events/{new}", f"{BASE}/events/{new}")
    assert first.updated == "2026-03-20T09:30:00Z" and first.published == "2026-03-19T09:30:00Z"
    assert first.summary.startswith("2 outlets") and "New names: Mei Tanaka" in first.summary
    assert first.tags[0].term == "rivers & lakes" and second.title == "Old"
    assert feed.feed.updated == first.updated


def ET_titles(body: bytes) -> list[str | None]:
    return [one.text for one in ET.fromstring(body).iter("{http://www.w3.org/2005/Atom}title")]


def test_a_further_match_updates_its_event(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    news.match(topic, event)
    before = page.get("/atom/topics/dams")
    later = NOW + timedelta(hours=1)
    news.match(topic, event, published=later, source="The Post")
    news.store.write(lambda session: set_newest(session, event, later))
    after = page.get("/atom/topics/dams", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    [entry] = feedparser.parse(after.content).entries
    assert entry.updated == "2026-03-20T10:30:00Z"
    assert entry.id == feedparser.parse(before.content).entries[0].id


def set_newest(session: Any, event: int, at: datetime) -> None:
    from models import Event

    session.get(Event, event).newest_at = at


def test_the_matches_of_a_topic(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    article = news.match(topic, event, "Gates <b>closed</b>", novelty=NOVELTY, score=0.61)
    news.match(topic, event, "By script", url="javascript:alert(1)", copy_of_id=article,
               published=None, judged_at=NOW - timedelta(days=1))  # fmt: skip
    feed = read(page, "/atom/topics/dams?of=matches")
    first, second = feed.entries
    assert first.link == "https://news.example.org/0" and first.author == "Example News"
    assert {link.rel: link.href for link in first.links}["related"] == f"{BASE}/matches/{article}"
    assert "score 0.61" in first.summary and "It rose." in first.summary
    assert second.link == f"{BASE}/matches/{article + 1}" and "published" not in second
    assert second.updated == "2026-03-19T09:30:00Z" and "repeats" in second.summary


def test_what_a_saved_search_finds(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    news.match(topic, event, "Tunnel closed")
    news.match(topic, None, "Tunnel football", score=0.1)
    id = news.store.write(searches.save, "Tunnels", Filter(words="tunnel", kind="all"), NOW)
    feed = read(page, f"/atom/searches/{id}")
    assert feed.feed.title == "Tunnels"
    assert {one.title for one in feed.entries} == {"Tunnel closed", "Tunnel football"}
    news.store.write(searches.save, "Tunnels", Filter(words="bridge"), NOW)
    empty = read(page, f"/atom/searches/{id}")
    assert empty.entries == [] and empty.feed.updated == "2026-03-20T09:30:00Z"


def test_at_most_fifty_and_the_newest(page: Reader, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    for at in range(52):
        news.match(topic, event, f"Number {at}", published=NOW - timedelta(minutes=at))
    entries = read(page, "/atom/topics/dams?of=matches").entries
    assert [one.title for one in entries] == [f"Number {at}" for at in range(50)]


def test_who_has_it_already_is_told_so(page: Reader, news: News) -> None:
    topic = news.topic()
    news.match(topic, news.event(topic))
    path = "/atom/topics/dams"
    known = page.get(path).headers
    assert known["last-modified"] == "Fri, 20 Mar 2026 09:30:00 GMT"
    for header, value, status in (
        ("if-none-match", known["etag"], 304),
        ("if-none-match", f'W/"other", W/{known["etag"]}', 304),
        ("if-none-match", "*", 304),
        ("if-none-match", '"other"', 200),
        ("if-modified-since", known["last-modified"], 304),
        ("if-modified-since", "Fri, 20 Mar 2026 09:29:59 GMT", 200),
        ("if-modified-since", "Fri, 20 Mar 2026 09:30:00 -0000", 200),
        ("if-modified-since", "yesterday", 200),
    ):
        answer = page.get(path, headers={header: value})
        assert answer.status_code == status, (header, value)
        assert answer.headers["etag"] == known["etag"]
        assert bool(answer.content) is (status == 200)
    both = {"if-none-match": '"other"', "if-modified-since": known["last-modified"]}
    assert page.get(path, headers=both).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("topics/nothing", 404),
        ("topics/%00", 404),
        ("searches/1", 404),
        (f"searches/{2**31}", 404),
        ("topics/dams?of=seeds", 400),
    ],
)
def test_what_is_no_feed(page: Reader, news: News, path: str, status: int) -> None:
    news.topic()
    assert page.get(f"/atom/{path}").status_code == status


def test_our_own_reader_reads_it(page: Reader, news: News) -> None:
    topic = news.topic()
    news.match(topic, news.event(topic), HOSTILE)
    body = page.get("/atom/topics/dams?of=matches").content
    answer = Document(f"{BASE}/atom", 200, body, "application/atom+xml; charset=utf-8", NOW)
    [entry] = parse_feed(answer, NOW).entries
    assert (entry.title, entry.url) == (HOSTILE, "https://news.example.org/0")
    assert entry.published == NOW


def feed_of(text: str, updated: datetime = NOW) -> Feed:
    entry = Entry(
        tag("matches", text), text, f"{BASE}/1", updated, None, text, text, text, f"{BASE}/2"
    )
    return Feed(tag("topics", text), text, f"{BASE}/a", BASE, NOW, [entry])


ANY = st.text(st.characters(codec=None, exclude_categories=()) | st.sampled_from(MANY))


@given(ANY, st.datetimes(timezones=st.just(UTC)))
def test_any_text_makes_a_document_that_is_well_formed(text: str, updated: datetime) -> None:
    root = ET.fromstring(document(feed_of(text, updated)))
    names = {one.tag.removeprefix("{http://www.w3.org/2005/Atom}") for one in root.iter()}
    assert {"id", "title", "updated", "link", "author", "entry", "summary"} <= names
    for one in root.iter("{http://www.w3.org/2005/Atom}id"):
        assert one.text and set(one.text) <= set(string.ascii_letters + string.digits + "-._~:,/%")
    assert all(one.text for one in root.iter("{http://www.w3.org/2005/Atom}title"))


def test_a_topic_keeps_its_names_under_another_address(news: News) -> None:
    assert tag("topics", "a/b ü") == "tag:monitor,2026:topics/a%2Fb%20%C3%BC"
