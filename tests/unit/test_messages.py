"""What an alert says, and that no title can make a message say something else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.domain import messages
from monitor.domain.messages.content import moment, shorten, web_link
from monitor.types import Alert, Delivery, NearestEvent

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
    review_url="http://127.0.0.1:8000/events/7",
)
NOISE = "\r\n \x85\u2028\u2029\x00\x1b[31m\u202e\u2066\u200b\ufeff\ud800 "

moments = st.datetimes(timezones=st.just(UTC))
any_text = st.text(st.characters(exclude_categories=()))
hostile_text = st.one_of(
    any_text,
    st.lists(
        st.sampled_from(["=?utf-8?q?", "=0D=0ABcc:x", "?=", "\r\n", "\u2028", "é", "a" * 80, " "])
    ).map("".join),
)


def alerts(text: st.SearchStrategy[str]) -> st.SearchStrategy[Alert]:
    nearest = st.builds(
        NearestEvent,
        title=text,
        similarity=st.floats(0, 1),
        last_seen=st.none() | moments,
    )
    return st.builds(
        Alert,
        kind=st.sampled_from(["new_event", "test"]),
        topic=text,
        event=st.integers(0),
        title=text,
        url=text,
        source=text,
        published=st.none() | moments,
        score=st.floats(-1, 1),
        terms=st.lists(text, max_size=12).map(tuple),
        excerpt=text,
        nearest_seed=text,
        nearest_event=st.none() | nearest,
        review_url=text,
    )


def delivery(alert: Alert) -> Delivery:
    return Delivery(1, "uid-1", "file", 0, datetime(2026, 11, 21, 8, tzinfo=UTC), alert)


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


def test_the_plain_text_says_what_happened_why_it_matched_and_why_it_is_new() -> None:
    assert messages.plain_text(ALERT) == (
        "New event in Volcanoes\n\n"
        "Ash closes airport\n"
        "Example News · 2026-11-21 07:14 UTC\n\n"
        "All flights were cancelled on Friday.\n\n"
        "Why it matched: shared words: ash, eruption · nearest seed: “Etna erupts” · score 0.42\n"
        "Why it is new: nearest earlier event: “Flights resume” · similarity 0.21 · "
        "last seen 2026-05-03 09:30 UTC\n\n"
        "Article: https://news.example/ash?a=1&b=2\n"
        "Review: http://127.0.0.1:8000/events/7\n"
    )


def test_what_is_not_known_leaves_no_gap() -> None:
    bare = replace(
        ALERT, source="", published=None, excerpt="", terms=(), nearest_seed="", review_url=""
    )
    assert messages.plain_text(replace(bare, nearest_event=None, title=" ")) == (
        "New event in Volcanoes\n\n"
        "(untitled)\n\n"
        "Why it matched: score 0.42\n"
        "Why it is new: the first event of this topic\n\n"
        "Article: https://news.example/ash?a=1&b=2\n"
    )


def test_an_earlier_event_without_a_date_is_told_without_one() -> None:
    undated = replace(ALERT, nearest_event=replace(EARLIER, last_seen=None))
    assert "“Flights resume” · similarity 0.21\n" in messages.plain_text(undated)


def test_the_page_tells_the_same_facts_as_the_text() -> None:
    page = Page(messages.html(ALERT))
    flat = "".join(page.text.split())
    for line in messages.plain_text(ALERT).splitlines():
        label, colon, rest = line.partition(": ")
        said = label if rest.startswith("http") else label + colon + rest
        assert "".join(said.split()) in flat
    assert page.links == [ALERT.url, ALERT.review_url]


def test_the_page_leaves_colours_to_the_readers_mode() -> None:
    page = messages.html(ALERT)
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "background" not in page
    assert ";color:" not in page


@pytest.mark.parametrize("render", [messages.subject, messages.plain_text, messages.html])
def test_a_test_message_says_so(render) -> None:  # type: ignore[no-untyped-def]
    assert "test message" in render(replace(ALERT, kind="test")).lower()
    assert "test message" not in render(ALERT).lower()


def test_a_test_message_in_slack_says_so_and_claims_no_event() -> None:
    said = json.dumps(messages.slack_blocks(replace(ALERT, kind="test")))
    assert "test message" in said
    assert "Test: Ash closes airport" in said
    assert "New event" not in said
    assert "Why it" not in said


def test_a_test_message_needs_no_topic() -> None:
    alert = replace(ALERT, kind="test", topic="")
    assert messages.subject(alert) == "Test message: Ash closes airport"
    assert "the channel works" in messages.plain_text(alert)


def test_markup_in_any_field_stays_text_in_the_page() -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=y>&amp;{0}%s'
    page = Page(
        messages.html(
            replace(
                ALERT,
                topic=evil,
                title=evil,
                source=evil,
                excerpt=evil,
                terms=(evil,),
                nearest_seed=evil,
                nearest_event=replace(EARLIER, title=evil),
                url="https://a.example/" + evil,
            )
        )
    )
    ours = {"html", "head", "meta", "title", "body", "div", "h1", "p", "strong", "a"}
    assert page.tags == ours
    assert page.text.count("<script>") == 9


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("HTTP://a.example/", "HTTP://a.example/"),
        ("https://ä.example/ü", "https://ä.example/ü"),
        (" https://a.example/\n", "https://a.example/"),
        ("https://a.example/a|b>c\"d'e f", "https://a.example/a%7Cb%3Ec%22d%27e%20f"),
        ("https://a.example\\@b.example", "https://a.example%5C@b.example"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("//a.example/b", ""),
        ("https:///b", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(url: str, link: str) -> None:
    assert web_link(url) == link


def test_a_refused_address_is_shown_nowhere() -> None:
    alert = replace(ALERT, url="javascript:alert(1)", review_url="data:,x")
    assert "javascript" not in messages.plain_text(alert) + messages.html(alert)
    assert "javascript" not in json.dumps(messages.slack_blocks(alert))
    assert messages.as_json(delivery(alert))["url"] == ""


@given(hostile_text, hostile_text)
@example(f"a{NOISE}b", NOISE)
@example("=?utf-8?q?x=0D=0ABcc:_victim@example.org?=", "=?utf-8?b?DQpCY2M6IHg=?=")
@example("=" * 200 + "?", "")
def test_every_subject_survives_as_one_header(title: str, topic: str) -> None:
    subject = messages.subject(replace(ALERT, title=title, topic=topic))
    assert 0 < len(subject) <= 150
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject
    message.set_content("x")
    parsed = message_from_bytes(message.as_bytes(), policy=policy.SMTP)
    assert len(parsed.keys()) == len(message.keys())
    # Folding may lose or add spaces at the seams, nothing else.
    assert "".join(parsed["Subject"].split()) == "".join(subject.split())


@given(alerts(any_text))
@example(replace(ALERT, title=NOISE, topic=NOISE, url=f"https://a.example/{NOISE}", terms=(NOISE,)))
def test_every_alert_can_be_said_and_encoded(alert: Alert) -> None:
    line = json.dumps(messages.as_json(delivery(alert)), ensure_ascii=False)
    blocks = json.dumps(messages.slack_blocks(alert), ensure_ascii=False)
    for said in (messages.plain_text(alert), messages.html(alert), line, blocks):
        said.encode()
        assert not set(said) & set(NOISE) - set(" \n[31m")
    assert len(line.splitlines()) == 1


@given(alerts(st.text()))
def test_a_stored_alert_comes_back_the_same(alert: Alert) -> None:
    stored = json.dumps(messages.alert_to_dict(alert))
    assert messages.alert_from_dict(json.loads(stored)) == alert


def test_a_record_of_something_else_is_refused() -> None:
    with pytest.raises(KeyError):
        messages.alert_from_dict({})


def texts(blocks: list[messages.slack.Block]) -> list[dict[str, Any]]:
    return [
        obj for block in blocks for obj in [*block.get("elements", []), block.get("text")] if obj
    ]


@given(alerts(any_text))
@example(replace(ALERT, title="&" * 400, excerpt="<" * 900, terms=("&" * 200,) * 8))
@example(replace(ALERT, title="word & " * 100, url="https://a.example/" + "&" * 2990))
def test_slack_blocks_keep_block_kits_limits(alert: Alert) -> None:
    blocks = messages.slack_blocks(alert)
    assert len(blocks) <= 50
    assert blocks[0]["type"] == "header"
    assert 1 <= len(blocks[0]["text"]["text"]) <= 150
    assert all(1 <= len(text["text"]) <= 3000 for text in texts(blocks))
    assert 1 <= len(messages.slack_text(alert)) <= 3000


def test_slack_formats_nothing_that_comes_from_an_article() -> None:
    evil = "<!channel> <https://evil.example|click> *bold* @here & :fire:"
    alert = replace(
        ALERT, topic=evil, title=evil, source=evil, excerpt=evil, terms=(evil,), nearest_seed=evil
    )
    formatted = [text for text in texts(messages.slack_blocks(alert)) if text["type"] == "mrkdwn"]
    assert [text["text"] for text in formatted] == [
        "<https://news.example/ash?a=1&amp;b=2|Article>",
        "<http://127.0.0.1:8000/events/7|Review>",
    ]
    plain = [text for text in texts(messages.slack_blocks(alert)) if text["type"] == "plain_text"]
    assert all(text["emoji"] is False for text in plain)
    said = "".join(text["text"] for text in plain) + messages.slack_text(alert)
    assert "<" not in said
    assert "&lt;!channel&gt;" in said
    assert "*bold*" in said


def test_a_cut_in_slack_never_splits_an_escape() -> None:
    title = messages.slack_blocks(replace(ALERT, title="<" * 100))[0]["text"]["text"]
    assert title == "&lt;" * 37 + "…"


def test_a_link_too_long_for_slack_is_left_out() -> None:
    alert = replace(ALERT, url="https://a.example/" + "b" * 3000)
    assert [text["text"] for text in texts(messages.slack_blocks(alert))][-1].endswith("|Review>")
    assert alert.url in messages.plain_text(alert)


def test_the_line_of_json() -> None:
    assert messages.as_json(delivery(ALERT)) == {
        "id": "uid-1",
        "kind": "new_event",
        "topic": "Volcanoes",
        "event": 7,
        "title": "Ash closes airport",
        "url": "https://news.example/ash?a=1&b=2",
        "source": "Example News",
        "published": "2026-11-21T07:14:51+00:00",
        "score": 0.4249,
        "terms": ["ash", "eruption"],
        "excerpt": "All flights were cancelled on Friday.",
        "nearest_seed": "Etna erupts",
        "nearest_event": {
            "id": 3,
            "title": "Flights resume",
            "similarity": 0.2149,
            "last_seen": "2026-05-03T09:30:00+00:00",
        },
        "review_url": "http://127.0.0.1:8000/events/7",
        "created_at": "2026-11-21T08:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 5, "short"),
        ("these words", 9, "these…"),
        ("these words fit", 12, "these words…"),
        ("a longerword", 8, "a longe…"),
        ("日本語の長い見出し", 5, "日本語の…"),
    ],
)
def test_shorten_cuts_between_words_if_it_can(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
    assert len(short) <= limit


def test_moments_are_told_in_utc_to_the_minute() -> None:
    assert moment(datetime(2026, 1, 2, 3, 4, 59, tzinfo=UTC)) == "2026-01-02 03:04 UTC"
    assert moment(datetime.min.replace(tzinfo=UTC)) == "0001-01-01 00:00 UTC"
    assert moment(None) == ""
