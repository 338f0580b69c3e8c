"""The generic webhook against a receiver that checks as its documentation says."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor import __version__
from monitor.edge.channels.posting import MAX_ANSWER
from monitor.edge.channels.webhook import Webhook
from monitor.errors import ConfigError
from monitor.types import Delivery
from tests.integration.deliveries import (
    DELIVERY,
    FEED,
    FIRST,
    LATER,
    NAUGHTY,
    NAUGHTY_UPDATE,
    UPDATE,
    failure,
    logged,
    send,
    silent_port,
    unused_port,
)

PATH = "/in/s3cr3t-path"
SECRET = "s3cr3t-é-key"
NOW = datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=UTC)


def webhook(httpserver: HTTPServer, secret: str | None = SECRET, **options: Any) -> Webhook:
    return Webhook(httpserver.url_for(PATH), secret, clock=lambda: NOW, **options)


def taken(httpserver: HTTPServer) -> Request:
    ((request, _),) = httpserver.log
    return request


@pytest.mark.parametrize("delivery", [DELIVERY, UPDATE, FEED, NAUGHTY, NAUGHTY_UPDATE])
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_the_message_is_signed_and_says_what_it_is(
    httpserver: HTTPServer, delivery: Delivery, status: int
) -> None:
    httpserver.expect_request(PATH, method="POST").respond_with_data("", status)
    assert send(webhook(httpserver), delivery) == ""
    request = taken(httpserver)
    digest = hmac.new(SECRET.encode(), request.data, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(request.headers["X-Monitor-Signature"], f"sha256={digest}")
    assert request.headers["X-Monitor-Delivery"] == delivery.uid
    assert request.headers["X-Monitor-Event"] == delivery.alert.kind
    assert request.headers["X-Monitor-Timestamp"] == str(int(NOW.timestamp()))
    assert request.headers["User-Agent"] == f"news-monitor/{__version__}"
    assert request.content_type == "application/json"
    body = json.loads(request.data)
    assert (body["version"], body["id"], body["kind"]) == (1, delivery.uid, delivery.alert.kind)
    assert datetime.fromisoformat(body["sent_at"]) == NOW
    assert b"\n" not in request.data


def test_an_update_names_the_first_message_of_its_event(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data("")
    send(webhook(httpserver), UPDATE)
    body = json.loads(taken(httpserver).data)
    assert (body["id"], body["thread"]) == (LATER, FIRST)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_nothing_is_signed(httpserver: HTTPServer, secret: str | None) -> None:
    httpserver.expect_request(PATH).respond_with_data("")
    send(webhook(httpserver, secret))
    assert "X-Monitor-Signature" not in taken(httpserver).headers


@pytest.mark.parametrize("delivery", [DELIVERY, NAUGHTY])
def test_the_preview_is_headers_and_body(httpserver: HTTPServer, delivery: Delivery) -> None:
    httpserver.expect_request(PATH).respond_with_data("")
    send(webhook(httpserver), delivery)
    preview = webhook(httpserver).preview(delivery)
    head, _, body = preview.body.partition("\n\n")
    request = taken(httpserver)
    assert body == request.data.decode() + "\n"
    for line in head.splitlines():
        name, _, value = line.partition(": ")
        assert request.headers[name] == value
    assert "X-Monitor-Signature: sha256=" in head
    assert "s3cr3t" not in preview.body


def test_a_login_in_the_address_is_used(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data("")
    address = httpserver.url_for(PATH).replace("http://", "http://me:open%20sesame@")
    channel = Webhook(address, clock=lambda: NOW)
    send(channel)
    login = taken(httpserver).authorization
    assert login is not None
    assert (login.username, login.password) == ("me", "open sesame")
    assert "Authorization" not in channel.preview(DELIVERY).body


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "retry_after"),
    [
        (408, {}, False, None),
        (425, {}, False, None),
        (429, {"Retry-After": "30"}, False, 30),
        (429, {"Retry-After": "Sat, 21 Nov 2026 08:02:00 GMT"}, False, 119.876544),
        (500, {}, False, None),
        (503, {"Retry-After": "99999999"}, False, 86_400),
        (301, {"Location": "/elsewhere"}, True, None),
        (307, {"Location": "/elsewhere"}, True, None),
        (400, {}, True, None),
        (401, {}, True, None),
        (404, {}, True, None),
        (410, {}, True, None),
    ],
)
def test_the_status_says_whether_and_when_to_try_again(
    httpserver: HTTPServer,
    status: int,
    headers: dict[str, str],
    permanent: bool,
    retry_after: float | None,
) -> None:
    httpserver.expect_request("/elsewhere").respond_with_data("ok")
    httpserver.expect_request(PATH).respond_with_data("no", status, headers)
    error = failure(webhook(httpserver))
    assert error.permanent is permanent
    assert error.retry_after == retry_after
    assert f"the webhook answered {status}: no" in str(error)
    assert len(httpserver.log) == 1


def test_an_endless_answer_is_cut(httpserver: HTTPServer) -> None:
    endless: Callable[[Request], Response] = lambda _: Response(  # noqa: E731
        (b"x" * 4096 for _ in range(64 * MAX_ANSWER // 4096)), status=500
    )
    httpserver.expect_request(PATH).respond_with_handler(endless)
    error = failure(webhook(httpserver))
    assert not error.permanent
    assert len(str(error)) < 300


@pytest.mark.parametrize("end", ["breaks", "stalls"])
@pytest.mark.parametrize(("status", "sent"), [("200 OK", True), ("500 Fault", False)])
def test_once_the_status_is_there_it_decides(end: str, status: str, sent: bool) -> None:
    """A message that was taken is not sent again because the rest of the answer got lost."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 100\r\n\r\nsome".encode())
        await writer.drain()
        if end == "stalls":
            await reader.read()
        writer.transport.abort()

    async def run() -> str:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}{PATH}"
            return await Webhook(url, clock=lambda: NOW, timeout=0.3).send(DELIVERY)

    if sent:
        assert asyncio.run(run()) == ""
    else:
        with pytest.raises(Exception, match="answered 500: some"):
            asyncio.run(run())


