"""The review desk as an analyst uses it: looked at, reviewed by keys, corrected, searched, set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.edge.store import undoing, views
from tests.e2e.desk import TOPIC, Desk, fill, open_desk
from tests.e2e.tabs import listening

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PATHS = ("/", "/events/2", "/review/replay", "/matches?words=dam", "/topics", "/topics/replay",
         "/settings/replay", "/quality/replay", "/drift/replay", "/rescore/replay", "/actions",
         "/feeds", "/alerts", "/matches/20")  # fmt: skip


COLOURS = ["color-contrast", "link-in-text-block"]
"""What another colour scheme may change."""
OPEN = """for (const one of [...document.querySelectorAll("main details")].slice(0, 4))
  one.open = true"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    file = tmp_path_factory.mktemp("desk") / "filled.db"
    return file, fill(file)


@pytest.fixture
def desk(filled: tuple[Path, datetime], tmp_path: Path) -> Iterator[Desk]:
    with open_desk(filled[0], tmp_path, filled[1]) as desk:
        yield desk


@pytest.fixture
def page(tab: Any, desk: Desk) -> Iterator[Any]:
    """A browser's page that may complain about nothing."""
    complaints: list[str] = []

    def asked(request: Any) -> None:
        if not request.url.startswith(desk.address):
            complaints.append(request.url)

    with listening(
        tab,
        console=lambda message: complaints.append(message.text),
        pageerror=lambda error: complaints.append(str(error)),
        request=asked,
    ):
        yield tab
    assert complaints == []


def labels(desk: Desk) -> dict[int, str]:
    every = desk.store.read(views.matches, topic=TOPIC)
    return {match.id: match.label for match in every if match.label}


def test_twenty_labels_by_keys_and_the_queue_goes_on(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.address}/review")
    page.wait_for_url("**/review/replay")
    first = page.locator(".card").first.inner_text()
    for key in "yn" * 10:
        page.keyboard.press(key)
    page.wait_for_url("**/review/replay")
    page.get_by_text("20 labels so far").wait_for()
    assert page.locator(".card").first.inner_text() != first
    done = desk.store.read(undoing.actions, topic=TOPIC)
    assert len(done) == 20
    assert sum("relevant:" in one.words and "irrelevant" not in one.words for one in done) == 10
    desk.work()
    assert desk.store.read(views.topic, TOPIC).model != 1


def test_moving_undoing_and_looking_by_keys(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.address}/review/replay")
    current = "document.querySelector('.current h2').innerText"
    first = page.evaluate(current)
    page.keyboard.press("j")
    second = page.evaluate(current)
    assert second != first
    page.keyboard.press("k")
    assert page.evaluate(current) == first
    page.keyboard.press("y")
    assert page.evaluate(current) == second
    page.locator(".card").first.locator("[aria-pressed=true]").wait_for()
    assert len(desk.store.read(undoing.actions)) == 1
    page.keyboard.press("u")
    page.locator(".cards [aria-pressed=true]").wait_for(state="detached")
    [action] = desk.store.read(undoing.actions)
    assert action.undone
    assert page.evaluate(current) == first
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog", name="Keys").is_visible()
    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    opened.value.close()
    page.keyboard.press("/")
    page.keyboard.type("you")
    assert page.locator("#find").input_value() == "you"
    assert len(desk.store.read(undoing.actions)) == 1
    page.locator(".card a[data-event]").first.evaluate("a => a.closest('.card').focus()")
    page.keyboard.press("e")
    page.wait_for_url("**/events/*")


def test_it_works_without_scripts(chromium: Any, desk: Desk) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.address}/review/replay")
    page.get_by_role("button", name="Not relevant").first.click()
    assert "labelled irrelevant" in page.locator(".done").inner_text()
    page.get_by_role("button", name="Undo").first.click()
    assert "Undone: " in page.locator(".done").inner_text()
    page.goto(f"{desk.address}/quality/replay?threshold=0.1")
    assert "more of the last 90 days" in page.locator("#at").inner_text()
    context.close()


def test_an_event_is_split_renamed_merged_and_all_is_undone(page: Any, desk: Desk) -> None:
    before = {m.id: m.event for m in desk.store.read(views.matches, topic=TOPIC)}
    page.goto(f"{desk.address}/events/2")
    page.locator("input[type=checkbox][name=match]").last.check()
    page.get_by_text("Change this event").click()
    page.get_by_role("button", name="Split them off").click()
    page.wait_for_url(re.compile(r"/events/\d+\?done="))
    assert "split off" in page.locator(".done").inner_text()
    own = page.url.split("/events/")[1].split("?")[0]
    page.get_by_text("Change this event").click()
    page.get_by_label("Title").fill("A name of my own")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("heading", level=1, name="A name of my own").wait_for()
    page.get_by_text("Change this event").click()
    page.get_by_label("Is part of").select_option("2")
    page.get_by_role("button", name="Merge").click()
    page.wait_for_url("**/events/2?done=*")
    assert {m.id: m.event for m in desk.store.read(views.matches, topic=TOPIC)} == before
    page.goto(f"{desk.address}/actions")
    for _ in range(3):
        page.get_by_role("button", name=re.compile("^Undo:")).first.click()
        page.locator(".done").wait_for()
        page.goto(f"{desk.address}/actions")
    assert {m.id: m.event for m in desk.store.read(views.matches, topic=TOPIC)} == before
    assert int(own) not in before.values()


def test_an_event_is_muted_and_heard_again(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.address}/events/2")
    for choice, seen in (("a week", True), ("no longer", False)):
        page.get_by_text("Change this event").click()
        page.get_by_label("Send no updates for").select_option(label=choice)
        page.get_by_role("button", name="Mute").click()
        page.wait_for_load_state()
        assert page.get_by_text("muted until").is_visible() is seen


