"""Redirects: followed by hand, few, to http(s) only, and never read past their headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.domain.addresses import Allowed
from monitor.errors import FetchError
from monitor.types import Document
from tests.hostile.servers import PUBLIC as INTERNET
from tests.hostile.servers import (
    Line,
    Network,
    Peer,
    Talk,
    answer,
    fetched,
    floods,
    outcome,
    refused,
    says,
    talking,
)
from tests.integration.servers import fetching, run


def leads(location: str, status: str = "302 Found") -> Talk:
    return says(answer(b"", status, [f"Location: {location}"]))


def chain(steps: dict[str, tuple[str, str]]) -> Talk:
    """Redirects by path, each ``(status, location)``; any other path is the document ``ok``."""

    async def talk(line: Line) -> None:
        path = (await line.head()).split(" ")[1]
        if path not in steps:
            return await line.send(answer(b"ok"))
        status, location = steps[path]
        return await line.send(answer(b"x", f"{status} Moved", [f"Location: {location}"]))

    return talk


def visit(talk: Talk, path: str = "/0") -> tuple[Document | FetchError, Peer]:
    results: list[tuple[Document | FetchError, Peer]] = []

    async def story() -> None:
        async with talking(talk) as peer, fetching() as fetcher:
            results.append((await outcome(fetcher, peer.url(path)), peer))

    run(story)
    return results[0]


# ------------------------------------------------------------------ how many


def test_five_redirects_are_followed_and_six_are_not() -> None:
    document, peer = visit(chain({f"/{n}": ("302", f"/{n + 1}") for n in range(5)}))
    assert isinstance(document, Document)
    assert document.url == peer.url("/5")
    error, peer = visit(chain({f"/{n}": ("302", f"/{n + 1}") for n in range(6)}))
    assert isinstance(error, FetchError)
    assert str(error) == f"{peer.url('/0')} redirects more than 5 times"
    assert not error.permanent


@pytest.mark.parametrize(
    "steps",
    [
        {"/0": ("301", "/0")},
        {"/0": ("301", "#again")},
        {"/0": ("302", "/1"), "/1": ("302", "/0")},
        {"/0": ("308", "?"), "/0?": ("308", "/0")},
    ],
    ids=["itself", "a fragment", "two in turn", "an empty query"],
)
def test_loops_end(steps: dict[str, tuple[str, str]]) -> None:
    error, peer = visit(chain(steps))
    assert "redirects more than 5 times" in str(error)
    assert peer.connections <= 6


def test_addresses_that_grow_without_end_end() -> None:
    async def talk(line: Line) -> None:
        path = (await line.head()).split(" ")[1]
        await line.send(answer(b"", "302 Found", [f"Location: {path}{'x' * 900}"]))

    error, _ = visit(talk)
    assert isinstance(error, FetchError)


# ------------------------------------------------------------------ where to

ELSEWHERE = [
    "file:///etc/passwd",
    "ftp://public.example/",
    "javascript:alert(1)",
    "data:text/xml,<rss/>",
    "feed:https://public.example/",
    "gopher://127.0.0.1:25/",
    "ws://public.example/",
    "unix:///run/docker.sock",
    "about:blank",
    "http://user:password@public.example/",
    "http://user@public.example/",
    "http://xn--\xff/",
    "http://a..b%00/",
    "http://[::1",
    "http://[v1.x]/",
    "http://1.2.3.4.5/",
    "http://public.example:99999/",
    "http://public.example:port/",
    "http://",
    "http:///",
    "//",
    "http://" + "a" * 5000 + "/",
    "/" + "x" * 5000,
]


@pytest.mark.parametrize("location", ELSEWHERE, ids=lambda text: ascii(text[:30]))
def test_addresses_that_are_not_followed(location: str) -> None:
    error = refused(leads(location))
    assert str(error).startswith("127.0.0.1 redirects to an address that is not followed: ")
    assert len(str(error)) < 400
    assert error.permanent


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/b/c", "/b/c"),
        ("c", "/a/c"),
        ("./c", "/a/c"),
        ("../c", "/c"),
        ("../../../c", "/c"),
        ("?c", "/a/0?c"),
        ("c#part", "/a/c"),
        ("  c  ", "/a/c"),
        ("//127.0.0.1:{port}/c", "/c"),
        ("http://127.0.0.1:{port}/c", "/c"),
        ("HTTP://127.1:{port}/c", "/c"),
        ("/\u00e9".encode().decode("latin-1"), "/%C3%A9"),
        ("/a b", "/a%20b"),
        ("\\c", "/c"),
    ],
)
def test_relative_addresses(location: str, expected: str) -> None:
    async def talk(line: Line) -> None:
        if not (await line.head()).startswith("GET /a/0 "):
            return await line.send(answer(b"ok"))
        there = location.replace("{port}", str(peers[0].port))
        return await line.send(answer(b"", "302 Found", [f"Location: {there}"]))

    peers: list[Peer] = []

    async def story() -> None:
        async with talking(talk) as peer, fetching() as fetcher:
            peers.append(peer)
            document = await fetcher.fetch(peer.url("/a/0"))
            assert document.body == b"ok"
            assert document.url.partition("#")[0] == peer.url(expected)

    run(story)


@pytest.mark.parametrize("headers", [[], ["Location:"], ["Location:   "]])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_to_nowhere(status: int, headers: list[str]) -> None:
    error = refused(says(answer(b"x", f"{status} Moved", headers)))
    assert str(error) == f"127.0.0.1 redirects to nowhere (HTTP {status})"
    assert not error.permanent


def test_two_locations_are_one() -> None:
    async def talk(line: Line) -> None:
        is_first = (await line.head()).startswith("GET / ")
        both = ["Location: /a", "Location: file:///etc/passwd"]
        await line.send(answer(b"", "302 Found", both) if is_first else answer(b"ok"))

    assert fetched(talk).body == b"ok"


def test_a_location_on_a_document_is_nothing() -> None:
    assert fetched(says(answer(b"ok", headers=["Location: http://xn--\xff/"]))).body == b"ok"


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_way_down_to_another_port_is_checked_like_any_other(scheme: str) -> None:
    error = refused(leads(f"{scheme}://127.0.0.2/"))
    assert "127.0.0.2 is a private address" in str(error)
    assert error.permanent


# ------------------------------------------------------------------ what is behind


@pytest.mark.parametrize(
    ("header", "again", "pause"),
    [("X: x", b"x" * 65536, 0.0), ("Content-Length: 9", b"", 0.05), ("X: x", b"x", 0.05)],
    ids=["endless", "never comes", "dripped"],
)
def test_the_body_of_a_redirect_is_not_waited_for(header: str, again: bytes, pause: float) -> None:
    start = f"HTTP/1.1 302 Found\r\nLocation: /1\r\n{header}\r\n\r\n".encode()

    async def talk(line: Line) -> None:
        if (await line.head()).startswith("GET /1 "):
            await line.send(answer(b"ok"))
        else:
            await floods(start, again, pause, unasked=True)(line)

    assert fetched(talk).body == b"ok"


# ------------------------------------------------------------------ moved for good


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((), None),
        ((301,), "/1"),
        ((308,), "/1"),
        ((302,), None),
        ((303,), None),
        ((307,), None),
        ((301, 308), "/2"),
        ((301, 302), "/1"),
        ((302, 301), None),
        ((308, 307, 301), "/1"),
    ],
)
def test_where_permanent_redirects_led(statuses: tuple[int, ...], moved: str | None) -> None:
    steps = {f"/{n}": (str(status), f"/{n + 1}") for n, status in enumerate(statuses)}
    document, peer = visit(chain(steps))
    assert isinstance(document, Document)
    assert document.url == peer.url(f"/{len(statuses)}")
    assert document.moved_to == (peer.url(moved) if moved else None)


def test_a_304_behind_a_redirect_tells_both() -> None:
    async def talk(line: Line) -> None:
        head = await line.head()
        to = ["Location: /1"]
        is_first = head.startswith("GET /0 ")
        assert 'if-none-match: "a"\r\n' in head.lower()
        await line.send(answer(b"", *(("301 Moved", to) if is_first else ("304 Not Modified", ()))))

    async def story() -> None:
        async with talking(talk) as peer, fetching() as fetcher:
            document = await fetcher.fetch(peer.url("/0"), etag='"a"')
            assert (document.status, document.moved_to) == (304, peer.url("/1"))

    run(story)


# ------------------------------------------------------------------ from host to host


@pytest.fixture
def two_hosts(monkeypatch: pytest.MonkeyPatch) -> Callable[[Talk], Document | FetchError]:
    """Fetches from one.example; one.example and two.example are public and the same server."""

    def visited(talk: Talk) -> Document | FetchError:
        results = []

        async def story() -> None:
            async with talking(talk) as peer, fetching(allowed=Allowed()) as fetcher:
                network = Network({"one.example": [[INTERNET]], "two.example": [[INTERNET]]})
                network.install(monkeypatch)
                network.routes = {INTERNET: peer.port}
                results.append(await outcome(fetcher, "http://one.example/"))

        run(story)
        return results[0]

    return visited


def test_a_cookie_does_not_follow_to_another_host(
    two_hosts: Callable[[Talk], Document | FetchError],
) -> None:
    heads: list[str] = []

    async def talk(line: Line) -> None:
        heads.append((await line.head()).lower())
        is_one = "host: one.example\r\n" in heads[-1]
        to = ["Set-Cookie: a=1; Domain=example", "Location: http://two.example/"]
        await line.send(answer(b"", "302 Found", to) if is_one else answer(b"ok"))

    assert isinstance(two_hosts(talk), Document)
    assert "host: two.example\r\n" in heads[1]
    assert not any("cookie:" in head or "referer:" in head for head in heads)
