"""The Slack-like server of the tests is as strict as Slack."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.edge.channels.slack import SlackWebhook
from tests.integration.deliveries import failure, send
from tests.integration.slack_server import HOOK, Fault, SlackServer, busy, running


class Time:
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def hook(slack: SlackServer) -> SlackWebhook:
    return SlackWebhook(slack.webhook_url, clock=Time())


def test_the_server_notes_who_comes_before_retry_after_is_over() -> None:
    time = Time()
    with running(SlackServer(time)) as slack:
        slack.fail(busy(30))
        failure(hook(slack))
        time.now += timedelta(seconds=29)
        send(hook(slack))
        assert len(slack.violations) == 1
        time.now += timedelta(seconds=1)
        send(hook(slack))
        assert len(slack.violations) == 1


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [{"type": "divider"}] * 51,
        [{"type": "divider", "block_id": "x"}] * 2,
        [{"type": "divider", "block_id": "x" * 256}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}],
        [{"type": "section", "text": {"type": "plain_text", "text": ""}}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": "<!channel>"}}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": "<javascript:x|y>"}}],
        [{"type": "section", "fields": [{"type": "plain_text", "text": "x" * 2001}]}],
        [{"type": "section", "fields": [{"type": "plain_text", "text": "x"}] * 11}],
        [{"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * 11}],
        [{"type": "actions", "elements": []}],
        [{"type": "bulletin"}],
    ],
)
def test_the_server_takes_no_block_that_slack_would_not(blocks: list[dict[str, Any]]) -> None:
    body = json.dumps({"text": "x", "blocks": blocks}).encode()
    slack = SlackServer(Time())
    reply = slack.answer(HOOK, "", body)
    assert reply is not None
    assert reply.status == 400
    assert slack.complaints


def test_the_server_fails_as_often_as_it_is_told_to() -> None:
    with running(SlackServer(Time())) as slack:
        slack.fail(Fault(500), times=3)
        for _ in range(3):
            assert not failure(hook(slack)).permanent
        slack.fail(Fault(500), times=3)
        slack.recover()
        send(hook(slack))
        assert len(slack.taken) == 1
