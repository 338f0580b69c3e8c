"""What the DOCTYPE of a feed may declare."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.domain.doctype import MAX_EXPANDED, refuse_entities
from monitor.domain.feeds import parse_feed
from monitor.errors import ParseError
from monitor.types import Document, ParsedFeed

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
URL = "http://paper.example/feed"


def feed(declared: str, title: str) -> str:
    item = f"<item><title>{title}</title><link>http://paper.example/1</link></item>"
    return (
        f"<?xml version='1.0'?>\n<!DOCTYPE rss [\n{declared}\n]>\n"
        f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>"
    )


def parse(declared: str, title: str) -> ParsedFeed:
    return parse_feed(Document(URL, 200, feed(declared, title).encode(), "text/xml", NOW), NOW)


@pytest.mark.parametrize(
    ("declared", "title", "read"),
    [
        ('<!ENTITY nbsp "&#160;">', "Two&nbsp;words", "Two words"),
        ('<!ENTITY eacute "&#233;">\n<!ENTITY oslash "&#xF8;">', "Caf&eacute; &oslash;", "Café ø"),
        ('<!ENTITY paper "The Paper">', "News of &paper;", "News of The Paper"),
        ('<!ENTITY amp "&#38;#38;">', "Salt &amp; pepper", "Salt & pepper"),
        ('<!ENTITY much "&amp;amp;">', "Salt", "Salt"),
        ('<!ENTITY logo SYSTEM "http://paper.example/logo.txt">', "Ferry", "Ferry"),
        ('<!ENTITY % latin PUBLIC "-//W3C//ENTITIES" "http://w3.example/l.ent">', "Fog", "Fog"),
        ("", "<![CDATA[Bombs: <!ENTITY a '&b;'>]]>", "Bombs: <!ENTITY a '&b;'>"),
    ],
)
def test_simple_entities_are_read(declared: str, title: str, read: str) -> None:
    [entry] = parse(declared, title).entries
    assert entry.title == read


@pytest.mark.parametrize(
    ("declared", "title", "words"),
    [
        ('<!ENTITY a "ha">\n<!ENTITY b "&a;&a;">', "&b;", "defines entities by one another"),
        ("<!ENTITY a '&b;'>", "no joke", "defines entities by one another"),
        ('<!ENTITY x SYSTEM "file:///etc/hostname">', "t &x;", "takes an entity from another"),
        ('<!ENTITY x PUBLIC "-//X" "http://x.example/">', "&x;", "takes an entity from another"),
        (f'<!ENTITY a "{"a" * 1_000}">', "&a;" * 5_000, "expand to more than 4 MiB"),
    ],
)
def test_entities_that_grow_or_reach_out_are_refused(declared: str, title: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parse(declared, title)


def test_entities_of_a_document_that_is_broken_behind_its_doctype_are_refused_too() -> None:
    body = feed('<!ENTITY a "ha"><!ENTITY b "&a;">', "Fish & chips").encode()
    with pytest.raises(ParseError, match="one another"):
        refuse_entities(body)


def test_what_stands_before_a_broken_place_of_the_doctype_counts() -> None:
    with pytest.raises(ParseError, match="one another"):
        refuse_entities(b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;"><!NONSENSE')
    refuse_entities(b'<!DOCTYPE rss [<!ENTITY a "ha"><!NONSENSE')


def test_no_more_than_the_limit_is_expanded_in_all() -> None:
    half = MAX_EXPANDED // 2
    declared = f'<!ENTITY a "{"a" * half}"><!ENTITY b "{"b" * half}">'
    refuse_entities(feed(declared, "&a;&b;").encode())
    with pytest.raises(ParseError, match="expand"):
        refuse_entities(feed(declared, "&a;&b;&a;").encode())
