"""The whole path over an archive, on both databases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Judgement
from monitor.commands import Collect, Deliver, Fit, Judge, Poll
from monitor.edge.store import health, judging, telling, topics, views
from monitor.edge.store.alerts import add_alert
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.errors import DeliveryError, FetchError, StoreError
from monitor.pipeline import Parts, handle
from monitor.run.local import Engine
from monitor.types import Alert
from tests.integration.world import (
    AFTER,
    CHANNELS,
    ON_SQLITE,
    SETTINGS,
    Archive,
    Clock,
    Recorder,
    Story,
    load,
    outcome,
    parts_for,
    seed_inputs,
    set_up,
)

STORIES = load("stories.jsonl")
FEW = [story for n, story in enumerate(STORIES) if story.event or n % 5 == 0]
"""All that the topic is about; of the rest, enough to be told from it."""
TELLINGS = load("tellings.jsonl")


def archive_of(parts: Parts) -> Archive:
    assert isinstance(parts.fetcher, Archive)
    return parts.fetcher


def sent(parts: Parts, channel: str) -> list[str]:
    recorder = parts.channels[channel]
    assert isinstance(recorder, Recorder)
    return [
        delivery.alert.title
        for delivery in recorder.sent
        if isinstance(delivery.alert, Alert) and delivery.alert.kind == "new_event"
    ]


@pytest.fixture
def parts(store: Store) -> Iterator[Parts]:
    with archive(store, FEW) as made:
        yield made


@contextmanager
def archive(store: Store, stories: list[Story]) -> Iterator[Parts]:
    clock = Clock(AFTER)
    set_up(store, stories, clock())
    with parts_for(store, stories, clock) as made:
        yield made


def drain(parts: Parts) -> None:
    asyncio.run(Engine(parts).drain())


def gold_events(stories: list[Story]) -> set[frozenset[str]]:
    events: defaultdict[str, set[str]] = defaultdict(set)
    for story in stories:
        if story.event:
            events[story.event].add(story.url)
    return {frozenset(urls) for urls in events.values()}


def test_an_archive_becomes_matches_events_and_alerts(store: Store) -> None:
    with archive(store, STORIES) as parts:
        drain(parts)
    found = outcome(store)
    assert found.articles == len(STORIES)
    assert set(found.events) == gold_events(STORIES)
    assert len(found.alerts) == len(found.events) * len(CHANNELS)
    assert {state for *_, state in found.alerts} == {"sent"}
    for channel in CHANNELS:
        assert len(sent(parts, channel)) == len(found.events)


def test_nothing_is_due_afterwards_and_nothing_happens_twice(parts: Parts) -> None:
    drain(parts)
    before = outcome(parts.store), sent(parts, "mail")
    assert parts.store.read(pending, parts.clock()) == []
    parts.clock.move(hours=1)  # type: ignore[attr-defined]
    drain(parts)
    assert (outcome(parts.store), sent(parts, "mail")) == before


@ON_SQLITE
def test_day_by_day_gives_the_same_events(store: Store) -> None:
    clock = Clock(datetime(2025, 6, 1, tzinfo=UTC))
    set_up(store, STORIES, clock())
    with parts_for(store, STORIES, clock) as parts:
        while clock() < datetime(2025, 6, 25, tzinfo=UTC):
            drain(parts)
            clock.move(days=3)
        assert set(outcome(store).events) == gold_events(STORIES)
        assert len(sent(parts, "desk")) == len(gold_events(STORIES))


def test_twenty_tellings_judged_at_once_open_one_event(store: Store) -> None:
    """Hints doubled, each judge in a thread of its own: one event, one alert a channel."""
    clock = Clock(AFTER)
    set_up(store, TELLINGS, clock(), replace(SETTINGS, threshold=0.02))
    with parts_for(store, TELLINGS, clock) as parts:

        async def tell() -> None:
            due = parts.store.read(pending, clock())
            [fit] = [c for c in due if isinstance(c, Fit)]
            [judge] = await handle(fit, parts)
            await handle(judge, parts)  # the seeds
            for poll in (c for c in due if isinstance(c, Poll)):
                await handle(poll, parts)
            hosts = [c for c in parts.store.read(pending, clock()) if isinstance(c, Collect)]
            await asyncio.gather(*(handle(c, parts) for c in hosts * 2))
            assert isinstance(judge, Judge)
            hints = await asyncio.gather(*(handle(judge, parts) for _ in range(20)))
            due_now = [hint for some in hints for hint in some]
            assert sorted(map(str, due_now)) == sorted(str(Deliver(c)) for c in CHANNELS)
            await asyncio.gather(*(handle(c, parts) for c in due_now * 5))

        asyncio.run(tell())
        found = outcome(store)
        assert found.events == {frozenset(story.url for story in TELLINGS)}
        assert len(found.alerts) == len(CHANNELS)
        assert [len(sent(parts, channel)) for channel in CHANNELS] == [1, 1]


@ON_SQLITE
def test_a_page_that_fails_for_now_is_asked_again_and_not_lost(parts: Parts) -> None:
    story = next(story for story in STORIES if story.event)
    archive_of(parts).broken[story.url] = FetchError("busy", status=503)
    drain(parts)
    assert story.url not in outcome(parts.store).scores
    archive_of(parts).broken.clear()
    parts.clock.move(minutes=6)  # type: ignore[attr-defined]
    drain(parts)
    assert set(outcome(parts.store).events) == gold_events(STORIES)


@ON_SQLITE
def test_a_page_that_cannot_be_had_leaves_the_text_of_the_feed(parts: Parts) -> None:
    story = STORIES[0]
    archive_of(parts).broken[story.url] = FetchError("gone", permanent=True, status=404)
    drain(parts)
    [detail] = parts.store.read(views.judgements_of, story.url)
    assert detail.article.text_from == "feed"
    assert detail.article.text == story.text[:120].strip()


@ON_SQLITE
def test_a_feed_that_fails_backs_off_and_comes_back(parts: Parts) -> None:
    url = next(iter(archive_of(parts).by_feed))
    archive_of(parts).broken[url] = FetchError("no route")
    drain(parts)
    [view] = [feed for feed in parts.store.read(health.feeds, parts.clock()) if feed.url == url]
    assert (view.failures, view.last_error, view.entries) == (1, "no route", 0)
    wait = view.next_poll_at - parts.clock()
    assert timedelta(minutes=30) <= wait <= timedelta(minutes=33)
    archive_of(parts).broken.clear()
    parts.clock.move(minutes=33)  # type: ignore[attr-defined]
    drain(parts)
    [view] = [feed for feed in parts.store.read(health.feeds, parts.clock()) if feed.url == url]
    assert (view.failures, view.last_error) == (0, None)
    assert view.entries == len(archive_of(parts).by_feed[url])


def test_a_channel_that_is_down_keeps_its_messages_in_order(parts: Parts) -> None:
    mail = parts.channels["mail"]
    assert isinstance(mail, Recorder)
    mail.failures = [DeliveryError("connection refused") for _ in range(3)]
    drain(parts)
    assert sent(parts, "mail") == []
    assert len(sent(parts, "desk")) == len(gold_events(STORIES))
    parts.clock.move(days=1)  # type: ignore[attr-defined]
    drain(parts)
    assert sent(parts, "mail") == []
    for _ in range(3):
        parts.clock.move(hours=2)  # type: ignore[attr-defined]
        drain(parts)
    assert sent(parts, "mail") == sent(parts, "desk")


@ON_SQLITE
def test_a_refused_message_is_dead_and_the_next_one_goes(parts: Parts) -> None:
    mail = parts.channels["mail"]
    assert isinstance(mail, Recorder)
    mail.failures = [DeliveryError("550 no such user", permanent=True)]
    drain(parts)
    dead = parts.store.read(views.alerts, state="dead")
    assert [(view.channel, view.error) for view in dead] == [("mail", "550 no such user")]
    assert sent(parts, "mail") == sent(parts, "desk")[1:]


def test_a_crash_between_send_and_mark_repeats_that_message_only(parts: Parts) -> None:
    class Crash(BaseException):
        """As a kill would: nothing of ours may catch it."""

    class Dying(Recorder):
        async def send(self, delivery: object) -> None:
            self.sent.append(delivery)  # type: ignore[arg-type]
            raise Crash

    whole = replace(parts, channels={"mail": Recorder(), "desk": Recorder()})
    dying = Dying()
    crashing = replace(parts, channels={"mail": dying, "desk": dying})
    asyncio.run(_all_but_delivery(whole))
    with pytest.raises(Crash):
        asyncio.run(handle(Deliver("mail"), crashing))
    asyncio.run(handle(Deliver("mail"), whole))
    assert sent(whole, "mail") == []  # leased
    parts.clock.move(minutes=6)  # type: ignore[attr-defined]
    drain(whole)
    assert len(sent(whole, "mail")) == len(gold_events(STORIES))
    assert isinstance(whole.channels["mail"], Recorder)
    assert whole.channels["mail"].sent[0].uid == dying.sent[0].uid


async def _all_but_delivery(parts: Parts) -> None:
    before = None
    while before != (
        due := [c for c in parts.store.read(pending, parts.clock()) if not isinstance(c, Deliver)]
    ):
        before = due
        for command in due:
            await handle(command, parts)


def test_lost_hints_are_found_again(parts: Parts) -> None:
    """Every hint is dropped: the rows alone carry the work to its end."""

    async def go() -> None:
        while due := parts.store.read(pending, parts.clock()):
            for command in due:
                await handle(command, parts)

    asyncio.run(go())
    assert set(outcome(parts.store).events) == gold_events(STORIES)
    assert len(sent(parts, "mail")) == len(gold_events(STORIES))


@ON_SQLITE
def test_alert_since_opens_earlier_events_without_an_alert(store: Store) -> None:
    clock = Clock(AFTER)
    set_up(store, FEW, clock(), replace(SETTINGS, alert_since=AFTER - timedelta(days=1)))
    with parts_for(store, FEW, clock) as parts:
        drain(parts)
        assert set(outcome(store).events) == gold_events(STORIES)
        assert outcome(store).alerts == ()


def test_a_label_makes_a_fit_due_and_the_model_changes(parts: Parts) -> None:
    drain(parts)
    [match, *_] = parts.store.read(views.matches, limit=1)
    parts.store.write(judging.label, match.id, "irrelevant", parts.clock())
    assert [c for c in parts.store.read(pending, parts.clock()) if isinstance(c, Fit)]
    before = parts.store.read(views.topic, "story").model
    drain(parts)
    after = parts.store.read(views.topic, "story").model
    assert before is not None
    assert after is not None
    assert after > before


def with_seed_page(store: Store, url: str) -> None:
    """The topic gets the address of a page as a seed beside its files."""
    page = SeedInput(source=url, key=url, host="seeds.example")
    topic = TopicInput("story", CHANNELS, SETTINGS, (*seed_inputs(), page))
    store.write(topics.sync_topics, [topic], AFTER)


@ON_SQLITE
def test_a_seed_may_be_the_address_of_a_page(parts: Parts) -> None:
    story = next(story for story in STORIES if story.event)
    with_seed_page(parts.store, story.url)
    drain(parts)
    topic = parts.store.read(views.topic, "story")
    assert [seed.state for seed in topic.seeds] == ["collected"] * 4
    assert topic.seeds[-1].event is not None
    told = {match.url for match in parts.store.read(views.matches)}
    assert story.url not in told  # a seed is no match, though a feed carries it
    seeded = {s.url for s in STORIES if s.event == story.event} - {story.url}
    assert seeded <= told
    titles = {one.title for one in STORIES if one.event == story.event}
    assert not titles & set(sent(parts, "mail"))  # its event is known
    assert len(sent(parts, "mail")) >= 3


@ON_SQLITE
def test_a_seed_page_that_cannot_be_had_is_shown_and_the_others_serve(parts: Parts) -> None:
    with_seed_page(parts.store, "http://seeds.example/lost.html")
    archive_of(parts).broken["http://seeds.example/lost.html"] = FetchError("no route to host")
    drain(parts)
    [*_, lost] = parts.store.read(views.topic, "story").seeds
    assert (lost.state, lost.error) == ("failed", "no route to host")
    assert set(outcome(parts.store).events) == gold_events(STORIES)


@ON_SQLITE
def test_what_is_remembered_gives_way_to_what_the_database_says(store: Store) -> None:
    """Another process moves an event's articles: the next telling follows them there."""
    tellings = sorted((s for s in STORIES if s.event), key=lambda story: story.published)
    first = [story for story in tellings if story.event == tellings[0].event]
    clock = Clock(first[-1].published - timedelta(minutes=1))
    set_up(store, FEW, clock())
    with parts_for(store, FEW, clock) as parts:
        drain(parts)
        [seeds_event] = {seed.event for seed in store.read(views.topic, "story").seeds}

        def move(session: Session) -> None:
            for row in session.scalars(select(Judgement).where(Judgement.event_id.is_not(None))):
                row.event_id = seeds_event

        store.write(move)
        clock.now = AFTER
        drain(parts)
        events = {match.url: match.event for match in store.read(views.matches)}
        assert events[first[-1].url] == seeds_event


@ON_SQLITE
def test_what_was_not_committed_is_not_remembered(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def fail_once(*args: object) -> None:
        calls.append(args)
        if len(calls) == 1:
            raise StoreError("database: disk full")
        return add_alert(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(telling, "add_alert", fail_once)
    drain(parts)
    monkeypatch.undo()
    drain(parts)
    assert calls
    assert set(outcome(parts.store).events) == gold_events(STORIES)
    assert len(sent(parts, "mail")) == len(gold_events(STORIES))
