"""``python -m monitor`` and the ``monitor`` command."""

from __future__ import annotations

import os


def main() -> None:
    # Before numpy is imported: sums split among threads differ in their last bits, and a replay on
    # a large machine is to find what the daemon finds.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from monitor.cli import main as cli

    cli()


if __name__ == "__main__":
    main()
