"""``monitor`` in a terminal, in a process forked from one that has imported it already: importing
costs more than all that a test does with it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import DupFd
from typing import Any

IMPORTED = [f"monitor.cli.{name}" for name in ("context", "review", "asking", "screen")]


def start(
    inside: int, environment: dict[str, str], arguments: list[str], *, anew: bool
) -> BaseProcess:
    """In the terminal whose inner end is ``inside``; ``anew``: by ``python -m monitor``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    process = context.Process(target=_run, args=(DupFd(inside), environment, arguments, anew))
    process.start()
    return process


def _run(inside: Any, environment: dict[str, str], arguments: list[str], anew: bool) -> None:
    os.login_tty(inside.detach())
    if anew:
        os.execve(sys.executable, [sys.executable, "-m", "monitor", *arguments], environment)
    os.environ.clear()
    os.environ.update(environment)
    # Those of Python are still the ones of the process that it was forked from.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    sys.argv = ["monitor", *arguments]
    from monitor.__main__ import main

    main()
