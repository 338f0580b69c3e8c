"""One spelling and one identity for each address."""

from __future__ import annotations

import pytest
from courlan import normalize_url
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.urls import absolute, canonical, host_of, join, target
from monitor.errors import ParseError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://News.Example:80/A/b#part", "http://news.example/A/b"),
        ("https://news.example.:443", "https://news.example/"),
        ("http://127.0.0.1:8080/feed.xml", "http://127.0.0.1:8080/feed.xml"),
        ("http://[::1]:90/x", "http://[::1]:90/x"),
        ("http://localhost:8080/a//b/../c", "http://localhost:8080/a/c"),
        ("http://e.org/a?utm_source=x&utm_medium=rss&fbclid=9", "http://e.org/a"),
        ("http://e.org/a?page=2&id=7", "http://e.org/a?id=7&page=2"),
        ("http://e.org/a?id=2&id=1", "http://e.org/a?id=2&id=1"),
        ("http://e.org/story.php?20451", "http://e.org/story.php?20451"),
        ("http://e.org/a?q=", "http://e.org/a?q="),
        ("http://münchen.example/straße", "http://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("  http://e.org/a b ", "http://e.org/a%20b"),
    ],
)
def test_canonical(url: str, expected: str) -> None:
    assert canonical(url) == expected
    assert canonical(expected) == expected


def test_different_pages_keep_different_identities() -> None:
    pages = ["http://e.org/?1", "http://e.org/?2", "http://e.org/a", "http://e.org/A"]
    pages += ["https://e.org/a", "http://e.org:81/a", "http://www.e.org/a", "http://e.org/a?id=1"]
    assert len({canonical(page) for page in pages}) == len(pages)


REFUSED = ["", "news", "//e.org/x", "ftp://e.org/", "file:///etc/passwd", "javascript:alert(1)"]
REFUSED += ["data:,x", "feed://e.org/", "http://user@e.org/", "http://u:p@e.org/", "http://"]
REFUSED += [
    "http://a b/",
    "http://e.org/\ud800",
    "http://e.org:99999/",
    "http://e.org/" + "x" * 5000,
]


@pytest.mark.parametrize("url", REFUSED)
def test_other_addresses_are_refused(url: str) -> None:
    for function in (canonical, absolute, host_of):
        with pytest.raises(ParseError):
            function(url)


DISGUISES = ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "１２７。0。0。1"]


@pytest.mark.parametrize("host", DISGUISES)
def test_disguised_loopback_is_spelled_out(host: str) -> None:
    assert host_of(f"http://{host}/") == "127.0.0.1"


def test_host_is_without_port_and_brackets() -> None:
    assert host_of("https://News.Example:8443/x") == "news.example"
    assert host_of("http://[::1]:90/") == "::1"
    assert host_of("http://e.org./") == "e.org"


def test_join() -> None:
    assert join("http://e.org/a/b?q", "../c#d") == "http://e.org/c#d"
    assert join("http://e.org/a", "https://other.example/x") == "https://other.example/x"
    assert join("http://e.org/a", "//other.example/x") == "http://other.example/x"
    for link in ("mailto:a@e.org", "file:///etc/passwd", "http://u:p@e.org/", "http://[/"):
        with pytest.raises(ParseError):
            join("http://e.org/a", link)


PIECES = st.sampled_from([*"ab/?&=#%.:@[]2~ äß+;,'", "utm_a", "ref", "//", "%2F", "%zz", ".."])


@given(st.one_of(st.lists(PIECES, max_size=20).map("".join), st.text(max_size=30)))
def test_canonical_is_idempotent(rest: str) -> None:
    try:
        once = canonical("http://e.org/" + rest)
    except ParseError:
        return
    assert canonical(once) == once


@given(st.text(max_size=40))
def test_nothing_but_parse_errors(text: str) -> None:
    for function in (canonical, absolute, host_of):
        try:
            function(text)
        except ParseError:
            continue


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://www.google.com/url?rct=j&url=https://e.org/a%3Fb%3D1&ct=ga",
            "https://e.org/a?b=1",
        ),
        ("https://www.google.co.uk/url?q=https://e.org/a", "https://e.org/a"),
        (
            "http://www.bing.com/news/apiclick.aspx?url=https%3a%2f%2fe.org%2fa&c=1",
            "https://e.org/a",
        ),
        ("https://www.google.com/url?url=javascript:alert(1)", None),
        ("https://www.google.com/url?rct=j", None),
        ("https://www.google.com/search?q=https://e.org/a", None),
        ("https://e.org/url?url=https://f.org/", None),
    ],
)
def test_target(url: str, expected: str | None) -> None:
    assert target(url) == (expected or url)


PATHS = st.text("ab/._-~%!=:,;@+é 2F", max_size=12)


@given(PATHS)
def test_paths_are_those_that_courlan_would_give(path: str) -> None:
    url = absolute(f"http://e.org/{path}")
    assert canonical(url) == absolute(normalize_url(url))
