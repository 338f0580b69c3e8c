"""What a poll makes of feeds that move, end, fail, edit, and forget."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.domain.urls import host_of
from monitor.edge.store.polls import CONFIRMATIONS
from monitor.edge.store.store import Store
from monitor.errors import FetchError, WorkerError
from monitor.types import Document
from tests.integration.publisher import FEED, START, Desk, Item, following, prose
from tests.integration.world import ON_SQLITE

MOVED = "http://press.example/new-feed"
PIER = Item("pier", "Council votes to repair the pier")
FERRY = Item("ferry", "Ferry returns after a week of storms")


# ------------------------------------------------------------------ moved, ended, failing


def test_a_feed_is_asked_at_its_new_address_after_three_confirmations(store: Store) -> None:
    with following(store, PIER) as desk:
        desk.publisher.moved_to = MOVED
        for _ in range(CONFIRMATIONS):
            asyncio.run(desk.settle())
        assert set(desk.publisher.asked) >= {FEED}
        assert MOVED not in desk.publisher.asked
        asyncio.run(desk.settle())
        assert desk.publisher.asked[-1] == MOVED
        assert desk.row().url == FEED  # the user's own word for it stays
        assert desk.told() == ["feed_moved"]


def test_a_move_that_is_taken_back_is_not_followed(store: Store) -> None:
    with following(store, PIER) as desk:
        for moved_to in (MOVED, MOVED, None, MOVED):
            desk.publisher.moved_to = moved_to
            asyncio.run(desk.settle())
        assert desk.row().moved_seen == 1
        assert desk.told() == []


def test_a_new_address_that_fails_is_given_up(store: Store) -> None:
    with following(store, PIER) as desk:
        desk.publisher.moved_to = MOVED
        for _ in range(CONFIRMATIONS):
            asyncio.run(desk.settle())
        desk.publisher.answers[MOVED] = FetchError("gone", permanent=True, status=410)
        asyncio.run(desk.settle())
        assert desk.row().state == "active"
        assert desk.row().host == host_of(FEED)  # whose turn it waits for again
        asyncio.run(desk.settle())
        assert desk.publisher.asked[-1] == FEED


def test_a_feed_that_is_gone_is_retired_and_told(store: Store) -> None:
    with following(store, PIER) as desk:
        desk.publisher.answers[FEED] = FetchError("gone for good", permanent=True, status=410)
        asyncio.run(desk.settle())
        asyncio.run(desk.settle())
        assert desk.row().state == "retired"
        assert desk.publisher.asked == [FEED]
        assert desk.told() == ["feed_retired"]


@ON_SQLITE
def test_a_failing_feed_is_told_once_it_is_dead_and_when_it_is_back(store: Store) -> None:
    with following(store, PIER) as desk:
        desk.publisher.answers[FEED] = FetchError("nothing there", permanent=True, status=404)
        for _ in range(9):
            asyncio.run(desk.settle(hours=5))
        assert desk.row().failures == 9
        assert desk.told() == ["feed_failing"]
        del desk.publisher.answers[FEED]
        asyncio.run(desk.settle())
        assert (desk.row().failures, desk.row().last_error) == (0, None)
        assert desk.told() == ["feed_failing", "feed_recovered"]


def test_waits_grow_and_a_server_may_ask_for_more(store: Store) -> None:
    with following(store, PIER) as desk:
        desk.publisher.answers[FEED] = FetchError("busy", status=503)
        waits = []
        for _ in range(3):
            asyncio.run(desk.poll())
            waits.append(desk.row().next_poll_at - desk.clock())
        assert waits == sorted(waits)
        assert timedelta(minutes=30) <= waits[0] <= timedelta(minutes=33)
        desk.publisher.answers[FEED] = FetchError("busy", status=429, retry_after=86_400.0)
        asyncio.run(desk.poll())
        assert desk.row().next_poll_at - desk.clock() == timedelta(days=1)


# ------------------------------------------------------------------ edited


def test_an_edited_article_is_fetched_again_and_both_texts_are_kept(store: Store) -> None:
    with following(store, PIER, FERRY) as desk:
        asyncio.run(desk.settle())
        desk.publisher.edit("pier", title="Council refuses to repair the pier", text=prose(140, 3))
        asyncio.run(desk.settle(hours=1))
        [ferry, pier] = desk.articles()
        assert (pier.title, pier.state) == ("Council refuses to repair the pier", "collected")
        assert pier.text == prose(140, 3)
        [revision] = desk.revisions()
        assert (revision.title, revision.text) == (PIER.title, prose(120))
        assert revision.material
        assert revision.change.startswith("headline changed; ")
        assert ferry.revisions == 0
        assert desk.sightings() == 2


def test_a_change_of_the_feed_alone_leaves_no_revision(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        desk.publisher.edit("pier", summary="17 comments")
        asyncio.run(desk.settle(hours=1))
        assert desk.publisher.asked.count(PIER.url) == 2
        assert desk.revisions() == []


@ON_SQLITE
def test_an_item_that_changes_at_each_poll_is_not_fetched_for_ever(store: Store) -> None:
    with following(store, PIER) as desk:
        for count in range(40):
            desk.publisher.edit("pier", summary=f"{count} comments")
            asyncio.run(desk.settle(hours=6))
        assert desk.publisher.asked.count(PIER.url) <= 6


def test_an_edited_page_that_cannot_be_had_keeps_its_text(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        desk.publisher.edit("pier", title="Pier repaired")
        desk.publisher.answers[PIER.url] = FetchError("no", permanent=True, status=403)
        asyncio.run(desk.settle(hours=1))
        [pier] = desk.articles()
        assert (pier.title, pier.text, pier.text_from) == ("Pier repaired", prose(120), "plain")
        [revision] = desk.revisions()
        assert revision.change == "headline changed"


WALL = Document(
    PIER.url,
    200,
    b"<!doctype html><title>Log in</title><form><input type=password></form>",
    "text/html",
    START,
)


@ON_SQLITE
def test_a_page_that_is_a_wall_leaves_the_feeds_text_and_says_so(store: Store) -> None:
    with following(store, PIER) as desk:
        desk.publisher.answers[PIER.url] = WALL
        asyncio.run(desk.settle())
        [pier] = desk.articles()
        assert (pier.text, pier.text_from) == (PIER.summary, "feed")
        assert "shows no article" in (pier.last_error or "")


def test_an_edited_page_behind_a_wall_keeps_its_text(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        desk.publisher.edit("pier", title="Pier repaired")
        desk.publisher.answers[PIER.url] = WALL
        asyncio.run(desk.settle(hours=1))
        [pier] = desk.articles()
        assert (pier.title, pier.text, pier.state) == ("Pier repaired", prose(120), "collected")


# ------------------------------------------------------------------ identity


def test_a_changed_link_under_the_same_guid_is_the_same_article(store: Store) -> None:
    with following(store, PIER, FERRY) as desk:
        asyncio.run(desk.settle())
        desk.publisher.edit("pier", path="council-refuses", title="Council refuses")
        asyncio.run(desk.settle(hours=1))
        assert {article.url for article in desk.articles()} == {
            "http://paper.example/council-refuses",
            FERRY.url,
        }
        asyncio.run(desk.settle(hours=1))
        assert len(desk.articles()) == 2


def test_a_guid_that_every_item_gets_joins_nothing(store: Store) -> None:
    with following(store, replace(PIER, guid="the-paper")) as desk:
        asyncio.run(desk.settle())
        later = PIER.published + timedelta(days=1)
        desk.publisher.items = [replace(FERRY, guid="the-paper", published=later)]
        asyncio.run(desk.settle())
        assert [article.title for article in desk.articles()] == [PIER.title, FERRY.title]


# ------------------------------------------------------------------ loss


@ON_SQLITE
def test_polls_that_do_not_overlap_are_noticed(store: Store) -> None:
    items = [Item(f"n{n}", f"News number {n}") for n in range(30)]
    with following(store) as desk:
        for start in (0, 5, 9):
            desk.publisher.items = items[start : start + 10]
            asyncio.run(desk.settle())
        assert desk.row().lost_at is None
        lost_at = desk.clock()
        desk.publisher.items = items[20:30]
        asyncio.run(desk.settle())
        assert desk.row().lost_at == lost_at


def test_an_unchanged_feed_is_not_parsed_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with following(store, PIER, FERRY) as desk:
        asyncio.run(desk.settle())
        jobs = count_jobs(desk, monkeypatch)
        asyncio.run(desk.poll())
        assert jobs == []
        desk.publisher.items.append(Item("new", "Something new"))
        asyncio.run(desk.poll())
        assert [name for name, _ in jobs] == ["parse_feed"]
        [(_, [document, *_])] = jobs
        assert b"Something new" in document.body
        assert b"Ferry returns" not in document.body
        assert desk.row().lost_at is None


def count_jobs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[Any]]]:
    """Every job that is given to the workers from now on."""
    jobs: list[tuple[str, list[Any]]] = []
    run = desk.parts.workers.run

    async def noted(job: Any, /, *args: Any, **kwargs: Any) -> Any:
        jobs.append((job.__name__, list(args)))
        return await run(job, *args, **kwargs)

    monkeypatch.setattr(desk.parts.workers, "run", noted)
    return jobs


# ------------------------------------------------------------------ poison


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Jobs named here kill their worker."""
    names: list[str] = []

    async def run(self: object, job: Any, /, *args: Any, **kwargs: Any) -> Any:
        if job.__name__ in names:
            raise WorkerError(f"{job.__name__} killed its worker process", killed=True)
        return await asyncio.to_thread(job, *args, **kwargs)

    monkeypatch.setattr("monitor.edge.workers.InlineWorkers.run", run)
    return names


