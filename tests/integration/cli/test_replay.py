"""``monitor replay`` as a user calls it: without a configuration, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config.given import read_settings
from monitor.errors import ConfigError
from tests.integration.cli.conftest import DATA
from tests.integration.test_replay import LINES, write

SOME = 40
"""Lines of the archive."""
KEYS = "id relevant score probability event new_event alarm duplicate_of"


def call(folder: Path, *args: object, code: int = 0) -> tuple[list[dict[str, Any]], str]:
    """The lines of the output, and what is said on stderr."""
    out = folder / "out.jsonl"
    command = ["--config", str(folder / "none.toml"), "replay", *map(str, args)]
    result = CliRunner().invoke(app, [*command, "--output", str(out)])
    assert result.exit_code == code, (result.output, result.exception)
    assert result.stdout == ""
    lines = out.read_text().splitlines() if out.exists() else []
    return [json.loads(line) for line in lines], result.stderr


def test_replay(tmp_path: Path) -> None:
    archive = tmp_path / "archive.jsonl"
    write(archive, [{"id": "undated", "title": "A cable"}, *LINES[:SOME]])
    given = (archive, "--seeds", DATA / "story_seeds", "--set", "threshold=0.08", "--labels", 2)
    rows, said = call(tmp_path, *given)
    first = (tmp_path / "out.jsonl").read_bytes()
    assert [" ".join(row) for row in rows] == [KEYS] * len(rows)
    assert len(rows) == SOME
    assert any(row["new_event"] for row in rows)
    assert f"{len(rows)} articles judged in " in said
    assert "2 labels, 1 line without a date left out" in said
    call(tmp_path, *given)
    assert (tmp_path / "out.jsonl").read_bytes() == first


@pytest.mark.usefixtures("quick_replays")
def test_seeds_of_the_archive_are_left_out(tmp_path: Path) -> None:
    told = [row for row in LINES[:SOME] if row["relevant"]]
    archive, seeds = (
        write(tmp_path / "a.jsonl", LINES[:SOME]),
        write(tmp_path / "s.jsonl.gz", told[:2]),
    )
    text = tmp_path / "more.txt"
    text.write_text(told[2]["text"])
    rows, _ = call(tmp_path, archive, "--seeds", seeds, "--seeds", text)
    assert len(rows) == SOME - 2


@pytest.mark.usefixtures("quick_replays")
def test_all_relevant_needs_no_seeds(tmp_path: Path) -> None:
    rows, said = call(tmp_path, write(tmp_path / "a.jsonl", LINES[:SOME]), "--all-relevant")
    assert rows
    assert all(row["relevant"] for row in rows)
    assert f"{len(rows)} matches" in said


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ([], "no --seeds"),
        (["--all-relevant", "--labels", "2"], "--labels: there is nothing to ask about"),
        (
            ["--all-relevant", "--set", "threshold=0.1"],
            "is not KEY=VALUE with a KEY of alert_since",
        ),
        (["--seeds", DATA / "none.txt"], "none.txt: cannot be read"),
        (["--seeds", DATA / "story_seeds", "--set", "x=1"], "--set x=1: is not KEY=VALUE"),
    ],
)
def test_usage_errors(tmp_path: Path, args: list[object], problem: str) -> None:
    rows, said = call(tmp_path, DATA / "stories.jsonl", *args, code=2)
    assert rows == []
    assert said.startswith("error: ")
    assert problem in said


def test_labels_need_gold(tmp_path: Path) -> None:
    archive = tmp_path / "archive.jsonl"
    archive.write_text(json.dumps({"id": "a", "published": "2020-01-01", "title": "A cable"}))
    seeds = ("--seeds", DATA / "story_seeds")
    _, said = call(tmp_path, archive, *seeds, "--labels", 2, code=2)
    assert "has no gold" in said


def test_settings() -> None:
    given = ["must=cable, pipe|line", "must=sea", "exclude=", "threshold=0.3", "match_budget=2"]
    settings = read_settings([*given, "alert_since=2025-06-01"])
    assert settings.must == ("cable", "pipe|line", "sea")
    assert settings.exclude == ()
    assert (settings.threshold, settings.match_budget) == (0.3, 2.0)
    assert settings.alert_since is not None
    assert settings.alert_since.isoformat() == "2025-06-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("threshold", "is not KEY=VALUE"),
        ("channels=mail", "with a KEY of must, exclude"),
        ("threshold=high", "--set threshold=high: "),
        ("threshold=2", "less than or equal to 1"),
        ("match_budget=0", "greater than 0"),
        ("alert_since=soon", "is not a date"),
    ],
)
def test_settings_that_are_not_right(given: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read_settings([given])
