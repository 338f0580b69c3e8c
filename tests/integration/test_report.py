"""The report of a topic: one file that stands alone."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy.orm import Session

from monitor.edge.store.store import Store
from monitor.errors import NotFound
from monitor.report import topic as topic_module
from monitor.report import topic_report
from tests.integration.chronicle import START, Chronicle, at
from tests.integration.world import ON_SQLITE

HOSTILE = '<script>alert("x")</script>"\'><img src=x onerror=alert(1)>'
NEW = {
    "names": ["Haruto Ishida"],
    "places": ["Yokota"],
    "numbers": ["a third"],
    "sentences": ["Japan pays <b>a third</b>."],
}
DAY = START.date()


class Page(HTMLParser):
    """Its elements, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.elements if name == tag]


def storm(session: Session) -> None:
    write = Chronicle(session)
    topic = write.topic("storms")
    great, small = write.event(topic, HOSTILE, at(1)), write.event(topic, "Small storm")
    first = write.match(
        great, at(1), title=HOSTILE, source="The <i>Post</i>", novelty=NEW, label="relevant"
    )
    write.match(great, at(1, 13), copy_of=first, source="Copyist", url="http://copy.example/1")
    write.match(great, at(2), title="Later", source="Post", url="javascript:alert(1)")
    write.match(small, at(3), title="Small", source="Post")
    write.match(small, at(9), title="After the period", source="Other")


def report(store: Store) -> Page:
    return Page(topic_report(store, "storms", DAY, at(6).date(), at(6, 20)))


def test_a_report_tells_figures_and_events(store: Store) -> None:
    store.write(storm)
    text = report(store).text
    assert "2–8 Mar 2026" in text
    for figure in ("matches 4", "events 2", "outlets 3", "of them copies 1", "unread 29%"):
        assert figure in text
    small, great = text.index("Small storm 5 Mar"), text.index("3 Mar 2026, 12:00 – 4 Mar")
    assert small < great
    assert "3 matches from 3 outlets, 2 originals" in text
    assert "Japan pays <b>a third</b>. New: Haruto Ishida Yokota a third" in text
    assert "The <i>Post</i> · 3 Mar 2026, 12:00 relevant repeated by Copyist" in text
    assert "below the alarm line" in text[small:great]
    assert "below the alarm line" not in text[great:]
    assert "After the period" not in text
    assert "Written by the news monitor on 8 Mar 2026, 20:00" in text


def test_a_report_stands_alone_and_runs_nothing(store: Store) -> None:
    store.write(storm)
    html = topic_report(store, "storms", DAY, at(6).date(), at(6, 20))
    page = Page(html)
    names = {tag for tag, _ in page.elements}
    assert not names & {"script", "img", "link", "iframe", "object", "i", "b", "form"}
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    for link in page.all("a"):
        assert re.match(r"https?://|#event-\d+$", link["href"])
        assert link["href"].startswith("#") or link["rel"] == "noopener noreferrer"
    assert "http://copy.example/1" in {link["href"] for link in page.all("a")}
    assert HOSTILE in page.text


def test_only_its_own_style_is_allowed(store: Store) -> None:
    store.write(storm)
    html = topic_report(store, "storms", DAY, at(6).date(), at(6, 20))
    [policy] = [m["content"] for m in Page(html).all("meta") if m.get("http-equiv")]
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import|//", style)


def test_the_timeline_leads_to_events_that_are_listed(store: Store) -> None:
    store.write(storm)
    page = report(store)
    anchors = {section["id"] for section in page.all("section")}
    links = {link["href"] for link in page.all("a") if link["href"].startswith("#")}
    assert links == {f"#{anchor}" for anchor in anchors} == {"#event-1", "#event-2"}


@ON_SQLITE
def test_a_report_says_what_it_leaves_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(storm)
    monkeypatch.setattr(topic_module, "MOST_MATCHES", 2)
    text = report(store).text
    assert "1 later match is left out." in text
    assert "Later" not in text
    monkeypatch.setattr(topic_module, "MOST_EVENTS", 1)
    text = report(store).text
    assert "The 1 event with the latest news, of 2" in text
    assert "from 3 outlets" not in text


def test_a_report_of_nothing(store: Store) -> None:
    store.write(lambda session: Chronicle(session).topic("storms"))
    assert "Nothing matched in these days." in report(store).text
    with pytest.raises(NotFound, match="no topic none"):
        topic_report(store, "none", DAY, DAY, at(1))
