"""The Slack channel against a real server, the file channel against a real file."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any, cast

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.edge.channels.file import FileChannel
from monitor.edge.channels.slack import SlackChannel
from monitor.errors import ConfigError, DeliveryError
from monitor.ports import Channel
from monitor.types import Alert, Delivery

CREATED = datetime(2026, 11, 21, 8, tzinfo=UTC)
DELIVERY = Delivery(
    id=1,
    uid="0b5e-uid",
    channel="any",
    attempts=0,
    created_at=CREATED,
    alert=Alert(
        kind="new_event",
        topic="Volcanoes",
        event=7,
        title="Ash & <b>dust</b> close airport\r\nBcc: victim@example.org\u2028é",
        url="https://news.example/ash",
        source="Example News",
        published=CREATED,
        score=0.42,
        terms=("ash",),
    ),
)


def send(channel: Channel, delivery: Delivery = DELIVERY) -> None:
    asyncio.run(channel.send(delivery))


def failure(channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(channel)
    return caught.value


def unused_port() -> int:
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return cast(int, probe.getsockname()[1])


# ------------------------------------------------------------------ Slack

HOOK = "/services/T000/B000/s3cr3t"


def block_kit_complaint(payload: dict[str, Any]) -> str:
    """What Slack would find wrong with a message, by its published limits; empty if nothing."""
    blocks = payload["blocks"]
    if not payload["text"] or not 1 <= len(blocks) <= 50:
        return "no_text"
    for block in blocks:
        texts = block["elements"] if block["type"] == "context" else [block["text"]]
        limit = 150 if block["type"] == "header" else 3000
        if len(texts) > 10 or any(not 1 <= len(text["text"]) <= limit for text in texts):
            return "invalid_blocks"
        if block["type"] == "header" and block["text"]["type"] != "plain_text":
            return "invalid_blocks"
    return ""


def slack_like(request: Request) -> Response:
    complaint = block_kit_complaint(json.loads(request.data))
    return Response(complaint or "ok", status=400 if complaint else 200)


def hook(httpserver: HTTPServer, **options: Any) -> SlackChannel:
    return SlackChannel(httpserver.url_for(HOOK), **options)


def test_slack_takes_the_message(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request(HOOK, method="POST").respond_with_handler(slack_like)
    send(hook(httpserver))
    request, _ = httpserver.log[0]
    payload = json.loads(request.data)
    assert request.content_type == "application/json"
    assert payload["text"].startswith("[Volcanoes] Ash &amp; &lt;b&gt;dust")
    assert payload["blocks"][0]["type"] == "header"
    assert payload["unfurl_links"] is False


def test_slack_takes_the_longest_message(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request(HOOK, method="POST").respond_with_handler(slack_like)
    alert = replace(
        DELIVERY.alert,
        topic="&" * 500,
        title="<" * 5000,
        source="<" * 5000,
        excerpt="&" * 5000,
        terms=("&" * 500,) * 50,
        nearest_seed="&" * 500,
        url="https://news.example/" + "&" * 5000,
    )
    send(hook(httpserver), replace(DELIVERY, alert=alert))


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "retry_after"),
    [
        (429, {"Retry-After": "30"}, False, 30),
        (429, {"Retry-After": "9999999"}, False, 86_400),
        (429, {"Retry-After": "soon"}, False, None),
        (429, {}, False, None),
        (408, {}, False, None),
        (500, {}, False, None),
        (503, {"Retry-After": "7"}, False, 7),
        (400, {}, True, None),
        (403, {}, True, None),
        (404, {}, True, None),
        (410, {}, True, None),
        (302, {"Location": "/elsewhere"}, True, None),
    ],
)
def test_slacks_status_says_whether_and_when_to_try_again(
    httpserver: HTTPServer,
    status: int,
    headers: dict[str, str],
    permanent: bool,
    retry_after: float | None,
) -> None:
    httpserver.expect_request("/elsewhere").respond_with_data("ok")
    httpserver.expect_request(HOOK).respond_with_data("no_service", status, headers)
    error = failure(hook(httpserver))
    assert error.permanent is permanent
    assert error.retry_after == retry_after
    assert f"{status}: no_service" in str(error)
    assert len(httpserver.log) == 1


def test_a_slack_that_is_down_or_silent_is_tried_again(httpserver: HTTPServer) -> None:
    down = failure(SlackChannel(f"http://127.0.0.1:{unused_port()}{HOOK}"))
    with socket(AF_INET, SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{HOOK}"
        silent = failure(SlackChannel(address, timeout=0.2))
    assert not down.permanent
    assert not silent.permanent
    assert "0.2 s" in str(silent)
    assert "s3cr3t" not in f"{down} {silent}"


def test_the_webhooks_address_reaches_neither_errors_nor_the_log(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    echo: Callable[[Request], Response] = lambda request: Response(  # noqa: E731
        f"no {request.url} here,\r\nno {request.path}", status=404
    )
    httpserver.expect_request(HOOK).respond_with_handler(echo)
    with caplog.at_level(logging.DEBUG):
        error = failure(hook(httpserver))
    ours = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert "s3cr3t" not in f"{error!r} {error} {ours}"
    assert "no … here, no …" in str(error)


@pytest.mark.parametrize(
    "url", ["", "s3cr3t", "ftp://a.example/s3cr3t", "http://[s3cr3t", "http://a:s3cr3t/"]
)
def test_a_webhook_that_is_no_address_is_an_error_of_configuration(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SlackChannel(url)
    assert "s3cr3t" not in str(caught.value)


def test_proxies_of_the_environment_are_not_used(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{unused_port()}")
    httpserver.expect_oneshot_request(HOOK, method="POST").respond_with_handler(slack_like)
    send(hook(httpserver))


# ------------------------------------------------------------------ file


def test_each_message_is_one_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "alerts.jsonl"
    send(FileChannel(path))
    send(FileChannel(path), replace(DELIVERY, uid="second"))
    first, second = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert first["id"] == "0b5e-uid"
    assert first["title"] == "Ash & <b>dust</b> close airport Bcc: victim@example.org é"
    assert second["id"] == "second"
    assert path.read_bytes().endswith(b"\n")


def test_a_torn_line_is_closed_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"id": "torn', "utf-8")
    send(FileChannel(path))
    torn, line = path.read_text("utf-8").splitlines()
    assert torn == '{"id": "torn'
    assert json.loads(line)["id"] == "0b5e-uid"


def test_writers_at_once_do_not_mix_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"

    async def send_all() -> None:
        long = replace(DELIVERY.alert, excerpt="x" * 50_000)
        deliveries = [replace(DELIVERY, uid=f"uid-{n}", alert=long) for n in range(100)]
        await asyncio.gather(*(FileChannel(path).send(each) for each in deliveries))

    asyncio.run(send_all())
    ids = {json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()}
    assert len(ids) == 100


@pytest.mark.parametrize("name", ["folder", "file/alerts.jsonl", "/dev/full"])
def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    path = tmp_path / name
    error = failure(FileChannel(path))
    assert not error.permanent
    assert str(path) in str(error)
    assert str(error).rpartition(": ")[2]
