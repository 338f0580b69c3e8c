"""Messages to say in tests, made-up ones among them, and what must hold of each rendering."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from hypothesis import strategies as st

from monitor.domain import messages
from monitor.types import Alert, Delivery, NearestEvent, Novelty, Said, Thread

EARLIER = NearestEvent(3, "Flights resume", 0.2149, datetime(2026, 5, 3, 9, 30, tzinfo=UTC))
ALERT = Alert(
    kind="new_event",
    topic="Volcanoes",
    event=7,
    title="Ash closes airport",
    url="https://news.example/ash?a=1&b=2",
    source="Example News",
    published=datetime(2026, 11, 21, 7, 14, 51, tzinfo=UTC),
    score=0.4249,
    terms=("ash", "eruption"),
    excerpt="All flights were cancelled on Friday.",
    nearest_seed="Etna erupts",
    nearest_event=EARLIER,
    review_url="http://127.0.0.1:8000/matches/9",
    match=9,
    outlets=12,
    originals=2,
    novelty=Novelty(
        names=("Ada Ash", "Bo Bell", "Cy Cole", "Di Dow"),
        places=("Catania",),
        numbers=("two years", "$40"),
        sentences=("Ada Ash closed Catania for two years.", "It costs $40.", "A third."),
    ),
)
UPDATE = replace(
    ALERT,
    kind="update",
    title="Airport opens again",
    outlets=26,
    originals=1,
    changes=("25 outlets by now", "new names, places"),
)
BARE = replace(ALERT, novelty=Novelty())
NOISE = "\r\n \x85\u2028\u2029\x00\x1b[31m\u202e\u2066\u200b\ufeff\ud800 "

moments = st.datetimes(timezones=st.just(UTC))
any_text = st.text(st.characters(exclude_categories=()))
hostile_text = st.one_of(
    any_text,
    st.lists(
        st.sampled_from(["=?utf-8?q?", "=0D=0ABcc:x", "?=", "\r\n", "\u2028", "é", "a" * 80, " "])
    ).map("".join),
)


def several(text: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(text, max_size=8).map(tuple)


def alerts(text: st.SearchStrategy[str]) -> st.SearchStrategy[Alert]:
    nearest = st.builds(
        NearestEvent,
        title=text,
        similarity=st.floats(0, 1),
        last_seen=st.none() | moments,
    )
    some = several(text)
    return st.builds(
        Alert,
        kind=st.sampled_from(["new_event", "update", "test"]),
        topic=text,
        event=st.integers(0),
        title=text,
        url=text,
        source=text,
        published=st.none() | moments,
        score=st.floats(-1, 1),
        terms=some,
        excerpt=text,
        nearest_seed=text,
        nearest_event=st.none() | nearest,
        review_url=text,
        outlets=st.integers(0, 10**6),
        originals=st.integers(0, 10**6),
        novelty=st.builds(Novelty, names=some, places=some, numbers=some, sentences=some),
        changes=some,
    )


def delivery(said: Said, thread: Thread | None = None) -> Delivery:
    made = datetime(2026, 11, 21, 8, tzinfo=UTC)
    return Delivery(1, "uid-1", "file", 0, made, said, thread=thread)


def check_every_rendering(said: Said) -> None:
    """Each can be encoded, and none has an invisible or controlling character in it."""
    line = json.dumps(messages.as_json(delivery(said)), ensure_ascii=False)
    blocks = json.dumps(messages.slack_blocks(said), ensure_ascii=False)
    renderings = (messages.plain_text(said), messages.html(said), messages.slack_text(said))
    for rendering in (*renderings, line, blocks):
        rendering.encode()
        assert not set(rendering) & set(NOISE) - set(" \n[31m")
    assert len(line.splitlines()) == 1


def check_blocks(blocks: list[messages.slack.Block], uid: str = "") -> None:
    """Block Kit's limits, and that only words and links of ours are formatted."""
    assert 1 <= len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= 11_000
    assert [block["block_id"] for block in blocks if "block_id" in block] == [uid] * bool(uid)
    assert [block["type"] for block in blocks[:2]] == ["header", "context"]
    assert {block["type"] for block in blocks[2:]} <= {"section"}
    assert 1 <= len(blocks[0]["text"]["text"]) <= 150
    assert len(blocks[1]["elements"]) == 1
    for block in blocks:
        fields = block.get("fields", [])
        assert len(fields) <= 10
        assert all(1 <= len(field["text"]) <= 2000 for field in fields)
    for text in texts(blocks):
        assert 1 <= len(text["text"]) <= 3000
        if text["type"] == "plain_text":
            assert text["emoji"] is False
            assert not re.search("[<>]|&(?!amp;|lt;|gt;)", text["text"])
        else:
            words = re.sub(r"<https?://[^<>|\s]+\|[A-Z][a-z ]+>", "", text["text"], flags=re.I)
            assert re.fullmatch("[A-Za-z0-9 ,·*]*", words)


def check_header(subject: str) -> None:
    """It survives as one header of a mail, and brings no other with it."""
    assert 0 < len(subject) <= 150
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject
    message.set_content("x")
    parsed = message_from_bytes(message.as_bytes(), policy=policy.SMTP)
    assert len(parsed.keys()) == len(message.keys())
    # Folding may lose or add spaces at the seams, nothing else.
    assert "".join(parsed["Subject"].split()) == "".join(subject.split())


def comes_back(said: Said) -> bool:
    return messages.alert_from_dict(json.loads(json.dumps(messages.alert_to_dict(said)))) == said


def texts(blocks: list[messages.slack.Block]) -> list[dict[str, Any]]:
    parts = ([b.get("text"), *b.get("elements", []), *b.get("fields", [])] for b in blocks)
    return [text for part in parts for text in part if text]


class Page(HTMLParser):
    """The tags, links and visible text of a page, as a browser would take them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data
