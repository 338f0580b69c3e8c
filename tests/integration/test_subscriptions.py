"""Subscriptions and pushes in the database."""

from __future__ import annotations

import asyncio
import hmac
from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Feed, Subscription
from monitor.commands import Command, Poll, Subscribe
from monitor.domain.rhythm import Rhythm, observe, usual_gap
from monitor.domain.silence import silence
from monitor.domain.websub import Offer
from monitor.edge.store import feeds, pushes, subscriptions
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.errors import StoreError
from monitor.pipeline import upkeep
from monitor.pipeline.subscribe import read_pushes
from monitor.run.cluster import KINDS
from monitor.run.local import WIDTH
from tests.integration.hub import (
    FEED,
    LEASE,
    NOW,
    RSS,
    Desk,
    document,
    one_feed,
)
from tests.integration.world import ON_SQLITE


def signed(desk: Desk, body: bytes) -> dict[str, Any]:
    made = hmac.new(desk.row().secret.encode(), body, "sha256").hexdigest()
    return {"content_type": RSS, "body": body, "signature": f"sha256={made}", "now": desk.now}


def confirm(desk: Desk) -> Any:
    token, topic = desk.row().token, desk.row().topic
    desk.store.write(subscriptions.take_turn, 1, desk.now, 0.0)
    return desk.store.write(
        subscriptions.confirm, token, topic, lease_seconds="864000", now=desk.now, chance=0.0
    )


def test_a_new_offer_is_subscribed_to_anew(store: Store) -> None:
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    assert Subscribe(1, "hub.example") in store.read(pending, NOW)
    assert confirm(desk).until == NOW + LEASE
    first = desk.row()
    assert not [c for c in store.read(pending, NOW) if isinstance(c, Subscribe)]
    store.write(subscriptions.offer, 1, Offer("https://hub.example/", FEED), NOW)
    assert desk.row().token == first.token
    store.write(subscriptions.offer, 1, Offer("https://other.example/", FEED), NOW)
    second = desk.row()
    assert second.state == "wanted" and second.lease_until is None
    assert second.token != first.token and second.secret != first.secret
    assert not store.read(pushes.known, first.token)
    store.write(subscriptions.offer, 1, None, NOW)
    assert store.read(Session.scalar, select(Subscription)) is None
    store.write(subscriptions.offer, 1, None, NOW)


def test_pushes_wait_in_order_and_not_without_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes, "MOST_WAITING", 4)
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    confirm(desk)
    desk.now += timedelta(hours=1)
    for at in range(pushes.MOST_WAITING):
        receipt = store.write(pushes.take, desk.row().token, **signed(desk, document(at)))
        assert receipt.verdict == "taken"
    receipt = store.write(pushes.take, desk.row().token, **signed(desk, document(99)))
    assert receipt.verdict == "dropped" and desk.waiting() == pushes.MOST_WAITING
    assert desk.feed().next_poll_at == desk.now
    asyncio.run(read_pushes(1, desk.parts))
    assert desk.titles() == [f"Story {at}" for at in range(pushes.MOST_WAITING)]


def test_a_push_is_read_once(store: Store) -> None:
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    confirm(desk)
    store.write(pushes.take, desk.row().token, **signed(desk, document(1)))
    push = store.read(pushes.next_push, 1)
    assert push is not None and push.document.url == FEED and push.document.body == document(1)
    store.write(pushes.drop_push, push, NOW)
    assert store.write(pushes.save_push, push, (), {}, NOW).entries == 0
    assert store.read(pushes.next_push, 1) is None


def push_one(desk: Desk, number: int) -> None:
    store = desk.store
    receipt = store.write(pushes.take, desk.row().token, **signed(desk, document(number)))
    assert receipt.verdict == "taken"
    asyncio.run(read_pushes(1, desk.parts))


@ON_SQLITE
def test_what_is_pushed_belongs_to_the_feeds_rhythm(store: Store) -> None:
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    confirm(desk)
    for number in range(60):
        desk.now += timedelta(hours=6)
        push_one(desk, number)
    feed, last = desk.feed(), desk.now
    assert feed.rhythm is not None and feed.last_entry_at == last
    rhythm = Rhythm.from_json(feed.rhythm)
    assert timedelta(hours=5) < usual_gap(rhythm) < timedelta(hours=7)
    for days, unusual in ((1, False), (6, True)):
        now = last + timedelta(days=days)
        assert silence(observe(rhythm, last, now, []), last, now).unusual is unusual


def test_a_push_of_what_is_known_leaves_the_rhythm(store: Store) -> None:
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    confirm(desk)
    desk.now += timedelta(hours=6)
    push_one(desk, 1)
    before = desk.feed().rhythm
    desk.now += timedelta(hours=6)
    push_one(desk, 1)
    assert before is not None and desk.feed().rhythm == before


@pytest.mark.parametrize("state", ["active", "paused", "retired", "removed"])
def test_pushes_wait_for_followed_feeds_only(store: Store, state: str) -> None:
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    confirm(desk)
    store.write(pushes.take, desk.row().token, **signed(desk, document(1)))

    def leave(session: Session) -> None:
        session.get_one(Feed, 1).state = state

    store.write(leave)
    asyncio.run(upkeep(desk.parts))
    assert desk.waiting() == (state == "active")


@pytest.mark.parametrize("state", ["paused", "retired", "removed"])
def test_the_hub_of_a_feed_that_is_not_followed_is_sent_away(store: Store, state: str) -> None:
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    confirm(desk)
    row, push = desk.row(), signed(desk, document(1))
    store.write(pushes.take, row.token, **push)
    store.write(feeds.set_feed_state, FEED, state, NOW)
    due = store.read(pending, NOW + LEASE)
    assert not [c for c in due if isinstance(c, (Poll, Subscribe))]
    assert asyncio.run(read_pushes(1, desk.parts)) == []
    assert store.write(pushes.take, row.token, **push).verdict == "unknown"
    assert not store.read(pushes.known, row.token)


def test_a_feed_that_fails_keeps_its_rest(store: Store) -> None:
    desk = Desk(store)
    one_feed(store, "https://hub.example/")
    confirm(desk)
    rest = desk.feed().next_poll_at

    def break_down(session: Session) -> None:
        session.get_one(Feed, 1).failures = 3

    store.write(break_down)
    desk.now += timedelta(hours=1)
    assert store.write(pushes.turn_away, desk.row().token, desk.now).verdict == "dropped"
    assert desk.feed().next_poll_at == rest


def test_a_subscription_ends_only_while_its_feeds_row_is_held(postgres_url: str) -> None:
    store = Store(postgres_url)
    one_feed(store, "https://hub.example/")

    def end_at_once(session: Session) -> None:
        session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        subscriptions.end(session, 1)

    with Session(store.engine) as other:
        other.get(Feed, 1, with_for_update=True)
        with pytest.raises(StoreError, match="lock timeout"):
            store.write(end_at_once)
    store.write(end_at_once)
    assert store.read(Session.scalar, select(Subscription)) is None
    store.close()


def test_every_engine_knows_every_command() -> None:
    assert set(WIDTH) == set(KINDS.values()) == set(get_args(Command))


def test_a_doubled_command_asks_once(store: Store) -> None:
    one_feed(store, "https://hub.example/")
    first = store.write(subscriptions.take_turn, 1, NOW, 0.0)
    assert first is not None and first.ask
    assert store.write(subscriptions.take_turn, 1, NOW, 0.0) is None
