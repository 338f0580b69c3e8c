"""Answers that are no documents, what is sent back of them, and connections that stay open."""

from __future__ import annotations

import asyncio

import pytest

from monitor.errors import FetchError
from tests.hostile.servers import (
    Line,
    Talk,
    answer,
    fetched,
    floods,
    outcome,
    refused,
    says,
    talking,
    weighed,
)
from tests.integration.servers import fetching, run

OK = b"HTTP/1.1 200 OK\r\n"

# ------------------------------------------------------------------ statuses


@pytest.mark.parametrize(
    ("status", "permanent", "words"),
    [
        ("201 Created", False, "no document"),
        ("204 No Content", False, "no document"),
        ("205 Reset Content", False, "no document"),
        ("206 Partial Content", False, "no document"),
        ("226 IM Used", False, "no document"),
        ("300 Multiple Choices", False, "no document"),
        ("305 Use Proxy", False, "no document"),
        ("306 Switch Proxy", False, "no document"),
        ("399 Unknown", False, "no document"),
        ("402 Payment Required", True, "no document"),
        ("405 Method Not Allowed", True, "no document"),
        ("418 Teapot", True, "no document"),
        ("421 Misdirected", True, "no document"),
        ("451 Censored", True, "not allowed to show"),
        ("502 Bad Gateway", False, "fault of its own"),
        ("504 Gateway Timeout", False, "fault of its own"),
        ("522 Cloudflare", False, "fault of its own"),
        ("599 Unknown", False, "fault of its own"),
        ("999 Request Denied", False, "fault of its own"),
    ],
)
def test_statuses_that_are_no_document(status: str, permanent: bool, words: str) -> None:
    body = b"" if status.startswith("204") else b"x"
    away = ["Location: http://public.example/"]
    error = refused(says(answer(body, status, away)))
    assert (error.status, error.permanent) == (int(status[:3]), permanent)
    assert words in str(error)
    assert str(error).endswith(f"(HTTP {status[:3]})")


def test_a_304_that_was_not_asked_for_is_no_document() -> None:
    error = refused(says(answer(b"", "304 Not Modified", ["Location: /elsewhere"])))
    assert (error.status, error.permanent) == (304, False)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("86400", 86_400.0),
        ("86401", 86_400.0),
        ("9" * 5000, 86_400.0),
        ("Wed, 01 May 2024 12:05:00 GMT", 300.0),
        ("Wed, 01 May 2024 12:05:00 +0000", 300.0),
        ("Wednesday, 01-May-24 12:05:00 GMT", 300.0),
        ("Wed May  1 12:05:00 2024", 300.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86_400.0),
        ("Wed, 32 May 2024 12:05:00 GMT", None),
        ("-7", None),
        ("7.5", None),
        ("1e3", None),
        ("0x10", None),
        ("\xb2", None),
        ("seven", None),
        ("", None),
        ("7, 8", None),
        (", " * 999, None),
    ],
)
@pytest.mark.parametrize("status", ["429 Slow Down", "503 Busy"])
def test_retry_after(status: str, value: str, seconds: float | None) -> None:
    error = refused(says(answer(b"x", status, [f"Retry-After: {value}"])))
    assert (error.retry_after, error.permanent) == (seconds, False)


# ------------------------------------------------------------------ what is sent back


ETAGS = ['"a"', 'W/"a"', "a", '""', "''", 'W/"', '"a, "b"', '"a" ; "b"', "\\\\", '"\xe9\xff"']
ETAGS += ['"\x80\xa0x"', "é".encode().decode("latin-1"), "*", "-", '"' + "x" * 1000 + '"']


@pytest.mark.parametrize("etag", ETAGS, ids=lambda text: ascii(text[:20]))
def test_etags_are_returned_byte_for_byte(etag: str) -> None:
    heads: list[str] = []

    async def talk(line: Line) -> None:
        heads.append(await line.head())
        await line.send(answer(b"x", headers=[f"ETag: {etag}", f"Last-Modified: {etag}"]))

    async def story() -> None:
        async with talking(talk) as peer, fetching() as fetcher:
            known = await fetcher.fetch(peer.url())
            assert (known.etag, known.last_modified) == (etag, etag)
            await fetcher.fetch(peer.url(), etag=etag, last_modified=etag)

    run(story)
    assert f"\r\nif-none-match: {etag}\r\n" in heads[1].replace("If-None-Match", "if-none-match")


