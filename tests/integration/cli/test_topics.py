"""``monitor topics`` and ``monitor explain``."""

from __future__ import annotations

import json
from itertools import takewhile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.integration.cli.conftest import TOLD, Monitor


def test_topics(filled: Monitor) -> None:
    [row] = filled.rows("topics", "list")
    assert (row["name"], row["state"], row["articles"]) == ("cables", "active", len(TOLD))
    [shown] = filled.rows("topics", "show", "cables")
    assert len(shown.pop("seeds")) == 3
    assert shown.pop("overrides") == {}
    assert shown == row
    assert "cables" in filled("topics", "list").stdout
    assert "heron" in filled("topics", "show", "cables").stdout.lower()
    assert row["matches_a_day"] is None
    assert "a day" not in filled("topics", "show", "cables").stdout
    assert "no topic x" in filled.error("topics", "show", "x")


def test_topics_say_how_many_matches_to_expect(monitor: Monitor) -> None:
    monitor.sql("UPDATE model SET matches_a_day = 3.21")
    assert "0.150 about 3.2 " in " ".join(monitor("topics", "list").stdout.split())
    assert "about 3.2 matches a day" in monitor("topics", "show", "cables").stdout
    assert monitor.rows("topics", "list")[0]["matches_a_day"] == 3.21


def test_topics_check_needs_no_database(fresh: Monitor) -> None:
    rows = fresh.rows("topics", "check")
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert all(row["similarity"] > 0.03 and row["words"] > 50 for row in rows)
    assert {row["language"] for row in rows} == {"en"}
    assert rows == fresh.rows("topics", "check", "cables")
    assert rows[0]["title"][:20] in fresh("topics", "check").stdout
    assert "no topic x" in fresh.error("topics", "check", "x")


def test_topics_check_says_what_is_wrong(fresh: Monitor) -> None:
    (fresh.folder / "seeds" / "zz.txt").write_text("Tiny\n\nOne line only.\n")
    fresh.rewrite('["seeds"]', '["seeds", "https://news.example/a"]')
    shown = fresh("topics", "check").stdout
    assert "seed 4: too short: " in shown
    assert "seed https://news.example/a: not checked" in shown


def test_topics_check_by_language(fresh: Monitor) -> None:
    (fresh.folder / "seeds" / "zz.txt").write_text(
        "Kabel beschädigt\n\nIn der Nacht wurde ein Seekabel zwischen Helsinki und Rostock "
        "beschädigt. Die Behörden vermuten, dass ein Frachter seinen Anker über den Grund "
        "gezogen hat; die Reparatur dauert nach Angaben des Betreibers mindestens zwei Wochen. "
        "Die Küstenwache hat das Schiff angehalten und befragt die Besatzung.\n"
    )
    rows = fresh.rows("topics", "check")
    assert [row["language"] for row in rows] == ["en", "en", "en", "de"]
    assert [row["similarity"] is None for row in rows] == [False, False, False, True]
    shown = fresh("topics", "check").stdout
    assert "seed 4: in another language (de) than most (en)" in shown
    [line] = [line for line in shown.splitlines() if line.rstrip().endswith("Kabel beschädigt")]
    assert line.split()[0] == "4" and " de " in line


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


def printed(shown: str, head: str) -> list[float]:
    """The parts of a table, the sum last."""
    lines = shown.split(head, 1)[1].splitlines()[1:]
    figures = [line.split()[0] for line in takewhile(str.strip, lines)]
    return [float(figure) for figure in figures]


def test_explain_a_match(filled: Monitor) -> None:
    [match, *_] = filled.rows("matches", "list")
    [told] = filled.rows("explain", match["id"])
    assert told["match"] == match["id"]
    parts = [one["part"] for one in (*told["terms"], *told["neighbours"])]
    assert told["neighbours"] and sum(parts) == pytest.approx(told["score"], abs=1e-12)
    assert told["score"] == match["score"]
    assert told == filled.rows("explain", match["url"])[0]
    shown = filled("explain", match["id"]).stdout
    assert "at or above the threshold" in shown and "relevant (probability " in shown
    assert told["nearest_seed"] in shown
    near = told["neighbours"][0]
    assert f"leans on: {near['title']} (similarity {near['cosine']:.2f})" in shown
    *parts, score = printed(shown, "what makes the score")
    assert sum(parts) == pytest.approx(score, abs=1e-9)
    assert score == pytest.approx(match["score"], abs=0.0001)


def test_explain_how_a_match_was_placed(filled: Monitor) -> None:
    rows = [filled.rows("explain", row["id"])[0] for row in filled.rows("matches", "list")]
    row = next(row for row in rows if row["placing"] and row["copy_of"] is None)
    joined = row["event"] == row["nearest_event"]["id"]
    assert (sum(part for _, part in row["placing"]) >= 0) == joined
    shown = filled("explain", row["match"]).stdout
    *parts, odds = printed(shown, "against the nearest event")
    assert len(parts) == len(row["placing"])
    assert sum(parts) == pytest.approx(odds, abs=1e-9)
    assert "joined from 0 on" in shown


def test_explain_says_what_is_new(filled: Monitor) -> None:
    rows = [filled.rows("explain", row["id"])[0] for row in filled.rows("matches", "list")]
    row = next(row for row in rows if row["novelty"] and row["novelty"]["sentences"])
    shown = " ".join(filled("explain", row["match"]).stdout.split())
    for said in (*row["novelty"]["names"], *row["novelty"]["numbers"]):
        assert said in shown
    assert f"new in words {row['novelty']['sentences'][0][:40]}" in shown


def test_explain_another_language(filled: Monitor, tmp_path: Path) -> None:
    file = tmp_path / "kabel.txt"
    file.write_text(
        "Kabel beschädigt\n\nIn der Nacht wurde ein Seekabel zwischen Helsinki und Rostock "
        "beschädigt. Die Behörden vermuten, dass ein Frachter seinen Anker über den Grund "
        "gezogen hat; die Reparatur dauert nach Angaben des Betreibers mindestens zwei Wochen.\n"
    )
    raw = filled("explain", file, "--json").stdout
    told = json.loads(raw, parse_constant=pytest.fail)
    assert told["threshold"] is None and not told["relevant"] and told["terms"] == []
    shown = filled("explain", file).stdout
    assert "none: not relevant" in shown and "written in de, the seeds in en" in shown


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
