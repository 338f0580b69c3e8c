"""The API against its own document, by requests that schemathesis makes up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = 3
"""Requests made up for each operation and phase."""
SECONDS = 110.0


def test_the_api_does_what_its_document_says(address: str, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{address}/api/openapi.json",
        # As a page of ours: the guard in front knows no other way to send what is no JSON.
        *("--header", "Sec-Fetch-Site: same-origin"),
        *("--phases", "examples,coverage,fuzzing,stateful"),
        *("--checks", "all", "--max-examples", str(EXAMPLES)),
        "--generation-deterministic",
        *("--request-timeout", "10", "--warnings", "off", "--no-color"),
    ]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
