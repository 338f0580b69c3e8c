"""Fetching: documents, redirects, failures in words, politeness."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import monitor
from monitor import app
from monitor.config import load
from monitor.domain.addresses import Allowed
from monitor.errors import FetchError
from tests.integration.servers import (
    NOW,
    Answer,
    fails,
    fetch_error,
    fetching,
    redirect,
    reply,
    run,
    serving,
)

# ------------------------------------------------------------------ documents


def test_a_document_with_its_headers() -> None:
    async def story() -> None:
        answer = reply(
            b"<rss/>",
            Content_Type="Application/XML; Charset=UTF-8",
            ETag='"a"',
            Last_Modified="then",
        )
        async with serving(answer) as server, fetching() as fetcher:
            document = await fetcher.fetch(server.url("/feed?x=1"))
            assert document.url == server.url("/feed?x=1")
            assert (document.status, document.body) == (200, b"<rss/>")
            assert document.content_type == "application/xml; charset=utf-8"
            assert (document.etag, document.last_modified) == ('"a"', "then")
            assert document.fetched_at == NOW
            (head,) = server.heads
            assert head.startswith("GET /feed?x=1 HTTP/1.1\r\n")
            assert "user-agent: monitor-test\r\n" in head.lower()
            assert "accept-encoding: gzip, deflate\r\n" in head.lower()

    run(story)


@pytest.mark.parametrize("etag", ['W/"weak"', '"quoted \xe9"', "bare", '""'])
def test_a_304_round_trip_returns_the_etag_byte_for_byte(etag: str) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        known = f"if-none-match: {etag}\r\n" in head.replace("If-None-Match", "if-none-match")
        dated = "if-modified-since: then\r\n" in head.lower()
        status = "304 Not Modified" if known and dated else "200 OK"
        await reply(b"" if known else b"body", status, ETag=etag, Last_Modified="then")(
            head, writer
        )

    async def story() -> None:
        async with serving(answer) as server, fetching() as fetcher:
            first = await fetcher.fetch(server.url())
            assert first.etag == etag
            again = await fetcher.fetch(
                server.url(), etag=first.etag, last_modified=first.last_modified
            )
            assert (again.status, again.body, again.etag) == (304, b"", etag)

    run(story)


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("gzip", gzip.compress(b"hello " * 99, mtime=0)),
        ("x-gzip", gzip.compress(b"hello " * 50, mtime=0) + gzip.compress(b"hello " * 49, mtime=0)),
        ("gzip", gzip.compress(b"hello " * 99, mtime=0) + b"\x00\x00"),
        ("deflate", zlib.compress(b"hello " * 99)),
        ("deflate", zlib.compress(b"hello " * 99)[2:-4]),
        ("identity", b"hello " * 99),
        ("gzip", b"hello " * 99),  # not what it claims to be
    ],
)
def test_encodings(encoding: str, wire: bytes) -> None:
    async def story() -> None:
        answer = reply(wire, Content_Encoding=encoding)
        async with serving(answer) as server, fetching() as fetcher:
            assert (await fetcher.fetch(server.url())).body == b"hello " * 99

    run(story)


def test_cookies_are_not_kept() -> None:
    async def story() -> None:
        async with serving(reply(b"x", Set_Cookie="id=1; Path=/")) as server:
            async with fetching() as fetcher:
                await fetcher.fetch(server.url())
                await fetcher.fetch(server.url())
            assert not any("cookie:" in head.lower() for head in server.heads)

    run(story)


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with serving(reply(b"proxied")) as proxy, serving(reply(b"direct")) as server:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url())
            async with fetching() as fetcher:
                assert (await fetcher.fetch(server.url())).body == b"direct"
            assert proxy.connections == 0

    run(story)


def test_link_headers_are_joined_and_bounded() -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        more = f"link: <{'x' * 20_000}>\r\n" if head.startswith("GET /long") else ""
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
            b'Link: <https://hub.example/>; rel="hub"\r\nLINK: </feed>; rel=self\r\n'
            + more.encode()
            + b"\r\n"
        )

    async def story() -> None:
        async with serving(answer) as server, fetching() as fetcher:
            links = (await fetcher.fetch(server.url())).links
            assert links == '<https://hub.example/>; rel="hub", </feed>; rel=self'
            long = (await fetcher.fetch(server.url("/long"))).links
            assert len(long) == 8192
            assert long.startswith(links)

    run(story)


def test_validators_that_nobody_would_take_back_are_not_kept() -> None:
    async def story() -> None:
        answer = reply(b"x", ETag="e" * 5000, Last_Modified="\xe9" * 20)
        async with serving(answer) as server, fetching() as fetcher:
            document = await fetcher.fetch(server.url())
            assert (document.etag, document.last_modified) == (None, "\xe9" * 20)

    run(story)


# ------------------------------------------------------------------ redirects


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_redirects_are_followed_and_the_last_address_told(status: str) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        is_last = head.startswith("GET /new?x ")
        await (reply(b"ok") if is_last else redirect("new?x#part", status))(head, writer)

    async def story() -> None:
        async with serving(answer) as server, fetching() as fetcher:
            document = await fetcher.fetch(server.url("/old"))
            assert document.body == b"ok"
            assert document.url.startswith(server.url("/new?x"))

    run(story)


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ([], None),
        ([301], "/1"),
        ([308, 301], "/2"),
        ([302], None),
        ([302, 301], None),
        ([301, 307, 301], "/1"),
        ([301, 303, 308], "/1"),
        ([308, 308, 308, 308, 308], "/5"),
    ],
)
def test_where_it_moved_for_good(statuses: list[int], moved_to: str | None) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        at = int(head.split(" ", 2)[1].strip("/") or 0)
        if at < len(statuses):
            await redirect(f"/{at + 1}", f"{statuses[at]} Moved")(head, writer)
        else:
            await reply(b"ok")(head, writer)

    async def story() -> None:
        async with serving(answer) as server, fetching() as fetcher:
            document = await fetcher.fetch(server.url("/0"))
            assert document.url == server.url(f"/{len(statuses)}")
            assert document.moved_to == (server.url(moved_to) if moved_to else None)

    run(story)


def test_a_feed_that_moved_and_has_not_changed() -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        if head.startswith("GET /old "):
            await redirect("/new#here", "301 Moved")(head, writer)
        else:
            await reply(status="304 Not Modified")(head, writer)

    async def story() -> None:
        async with serving(answer) as server, fetching() as fetcher:
            document = await fetcher.fetch(server.url("/old"), etag='"a"')
            assert (document.status, document.moved_to) == (304, server.url("/new"))
            assert 'if-none-match: "a"' in server.heads[1].lower()

    run(story)


def test_a_redirect_loop_ends() -> None:
    assert "redirects more than 5 times" in str(fails(redirect("/")))


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://e.org/", "javascript:1", "http://u:p@e.org/", "http://xn--\xff/"],
)
def test_redirects_elsewhere_are_refused(location: str) -> None:
    error = fails(redirect(location))
    assert "redirects to an address that is not followed" in str(error)
    assert error.permanent


def test_a_redirect_to_nowhere() -> None:
    assert "redirects to nowhere" in str(fails(reply(status="302 Found")))


# ------------------------------------------------------------------ failures in words


@pytest.mark.parametrize(
    ("status", "permanent", "words"),
    [
        (400, True, "no document"),
        (401, True, "password"),
        (403, True, "refuses access"),
        (404, True, "nothing at this address"),
        (408, False, "no document"),
        (410, True, "gone"),
        (425, False, "no document"),
        (429, False, "fewer requests"),
        (500, False, "fault of its own"),
        (503, False, "fault of its own"),
        (204, False, "no document"),
        (206, False, "no document"),
    ],
)
def test_status_codes(status: int, permanent: bool, words: str) -> None:
    error = fails(reply(b"" if status == 204 else b"x", f"{status} Some"))
    assert (error.status, error.permanent) == (status, permanent)
    assert words in str(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999999999999999", 86_400.0),
        ("Wed, 01 May 2024 12:05:00 GMT", 300.0),
        ("Wed, 01 May 2024 11:00:00 GMT", 0.0),
        ("Wed, 01 May 2034 12:00:00 GMT", 86_400.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", ["503 Busy", "429 Slower"])
def test_retry_after(status: str, value: str, seconds: float | None) -> None:
    assert fails(reply(status=status, Retry_After=value)).retry_after == seconds


async def hang_up(head: str, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def cut_short(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


async def babble(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")


async def flood_headers(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200_000)


@pytest.mark.parametrize("answer", [hang_up, cut_short, babble, flood_headers])
def test_broken_connections_may_be_tried_again(answer: Answer) -> None:
    error = fails(answer)
    assert "127.0.0.1" in str(error)
    assert not error.permanent


UNUSABLE = ["", "news", "file:///etc/passwd", "http://u:p@e.org/", "http://xn--\xff/"]
UNUSABLE += ["http://[::1", "http://e.org:0x50/", "http://" + "a" * 70_000, "http://e.org/\ud800"]


@pytest.mark.parametrize("url", UNUSABLE)
def test_unusable_addresses(url: str) -> None:
    assert fetch_error(url).permanent


def test_a_label_too_long_for_dns() -> None:
    assert "was not found" in str(fetch_error("http://" + "a" * 80 + ".example/"))


def test_an_unknown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(*args: Any, **kwargs: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    error = fetch_error("http://news.example/")
    assert "news.example was not found" in str(error)
    assert not error.permanent


def test_a_closed_port() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = fetch_error(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert "refuses connections" in str(error)


# ------------------------------------------------------------------ forms


def test_a_form_is_submitted() -> None:
    async def story() -> None:
        got: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.append(await reader.readuntil(b"\r\n\r\n"))
            got.append(await reader.readexactly(len(b"hub.mode=subscribe&x=%C3%A9+%26")))
            await reply(b"fine", "202 Accepted")("", writer)
            writer.close()

        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, fetching() as fetcher:
            await fetcher.post(
                f"http://127.0.0.1:{port}/hub", {"hub.mode": "subscribe", "x": "é &"}
            )
        assert got[0].startswith(b"POST /hub HTTP/1.1\r\n")
        assert b"content-type: application/x-www-form-urlencoded\r\n" in got[0].lower()
        assert got[1] == b"hub.mode=subscribe&x=%C3%A9+%26"

    run(story)


def post_error(answer: Answer, **options: Any) -> FetchError:
    caught: list[FetchError] = []

    async def story() -> None:
        async with serving(answer) as server, fetching(**options) as fetcher:
            with pytest.raises(FetchError) as error:
                await fetcher.post(server.url(), {"a": "b"})
            assert len(server.heads) == 1
            caught.append(error.value)

    run(story)
    return caught[0]


async def endless_complaint(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    while True:
        writer.write(b"no \x07\n" * 10_000)
        await writer.drain()


async def never(head: str, writer: asyncio.StreamWriter) -> None:
    await writer.wait_closed()


def test_a_form_that_is_refused() -> None:
    error = post_error(reply("no such\n\x1btopic é".encode(), "404 Not Found"))
    assert str(error) == ("127.0.0.1 has nothing at this address (HTTP 404): no such topic é")
    assert (error.permanent, error.status) == (True, 404)
    error = post_error(reply(status="503 Busy", Retry_After="60"))
    assert (error.permanent, error.status, error.retry_after) == (False, 503, 60.0)
    assert len(str(post_error(endless_complaint))) < 400
    assert "within 0.2 s" in str(post_error(never, timeout=0.2))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 There", "308 There"])
def test_a_form_is_not_sent_elsewhere(status: str) -> None:
    error = post_error(redirect("/there", status))
    assert (error.status, error.permanent) == (int(status[:3]), False)


def test_a_form_is_sent_to_public_addresses_only() -> None:
    async def story() -> None:
        async with serving(reply(b"ok")) as server, fetching(allowed=Allowed()) as fetcher:
            for url in (server.url(), server.url(host="localhost"), "ftp://e.org/"):
                with pytest.raises(FetchError) as error:
                    await fetcher.post(url, {})
                assert error.value.permanent
            assert server.connections == 0

    run(story)


# ------------------------------------------------------------------ as configured


@pytest.mark.parametrize(
    ("settings", "user_agent"),
    [
        ("", f"news-monitor/{monitor.__version__}"),
        (
            'contact = "https://e.org/bot"',
            f"news-monitor/{monitor.__version__} (+https://e.org/bot)",
        ),
        ('contact = "mailto:a@e.org"\nuser_agent = "desk/1 (x)"', "desk/1 (x)"),
    ],
)
def test_it_says_who_it_is(tmp_path: Path, settings: str, user_agent: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[fetch]\nallow_private = ["127.0.0.1"]\n{settings}')

    async def story() -> None:
        async with serving(reply(b"ok")) as server:
            fetcher = app.make_fetcher(load(file, {}))
            await fetcher.fetch(server.url())
            await fetcher.aclose()
            assert f"User-Agent: {user_agent}\r\n" in server.heads[0]

    run(story)


# ------------------------------------------------------------------ politeness


def test_a_host_gets_one_request_at_a_time_with_a_pause_between() -> None:
    open_now, most, starts = 0, 0, []

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        starts.append(time.monotonic())
        await asyncio.sleep(0.02)
        open_now -= 1
        await reply(b"ok")(head, writer)

    async def story() -> None:
        async with serving(answer) as server, fetching(min_gap=lambda host: 0.1) as fetcher:
            await asyncio.gather(*(fetcher.fetch(server.url(f"/{n}")) for n in range(4)))

    run(story)
    assert most == 1
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert min(gaps) >= 0.1


def test_hosts_do_not_wait_for_one_another() -> None:
    async def story() -> None:
        allowed = Allowed.parse(["127.0.0.1", "localhost"])
        release = asyncio.Event()

        async def answer(head: str, writer: asyncio.StreamWriter) -> None:
            if head.startswith("GET /slow"):
                await release.wait()
            await reply(b"ok")(head, writer)

        async with serving(answer) as server, fetching(allowed=allowed) as fetcher:
            slow = asyncio.create_task(fetcher.fetch(server.url("/slow", host="127.0.0.1")))
            await asyncio.sleep(0)
            resolved = server.url("/fast", host="localhost")
            assert (await fetcher.fetch(resolved)).body == b"ok"
            assert not slow.done()
            release.set()
            await slow

    run(story)


def test_two_hosts_that_redirect_to_each_other_do_not_block_each_other() -> None:
    async def story() -> None:
        allowed = Allowed.parse(["127.0.0.0/8", "localhost"])

        async def answer(head: str, writer: asyncio.StreamWriter) -> None:
            _, path, _ = head.split(" ", 2)
            other = "localhost" if "host: 127.0.0.1" in head.lower() else "127.0.0.1"
            target = f"http://{other}:{server.port}/end"
            await (reply(b"ok") if path == "/end" else redirect(target))(head, writer)

        async with serving(answer) as server, fetching(allowed=allowed) as fetcher:
            urls = [server.url(host=host) for host in ("127.0.0.1", "localhost")] * 3
            documents = await asyncio.gather(*map(fetcher.fetch, urls))
            assert {document.body for document in documents} == {b"ok"}

    run(story)


def test_a_cancelled_fetch_gives_its_turn_back() -> None:
    async def story() -> None:
        waiting = asyncio.Event()

        async def answer(head: str, writer: asyncio.StreamWriter) -> None:
            if head.startswith("GET /hang"):
                waiting.set()
                await asyncio.Event().wait()
            await reply(b"ok")(head, writer)

        async with serving(answer) as server, fetching() as fetcher:
            hanging = asyncio.create_task(fetcher.fetch(server.url("/hang")))
            await waiting.wait()
            hanging.cancel()
            assert (await fetcher.fetch(server.url("/next"))).body == b"ok"

    run(story)
