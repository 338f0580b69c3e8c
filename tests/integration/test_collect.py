"""What becomes of pages that show something else than their article."""

from __future__ import annotations

import asyncio

import pytest

from monitor.edge.store.store import Store
from monitor.types import Document
from tests.integration.publisher import START, Item, following, prose

PIER = Item("pier", "Council votes to repair the pier")
WALLS = {
    "log in": (
        "<title>Log in</title><form><input type=password></form>",
        "its page shows no article: it asks to log in",
    ),
    "consent": (
        "<title>Before you continue</title><form>We use cookies.</form>",
        "its page shows no article: it asks for consent to cookies first",
    ),
    "captcha": (
        "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
        "its page shows no article: it asks for proof that a person is reading (captcha)",
    ),
    "empty": (
        "<title>The Paper</title>",
        "its page shows no article: it has no article text",
    ),
}


def wall(name: str) -> Document:
    markup = f"<!doctype html>{WALLS[name][0]}"
    return Document(PIER.url, 200, markup.encode(), "text/html", START)


@pytest.mark.parametrize("name", WALLS)
def test_an_article_tells_what_stands_before_its_page(store: Store, name: str) -> None:
    with following(store, PIER) as desk:
        desk.publisher.answers[PIER.url] = wall(name)
        asyncio.run(desk.settle())
        [pier] = desk.articles()
        assert (pier.text, pier.text_from) == (PIER.summary, "feed")
        assert pier.last_error == WALLS[name][1]


def test_an_edited_article_tells_it_too_and_keeps_its_text(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        desk.publisher.edit("pier", title="Pier repaired")
        desk.publisher.answers[PIER.url] = wall("consent")
        asyncio.run(desk.settle(hours=1))
        [pier] = desk.articles()
        assert (pier.text, pier.last_error) == (prose(120), WALLS["consent"][1])


def test_a_page_that_shows_its_article_tells_nothing(store: Store) -> None:
    with following(store, PIER) as desk:
        asyncio.run(desk.settle())
        [pier] = desk.articles()
        assert (pier.text, pier.last_error) == (prose(120), None)