@pytest.mark.parametrize("etag", ["a\tb", '"' + "x" * 9000 + '"', "", "  "], ids=range(4))
def test_etags_that_are_none_are_not_kept(etag: str) -> None:
    document = fetched(says(answer(b"x", headers=[f"ETag: {etag}"])))
    assert document.etag is None


@pytest.mark.parametrize("etag", ['"a"\r\nX-Evil: 1', '"a"\nX-Evil: 1', '"a\0"', '"\u2028"'])
def test_an_etag_that_no_header_can_hold_opens_no_second_one(etag: str) -> None:
    heads: list[str] = []

    async def talk(line: Line) -> None:
        heads.append(await line.head())
        await line.send(answer(b"x"))

    async def story() -> None:
        async with talking(talk) as peer, fetching() as fetcher:
            await outcome(fetcher, peer.url(), etag=etag)

    run(story)
    assert not any("\nx-evil" in head.lower() for head in heads)


def test_cookies_are_never_sent_back_and_proxies_of_the_environment_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    heads: list[str] = []

    async def talk(line: Line) -> None:
        heads.append(await line.head())
        cookies = ["Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; Domain=127.0.0.1; Max-Age=999"]
        is_last = heads[-1].startswith("GET /last ")
        status, to = ("200 OK", []) if is_last else ("302 Found", ["Location: /last"])
        await line.send(answer(b"x", status, cookies + to))

    async def story() -> None:
        async with talking(talk) as peer, fetching() as fetcher:
            for _ in range(2):
                await fetcher.fetch(peer.url())

    run(story)
    assert len(heads) == 4
    assert not any("cookie" in head.lower() for head in heads)


# ------------------------------------------------------------------ connections that stay open


def good_at_each(talk: Talk, gap: float = 0.0) -> None:
    """Asked at once, so that a connection is kept from one request of the host to the next."""
    paths = ("/a", "/b", "/c")

    async def story() -> None:
        async with talking(talk) as peer, fetching(min_gap=lambda host: gap) as fetcher:
            documents = await asyncio.gather(*(fetcher.fetch(peer.url(path)) for path in paths))
            assert [document.body for document in documents] == [b"good"] * len(paths)

    run(story)


def test_what_follows_a_body_is_no_answer_to_the_next_request() -> None:
    async def talk(line: Line) -> None:
        await line.head()
        await line.send(answer(b"good", close=False) + answer(b"poison", close=False))
        await line.head()
        await line.send(answer(b"good"))

    good_at_each(talk)


def test_what_comes_between_two_requests_is_no_answer_to_the_second() -> None:
    async def talk(line: Line) -> None:
        await line.head()
        await line.send(answer(b"good", close=False))
        await asyncio.sleep(0.01)
        await line.send(answer(b"late", "408 Request Timeout"))

    good_at_each(talk, gap=0.05)


@pytest.mark.parametrize("ending", ["noise", "closed", "reset"])
def test_a_connection_that_went_bad_is_not_used_again(ending: str) -> None:
    async def talk(line: Line) -> None:
        await line.head()
        await line.send(answer(b"good", close=False))
        if ending == "noise":
            await line.send(b"\0" * 9)
            await line.hold()
        elif ending == "reset":
            line.reset()

    good_at_each(talk)


@pytest.mark.parametrize("last", [b"", b"HTTP/1.1 200 OK\r\nContent-"], ids=["silent", "midway"])
def test_a_connection_that_dies_as_it_is_used_again_is_made_anew(last: bytes) -> None:
    async def talk(line: Line) -> None:
        await line.head()
        await line.send(answer(b"good", close=False))
        await line.head()
        await line.send(last)

    good_at_each(talk)


def test_the_longest_body_is_taken_and_one_byte_more_is_not() -> None:
    most = 10 * 2**20

    def sends(size: int) -> Talk:
        head = OK + f"Content-Length: {size}\r\n\r\n".encode()
        return says(head, *(b"x" * 65536 for _ in range(size // 65536)), b"x" * (size % 65536))

    assert len(fetched(sends(most), timeout=5.0).body) == most
    endless = floods(OK + b"\r\n", b"x" * 65536)
    for talk in (sends(most + 1), endless):
        error = weighed(talk, timeout=5.0)
        assert isinstance(error, FetchError)
        assert str(error) == "the body is larger than 10 MiB"
        assert error.permanent
