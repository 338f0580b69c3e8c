"""``monitor events split``, ``rename`` and ``separate``, and ``monitor undo``."""

from __future__ import annotations

from typing import Any

from tests.integration.cli.conftest import Monitor


def event(monitor: Monitor, id: int) -> dict[str, Any]:
    [shown] = monitor.rows("events", "show", id)
    return shown


def members(monitor: Monitor, id: int) -> list[int]:
    return sorted(one["id"] for one in event(monitor, id)["members"])


def test_an_event_is_merged_split_separated_and_all_is_undone(monitor: Monitor) -> None:
    kept, gone, *_ = monitor.rows("events", "list")
    before = members(monitor, kept["id"]), members(monitor, gone["id"])
    monitor("events", "merge", gone["id"], kept["id"])
    told = monitor("events", "separate", gone["id"]).stderr
    assert told == f"event {gone['id']} is one of its own again\n"
    assert (members(monitor, kept["id"]), members(monitor, gone["id"])) == before
    assert event(monitor, kept["id"])["kin"] == []
    monitor("events", "merge", gone["id"], kept["id"])
    said = monitor("events", "split", gone["id"], *before[1]).stdout
    assert said.endswith(f"split off from event {gone['id']}\n")
    new = int(said.split()[1].rstrip(":"))
    assert members(monitor, new) == before[1]
    for words in ("split off", "merged into", "separated from", "merged into"):
        assert words in monitor("undo").stdout
    assert (members(monitor, kept["id"]), members(monitor, gone["id"])) == before
    assert "nothing to undo" in monitor.error("undo")


def test_an_event_is_renamed_and_gets_its_title_back(monitor: Monitor) -> None:
    [row, *_] = monitor.rows("events", "list")
    told = monitor("events", "rename", row["id"], "Cut \x1b[31m off").stderr
    assert told == f"event {row['id']} renamed: Cut [31m off (it was: {row['title']})\n"
    assert event(monitor, row["id"])["title"] == "Cut [31m off"
    monitor("events", "rename", row["id"], "")
    assert event(monitor, row["id"])["title"] == row["title"]
    assert "300" in monitor.error("events", "rename", row["id"], "x" * 301, code=2)
    assert "no event 999" in monitor.error("events", "rename", 999, "x")


def test_what_was_done_is_listed_and_undone_by_its_id(monitor: Monitor) -> None:
    assert (
        monitor("undo", "--list").stderr == "nothing has been labelled, merged, split or renamed\n"
    )
    one, other, *_ = monitor.rows("matches", "list")
    for match in (one, other):
        monitor("matches", "label", match["id"], "relevant")
    second, first = monitor.rows("undo", "--list")
    assert list(first) == ["id", "topic", "kind", "words", "done_at", "undone"]
    assert first["words"] == f"match {one['id']} labelled relevant: {one['title']}"
    done = monitor("undo", first["id"]).stdout
    assert done.startswith(f"undone: match {one['id']} labelled relevant: {one['title'][:20]}")
    labels = {row["id"]: row["label"] for row in monitor.rows("matches", "list")}
    assert (labels[one["id"]], labels[other["id"]]) == (None, "relevant")
    assert [row["undone"] for row in monitor.rows("undo", "--list")] == [False, True]
    _, *lines = monitor("undo", "--list").stdout.splitlines()
    [listed] = [line for line in lines if " undone " in line]
    assert f"match {one['id']}" in listed
    assert monitor.rows("undo", "--topic", "cables")[0]["id"] == second["id"]
    assert len(monitor("undo", "--list", "--limit", 1).stdout.splitlines()) == 2


def test_what_cannot_be_corrected_is_refused_in_a_line(monitor: Monitor) -> None:
    [row, other, *_] = monitor.rows("events", "list")
    [strange, *_] = members(monitor, other["id"])
    assert "is of event" in monitor.error("events", "split", row["id"], strange, code=2)
    everything = members(monitor, row["id"])
    assert "without an article" in monitor.error("events", "split", row["id"], *everything, code=2)
    assert "part of no other" in monitor.error("events", "separate", row["id"], code=2)
    assert "no action 99: see `monitor undo --list`" in monitor.error("undo", 99)
    assert "no topic x" in monitor.error("undo", "--topic", "x")
    assert "no topic x" in monitor.error("undo", "--list", "--topic", "x")
    monitor("events", "rename", row["id"], "a")
    monitor("events", "rename", row["id"], "b")
    assert "was followed by action 2" in monitor.error("undo", 1, code=2)
