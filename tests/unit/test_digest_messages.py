"""What a digest says: whether the monitor could see, what it saw, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.domain import messages
from monitor.types import Digest, DigestItem
from tests.unit.said import (
    NOISE,
    Page,
    any_text,
    check_blocks,
    check_every_rendering,
    check_header,
    comes_back,
    delivery,
    hostile_text,
    moments,
    several,
    texts,
)

UNTIL = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
EMPTY = Digest(
    kind="digest",
    topic="Volcanoes",
    since=UNTIL - timedelta(days=1),
    until=UNTIL,
    items=(),
    omitted=0,
    articles=412,
    feeds=14,
    failing=0,
)
KINDS = get_args(get_type_hints(DigestItem)["kind"])
EVIL = '"><script>alert(1)</script><!channel> <https://evil.example|click> *bold* {0}%s'


def item(
    kind: Literal["new_event", "update", "doubtful"], title: str, changes: tuple[str, ...] = ()
) -> DigestItem:
    return DigestItem(
        kind=kind,
        event=7,
        title=title,
        url="https://news.example/ash?a=1&b=2",
        source="Example News",
        published=datetime(2026, 11, 21, 7, 14, tzinfo=UTC),
        score=0.4249,
        outlets=3,
        originals=1,
        changes=changes,
        review_url="http://127.0.0.1:8000/matches/9",
    )


FULL = replace(
    EMPTY,
    items=(
        item("new_event", "Ash closes airport"),
        item("new_event", "Lava reaches village"),
        item("update", "Airport opens again", ("10 outlets by now", "new names")),
        item("doubtful", "A year after the ash"),
    ),
    omitted=7,
    review_url="http://127.0.0.1:8000/events",
)


def many(number: int, title: str = "Ash closes airport", topic: str = "Volcanoes") -> Digest:
    kinds = [kind for kind in KINDS for _ in range(number)]
    items = tuple(item(kind, f"{title} {n}") for n, kind in enumerate(kinds))
    return replace(FULL, topic=topic, items=items)


def digests(text: st.SearchStrategy[str]) -> st.SearchStrategy[Digest]:
    number = st.integers(0, 10**5)
    some = st.builds(
        DigestItem,
        kind=st.sampled_from(KINDS),
        event=number,
        title=text,
        url=text,
        source=text,
        published=st.none() | moments,
        score=st.floats(-1, 1),
        outlets=number,
        originals=number,
        changes=several(text),
        review_url=text,
    )
    return st.builds(
        Digest,
        kind=st.just("digest"),
        topic=text,
        since=moments,
        until=moments,
        items=st.lists(some, max_size=5).map(tuple),
        omitted=number,
        articles=number,
        feeds=number,
        failing=number,
        review_url=text,
    )


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("articles", "feeds", "failing", "line", "subject"),
    [
        (412, 14, 0, "Nothing new: 412 articles read, all 14 feeds healthy", "Nothing new"),
        (1, 1, 0, "Nothing new: 1 article read, 1 feed healthy", "Nothing new"),
        (0, 14, 0, "Nothing new: 0 articles read, all 14 feeds healthy", "Nothing new"),
        (1412, 14, 2, "Nothing new: 1,412 articles read, 2 of 14 feeds down", "Nothing new"),
        (9, 15, 7, "Nothing new: 9 articles read, 7 of 15 feeds down", "Nothing new"),
        (9, 14, 7, "Blind: 7 feeds down", "Blind: 7 feeds down"),
        (0, 14, 1, "Blind: 1 feed down", "Blind: 1 feed down"),
        (9, 3, 3, "Blind: 3 feeds down", "Blind: 3 feeds down"),
        (9, 0, 0, "No feeds are followed", "No feeds are followed"),
    ],
)
def test_an_empty_digest_says_whether_there_was_nothing_or_nothing_was_seen(
    articles: int, feeds: int, failing: int, line: str, subject: str
) -> None:
    digest = replace(EMPTY, articles=articles, feeds=feeds, failing=failing)
    period = "from 2026-11-20 07:30 to 2026-11-21 07:30 UTC"
    assert messages.plain_text(digest) == f"{line} · Digest of Volcanoes · {period}\n"
    assert messages.subject(digest) == f"[Volcanoes] {subject}"


def test_a_digest_says_what_is_new_what_has_changed_and_what_may_be_new() -> None:
    facts = "Example News · 2026-11-21 07:14 UTC · 3 outlets, 1 original · score 0.42\n"
    links = "Article: https://news.example/ash?a=1&b=2\nReview: http://127.0.0.1:8000/matches/9\n\n"
    assert messages.plain_text(FULL) == (
        "412 articles read, all 14 feeds healthy · Digest of Volcanoes · "
        "from 2026-11-20 07:30 to 2026-11-21 07:30 UTC\n\n"
        f"New events\n\nAsh closes airport · {facts}{links}Lava reaches village · {facts}{links}"
        f"Updates\n\nAirport opens again · 10 outlets by now · new names · {facts}{links}"
        f"Perhaps new\n\nA year after the ash · {facts}{links}"
        "and 7 more on the page\n\n"
        "Open the page: http://127.0.0.1:8000/events\n"
    )


@pytest.mark.parametrize(
    ("digest", "subject"),
    [
        (FULL, "Digest: 2 new events, 1 update, 1 perhaps new, 7 more"),
        (replace(FULL, items=FULL.items[:1], omitted=0), "Digest: 1 new event"),
        (replace(EMPTY, omitted=3), "Digest: 3 more"),
        (replace(FULL, items=FULL.items[2:], omitted=0, failing=14), "Digest: 1 update, 1 perhaps"),
    ],
)
def test_the_subject_counts(digest: Digest, subject: str) -> None:
    assert messages.subject(digest).startswith(f"[Volcanoes] {subject}")


def test_a_digest_that_holds_something_says_that_the_rest_was_not_seen() -> None:
    assert messages.plain_text(replace(FULL, failing=9)).startswith("Blind: 9 feeds down · ")


def test_without_a_page_none_is_promised() -> None:
    assert messages.plain_text(replace(EMPTY, omitted=7)).endswith("\n\nand 7 more\n")


# ------------------------------------------------------------------ renderings


@pytest.mark.parametrize("digest", [FULL, EMPTY])
def test_the_page_and_slack_tell_the_same_facts_as_the_text(digest: Digest) -> None:
    page = Page(messages.html(digest))
    slack = " ".join(text["text"] for text in texts(messages.slack_blocks(digest)))
    lines = [line for line in messages.plain_text(digest).splitlines() if line]
    for fact in (fact for line in lines for fact in line.split(" · ")):
        said = fact.partition(": ")[0] if "://" in fact else fact
        assert said in " ".join(page.text.split())
        assert said in slack
    assert page.links == [line.partition(": ")[2] for line in lines if "://" in line]


def test_the_line_of_json() -> None:
    line = messages.as_json(delivery(replace(FULL, items=FULL.items[2:3])))
    assert line == {
        "version": 1,
        "id": "uid-1",
        "kind": "digest",
        "topic": "Volcanoes",
        "since": "2026-11-20T07:30:00+00:00",
        "until": "2026-11-21T07:30:00+00:00",
        "items": [
            {
                "kind": "update",
                "event": 7,
                "title": "Airport opens again",
                "url": "https://news.example/ash?a=1&b=2",
                "source": "Example News",
                "published": "2026-11-21T07:14:00+00:00",
                "score": 0.4249,
                "outlets": 3,
                "originals": 1,
                "changes": ["10 outlets by now", "new names"],
                "review_url": "http://127.0.0.1:8000/matches/9",
                "match": 0,
            }
        ],
        "omitted": 7,
        "articles": 412,
        "feeds": 14,
        "failing": 0,
        "review_url": "http://127.0.0.1:8000/events",
        "thread": None,
        "created_at": "2026-11-21T08:00:00+00:00",
    }


def test_markup_in_any_field_stays_text() -> None:
    bad = replace(
        item("update", EVIL, (EVIL,)), source=EVIL, url=f"https://a.example/{EVIL}", review_url=EVIL
    )
    digest = replace(FULL, topic=EVIL, items=(bad,), review_url=f"https://a.example/{EVIL}")
    page = Page(messages.html(digest))
    ours = {"html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "span", "a"}
    assert page.tags == ours
    assert page.text.count("<script>") == 5  # the page's title, the lead, the item's three
    check_blocks(messages.slack_blocks(digest))


@pytest.mark.parametrize("title", ["Ash", "Ash closes airport " * 20, "&" * 400, "灰" * 300])
@pytest.mark.parametrize("number", [1, 6, 17, 50])
def test_slack_leaves_out_the_last_items_and_says_how_many(number: int, title: str) -> None:
    digest = many(number, title)
    blocks = messages.slack_blocks(digest, "uid-1")
    check_blocks(blocks, "uid-1")
    told = sum("fields" in block for block in blocks)
    left = 7 + len(digest.items) - told
    assert texts(blocks)[-1]["text"].startswith(f"and {left} more on the page · <http")
    assert told >= min(3, len(digest.items))


def test_slack_leaves_nothing_out_of_a_digest_of_common_size() -> None:
    blocks = messages.slack_blocks(many(5))
    assert sum("fields" in block for block in blocks) == 15
    assert texts(blocks)[-1]["text"].startswith("and 7 more")


def test_slack_takes_fifty_blocks_however_short_they_are() -> None:
    short = DigestItem("update", 7, "Ash", "", "", None, 0.4, 1, 1)
    digest = replace(EMPTY, items=(short,) * 50)
    blocks = messages.slack_blocks(digest)
    check_blocks(blocks)
    assert len(blocks) == 50
    assert texts(blocks)[-1]["text"] == "and 4 more"


def test_slack_counts_items_without_an_address_too() -> None:
    bare = replace(item("new_event", "Ash"), url="", review_url="")
    blocks = messages.slack_blocks(replace(EMPTY, items=(bare, bare)))
    assert [text["text"].splitlines()[0] for text in texts(blocks)][2:] == [
        "*New events*",
        "Ash",
        "Ash",
    ]


@given(digests(any_text))
@example(many(50, NOISE, NOISE))
def test_every_digest_can_be_said_and_encoded(digest: Digest) -> None:
    check_every_rendering(digest)


@given(digests(any_text))
@example(many(50, EVIL, EVIL))
@example(replace(many(50), review_url="https://a.example/" + "&" * 2990))
def test_slack_blocks_keep_block_kits_limits(digest: Digest) -> None:
    check_blocks(messages.slack_blocks(digest))
    assert 1 <= len(messages.slack_text(digest)) <= 3000


@given(hostile_text)
@example("=?utf-8?q?x=0D=0ABcc:_victim@example.org?=")
def test_every_subject_survives_as_one_header(topic: str) -> None:
    check_header(messages.subject(replace(FULL, topic=topic)))


@given(digests(st.text()))
@example(FULL)
def test_a_stored_digest_comes_back_the_same(digest: Digest) -> None:
    assert comes_back(digest)
