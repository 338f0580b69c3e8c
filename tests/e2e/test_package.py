"""What a newcomer starts with: the wheel, and the demonstration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel installs, and nothing else of this project."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "monitor", *words]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=100, check=False
    )


def test_the_wheel_holds_the_packages_and_nothing_on_top_level_but_them(installed: Path) -> None:
    [wheel] = installed.parent.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert top == {"monitor", "models"}
    assert "monitor/_alembic/env.py" in names
    assert {f"monitor/data/background.{language}.json.gz" for language in ("en", "de")} < {*names}
    assert "monitor/data/join.json" in names
    assert any(name.endswith("licenses/monitor/data/NOTICE.md") for name in names)
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_makes_a_database(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import monitor; print(monitor.__file__)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(installed) in where.stdout
    done = run(installed, tmp_path, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "monitor.db").exists()
    assert run(installed, tmp_path, "db", "check").returncode == 0
    named = run(installed, tmp_path, "--config", "other.toml", "db", "upgrade")
    assert (named.returncode, "no such file" in named.stderr) == (2, True)


def test_the_demonstration_finds_three_events_and_alerts_each_once(
    installed: Path, tmp_path: Path
) -> None:
    done = run(installed, tmp_path, "demo", "--exit", "--speed", "100000")
    assert done.returncode == 0, done.stderr
    assert "18 matches of 42 articles, 3 events, 3 alerts and " in done.stderr
    assert len(re.findall(r"alert \d+ sent on log: \[demo\] (?!Digest|Update)", done.stderr)) == 3
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
