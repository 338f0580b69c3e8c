"""The heartbeat against real servers that answer well, badly, slowly and not at all."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from dataclasses import replace

import pytest

from monitor.edge.heartbeat import Heartbeat
from monitor.edge.store.store import Store
from monitor.errors import ConfigError, StoreError
from monitor.run.local import Engine
from tests.integration.servers import Answer, redirect, reply, run, serving
from tests.integration.world import AFTER, Clock, parts_for

SECRET = "/ping/0b5c-s3cr3t?create=1"


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Level and text of what the heartbeat said; fails if anybody named the address."""
    assert "s3cr3t" not in caplog.text
    return [(one.levelname, one.message) for one in caplog.records if "heartbeat" in one.name]


def in_turn(*answers: Answer) -> Answer:
    """One answer a request."""
    rest = iter(answers)

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        await next(rest)(head, writer)

    return answer


async def hang_up(head: str, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def echo(head: str, writer: asyncio.StreamWriter) -> None:
    """What is no HTTP, and repeats the request."""
    writer.write(head.encode())


def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(b"OK", "201 Created"),
        reply(status="204 No Content"),
        redirect("http://127.0.0.1:1/elsewhere"),
        reply(status="429 Too Many Requests"),
    ],
)
def test_a_beat_is_one_get(
    answer: Answer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{unused_port()}")

    async def story() -> None:
        async with serving(answer) as server:
            await Heartbeat(server.url(SECRET)).beat()
            [head] = server.heads
            assert head.startswith(f"GET {SECRET} HTTP/1.1\r\n")
            assert "User-Agent: news-monitor\r\n" in head

    run(story)
    assert [said for level, said in logged(caplog) if level != "DEBUG"] == []


def test_a_failure_is_said_when_it_begins_and_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    answers = in_turn(
        reply(),
        reply(status="500 Internal Server Error"),
        hang_up,
        reply(status="404 Not Found"),
        reply(),
        reply(),
        reply(status="503 Service Unavailable"),
    )

    async def story() -> None:
        async with serving(answers) as server:
            heartbeat = Heartbeat(server.url(SECRET))
            for _ in range(7):
                await heartbeat.beat()
            assert server.connections == 7

    run(story)
    assert logged(caplog) == [
        ("WARNING", "heartbeat: the answer is 500: tried again at each tick"),
        ("INFO", "heartbeat: is heard again"),
        ("WARNING", "heartbeat: the answer is 503: tried again at each tick"),
    ]


@pytest.mark.parametrize("answer", [hang_up, echo])
def test_an_answer_that_is_none(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with serving(answer) as server:
            await Heartbeat(server.url(SECRET)).beat()

    run(story)
    [(level, said)] = logged(caplog)
    assert level == "WARNING"
    assert said.startswith("heartbeat: cannot be reached: ")
    assert "127.0.0.1" not in said


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:{port}",
        "s3cr3t" * 20 + ".invalid",  # a label longer than a name may have
        "s3cr3t..invalid",
    ],
)
def test_a_server_that_is_not_there(host: str, caplog: pytest.LogCaptureFixture) -> None:
    run(Heartbeat(f"http://{host.format(port=unused_port())}{SECRET}").beat)
    [(level, said)] = logged(caplog)
    assert level == "WARNING"
    assert said.startswith("heartbeat: cannot be reached: ")


def test_a_server_without_a_certificate(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with serving(reply(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as server:
            await Heartbeat(server.url(SECRET, scheme="https")).beat()

    run(story)
    [(level, said)] = logged(caplog)
    assert level == "WARNING"
    assert said.startswith("heartbeat: cannot be reached: ")


def test_a_slow_answer_is_given_up_and_meanwhile_no_second_is_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        asked = asyncio.Event()

        async def silence(head: str, writer: asyncio.StreamWriter) -> None:
            asked.set()
            await writer.wait_closed()

        async with serving(silence) as server:
            heartbeat = Heartbeat(server.url(SECRET), timeout=0.3)
            first = asyncio.create_task(heartbeat.beat())
            await asked.wait()
            await heartbeat.beat()
            assert not first.done()
            await first
            assert server.connections == 1

    run(story)
    expected = "heartbeat: no answer within 0.3 s: tried again at each tick"
    assert logged(caplog) == [("WARNING", expected)]


def test_a_beat_that_is_cancelled_does_not_stop_the_next(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        asked = asyncio.Event()

        async def silence(head: str, writer: asyncio.StreamWriter) -> None:
            asked.set()
            await writer.wait_closed()

        async with serving(in_turn(silence, reply())) as server:
            heartbeat = Heartbeat(server.url(SECRET))
            first = asyncio.create_task(heartbeat.beat())
            await asked.wait()
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await heartbeat.beat()
            assert server.connections == 2

    run(story)
    assert logged(caplog) == []


def test_a_body_without_end_is_not_read() -> None:
    async def story() -> None:
        async def endless(head: str, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()

        async with serving(endless) as server:
            await Heartbeat(server.url(SECRET)).beat()

    run(story)


@pytest.mark.parametrize(
    "url",
    ["", "s3cr3t", "ftp://s3cr3t/", "http://", "http://s3cr3t:x/", "http:s"],
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Heartbeat(url)
    assert str(caught.value) == "is no http(s) address"
    assert caught.value.__cause__ is None


# ------------------------------------------------------------------ from the engine


@pytest.mark.parametrize(("works", "beats"), [(True, 2), (False, 0)])
def test_each_tick_that_reached_the_database_is_a_beat(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, works: bool, beats: int
) -> None:
    heard: list[int] = []

    async def beat() -> None:
        heard.append(1)

    async def broken(*_: object) -> None:
        raise StoreError("database: is gone")

    async def story() -> None:
        with parts_for(store, (), Clock(AFTER)) as parts:
            if not works:
                monkeypatch.setattr(parts.store, "look", broken)
            engine = Engine(replace(parts, heartbeat=beat))
            await engine.tick()
            await engine.tick()
            await asyncio.sleep(0)
            await engine.stop(1)
            await engine.tick()

    store = Store(sqlite_url)
    run(story)
    store.close()
    assert len(heard) == beats


def test_a_watcher_that_hangs_holds_up_no_tick_and_no_stop(sqlite_url: str) -> None:
    async def story() -> None:
        async def hang() -> None:
            await asyncio.Event().wait()

        with parts_for(store, (), Clock(AFTER)) as parts:
            engine = Engine(replace(parts, heartbeat=hang))
            async with asyncio.timeout(5):
                await engine.tick()
                await engine.stop(0.1)

    store = Store(sqlite_url)
    run(story)
    store.close()
