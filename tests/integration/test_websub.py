"""A hub on this machine: it verifies at the real page, as through a proxy, and pushes there."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Subscription
from monitor.commands import Poll
from monitor.domain.websub import MAX_PUSH
from monitor.edge.store import pushes, subscriptions
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.errors import StoreError
from monitor.web import websub as callback
from tests.integration.hub import (
    FEED,
    LEASE,
    NOW,
    PUBLIC,
    Desk,
    Hub,
    document,
    one_feed,
    poll_later,
    serving_page,
)


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    store = Store(sqlite_url)
    yield Desk(store)
    store.close()


@pytest.fixture
def hub(desk: Desk) -> Iterator[Hub]:
    with serving_page(desk) as page:
        hub = Hub(page)
        thread = threading.Thread(target=hub.server.serve_forever, args=(0.01,))
        thread.start()
        one_feed(desk.store, hub.url)
        yield hub
        hub.server.shutdown()
        hub.server.server_close()
        thread.join(10)


def test_a_feed_is_subscribed_to_and_pushed(
    desk: Desk, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    desk.run()
    form = hub.asked[0]
    assert form["hub.mode"] == "subscribe" and form["hub.topic"] == FEED
    assert form["hub.callback"].startswith(f"{PUBLIC}/websub/") and len(form["hub.secret"]) > 40
    assert hub.verifications == [(200, b"c0ffee")]
    assert (desk.row().state, desk.row().lease_until) == ("active", NOW + LEASE)
    assert "feed News: subscribed at hub 127.0.0.1 until 2026-03-12 09:00 UTC" in caplog.text
    assert not desk.trusted()

    before = desk.feed()
    assert hub.push(document(1, 2)) == 202
    assert Poll(1, "news.example") in desk.store.read(pending, desk.now)
    assert [hint.host for hint in desk.run()] == ["news.example"]
    assert desk.titles() == ["Story 1", "Story 2"] and desk.trusted() and not desk.waiting()
    assert "feed News: hub pushed 2 new" in caplog.text
    after = desk.feed()
    assert after.last_entry_at == NOW
    for name in ("etag", "body_hash", "items", "lost_at", "next_poll_at", "last_success_at"):
        assert getattr(after, name) == getattr(before, name)

    assert hub.push(document(2, 3), method="sha1") == 202
    assert hub.push(document(2, 3), method="sha512") == 202
    desk.run()
    assert desk.titles() == ["Story 1", "Story 2", "Story 3"]


def test_a_push_that_the_hub_has_not_signed_is_ignored(
    desk: Desk, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    desk.run()
    assert hub.push(document(1), x_hub_signature="") == 202
    assert hub.push(document(1), x_hub_signature="sha256=" + "0" * 64) == 202
    assert hub.push(document(1), x_hub_signature="md5=00") == 202
    assert not desk.waiting() and not desk.trusted()
    assert caplog.text.count("feed News: a push was not signed by its hub: ignored") == 3


def test_too_large_a_push_makes_way_for_a_poll(desk: Desk, hub: Hub) -> None:
    desk.run()
    desk.now += timedelta(hours=1)
    early = {"Content_Length": str(MAX_PUSH + 1), "x_hub_signature": "sha256=00"}
    assert hub.call("POST", {}, None, **early)[0] == 413
    assert desk.feed().next_poll_at == desk.now

    desk.store.write(poll_later, desk.now)
    chunk = b"x" * 2**20
    try:
        status = hub.call("POST", {}, iter([chunk] * 11), x_hub_signature="sha256=00")[0]
    except ConnectionError:  # refused while it was still being sent
        status = 413
    assert status == 413 and not desk.waiting()
    assert desk.feed().next_poll_at == desk.now + subscriptions.SOONEST
    assert hub.push(b"x" * MAX_PUSH) == 202


def test_a_push_that_cannot_be_read_makes_way_for_a_poll(desk: Desk, hub: Hub) -> None:
    desk.run()
    desk.now += timedelta(hours=1)
    assert hub.push(b"<html>no feed</html>") == 202 and hub.push(document(1)) == 202
    desk.run()
    assert desk.titles() == ["Story 1"] and desk.feed().next_poll_at == desk.now


def test_a_push_that_trickles_is_cut_off(
    desk: Desk, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run()
    monkeypatch.setattr(callback, "DEADLINE", 0.05)
    assert hub.call("POST", {}, None, Content_Length="100")[0] == 408


def test_what_is_not_stored_is_not_acknowledged(
    desk: Desk, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **more: object) -> None:
        raise StoreError("database: the disk is full")

    desk.run()
    monkeypatch.setattr(pushes, "take", full)
    assert hub.push(document(1)) == 503


def test_strangers_are_told_nothing(desk: Desk, hub: Hub) -> None:
    desk.run()
    own = urlsplit(hub.asked[0]["hub.callback"]).path
    other = f"/websub/{'x' * 43}"
    for path in (other, "/websub/x", "/websub/%00", "/websub/" + "x" * 500):
        assert hub.call("POST", {}, document(1), path=path)[0] == 410
        assert hub.call("GET", {"hub.mode": "subscribe"}, path=path)[0] == 404
    assert hub.call("GET", {}, path=own, host="evil.example")[0] == 421
    assert hub.call("GET", {}, path="/feeds")[0] == 421
    assert hub.call("POST", {}, b"verdict=none", path="/matches/1/label")[0] == 421
    assert hub.call("HEAD", {}, path=own)[0] == 404
    assert hub.call("PUT", {}, b"x", path=own)[0] == 405


def test_only_what_was_asked_for_is_verified(desk: Desk, hub: Hub) -> None:
    hub.verifies = False
    desk.run()
    assert desk.row().state == "asked"
    for wrong in (
        {"topic": "http://news.example/other.xml"},
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"challenge": ""},
        {"challenge": "<script>alert(1)</script> "},
        {"challenge": "\x00"},
        {"challenge": "x" * 2000},
        {"lease_seconds": "60"},
        {"lease_seconds": "soon"},
    ):
        assert hub.get(**wrong)[0] == 404
    assert desk.row().state == "asked"
    status, headers, body = hub.get(challenge="<b>")
    assert (status, body) == (200, b"<b>")
    assert headers["content-type"].startswith("text/plain")
    assert headers["x-content-type-options"] == "nosniff"
    assert hub.get()[0] == 200  # a hub may ask again whether the subscription goes on (5)


def test_a_lease_is_renewed_before_it_ends(desk: Desk, hub: Hub) -> None:
    desk.run()
    hub.push(document(1))
    desk.now += timedelta(days=5)
    desk.run()
    assert len(hub.asked) == 1 and desk.trusted()
    desk.now += timedelta(days=2)
    hub.verifies = False
    desk.run()
    assert len(hub.asked) == 2 and hub.asked[0] == hub.asked[1]
    assert desk.row().state == "active" and hub.push(document(2)) == 202 and desk.trusted()
    assert hub.get()[0] == 200
    assert desk.row().lease_until == desk.now + LEASE and desk.trusted()


def test_a_lease_that_ends_is_over(desk: Desk, hub: Hub) -> None:
    desk.run()
    hub.push(document(1))
    desk.run()
    assert desk.trusted()
    hub.verifies = False
    desk.now += LEASE
    desk.store.write(poll_later, desk.now)
    assert not desk.trusted()
    desk.run()
    assert desk.row().state == "asked"
    assert desk.feed().next_poll_at == desk.now + subscriptions.SOONEST
    hub.verify()
    assert desk.row().state == "active" and desk.trusted()


def test_a_hub_may_refuse(desk: Desk, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    desk.run()
    hub.push(document(1))
    desk.now += timedelta(hours=1)
    assert hub.get(mode="denied", topic="http://other.example/")[0] == 404
    assert hub.get(mode="denied", reason="not <b>this</b>\x00 feed")[0] == 200
    assert desk.row().state == "refused" and not desk.trusted()
    assert desk.feed().next_poll_at == desk.now
    assert "feed News: the hub has refused: not <b>this</b> feed" in caplog.text
    desk.run()
    assert len(hub.asked) == 1 and hub.get()[0] == 404
    desk.now += timedelta(days=7)
    desk.run()
    assert len(hub.asked) == 2 and desk.row().state == "active"


def test_a_hub_that_is_down_is_asked_again(
    desk: Desk, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.status = 503
    desk.run()
    desk.run()
    assert len(hub.asked) == 1 and desk.row().state == "wanted" and desk.row().last_error
    assert "feed News: its hub did not take the subscription" in caplog.text
    desk.now += timedelta(minutes=12)
    hub.status = 202
    desk.run()
    assert len(hub.asked) == 2 and desk.row().state == "active" and not desk.row().last_error


def test_what_only_a_hub_may_know_is_told_nowhere(
    desk: Desk, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="monitor")
    hub.status, hub.echoes = 500, True
    desk.run()
    row = desk.row()
    assert row.last_error is not None and "hub.mode=subscribe" in row.last_error
    assert hub.get(mode="denied", reason=f"{row.token}, bad secret: {row.secret}")[0] == 200
    assert desk.row().last_error == "the hub has refused: …, bad secret: …"
    for told in (row.last_error, caplog.text):
        assert row.secret[:8] not in told and row.token[:8] not in told


def test_a_hub_that_leaves_entries_out_is_trusted_no_more(desk: Desk, hub: Hub) -> None:
    desk.run()
    assert not desk.polled(NOW - timedelta(hours=1))
    hub.push(document(1))
    desk.now += timedelta(hours=1)
    assert not desk.polled() and not desk.polled(desk.now - timedelta(minutes=2))
    assert desk.trusted()
    assert desk.polled(desk.now - timedelta(minutes=20), None) and not desk.trusted()
    assert not desk.polled(None)
    hub.push(document(2))
    assert not desk.trusted()
    desk.now += timedelta(days=7)
    desk.run()
    assert len(hub.asked) == 2 and desk.trusted()


def test_without_a_public_address_a_subscription_ends(desk: Desk, hub: Hub) -> None:
    desk.parts = replace(desk.parts, rules=replace(desk.parts.rules, public_url=""))
    desk.run()
    assert not hub.asked and desk.store.read(Session.scalar, select(Subscription)) is None
