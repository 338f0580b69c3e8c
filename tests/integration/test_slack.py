"""The Slack channels against a server as strict as Slack: webhook, and bot with threads."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.edge.channels.slack import SlackBot, SlackWebhook
from monitor.errors import ConfigError
from monitor.ports import Channel
from monitor.types import Delivery
from tests.integration.deliveries import (
    DELIVERY,
    FEED,
    NAUGHTY,
    NAUGHTY_UPDATE,
    UPDATE,
    failure,
    logged,
    send,
    silent_port,
    unused_port,
)
from tests.integration.slack_server import (
    CHANNEL,
    HOOK,
    NAME,
    TOKEN,
    Fault,
    SlackServer,
    busy,
    running,
    says,
)


class Time:
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def slack(time: Time) -> Iterator[SlackServer]:
    with running(SlackServer(time)) as server:
        yield server
    assert not server.complaints
    assert not server.violations


def hook(slack: SlackServer) -> SlackWebhook:
    return SlackWebhook(slack.webhook_url, clock=Time())


def bot(slack: SlackServer, token: str = TOKEN, channel: str = NAME) -> SlackBot:
    return SlackBot(token, channel, api_url=slack.api_url, clock=Time())


@pytest.fixture(params=[hook, bot])
def channel(request: pytest.FixtureRequest, slack: SlackServer) -> Channel:
    made: Channel = request.param(slack)
    return made


def threaded(delivery: Delivery, receipt: str) -> Delivery:
    assert delivery.thread is not None
    return replace(delivery, thread=replace(delivery.thread, receipt=receipt))


# ------------------------------------------------------------------ both


@pytest.mark.parametrize("delivery", [DELIVERY, UPDATE, FEED, NAUGHTY, NAUGHTY_UPDATE])
def test_slack_takes_every_message(
    slack: SlackServer, channel: Channel, delivery: Delivery
) -> None:
    send(channel, delivery)
    (taken,) = slack.taken
    assert taken.payload["blocks"][0]["block_id"] == delivery.uid
    assert taken.payload["unfurl_links"] is False
    assert taken.payload["unfurl_media"] is False


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "retry_after"),
    [
        (429, {"Retry-After": "30"}, False, 30),
        (429, {"Retry-After": "9999999"}, False, 86_400),
        (429, {"Retry-After": "Sat, 21 Nov 2026 08:01:00 GMT"}, False, 60),
        (429, {"Retry-After": "Fri, 20 Nov 2026 08:00:00 GMT"}, False, 0),
        (429, {"Retry-After": "soon"}, False, None),
        (429, {}, False, None),
        (408, {}, False, None),
        (425, {}, False, None),
        (500, {}, False, None),
        (503, {"Retry-After": "7"}, False, 7),
        (400, {}, True, None),
        (403, {}, True, None),
        (404, {}, True, None),
        (410, {}, True, None),
        (302, {"Location": "/elsewhere"}, True, None),
    ],
)
def test_the_status_says_whether_and_when_to_try_again(
    slack: SlackServer,
    time: Time,
    channel: Channel,
    status: int,
    headers: dict[str, str],
    permanent: bool,
    retry_after: float | None,
) -> None:
    slack.fail(Fault(status, "no_service", headers))
    error = failure(channel)
    assert error.permanent is permanent
    assert error.retry_after == retry_after
    assert f"{status}: no_service" in str(error)
    assert slack.requests == 1
    assert not slack.taken


def test_a_message_whose_answer_is_lost_is_tried_again(
    slack: SlackServer, channel: Channel
) -> None:
    slack.fail(Fault(hang_up="before"))
    slack.fail(Fault(hang_up="after"))
    assert not failure(channel).permanent
    assert not failure(channel).permanent
    send(channel)
    ids = [each.payload["blocks"][0]["block_id"] for each in slack.taken]
    assert ids == [DELIVERY.uid, DELIVERY.uid], "a reader can tell the repeat"


@pytest.mark.parametrize("kind", ["hook", "bot"])
def test_a_slack_that_is_down_or_silent_is_tried_again(kind: str) -> None:
    def channel(port: int) -> Channel:
        address = f"http://127.0.0.1:{port}{HOOK}"
        if kind == "hook":
            return SlackWebhook(address, clock=Time(), timeout=0.2)
        return SlackBot(TOKEN, NAME, api_url=address, clock=Time(), timeout=0.2)

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
        f"no {request.url} here,\r\nno {request.path} for {request.headers.get('Authorization')}",
        status=404,
    )
    httpserver.expect_request(HOOK).respond_with_handler(echo)
    httpserver.expect_request("/api/chat.postMessage").respond_with_handler(echo)
    api = httpserver.url_for("/api")
    with caplog.at_level(logging.DEBUG):
        hooked = failure(SlackWebhook(httpserver.url_for(HOOK), clock=Time()))
        called = failure(SlackBot(TOKEN, NAME, api_url=api, clock=Time()))
    told = f"{hooked!r} {hooked} {called!r} {called} {hooked.__cause__} {logged(caplog)}"
    assert "s3cr3t" not in told
    assert "no … here, no …" in str(hooked)
    assert "Bearer …" in str(called)


def test_proxies_of_the_environment_are_not_used(
    slack: SlackServer, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{unused_port()}")
    send(channel)
    assert len(slack.taken) == 1


# ------------------------------------------------------------------ webhook


@pytest.mark.parametrize("delivery", [DELIVERY, UPDATE, NAUGHTY_UPDATE])
def test_the_preview_of_a_webhook_is_its_body(slack: SlackServer, delivery: Delivery) -> None:
    assert send(hook(slack), delivery) == ""
    preview = hook(slack).preview(delivery)
    assert slack.raw == [preview.body.encode()]
    assert preview.suffix == ".json"


@pytest.mark.parametrize(
    "url", ["", "s3cr3t", "ftp://a.example/s3cr3t", "http://[s3cr3t", "http://a:s3cr3t/"]
)
def test_a_webhook_that_is_no_address_is_an_error_of_configuration(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SlackWebhook(url, clock=Time())
    assert "s3cr3t" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


# ------------------------------------------------------------------ bot


def test_the_receipt_names_channel_and_message(slack: SlackServer) -> None:
    receipt = send(bot(slack))
    assert receipt == f"{CHANNEL}:{slack.taken[0].ts}"
    assert slack.taken[0].payload["metadata"] == {
        "event_type": "monitor_alert",
        "event_payload": {"id": DELIVERY.uid, "kind": "new_event"},
    }


@pytest.mark.parametrize("update", [UPDATE, NAUGHTY_UPDATE])
def test_an_update_changes_the_first_message_and_replies_to_it(
    slack: SlackServer, update: Delivery
) -> None:
    receipt = send(bot(slack))
    send(bot(slack), threaded(update, receipt))
    first, change, reply = slack.taken
    assert [first.method, change.method, reply.method] == [
        "chat.postMessage",
        "chat.update",
        "chat.postMessage",
    ]
    assert change.ts == first.ts == reply.payload["thread_ts"]
    assert change.payload["blocks"] != first.payload["blocks"], "its numbers are those of now"
    assert slack.messages[first.ts]["metadata"]["event_payload"]["id"] == DELIVERY.uid


def test_an_update_that_is_tried_again_replies_once(slack: SlackServer, time: Time) -> None:
    update = threaded(UPDATE, send(bot(slack)))
    slack.fail(replace(busy(30), method="chat.postMessage"))
    error = failure(bot(slack), update)
    time.now += timedelta(seconds=error.retry_after or 0)
    send(bot(slack), update)
    changes = [each for each in slack.taken if each.method == "chat.update"]
    assert changes[0].payload == changes[1].payload
    assert len(slack.replies(slack.taken[0].ts)) == 1


@pytest.mark.parametrize("delivery", [DELIVERY, UPDATE, NAUGHTY_UPDATE])
def test_the_preview_of_a_bot_is_its_calls(slack: SlackServer, delivery: Delivery) -> None:
    receipt = send(bot(slack))
    if delivery.thread is not None:
        delivery = threaded(delivery, receipt)
    send(bot(slack), delivery)
    preview = bot(slack).preview(delivery)
    assert json.loads(preview.body) == [
        {"method": each.method, "payload": each.payload} for each in slack.taken[1:]
    ]
    assert TOKEN not in preview.body


def test_an_update_of_a_webhooks_event_is_a_message_of_its_own(slack: SlackServer) -> None:
    send(bot(slack), UPDATE)
    (taken,) = slack.taken
    assert taken.method == "chat.postMessage"
    assert "thread_ts" not in taken.payload


@pytest.mark.parametrize(
    "error",
    [
        *("message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long"),
        *("is_inactive", "block_mismatch", "a_word_of_tomorrow"),
    ],
)
def test_a_first_message_that_cannot_be_changed_is_still_replied_to(
    slack: SlackServer, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = send(bot(slack))
    slack.fail(says(error, method="chat.update"))
    send(bot(slack), threaded(UPDATE, receipt))
    assert len(slack.replies(slack.taken[0].ts)) == 1
    assert f"Slack refused chat.update: {error}" in logged(caplog)


@pytest.mark.parametrize("fault", [busy(5), says("internal_error"), Fault(500), Fault(200, "{}")])
def test_a_change_that_fails_for_now_sends_no_reply_yet(
    slack: SlackServer, time: Time, fault: Fault
) -> None:
    receipt = send(bot(slack))
    slack.fail(replace(fault, method="chat.update"))
    error = failure(bot(slack), threaded(UPDATE, receipt))
    assert not error.permanent
    assert not slack.replies(slack.taken[0].ts)


@pytest.mark.parametrize("receipt", ["C9999999999:1.0", f"{CHANNEL}:1.0", f"{CHANNEL}:", "?"])
def test_an_update_whose_thread_is_gone_goes_to_the_channel(
    slack: SlackServer, receipt: str
) -> None:
    """The first message was deleted, or the channel of the settings is another by now."""
    send(bot(slack), threaded(UPDATE, receipt))
    (taken,) = slack.taken
    assert taken.payload["channel"] == NAME
    assert "thread_ts" not in taken.payload


@pytest.mark.parametrize(
    ("error", "permanent", "words"),
    [
        ("invalid_auth", True, "copy it anew"),
        ("not_authed", True, "copy it anew"),
        ("account_inactive", True, "copy it anew"),
        ("token_revoked", True, "copy it anew"),
        ("token_expired", True, "copy it anew"),
        ("no_permission", True, "chat:write"),
        ("missing_scope", True, "chat:write"),
        ("channel_not_found", True, "check `channel`"),
        ("not_in_channel", True, "/invite"),
        ("is_archived", True, "archived"),
        ("restricted_action", True, "administrators"),
        ("invalid_blocks", True, "report"),
        ("a_word_of_tomorrow", True, "a_word_of_tomorrow"),
        ("internal_error", False, ""),
        ("fatal_error", False, ""),
        ("service_unavailable", False, ""),
        ("request_timeout", False, ""),
        ("ratelimited", False, ""),
        ("rate_limited", False, ""),
        ("team_added_to_org", False, ""),
    ],
)
def test_slacks_word_says_whether_to_try_again_and_what_to_do(
    slack: SlackServer, error: str, permanent: bool, words: str
) -> None:
    slack.fail(says(error))
    refused = failure(bot(slack))
    assert refused.permanent is permanent
    assert f"Slack refused chat.postMessage: {error}" in str(refused)
    assert words in str(refused)


def test_what_slack_finds_wrong_with_a_message_is_told(slack: SlackServer) -> None:
    slack.fail(says("invalid_blocks", response_metadata={"messages": ["[ERROR] too\nlong"]}))
    assert "invalid_blocks; [ERROR] too long; " in str(failure(bot(slack)))


def test_ratelimited_with_status_200_keeps_its_retry_after(slack: SlackServer, time: Time) -> None:
    slack.fail(replace(says("ratelimited"), headers={"Retry-After": "12"}))
    assert failure(bot(slack)).retry_after == 12


def test_a_wrong_token_or_channel_is_refused_for_good(slack: SlackServer) -> None:
    wrong = failure(bot(slack, token="xoxb-0"))
    elsewhere = failure(bot(slack, channel="nowhere"))
    assert wrong.permanent
    assert elsewhere.permanent
    assert "invalid_auth" in str(wrong)
    assert "channel_not_found" in str(elsewhere)


@pytest.mark.parametrize(
    "body",
    ["", "ok", "<html>Log in</html>", "[]", "{}", '{"ok": "yes"}', "[" * 60_000, "é" * 99_999],
)
def test_an_answer_that_is_not_slacks_is_tried_again(slack: SlackServer, body: str) -> None:
    slack.fail(Fault(200, body))
    error = failure(bot(slack))
    assert not error.permanent
    assert "not Slack" in str(error)
    assert len(str(error)) < 400


@pytest.mark.parametrize(
    ("token", "channel"),
    [
        *(("", NAME), ("s3cr3t\n", NAME), ("s3cr3t x", NAME), ("s3cr3té", NAME)),
        *((TOKEN, ""), (TOKEN, " ")),
    ],
)
def test_a_bot_without_token_or_channel_is_an_error_of_configuration(
    token: str, channel: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        SlackBot(token, channel, clock=Time())
    assert "s3cr3t" not in str(caught.value)
