"""What holds for every command, and those that stay running."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import __version__
from monitor.cli import app
from monitor.cli.logs import Lines
from tests.integration.cli.conftest import TOLD, Monitor


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['monitor', '--help']\n"
        "from monitor.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(eval(done.stderr))
    heavy = "sqlalchemy pydantic sklearn numpy scipy httpx alembic apscheduler lxml ada_url uvicorn"
    assert loaded.isdisjoint(heavy.split())
    assert loaded.isdisjoint({"monitor.app", "monitor.config", "monitor.types", "rich"})
    for command in ("run", "worker", "demo", "explain", "topics", "feeds", "matches", "events"):
        assert f"  {command} " in done.stdout


@pytest.mark.parametrize("noun", ["topics", "feeds", "matches", "events", "alerts", "db", "config"])
def test_every_command_has_help(noun: str, filled: Monitor) -> None:
    shown = filled(noun, "--help").stdout
    commands = [line.split()[0] for line in shown.split("Commands:")[1].splitlines() if line]
    for command in commands:
        assert "Usage: " in filled(noun, command, "--help").stdout


def test_version(filled: Monitor) -> None:
    assert filled("--version").stdout == f"monitor {__version__}\n"


@pytest.mark.parametrize("args", [["nonsense"], ["feeds", "nonsense"], ["matches", "list", "--x"]])
def test_usage_errors(filled: Monitor, args: list[str]) -> None:
    assert "Usage: " in filled(*args, code=2).stderr


def test_configuration_from_the_environment(filled: Monitor) -> None:
    result = CliRunner().invoke(app, ["feeds", "list"], env={"MONITOR_CONFIG": str(filled.file)})
    assert result.exit_code == 0
    assert "/feed" in result.stdout


def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--config", str(tmp_path / "no.toml"), "feeds", "list"])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {tmp_path / 'no.toml'}: no such file")


def test_every_problem_of_a_configuration_is_a_line(fresh: Monitor) -> None:
    fresh.rewrite("min_gap =", "min_gape =")
    fresh.rewrite("workers = 1", 'workers = "x"')
    lines = fresh("config", "check", code=2).stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error: ") for line in lines)


def test_a_missing_database_names_the_remedy(fresh: Monitor) -> None:
    for args in (["feeds", "list"], ["matches", "list", "--json"], ["db", "check"]):
        assert "monitor db upgrade" in fresh.error(*args)


def test_text_that_is_not_utf8_is_refused(filled: Monitor) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "topics", "show", b"\xff"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")
    assert done.stderr.count(b"\n") == 1


def test_a_closed_pipe_is_no_error(filled: Monitor) -> None:
    command = f"{sys.executable} -m monitor --config {filled.file} config show | true"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""


def test_a_full_disk_is_one_line(filled: Monitor) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", "--config", str(filled.file), "config", "show"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "error: output: No space left on device\n"


def test_run_logs_plain_lines(filled: Monitor) -> None:
    said = (filled.folder / "said").read_text()
    for line in said.splitlines():
        datetime.strptime(line[:9], "%H:%M:%S ")
    assert f"{len(TOLD)} new of {len(TOLD)}" in said
    assert "HTTP/1.1" not in said


def test_log_lines_stay_lines() -> None:
    record = logging.makeLogRecord({"msg": "feed %s", "args": ("a\nb\x1b[2J",), "created": 3661.5})
    assert Lines().format(record) == "01:01:01 feed a b[2J"


def test_run_reloads_on_sighup_and_stops_on_ctrl_c(monitor: Monitor) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "--config", str(monitor.file), "run"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"MONITOR__WEB__LISTEN": "127.0.0.1:0"},
    ) as running:
        assert running.stderr is not None
        assert any("page on http://" in line for line in running.stderr)  # it listens by now
        assert "already runs" in monitor.error("run", "--once", code=3)
        running.send_signal(signal.SIGHUP)
        assert any("configuration reloaded" in line for line in running.stderr)
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert running.returncode == 0
    assert rest.endswith(" stopping\n")


def test_ctrl_c_ends_a_command_with_130(filled: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.config.load", interrupted)
    assert filled("feeds", "list", code=130).output == ""


def test_worker_needs_postgres(fresh: Monitor) -> None:
    assert "postgres" in fresh.error("worker", code=2).lower()


def test_demo_is_called_with_its_options(filled: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, object]] = []
    monkeypatch.setattr("monitor.demo.run.main", lambda **given: calls.append(given))
    filled("demo")
    filled("demo", "--exit", "--speed", "5")
    assert calls == [
        {"exit_at_end": False, "speed": None},
        {"exit_at_end": True, "speed": 5.0},
    ]


def test_once_leaves_with_nothing_more_to_do(monitor: Monitor) -> None:
    before = [monitor.rows(noun, "list") for noun in ("matches", "events", "alerts")]
    again = monitor.process("run", "--once")
    assert again.returncode == 0, again.stderr
    assert "match " not in again.stderr
    assert [monitor.rows(noun, "list") for noun in ("matches", "events", "alerts")] == before
    assert {alert["state"] for alert in before[2]} == {"sent"}
