"""``monitor backtest`` as a user calls it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.integration.cli.conftest import DATA, Monitor
from tests.integration.test_replay import LINES, write

pytestmark = pytest.mark.usefixtures("quick_replays")
SOME = 30
SEEDS = ("--seeds", str(DATA / "story_seeds"))


def call(folder: Path, *args: object, code: int = 0) -> Result:
    """In ``folder``, without a configuration."""
    command = ["--config", str(folder / "none.toml"), "backtest", *map(str, args)]
    result = CliRunner().invoke(app, [*command, "--output", str(folder / "report.html")])
    assert result.exit_code == code, (result.output, result.exception)
    return result


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write(tmp_path / "archive.jsonl.gz", [{"id": "undated", "title": "A"}, *LINES[:SOME]])


def test_two_settings_are_compared(archive: Path, tmp_path: Path) -> None:
    given = (archive, *SEEDS, "--set", "must=nothing says this")
    result = call(tmp_path, *given)
    assert "30 articles of 1 day" in result.stdout
    lines = result.stdout.splitlines()
    [head] = [line for line in lines if line.startswith(" ")]
    [matches] = [line for line in lines if line.startswith("matches  ")]
    assert "as it is" in head
    assert "as set: must=nothing says this" in head
    found = int(matches.split()[1])
    assert found > 0
    assert matches.split()[2] == "0"
    assert f"only as it is: {found} matches, alerts: " in result.stdout
    assert "1 line without a date left out" in result.stderr
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") >= 2
    assert 'src="' not in page
    assert "1 line without a date left out" in page
    again = call(tmp_path, *given, "--json")
    assert again.stderr.count("made before, with the same articles") == 2
    told = json.loads(again.stdout)
    assert [run["matches"] for run in told["runs"]] == [found, 0]
    assert len(told["difference"]["matches"][0]) == found
    assert told["difference"]["matches"][1] == []
    assert told["report"] == str(tmp_path / "report.html")
    assert "made before" not in call(tmp_path, archive, *SEEDS, "--fresh").stderr


def test_ctrl_c_stops_and_the_same_command_goes_on(tmp_path: Path) -> None:
    archive = write(tmp_path / "archive.jsonl", LINES[:SOME])
    script = (
        "from monitor.run import resume, backtest\n"
        "resume.PAUSE, resume.SHARE = 0, 0\n"
        "keep = resume.KeptPlayer._keep\n"
        "async def told(player):\n"
        "    await keep(player); print('kept', flush=True)\n"
        "resume.KeptPlayer._keep = told\n"
        "from monitor.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", script, "--config", str(tmp_path / "none.toml"), "backtest"]
    with subprocess.Popen(
        [*command, str(archive), *SEEDS, "--output", str(tmp_path / "report.html")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline() == "kept\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=5)
    assert process.returncode == 130
    assert said == "stopped: the same command goes on from here\n"
    assert not (tmp_path / "report.html").exists()
    result = call(tmp_path, archive, *SEEDS)
    assert "as it is: goes on after " in result.stderr
    assert f" of {SOME} articles" in result.stderr


def rows(monitor: Monitor, *args: object) -> dict[str, Any]:
    report = monitor.folder / "report.html"
    result = monitor("backtest", "--topic", "cables", *args, "--json", "--output", report)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_stored_articles_are_replayed(monitor: Monitor) -> None:
    told = rows(monitor, "--since", "2025-01-01", "--set", "alerts.mode=daily")
    before, after = told["runs"]
    assert before["articles"] == after["articles"] > 5
    assert before["matches"] == after["matches"] > 0
    assert [list(run["channels"]) for run in told["runs"]] == [["log"], ["log"]]
    fates = [{its["how"] for one in run["alerts"] for its in one["heard"]} for run in told["runs"]]
    assert "said" in fates[0]
    assert fates[1] <= {"digest", "waiting"}
    assert told["difference"] == {"matches": [[], []], "alerted": [[], []]}
    left = {path.name for path in (monitor.folder / ".monitor-backtest").rglob("*.*")}
    assert left == {"outcome.json"}


def test_an_archive_is_replayed_with_a_topic(monitor: Monitor, archive: Path) -> None:
    told = rows(monitor, archive, "--set", "threshold=0.9")
    assert told["topic"] == "cables"
    assert told["runs"][0]["matches"] > told["runs"][1]["matches"] == 0
    assert told["runs"][1]["set"] == ["threshold=0.9"]


def test_what_is_no_longer_stored_is_told(monitor: Monitor) -> None:
    monitor.sql(
        "UPDATE article SET text = NULL WHERE id = (SELECT min(article_id) FROM judgement "
        "WHERE event_id IS NULL AND state = 'judged')"
    )
    told = rows(monitor, "--since", "2025-01-01")
    [warning] = told["warnings"]
    assert warning.startswith("the texts of 1 article that were off topic, until 2025-06-")
    assert "the texts of 1 article" in (monitor.folder / "report.html").read_text()


def test_alerts_that_settings_forbid_are_told_of(monitor: Monitor, archive: Path) -> None:
    told = rows(monitor, archive, "--set", "alert_since=2026-01-01")
    assert told["runs"][1]["new_events"]["total"] == 0
    assert any(warning.startswith("alert_since is 2026-01-01") for warning in told["warnings"])


@pytest.mark.parametrize(
    ("args", "problem", "code"),
    [
        (["--topic", "cables"], "name an ARCHIVE, or --since", 2),
        (["--since", "9d"], "--since: name the topic with --topic", 2),
        (["--since", "soon", "--topic", "cables"], "--since: 'soon' is no time", 2),
        (["none.jsonl"], "name a topic with --topic, or example articles", 2),
        (["none.jsonl", "--topic", "cables"], "none.jsonl: cannot be read", 2),
        (["none.jsonl", "--topic", "other"], "no topic other", 1),
        (["--since", "1h", "--topic", "cables"], "no article with a text is stored since", 1),
        (["x", "--topic", "cables", "--set", "x=1"], "--set x=1: is not KEY=VALUE", 2),
        (["x", "--topic", "cables", "--set", "threshold=7"], "less than or equal to 1", 2),
        (["x", "--topic", "cables", "--set", "alerts.x=1"], "is not alerts.KEY=VALUE", 2),
        (["x", "--topic", "cables", "--set", "alerts.mode=hourly"], "--set alerts.mode=hourly", 2),
        (["x", *SEEDS, "--set", "alerts.mode=daily"], "there is no channel that hears alerts", 2),
    ],
)
def test_errors_are_one_line(
    filled: Monitor, tmp_path: Path, args: list[str], problem: str, code: int
) -> None:
    assert problem in filled.error("backtest", *args, "--work", tmp_path, code=code)
