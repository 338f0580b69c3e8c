"""``monitor topics`` and ``monitor explain``."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.integration.cli.conftest import TOLD, Monitor


def test_topics(filled: Monitor) -> None:
    [row] = filled.rows("topics", "list")
    assert (row["name"], row["state"], row["articles"]) == ("cables", "active", len(TOLD))
    [shown] = filled.rows("topics", "show", "cables")
    assert len(shown.pop("seeds")) == 3
    assert shown == row
    assert "cables" in filled("topics", "list").stdout
    assert "heron" in filled("topics", "show", "cables").stdout.lower()
    assert "no topic x" in filled.error("topics", "show", "x")


def test_topics_check_needs_no_database(fresh: Monitor) -> None:
    rows = fresh.rows("topics", "check")
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert all(row["similarity"] > 0.03 and row["words"] > 50 for row in rows)
    assert rows == fresh.rows("topics", "check", "cables")
    assert rows[0]["title"][:20] in fresh("topics", "check").stdout
    assert "no topic x" in fresh.error("topics", "check", "x")


def test_topics_check_says_what_is_wrong(fresh: Monitor) -> None:
    (fresh.folder / "seeds" / "zz.txt").write_text("Tiny\n\nOne line only.\n")
    fresh.rewrite('["seeds"]', '["seeds", "https://news.example/a"]')
    shown = fresh("topics", "check").stdout
    assert "seed 4: too short: " in shown
    assert "seed https://news.example/a: not checked" in shown


def test_topics_check_uses_stored_pages(monitor: Monitor) -> None:
    url = f"{monitor.server}/s10"
    monitor.rewrite('["seeds"]', f'["seeds", "{url}"]')
    monitor.sql(
        "UPDATE judgement SET seed = ? WHERE article_id = (SELECT id FROM article WHERE url = ?)",
        url,
        url,
    )
    assert [row["number"] for row in monitor.rows("topics", "check")] == [1, 2, 3, 4]


def test_topics_check_without_a_usable_seed(fresh: Monitor) -> None:
    fresh.rewrite('["seeds"]', '["https://news.example/a"]')
    result = fresh("topics", "check", code=1)
    assert "error: [topics.cables] has no usable seed" in result.stderr
    fresh.rewrite('["https://news.example/a"]', '["absent"]')
    assert "[topics.cables] seeds" in fresh.error("topics", "check", code=2)


def test_topics_delete(monitor: Monitor) -> None:
    message = monitor.error("topics", "delete", "cables", "--yes", code=2)
    assert message == f"error: remove [topics.cables] from {monitor.file} first"
    monitor.rewrite("[topics.cables]", "[topics.other]")
    assert "--yes" in monitor.error("topics", "delete", "cables", code=2)
    monitor("topics", "delete", "cables", "--yes")
    assert monitor.rows("matches", "list") == []
    assert "no topic cables" in monitor.error("topics", "delete", "cables", "--yes")
    assert "no matches" in monitor("matches", "list").stderr


def test_topics_delete_asks_on_a_terminal(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.rewrite("[topics.cables]", "[topics.other]")
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("monitor.cli.topics.sys", terminal)
    asked = monitor("topics", "delete", "cables", input="n\n", code=1).stderr
    assert asked.startswith("Delete cables with 5 matches and their labels?")
    assert [row["name"] for row in monitor.rows("topics", "list")] == ["cables"]
    monitor("topics", "delete", "cables", input="y\n")
    assert monitor.rows("topics", "list") == []


def test_explain_a_match(filled: Monitor) -> None:
    [match, *_] = filled.rows("matches", "list")
    [told] = filled.rows("explain", match["id"])
    assert told["match"] == match["id"]
    assert sum(term["part"] for term in told["terms"]) == pytest.approx(told["score"])
    assert told == filled.rows("explain", match["url"])[0]
    shown = filled("explain", match["id"]).stdout
    assert "at or above the threshold" in shown
    assert told["nearest_seed"] in shown
    lines = shown.split("term", 1)[1].splitlines()[1:]
    parts = [float(line.split()[0]) for line in lines]
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.002)
    assert parts[-1] == pytest.approx(match["score"], abs=0.0001)


def test_explain_what_did_not_match(filled: Monitor) -> None:
    [told] = filled.rows("explain", f"{filled.server}/n01", "--topic", "cables")
    assert told["event"] is None
    assert told["score"] < told["threshold"]
    shown = filled("explain", f"{filled.server}/n01").stdout
    assert "below the threshold" in shown
    assert "not relevant" in shown


def test_explain_a_file(filled: Monitor, tmp_path: Path) -> None:
    [seed, *_] = (filled.folder / "seeds").iterdir()
    file = tmp_path / "copied.txt"
    file.write_bytes(seed.read_bytes())
    [told] = filled.rows("explain", file)
    assert told["match"] is None
    assert told["relevant"]


@pytest.mark.parametrize("what", ["99", "9" * 30, "no/such/file", "seeds"])
def test_explain_nothing(filled: Monitor, what: str) -> None:
    filled.error("explain", what)
