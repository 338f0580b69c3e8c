"""``monitor matches``, ``events`` and ``alerts``."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

from tests.integration.cli.conftest import Monitor

MATCH_KEYS = [
    "id",
    "topic",
    "url",
    "title",
    "source",
    "published",
    "score",
    "event",
    "copy_of",
    "label",
    "text_from",
]
EVENT_KEYS = [
    "id",
    "topic",
    "title",
    "opened_at",
    "last_seen",
    "matches",
    "sources",
    "alarmed_at",
    "muted_until",
]


def test_matches_as_json(filled: Monitor) -> None:
    rows = filled.rows("matches", "list")
    assert len(rows) >= 4
    for row in rows:
        assert list(row) == MATCH_KEYS
        assert row["topic"] == "cables"
        assert datetime.fromisoformat(row["published"]).utcoffset() is not None
    assert [row["published"] for row in rows] == sorted(
        (r["published"] for r in rows), reverse=True
    )


def test_matches_filters(filled: Monitor) -> None:
    rows = filled.rows("matches", "list")
    best = max(row["score"] for row in rows)
    event = rows[0]["event"]
    assert len(filled.rows("matches", "list", "--limit", 1)) == 1
    assert [r["score"] for r in filled.rows("matches", "list", "--min-score", best)] == [best]
    assert {r["event"] for r in filled.rows("matches", "list", "--event", event)} == {event}
    assert filled.rows("matches", "list", "--topic", "cables") == rows
    late = filled.rows("matches", "list", "--since", "2025-06-09")
    assert late == [row for row in rows if row["published"] >= "2025-06-09"] != rows
    assert filled.rows("matches", "list", "--since", "2025-06-09T10:15:00+00:00") == late
    assert filled.rows("matches", "list", "--since", "1d") == []
    assert filled.rows("matches", "list", "--since", "30000d") == rows


@pytest.mark.parametrize("since", ["yesterday", "7 weeks", "", "99999999999d", "9999999d"])
def test_matches_since_nonsense(filled: Monitor, since: str) -> None:
    assert "--since" in filled("matches", "list", "--since", since, code=2).stderr


def test_matches_of_what_is_not_there(filled: Monitor) -> None:
    assert filled.error("matches", "list", "--topic", "x") == (
        "error: no topic x: see `monitor topics list`"
    )
    assert "no event 99" in filled.error("matches", "list", "--event", 99)
    assert "no match 99" in filled.error("matches", "show", 99)
    assert "ID" in filled("matches", "show", 2**31, code=2).stderr


def test_matches_table_fits_the_terminal(monitor: Monitor) -> None:
    monitor.sql(
        "UPDATE article SET title = ? WHERE id = (SELECT max(article_id) FROM judgement "
        "WHERE event_id IS NOT NULL AND seed IS NULL)",
        "[bold]x[/bold] [/] \x1b[31mred\x1b]0;owned\x07 \x9b2J :smile:\nnext " + "long " * 80,
    )
    shown = monitor("matches", "list", env={"COLUMNS": "120"}).stdout
    assert "[bold]x[/bold] [/] [31mred" in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 120
    assert len(lines) == 1 + len(monitor.rows("matches", "list"))
    raw = monitor("matches", "list", "--json").stdout
    assert raw.isascii()
    assert "\x1b" not in raw


def test_matches_table_ends_somewhere(filled: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.cli.output.SHOWN", 2)
    for noun in ("matches", "events"):
        result = filled(noun, "list")
        assert len(result.stdout.splitlines()) == 1 + 2
        assert result.stderr == "the first 2: --limit N shows more, --json all\n"
        assert filled(noun, "list", "--limit", 3).stderr == ""
        assert len(filled.rows(noun, "list")) > 2


def test_matches_show(filled: Monitor) -> None:
    [row, *_] = filled.rows("matches", "list")
    [shown] = filled.rows("matches", "show", row["id"])
    assert {key: shown[key] for key in MATCH_KEYS} == row
    assert shown["feeds"] == ["The [bold]Gulf[/bold] Post"]
    text = filled("matches", "show", row["id"]).stdout
    assert row["url"] in text
    assert "a match: score" in text
    assert "The [bold]Gulf[/bold] Post" in text
    assert re.search(r"threshold 0\.150, probability (\d+|over 99) %", text)


def test_matches_show_what_a_score_leans_on_and_what_is_new(monitor: Monitor) -> None:
    rows = [
        monitor.rows("matches", "show", row["id"])[0] for row in monitor.rows("matches", "list")
    ]
    row = next(row for row in rows if row["neighbours"] and row["novelty"])
    near, new = row["neighbours"][0], row["novelty"]
    text = " ".join(monitor("matches", "show", row["id"]).stdout.split())
    assert re.search(rf"leans on [+-]0\.\d{{3}} .*? \(similarity {near['cosine']:.2f}\)", text)
    for said in (*new["names"], *new["places"], *new["numbers"]):
        assert said in text
    nothing = {"names": [], "places": [], "numbers": [], "sentences": []}
    monitor.sql("UPDATE judgement SET novelty = ? WHERE id = ?", json.dumps(nothing), row["id"])
    assert "nothing that was not said before" in monitor("matches", "show", row["id"]).stdout


def test_matches_label(monitor: Monitor) -> None:
    [row, other, *_] = monitor.rows("matches", "list")
    monitor("matches", "label", row["id"], "irrelevant")
    assert monitor.rows("matches", "list")[0]["label"] == "irrelevant"
    unlabelled = monitor.rows("matches", "list", "--unlabelled")
    assert unlabelled[0] == other
    monitor("matches", "label", row["id"], "none")
    assert monitor.rows("matches", "list")[0] == row
    assert "no match 9999" in monitor.error("matches", "label", 9999, "relevant")
    assert "perhaps" in monitor("matches", "label", row["id"], "perhaps", code=2).stderr


def test_events(filled: Monitor) -> None:
    rows = filled.rows("events", "list")
    assert all(list(row) == EVENT_KEYS for row in rows)
    assert sum(row["matches"] for row in rows) == len(filled.rows("matches", "list"))
    assert rows[0]["title"][:20] in filled("events", "list").stdout
    [shown] = filled.rows("events", "show", rows[0]["id"])
    assert shown.pop("members") == filled.rows("matches", "list", "--event", rows[0]["id"])
    assert shown.pop("kin") == []
    assert shown == rows[0]
    assert rows[0]["title"] in filled("events", "show", rows[0]["id"]).stdout
    assert len(filled.rows("events", "list", "--limit", 1)) == 1
    assert "below" not in filled("events", "list").stdout
    assert "no event 999" in filled.error("events", "show", 999)
    assert "no topic x" in filled.error("events", "list", "--topic", "x")


def test_two_events_are_merged(monitor: Monitor) -> None:
    kept, gone, *rest = monitor.rows("events", "list")
    told = monitor("events", "merge", gone["id"], kept["id"]).stderr
    assert f"event {gone['id']} is part of event {kept['id']} now" in told
    assert len(monitor.rows("events", "list")) == 1 + len(rest)
    [shown] = monitor.rows("events", "show", gone["id"])
    assert (shown["id"], shown["matches"]) == (kept["id"], kept["matches"] + gone["matches"])
    assert [(one["event"], one["merged"]) for one in shown["kin"]] == [(gone["id"], True)]
    assert (
        f"event {gone['id']}: {gone['title'][:20]}" in monitor("events", "show", kept["id"]).stdout
    )
    itself = monitor("events", "merge", kept["id"], gone["id"], code=2)
    assert "with itself" in itself.stderr
    assert "no event 999" in monitor.error("events", "merge", 999, kept["id"])


def test_an_event_without_an_alarm_is_marked(monitor: Monitor) -> None:
    [row, *_] = monitor.rows("events", "list")
    monitor.sql("UPDATE event SET alarmed_at = NULL WHERE id = ?", row["id"])
    assert monitor.rows("events", "list")[0]["alarmed_at"] is None
    marked = [line for line in monitor("events", "list").stdout.splitlines() if " below " in line]
    assert len(marked) == 1 and row["title"][:20] in marked[0]
    assert "below the alarm line" in monitor("events", "show", row["id"]).stdout