def test_the_text_opens_in_its_place_with_what_matters_marked(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.address}/events/2")
    page.get_by_text("Read it here").first.click()
    text = page.locator(".full .prose").first
    text.wait_for()
    assert text.locator("b").count() > 3
    assert text.locator("mark.new").count() >= 1


def test_search_with_choices_and_a_saved_search(page: Any, desk: Desk) -> None:
    page.goto(desk.address)
    page.keyboard.press("/")
    page.keyboard.type('"Talmera dam" -leak')
    page.keyboard.press("Enter")
    page.wait_for_url("**/matches?words=*")
    assert page.locator(".results mark").first.inner_text().lower() in ("talmera", "talmera dam")
    all_of_them = page.locator(".results > li").count()
    page.get_by_text("More choices").click()
    page.get_by_label("Outlet").fill("radio northway")
    page.get_by_role("button", name="Search").click()
    page.wait_for_load_state()
    few = page.locator(".results > li").count()
    assert 0 < few < all_of_them
    page.get_by_label("Save this search as").fill("Dam <b>news</b>")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    page.goto(f"{desk.address}/matches")
    page.get_by_role("navigation", name="Saved searches").get_by_role("link").click()
    page.wait_for_load_state()
    assert page.locator(".results > li").count() == few
    page.get_by_text("Saved searches", exact=True).click()
    page.get_by_role("button", name="Delete Dam <b>news</b>").click()
    page.wait_for_load_state()
    assert page.get_by_role("navigation", name="Saved searches").count() == 0


def test_the_threshold_is_dragged_looked_at_and_used(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.address}/quality/replay")
    page.locator("#curve canvas").wait_for()
    assert "(in force)" in page.locator("#at").inner_text()
    box = page.locator("#threshold").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, middle, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Use this threshold").wait_for()
    at = page.locator("#at").inner_text()
    assert "more of the last 90 days" in at
    chosen = float(re.search(r"At ([\d.]+)", at)[1])  # type: ignore[index]
    page.get_by_role("button", name="Use this threshold").click()
    page.wait_for_load_state()
    desk.work()
    assert desk.store.read(views.topic, TOPIC).threshold == pytest.approx(chosen, abs=0.001)
    page.goto(f"{desk.address}/settings/replay")
    assert page.get_by_text("set here").is_visible()


def test_seeds_are_uploaded_and_taken_back_and_a_topic_is_made(
    page: Any, desk: Desk, tmp_path: Path
) -> None:
    seed = tmp_path / "seed <i>.txt"
    seed.write_text("A dam of one’s own\n\n" + "The dam on the river Oske is being filled. " * 20)
    page.goto(f"{desk.address}/settings/replay")
    page.locator("input[type=file]").set_input_files(seed)
    page.get_by_role("button", name="Add seeds").click()
    page.get_by_text("seed <i>.txt").wait_for()
    page.get_by_role("button", name="Take back").click()
    page.wait_for_load_state()
    assert page.get_by_text("seed <i>.txt").count() == 0
    page.goto(f"{desk.address}/topics")
    page.get_by_label("Name").fill("My & own")
    page.locator("input[type=file]").set_input_files(seed)
    page.get_by_role("button", name="Follow it").click()
    page.wait_for_url("**/settings/My*")
    desk.work()
    assert desk.store.read(views.topic, "My & own").model is not None


def test_labels_move_old_articles_only_when_applied(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.address}/matches?kind=rejected")
    page.locator(".results [value=relevant]").first.click()
    page.locator(".results [aria-pressed=true]").first.wait_for()
    desk.work()
    matches = len(desk.store.read(views.matches, topic=TOPIC))
    page.goto(f"{desk.address}/rescore/replay")
    assert len(desk.store.read(views.matches, topic=TOPIC)) == matches
    page.get_by_role("button", name=re.compile("^Make ")).click()
    page.get_by_text(re.compile(r"changes? made")).wait_for()
    desk.work()
    assert len(desk.store.read(views.matches, topic=TOPIC)) > matches


def test_the_timeline_leads_to_days_and_events(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.address}/topics/replay?range=30")
    day = page.get_by_role("link", name=re.compile(r"3 Mar 2025: 4 matches"))
    day.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/matches?topic=replay&since=2025-03-03*")
    assert page.locator(".results > li").count() == 4
    page.go_back()
    page.get_by_role("link", name=re.compile("^New on 3 Mar 2025")).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/events/*")


def test_every_page_is_readable_and_no_wider_than_the_screen(page: Any, desk: Desk) -> None:
    """Axe finds nothing serious, in either colour scheme."""
    found: dict[str, list[str]] = {}
    for path in PATHS:
        page.goto(desk.address + path)
        for width in (768, 375, 320, 1200):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        page.evaluate(OPEN)
        for scheme, rules in (("light", {}), ("dark", {"runOnly": COLOURS})):
            page.emulate_media(color_scheme=scheme)
            for name, nodes in serious(page, rules):
                found[f"{scheme} {path} {name}"] = nodes
    assert found == {}, json.dumps(found, indent=1)


def serious(page: Any, rules: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What axe finds by some rules: the name of each that is broken, and where."""
    from axe_playwright_python.sync_playwright import Axe

    # Only what is wrong is read, so nothing else is described.
    options = {"resultTypes": ["violations"], **rules}
    for one in Axe().run(page, options=options).response["violations"]:
        if one["impact"] in ("serious", "critical"):
            yield one["id"], [node["html"][:200] for node in one["nodes"]][:3]
