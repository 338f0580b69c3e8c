"""Filters on the command line, and searches under a name."""

from __future__ import annotations

import pytest

from tests.integration.cli.conftest import Monitor


def listed(monitor: Monitor, *options: object) -> list[int]:
    return [row["id"] for row in monitor.rows("matches", "list", *options)]


def test_matches_are_searched(filled: Monitor) -> None:
    everything = filled.rows("matches", "list")
    word = max(everything[0]["title"].split(), key=len).strip(".,:;'\"")
    hits = listed(filled, "--search", word)
    assert everything[0]["id"] in hits
    others = listed(filled, "--search", f"-{word}")
    assert sorted(hits + others) == sorted(row["id"] for row in everything)
    shown = filled("matches", "list", "--search", word).stdout
    assert len(shown.splitlines()) == 1 + len(hits)
    nothing = filled("matches", "list", "--search", "xylophone")
    assert (nothing.stdout, nothing.stderr) == ("", "nothing found: “xylophone”\n")


def test_matches_are_filtered(filled: Monitor) -> None:
    rows = filled.rows("matches", "list")
    rejected = filled.rows("matches", "list", "--rejected")
    assert rejected and all(row["event"] is None for row in rejected)
    both = filled.rows("matches", "list", "--all")
    assert len(both) == len(rows) + len(rejected)
    line = filled("matches", "list", "--rejected", "--limit", 1).stdout.splitlines()[1]
    assert line.split()[0] == str(rejected[0]["id"])
    best = max(row["score"] for row in rows)
    assert best not in {r["score"] for r in filled.rows("matches", "list", "--max-score", 0.2)}
    early = listed(filled, "--until", "2025-06-09")
    assert set(early) | set(listed(filled, "--since", "2025-06-09")) == {r["id"] for r in rows}
    source = rows[0]["source"]
    assert listed(filled, "--source", source.upper()) == [
        row["id"] for row in rows if row["source"] == source
    ]
    assert listed(filled, "--language", "ja") == []
    assert listed(filled, "--label", "any") == []
    assert listed(filled, "--label", "none") == listed(filled, "--unlabelled") == listed(filled)


@pytest.mark.parametrize(
    "options", [("--rejected", "--all"), ("--unlabelled", "--label", "any"), ("--label", "x")]
)
def test_filters_that_make_no_sense(filled: Monitor, options: tuple[str, ...]) -> None:
    assert "Error" in filled("matches", "list", *options, code=2).stderr


def test_a_search_is_saved_run_and_deleted(monitor: Monitor) -> None:
    assert "no saved searches" in monitor("searches", "list").stderr
    options = ("--topic", "cables", "--search", "cable* OR ship", "--unlabelled")
    said = monitor("searches", "save", "ships", *options).stdout
    assert said == "ships: “cable* OR ship” in cables, unlabelled\n"
    [row] = monitor.rows("searches", "list")
    wanted = {"words": "cable* OR ship", "topic": "cables", "label": "none"}
    assert (row["id"], row["name"], row["filter"]) == (1, "ships", wanted)
    assert monitor.rows("searches", "show", "ships") == [row]
    assert "“cable* OR ship”" in monitor("searches", "list").stdout
    assert "unlabelled" in monitor("searches", "show", "ships").stdout
    assert listed(monitor, "--saved", "ships") == listed(monitor, *options)
    narrower = listed(monitor, "--saved", "ships", "--search", "xylophone")
    assert narrower == []
    monitor("searches", "save", "ships", "--search", "dam")
    assert [one["filter"] for one in monitor.rows("searches", "list")] == [{"words": "dam"}]
    assert monitor("searches", "delete", "ships").stdout == "ships: deleted\n"
    gone = "error: no saved search ships: see `monitor searches list`"
    assert monitor.error("searches", "delete", "ships") == gone
    assert monitor.error("searches", "show", "ships") == gone
    assert monitor.error("matches", "list", "--saved", "ships") == gone
    assert "needs a name" in monitor.error("searches", "save", " \x07", code=2)
    assert "no topic x" in monitor.error("searches", "save", "y", "--topic", "x")
