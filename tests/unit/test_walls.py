"""What a page is told by its markup alone: a wall, prose, too much of everything."""

from __future__ import annotations

import pytest

from monitor.domain.markup import too_costly, visible_words
from monitor.domain.walls import wall

SENTENCE = "The harbour council bought two electric ferries, and sold the old ones for scrap. "
ARTICLE = f"<!doctype html><html><body><p>{SENTENCE * 6}</p><p>{SENTENCE * 6}</p>"


def test_prose_is_told_from_menus_scripts_and_links() -> None:
    menu = "<ul>" + "<li><a href='/x'>" + "word " * 30 + "</a></li>" * 9 + "</ul>"
    script = (
        "<script>var a = '<p>" + "word " * 99 + "</p>';</script><!-- <p>" + "word " * 99 + "-->"
    )
    assert visible_words(menu + script + "<p>By Ann Berg</p>", 10**6) == 0
    prose = f"<p>{'word ' * 20}<b>and</b> {'word ' * 20}</p>"
    assert visible_words(menu + prose + script + prose, 10**6) == 82
    assert visible_words(prose * 9, 50) == 50


GUARDS = {
    "captcha": "<title>Just a moment...</title>",
    "refuses access": "<title>Access Denied</title><p>Reference #18.2d</p>",
    "log in": "<form><input name=p type=password></form>",
    "consent": "<title>Before you continue</title>",
    "not there": "<title>404 - Not found</title>",
    "JavaScript": "<noscript>You need to enable JavaScript to run this app.</noscript>",
    "subscribers": "<p>Subscribe to continue reading</p>",
}


@pytest.mark.parametrize("words", GUARDS)
def test_walls_are_named(words: str) -> None:
    markup = f"<!doctype html><html>{GUARDS[words]}</html>"
    assert words in (wall(markup) or "")
    assert wall(ARTICLE + GUARDS[words].replace("title", "h2")) is None


@pytest.mark.parametrize(
    "title",
    ["Access denied, says mayor", "Are you a robot? A reader asks", "Not found: the lost ferry"],
)
def test_headlines_are_no_walls(title: str) -> None:
    assert wall(f"<title>{title}</title><p>{SENTENCE * 5}</p>") is None


@pytest.mark.parametrize(
    ("markup", "costly"),
    [
        (ARTICLE, False),
        ("<br>" * 60_001, True),
        ("<br>" * 59_000, False),
        (f"<p {'a=b ' * 1_001}>", True),
        (f"<p {'a=b ' * 900}>", False),
        (f"<p data-x='{'a = b ' * 5_000}'>", False),
        ("<" + "a" * 100_000 + ">", False),
    ],
)
def test_monstrous_pages_are_known_before_they_are_read(markup: str, costly: bool) -> None:
    assert too_costly(markup) == costly
