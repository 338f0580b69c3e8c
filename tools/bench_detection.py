"""How well streams are judged, blind: relevance, events, what is new, copies.

    python tools/bench_detection.py --data DIR [--seeds DIR] [--write docs/detection.md]

DIR holds streams, in it or in its folder ``streams``; ``tools/detection_streams.py`` says what a
line has and how a stream is judged.  Each is replayed as ``monitor replay`` does it, with the
constants of the program, and with the table of document frequencies and the join model made anew
without it.  Seeds are drawn among a topic's first articles and taken out of the stream.
``--seeds``: five articles for the acceptance case, see ``tools/acceptance.py``.

``--write PAGE.md`` replaces what stands between two comments of the page, and writes PAGE.json
beside it: ``format``, ``date``, ``version``, ``draws``, ``quick`` and ``rows``.  A row has
``stream``, ``kind``, ``seeds``, ``labels``, ``without`` (the part that was switched off, or null),
``topics`` (how many), ``figures`` (by name ``mean`` and ``deviation`` over the draws, ``least``
and ``most``) and ``cells`` (``topic``, ``draw``, ``figures``), one for each case that was run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # numpy reads it when it is imported

from detection_cases import Case, Figures, cases, run  # noqa: E402
from detection_parts import Blind  # noqa: E402
from detection_report import Result, document, put_into, section  # noqa: E402
from detection_streams import folder_of, streams  # noqa: E402

T = TypeVar("T")


def measure(chosen: Sequence[Case], blind: Blind, jobs: int) -> list[Result]:
    """Run the cases in so many processes; how it goes is told on stderr."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        names = sorted({case.row[0] for case in chosen if case.kind != "copies"})
        made = {pool.submit(blind.make, name): f"{name}: parts made" for name in names}
        for _ in _done(made):
            pass
        running = {pool.submit(run, case, blind): case for case in chosen}
        return [(running[one], one.result()[0]) for one in _done(running, _figures)]


def _done(
    running: Mapping[Future[T], object], told: Callable[[T], str] = lambda result: ""
) -> Iterator[Future[T]]:
    """Each as it is done.  Raises what a case raised; the others are then given up."""
    began = time.monotonic()
    for number, one in enumerate(as_completed(running), start=1):
        if one.exception():
            for other in running:
                other.cancel()
        result = told(one.result())
        passed = (time.monotonic() - began) / 60
        print(f"{passed:5.1f} min {number}/{len(running)} {running[one]}{result}", file=sys.stderr)
        yield one


def _figures(result: tuple[Figures, float]) -> str:
    figures, seconds = result
    shown = " ".join(f"{name} {value:.3f}" for name, value in figures.items())
    return f": {shown} ({seconds:.0f} s)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of streams")
    parser.add_argument("--seeds", type=Path, help="five articles for the acceptance case")
    parser.add_argument("--draws", type=int, default=3, help="of seeds, for each topic (3)")
    parser.add_argument("--quick", action="store_true", help="eight subjects, one draw")
    parser.add_argument("--ablate", action="store_true", help="also with each part switched off")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these streams or kinds of rows")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--write", type=Path, help="a page with the two comments")
    given = parser.parse_args()
    draws = 1 if given.quick else given.draws
    chosen = cases(
        streams(given.data),
        draws=draws,
        quick=given.quick,
        seed_folder=given.seeds,
        ablate=given.ablate,
    )
    if given.only:
        chosen = [case for case in chosen if {case.row[0], case.kind} & set(given.only)]
    if not chosen:
        raise SystemExit(f"{given.data}: nothing there that could be judged")
    with tempfile.TemporaryDirectory() as folder:
        blind = Blind(folder_of(given.data), Path(folder))
        found = document(measure(chosen, blind, given.jobs), draws=draws, quick=given.quick)
    print(section(found))
    if given.write:
        put_into(given.write, section(found))
        text = json.dumps(found, indent=1) + "\n"
        given.write.with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