def test_a_document_that_kills_twice_is_read_again_only_when_it_changes(
    store: Store, deadly: list[str]
) -> None:
    with following(store, PIER) as desk:
        deadly.append("parse_feed")
        for _ in range(2):
            asyncio.run(desk.settle())
        assert desk.row().kills == 2
        deadly.clear()
        asyncio.run(desk.settle())
        assert desk.articles() == []
        assert "not read again until it changes" in (desk.row().last_error or "")
        desk.publisher.items.append(FERRY)
        asyncio.run(desk.settle())
        assert len(desk.articles()) == 2
        assert (desk.row().kills, desk.row().failures) == (0, 0)


def test_a_page_that_kills_twice_is_given_up_and_its_neighbours_are_not(
    store: Store, deadly: list[str]
) -> None:
    with following(store, PIER) as desk:
        deadly.append("skim")
        asyncio.run(desk.settle())
        assert [article.state for article in desk.articles()] == ["new"]
        desk.clock.move(minutes=10)
        asyncio.run(desk.settle())
        [pier] = desk.articles()
        assert (pier.state, pier.text_from, pier.kills) == ("collected", "feed", 1)
        assert "killed its worker" in (pier.last_error or "")
        deadly.clear()
        desk.publisher.items.append(FERRY)
        asyncio.run(desk.settle())
        assert desk.articles()[1].text_from == "plain"


def test_a_fault_of_ours_costs_the_page_that_meets_it_and_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with following(store, PIER, FERRY) as desk:
        run = desk.parts.workers.run

        async def faulty(job: Any, /, *args: Any, **kwargs: Any) -> Any:
            if job.__name__ == "skim" and args[0].url == PIER.url:
                raise KeyError("oversight")
            return await run(job, *args, **kwargs)

        monkeypatch.setattr(desk.parts.workers, "run", faulty)
        asyncio.run(desk.settle())
        by_url = {article.url: article for article in desk.articles()}
        assert by_url[FERRY.url].text_from == "plain"
        assert by_url[PIER.url].text_from == "feed"
        assert "please report it" in (by_url[PIER.url].last_error or "")
