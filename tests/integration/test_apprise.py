"""The Apprise channel, by Apprise's own ``json://``, against a local server."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from pytest_httpserver import HTTPServer

from monitor.edge.channels.apprise import AppriseChannel
from monitor.errors import ConfigError
from monitor.types import Delivery
from tests.integration.deliveries import (
    DELIVERY,
    FEED,
    NAUGHTY,
    UPDATE,
    failure,
    logged,
    send,
    silent_port,
    unused_port,
)

PATH = "/s3cr3t-path"


def address(port: int) -> str:
    return f"json://me:s3cr3t-word@127.0.0.1:{port}{PATH}?+X-Key=s3cr3t-key"


def channel(httpserver: HTTPServer) -> AppriseChannel:
    return AppriseChannel(address(httpserver.port))


@pytest.mark.parametrize("delivery", [DELIVERY, UPDATE, FEED, NAUGHTY])
def test_title_and_body_arrive_as_the_preview_shows_them(
    httpserver: HTTPServer, delivery: Delivery
) -> None:
    httpserver.expect_request(PATH, method="POST").respond_with_data("")
    assert send(channel(httpserver), delivery) == ""
    preview = channel(httpserver).preview(delivery)
    ((request, _),) = httpserver.log
    body = json.loads(request.data)
    assert preview.body == f"{body['title']}\n\n{body['message']}"
    assert body["message"].endswith(f"[{delivery.uid[:8]}]")
    assert preview.suffix == ".txt"


def test_nobody_is_called_by_what_a_title_says(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data("")
    send(channel(httpserver), NAUGHTY)
    message = json.loads(httpserver.log[0][0].data)
    told = message["title"] + message["message"]
    assert "<!channel>" not in told
    assert "<@U1>" not in told
    assert "@everyone" not in told


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_a_refusal_is_tried_again_and_told_without_secrets(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    httpserver.expect_request(PATH).respond_with_data("s3cr3t-key", status)
    with caplog.at_level(logging.DEBUG):
        error = failure(channel(httpserver))
    assert not error.permanent
    assert f"error={status}" in str(error)
    assert "s3cr3t" not in f"{error!r} {error} {error.__cause__} {logged(caplog)}"


def test_a_service_that_is_down_or_silent_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        down = failure(AppriseChannel(address(unused_port())))
        with silent_port() as port:
            silent = failure(AppriseChannel(f"{address(port)}&rto=1", timeout=0.2))
    assert not down.permanent
    assert not silent.permanent
    assert "onnection error" in str(down)
    assert "0.2 s" in str(silent)
    assert "s3cr3t" not in f"{down} {silent} {logged(caplog)}"


def test_a_plugin_that_breaks_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise import Apprise

    def breaks(*_: object, **__: object) -> bool:
        raise RuntimeError("no route to http://me:s3cr3t-word@127.0.0.1/s3cr3t-path")

    monkeypatch.setattr(Apprise, "notify", breaks)
    error = failure(AppriseChannel(address(9)))
    assert not error.permanent
    assert "RuntimeError: no route to" in str(error)
    assert "s3cr3t" not in f"{error} {error.__cause__}"


@pytest.mark.parametrize("url", ["", "s3cr3t", "nosuch://s3cr3t", "slack://s3cr3t", "json://"])
def test_what_apprise_does_not_understand_is_an_error_of_configuration(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ConfigError) as caught:
        AppriseChannel(url)
    assert "s3cr3t" not in f"{caught.value} {caught.value.__cause__} {logged(caplog)}"


def test_without_apprise_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"pip install 'news-monitor\[apprise\]'"):
        AppriseChannel(address(9))