def test_a_receiver_that_is_down_or_silent_is_tried_again() -> None:
    def channel(port: int) -> Webhook:
        url = f"http://127.0.0.1:{port}{PATH}"
        return Webhook(url, SECRET, clock=lambda: NOW, timeout=0.2)

    down = failure(channel(unused_port()))
    with silent_port() as port:
        silent = failure(channel(port))
    assert not down.permanent
    assert not silent.permanent
    assert "0.2 s" in str(silent)
    assert "s3cr3t" not in f"{down} {silent}"


def test_secrets_reach_neither_errors_nor_the_log(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    echo: Callable[[Request], Response] = lambda request: Response(  # noqa: E731
        f"{request.url} {request.path} {request.full_path} {SECRET} {request.headers}", status=400
    )
    httpserver.expect_request(PATH).respond_with_handler(echo)
    address = httpserver.url_for(f"{PATH}?key=s3cr3t-query").replace("//", "//me:s3cr3t-word@")
    with caplog.at_level(logging.DEBUG):
        error = failure(Webhook(address, SECRET, clock=lambda: NOW))
    assert "s3cr3t" not in f"{error!r} {error} {error.__cause__} {logged(caplog)}"


@pytest.mark.parametrize(
    "url", ["", "s3cr3t", "ftp://a.example/s3cr3t", "http://[s3cr3t", "file:///s3cr3t"]
)
def test_what_is_no_address_is_an_error_of_configuration(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Webhook(url, clock=lambda: NOW)
    assert "s3cr3t" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


def test_two_attempts_have_one_id_and_their_own_time(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data("")
    times = [NOW, NOW.replace(minute=5)]
    for attempt, now in enumerate(times):
        channel = Webhook(httpserver.url_for(PATH), SECRET, clock=lambda now=now: now)
        send(channel, replace(DELIVERY, attempts=attempt))
    bodies = [json.loads(request.data) for request, _ in httpserver.log]
    assert [body["id"] for body in bodies] == [FIRST, FIRST]
    assert [datetime.fromisoformat(body["sent_at"]) for body in bodies] == times
