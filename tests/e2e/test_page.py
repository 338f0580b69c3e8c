"""The review page in a real browser: sizes, colours, keyboard, quiet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from monitor.edge.store import views
from monitor.edge.store.store import Store
from tests.e2e.tabs import SIZE, listening

pytestmark = pytest.mark.browser

PATHS = ("/", "/events/2", "/matches", "/matches/5", "/topics", "/topics/us-japan-defence",
         "/feeds", "/alerts", "/nowhere")  # fmt: skip
UNLABELLED = 3  # a match of the oldest event


class Watched:
    """A browser's page, and everything it complained about or asked for."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def open(self, path: str) -> Any:
        answer = self.page.goto(self.address + path)
        assert answer is None or answer.status == (404 if path == "/nowhere" else 200)
        return self.page

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.innerText"))


@pytest.fixture
def watched(tab: Any, address: str) -> Iterator[Watched]:
    watched = Watched(tab, address)
    with listening(
        tab,
        console=lambda message: watched.complaints.append(message.text),
        pageerror=lambda error: watched.complaints.append(str(error)),
        request=lambda request: watched.requests.append(request.url),
    ):
        yield watched


def test_what_holds_for_every_page(watched: Watched) -> None:
    """Each is loaded once, and looked at in many ways."""
    watched.open("/")
    for path in PATHS:
        page = watched.open(path)
        is_painted_soon(page, path)
        has_landmarks_names_and_one_main_heading(page)
        is_readable_light_and_dark(page, path)
        is_no_wider_than_the_screen(page, path)
        if path != "/nowhere":  # of which the browser says itself that it is not there
            assert watched.complaints == [], path
    assert {url.startswith(f"{watched.address}/") for url in watched.requests} == {True}


def is_no_wider_than_the_screen(page: Any, path: str) -> None:
    for width in (1200, 768, 375, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        wide = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right"
            " > innerWidth + 1 && !e.closest('.aside, thead')).map(e => e.outerHTML.slice(0, 80))"
        )
        assert wide == [], (path, width)
    page.set_viewport_size(SIZE)


def is_readable_light_and_dark(page: Any, path: str) -> None:
    grounds = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        pairs = page.evaluate(COLOURS)
        assert len(pairs) > 1
        for (ink, ground), text in pairs:
            assert contrast(ink, ground) >= 4.5, f"{scheme} {path}: {text}"
        root = "document.documentElement"
        grounds.append(page.evaluate(f"getComputedStyle({root}).backgroundColor"))
    assert luminance(grounds[0]) < 0.1 < 0.8 < luminance(grounds[1])


COLOURS = """() => {
  const ground = at => {
    const own = getComputedStyle(at).backgroundColor;
    return own === 'rgba(0, 0, 0, 0)' && at.parentElement ? ground(at.parentElement) : own;
  };
  const pairs = new Map();
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('');
    const pair = [getComputedStyle(element).color, ground(element)];
    if (text.trim() && element.checkVisibility()) pairs.set(String(pair), [pair, text.trim()]);
  }
  return [...pairs.values()];
}"""
"""Each pair of text and ground colours on the page, with a text that has it."""


def luminance(colour: str) -> float:
    """Relative luminance in [0, 1] as WCAG 2.2 defines it, of a CSS ``rgb(…)``."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio in [1, 21] (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_match_is_labelled_by_keyboard(watched: Watched, filled: Store) -> None:
    page = watched.open(f"/matches/{UNLABELLED}")
    page.keyboard.press("Tab")
    assert watched.focused() == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    tab_to(watched, "Relevant")
    width = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
    assert page.evaluate(width) >= 2
    page.keyboard.press("Enter")
    page.wait_for_url("**#label")
    page.get_by_text("You said: relevant.").wait_for()
    assert filled.read(views.match, UNLABELLED).label == "relevant"
    assert page.evaluate("document.activeElement.id") == "label"
    tab_to(watched, "Undo")
    page.keyboard.press("Space")
    page.get_by_text("Your answer teaches").wait_for()
    assert filled.read(views.match, UNLABELLED).label is None
    assert watched.complaints == []


def tab_to(watched: Watched, name: str) -> None:
    for _ in range(8):
        watched.page.keyboard.press("Tab")
        if watched.focused() == name:
            return
    pytest.fail(f"no Tab leads to {name}")


def test_a_form_of_another_site_changes_nothing(watched: Watched, filled: Store) -> None:
    page = watched.page
    page.set_content(
        f'<form method="post" action="{watched.address}/matches/{UNLABELLED}/label">'
        '<input name="verdict" value="irrelevant"><button>Go</button></form>'
    )
    page.get_by_role("button").click()
    page.get_by_text("Changes are taken from the page itself only.").wait_for()
    assert filled.read(views.match, UNLABELLED).label is None


def has_landmarks_names_and_one_main_heading(page: Any) -> None:
    assert page.locator("main").count() == 1
    assert page.get_by_role("navigation", name="Pages").count() == 1
    assert page.locator("h1").count() == 1
    assert page.title().endswith("· News monitor")
    headings = page.locator("h1, h2, h3, h4")
    levels = [int(tag[1]) for tag in headings.evaluate_all("all => all.map(e => e.tagName)")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    fields = page.locator("input:not([type=hidden]), select")
    assert fields.evaluate_all("all => all.every(f => f.labels.length || !!f.ariaLabel)")


def is_painted_soon(page: Any, path: str) -> None:
    paint = page.evaluate(FIRST_PAINT)
    assert paint < 1000, f"{path}: {paint:.0f} ms"  # some 60 ms when nothing else runs


FIRST_PAINT = """new Promise(done =>
  new PerformanceObserver(list => done(list.getEntries()[0].startTime))
    .observe({type: 'paint', buffered: true}))"""
"""Milliseconds from the request to the first paint."""
