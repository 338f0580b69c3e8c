"""``python -m monitor`` and the ``monitor`` command."""

from __future__ import annotations


def main() -> None:
    from monitor.cli import main as cli

    cli()


if __name__ == "__main__":
    main()
