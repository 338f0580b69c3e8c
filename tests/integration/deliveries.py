"""What the channels are given to send in tests, and how it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from socket import AF_INET, SOCK_STREAM, socket
from typing import cast

import pytest

from monitor.errors import DeliveryError
from monitor.ports import Channel
from monitor.types import Alert, Delivery, FeedAlert, NearestEvent, Thread

CREATED = datetime(2026, 11, 21, 8, tzinfo=UTC)
FIRST = "0b5e7a52-1111-4111-8111-111111111111"
LATER = "77aa0c3e-2222-4222-8222-222222222222"
ALERT = Alert(
    kind="new_event",
    topic="Volcanoes",
    event=7,
    title="Ash & <b>dust</b> close airport\r\nBcc: victim@example.org\u2028é",
    url="https://news.example/ash",
    source="Example News",
    published=CREATED,
    score=0.42,
    terms=("ash",),
)
DELIVERY = Delivery(id=1, uid=FIRST, channel="any", attempts=0, created_at=CREATED, alert=ALERT)
UPDATE = replace(
    DELIVERY,
    id=2,
    uid=LATER,
    alert=replace(
        ALERT,
        kind="update",
        title="Airport open again",
        changes=("now reported by 5 outlets",),
        outlets=5,
        originals=2,
    ),
    thread=Thread(uids=(FIRST,), receipt="", alert=replace(ALERT, outlets=5, originals=2)),
)
FEED = replace(
    DELIVERY,
    alert=FeedAlert(
        kind="feed_failing",
        feed="Example News",
        url="https://news.example/feed",
        title="Example News cannot be read",
        detail="It has answered 404 for three days.",
        since=CREATED,
    ),
)

NASTY = (
    "x\r\nBcc: a@b.example\x85Cc: c@d.example\u2028To: e@f.example\x00\u202eevil\u200b"
    " <!channel> <@U1> <https://evil.example|Review> @everyone *b* _i_ :boom: &amp; & \"'<script>"
    " =?utf-8?q?=0d=0aBcc:_g@h.example?= " + "<&é漢" * 1250
)
"""More than 5,000 characters, with whatever is of meaning to mail, Slack, HTML or a terminal."""


def _nasty(alert: Alert) -> Alert:
    texts = {each.name: NASTY for each in fields(Alert) if each.type == "str"}
    return replace(
        alert,
        **{**texts, "url": alert.url + "?" + NASTY},  # type: ignore[arg-type]
        terms=(NASTY,) * 30,
        changes=(NASTY,) * 30,
        nearest_event=NearestEvent(1, NASTY, 0.5, CREATED),
    )


NAUGHTY = replace(DELIVERY, alert=_nasty(ALERT))
NAUGHTY_UPDATE = replace(
    UPDATE,
    alert=replace(_nasty(ALERT), kind="update"),
    thread=Thread(uids=(FIRST,), receipt="", alert=_nasty(ALERT)),
)


def send(channel: Channel, delivery: Delivery = DELIVERY) -> str:
    return asyncio.run(channel.send(delivery))


def failure(channel: Channel, delivery: Delivery = DELIVERY) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(channel, delivery)
    return caught.value


def unused_port() -> int:
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return cast(int, probe.getsockname()[1])


@contextmanager
def silent_port() -> Iterator[int]:
    """One that takes connections and says nothing."""
    with socket(AF_INET, SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that this side of a connection wrote into the log."""
    return "\n".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
