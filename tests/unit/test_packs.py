"""Packs: what is written can be read, and whatever is read is either a pack or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.packs import (
    MAX_BYTES,
    MAX_LABELS,
    Feed,
    Label,
    Pack,
    Seed,
    Settings,
    Told,
    elsewhere,
    file_name,
    read_pack,
    write_pack,
)
from monitor.errors import ParseError

NOW = datetime(2025, 7, 15, tzinfo=UTC)
ARTICLE = Told(
    "Dam bursts",
    "The dam burst.\n\nNobody was hurt.",
    url="https://news.example/dam",
    published=datetime(2025, 7, 1, 12, tzinfo=UTC),
    source="The Post",
    language="en",
)
PACK = Pack(
    name="dams",
    settings=Settings(must=("dam",), threshold=0.25, alert_since=datetime(2025, 1, 1, tzinfo=UTC)),
    seeds=(Seed("dam.txt", ARTICLE),),
    labels=(Label("irrelevant", ARTICLE),),
    feeds=(Feed("https://news.example/feed", "The Post", ("world",)),),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def changed(**values: Any) -> bytes:
    """The pack with another value under some keys; ``seeds__0__name``: within."""
    found = json.loads(write_pack(PACK))
    for path, value in values.items():
        *steps, last = [int(step) if step.isdecimal() else step for step in path.split("__")]
        inner = found
        for step in steps:
            inner = inner[step]
        inner[last] = value
    return json.dumps(found).encode()


def test_a_pack_comes_back_as_it_was() -> None:
    assert read_pack(write_pack(PACK), NOW) == PACK


@given(st.binary())
def test_any_bytes_are_a_pack_or_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        read_pack(data, NOW)


@given(
    st.sampled_from(
        [
            "format", "version", "name", "settings", "settings__must", "settings__threshold",
            "settings__alert_since", "seeds", "seeds__0", "seeds__0__article",
            "seeds__0__article__published", "seeds__0__article__url", "labels__0__verdict",
            "labels__0__article__text", "labels__0__article__language", "feeds", "feeds__0__url",
            "feeds__0__tags", "more",
        ]
    ),
    JSON,
)  # fmt: skip
def test_whatever_a_key_holds_the_file_is_refused_or_a_pack_that_comes_back(
    path: str, value: Any
) -> None:
    try:
        found = read_pack(changed(**{path: value}), NOW)
    except ParseError:
        return
    assert read_pack(write_pack(found), NOW) == found


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no topic pack"),
        (b"\xff\xfe", "no topic pack"),
        (b"[" * 100_000, "no topic pack"),
        (b'{"title": "x"}', "no topic pack: format"),
        (changed(format="other"), "no topic pack: format"),
        (changed(version=2), "of a later version"),
        (changed(version=0), "no topic pack: version"),
        (changed(name=""), "no name"),
        (changed(name="\x1b\u202e"), "no name"),
        (changed(seeds=[]), "no seed with a text"),
        (changed(seeds__0__article__text="\x00"), "no seed with a text"),
        (changed(labels__0__verdict="maybe"), "damaged: labels.0.verdict"),
        (changed(settings__threshold=2), "damaged: settings.threshold"),
        (changed(settings__threshold=float("nan")), "no topic pack|damaged: settings.threshold"),
        (changed(settings__match_budget=0), "damaged: settings.match_budget"),
        (write_pack(replace(PACK, labels=PACK.labels * (MAX_LABELS + 1))), "damaged: labels: "),
        (write_pack(PACK)[:-20], "no topic pack"),
        (b" " * (MAX_BYTES + 1), "larger than 50 MB"),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ParseError, match=why):
        read_pack(data, NOW)


def test_hostile_text_is_cleaned() -> None:
    evil = "\x1b]0;x\x07\u202eDam\x00 <script>\n"
    found = read_pack(changed(seeds__0__article__title=evil, feeds__0__name=evil, name=evil), NOW)
    assert found.name == found.feeds[0].name == found.seeds[0].article.title == "]0;xDam <script>"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "x", "//a/b"])
def test_other_addresses_than_those_of_the_web_are_dropped(url: str) -> None:
    found = read_pack(changed(feeds__0__url=url, seeds__0__article__url=url), NOW)
    assert (found.feeds, found.seeds[0].article.url) == ((), "")


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("0000-01-01T00:00:00Z", None),
        ("1700-01-01", None),
        ("yesterday", None),
        (1751371200, None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2030-01-01T00:00:00Z", NOW),
        ("2025-07-01T14:00:00+02:00", datetime(2025, 7, 1, 12, tzinfo=UTC)),
    ],
)
def test_no_date_rather_than_an_absurd_one(date: object, read: datetime | None) -> None:
    found = read_pack(changed(seeds__0__article__published=date), NOW)
    assert found.seeds[0].article.published == read


@pytest.mark.parametrize(
    ("url", "shared"),
    [
        ("https://news.example/a", True),
        ("http://10.0.0.1/feed", True),
        ("http://127.0.0.1:8080/feed", False),
        ("http://[::1]/feed", False),
        ("http://localhost/feed", False),
        ("http://a.localhost/feed", False),
        ("/home/me/a.html", False),
        ("", False),
    ],
)
def test_addresses_of_this_machine_stay_here(url: str, shared: bool) -> None:
    assert elsewhere(url) == (url if shared else "")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/home/me/seeds/dam.txt", "dam.txt"),
        ("C:\\Users\\me\\dam.html", "dam.html"),
        ("dam.txt", "dam.txt"),
        ("https://news.example/dam", "https://news.example/dam"),
        ("http://localhost/dam", "page"),
        ("/", "seed"),
    ],
)
def test_a_seed_is_called_by_its_file_without_the_folders(source: str, name: str) -> None:
    assert file_name(source) == name
