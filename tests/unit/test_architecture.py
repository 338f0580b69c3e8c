"""The shape of the house is kept, not hoped for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_alembic_is_never_a_package() -> None:
    """It would shadow the tool of that name."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_no_file_grows_past_400_lines() -> None:
    files = [*(ROOT / "monitor").rglob("*.py"), *(ROOT / "models").rglob("*.py")]
    lengths = {str(f.relative_to(ROOT)): len(f.read_text("utf-8").splitlines()) for f in files}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
    assert len(lengths) > 50
