"""The figures of many cases as a JSON document, and as a section of a page."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from detection_ablations import ABLATIONS
from detection_cases import Case, Figures

import monitor

FORMAT = 1
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
Json = dict[str, Any]
Result = tuple[Case, Figures]

EVENT_FIGURES = {
    "bcubed_f1": "BCubed F1",
    "new_event_f1": "new-event F1",
    "c_det_new_event": "C_det, all new events",
    "c_det_alarm": "C_det, alarms",
}
TOPIC_FIGURES = {"f1": "F1", "t11su": "T11SU", "average_precision": "average precision"}
COPY_FIGURES = {
    "half": "halves",
    "quarter": "quarters",
    "wrapped": "wrapped",
    "edited": "10 % edited",
    "false": "copies of another event",
}
PAIR_FIGURES = {
    "found_in_one_new_event": "pair found in one new event",
    "false_matches": "false matches",
}


def document(results: Sequence[Result], **options: object) -> Json:
    """All figures: ``rows`` as the page shows them, ``cells`` as they were measured."""
    rows: defaultdict[tuple[str, str, int, int, str], list[Result]] = defaultdict(list)
    for case, figures in results:
        rows[case.row].append((case, figures))
    return {
        "format": FORMAT,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "version": monitor.__version__,
        **options,
        "rows": [_row(key, some) for key, some in sorted(rows.items())],
    }


def section(found: Json) -> str:
    """The tables, in Markdown."""
    whole = [row for row in found["rows"] if not row["without"]]
    parts = [
        f"{found['date']}, version {found['version']}. Draws of the seeds: {found['draws']}, as"
        " mean ± standard deviation; one with labels, and of the subjects of one wire. What each"
        " case gave is in `detection.json`, described in `tools/bench_detection.py`."
    ]
    tables = (
        ("Events", ("events", "events by topic"), EVENT_FIGURES),
        ("Topics among other news", ("tracking",), TOPIC_FIGURES),
        ("Subjects of one wire", ("classes",), TOPIC_FIGURES),
        ("A later event among 3,000 unrelated articles", ("acceptance",), PAIR_FIGURES),
        ("Copies", ("copies",), COPY_FIGURES),
    )
    for title, kinds, columns in tables:
        if some := [row for row in whole if row["kind"] in kinds]:
            parts += [f"### {title}", _table(some, columns)]
    if off := [row for row in found["rows"] if row["without"]]:
        told = "; ".join(f"*{name}*: {part.told}" for name, part in ABLATIONS.items())
        parts += ["### Each part switched off", f"{told}.", _ablations(whole, off)]
    return "\n\n".join(parts)


def put_into(page: Path, text: str) -> None:
    """Replace what stands between the markers.  Raises ValueError where they are missing."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page}: has no lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _row(key: tuple[str, str, int, int, str], results: Sequence[Result]) -> Json:
    stream, kind, seeds, labels, off = key
    names = sorted({name for _, figures in results for name in figures})
    return {
        "stream": stream,
        "kind": kind,
        "seeds": seeds,
        "labels": labels,
        "without": off or None,
        "topics": len({case.topic for case, _ in results}),
        "figures": {name: _summary(name, results) for name in names},
        "cells": [
            {"topic": case.topic, "draw": case.draw, "figures": figures}
            for case, figures in sorted(results, key=lambda one: (one[0].topic, one[0].draw))
        ],
    }


def _summary(name: str, results: Sequence[Result]) -> Json:
    """Over the draws, each the mean of its topics; ``most`` and ``least`` over all cells."""
    draws: defaultdict[int, list[float]] = defaultdict(list)
    for case, figures in results:
        if name in figures:
            draws[case.draw].append(figures[name])
    means = [statistics.fmean(values) for values in draws.values()]
    cells = [value for values in draws.values() for value in values]
    return {
        "mean": statistics.fmean(means),
        "deviation": statistics.stdev(means) if len(means) > 1 else None,
        "least": min(cells),
        "most": max(cells),
    }


def _table(rows: Sequence[Json], columns: dict[str, str]) -> str:
    lines = [[_told(row), *(_shown(row["figures"].get(name)) for name in columns)] for row in rows]
    return _markdown(["stream", *columns.values()], lines)


def _ablations(whole: Sequence[Json], off: Sequence[Json]) -> str:
    """The first two figures of each case, whole and without a part; on the same draws."""
    of = {_case(row): row for row in whole}
    lines = []
    for row in off:
        complete = of[_case(row)]["figures"]
        columns = EVENT_FIGURES if row["kind"].startswith("events") else TOPIC_FIGURES
        changes = [
            f"{told} {_number(complete[name]['mean'])} → {_number(row['figures'][name]['mean'])}"
            for name, told in columns.items()
            if name in row["figures"] and name in complete
        ]
        lines.append([_told(row), row["without"], ", ".join(changes)])
    return _markdown(["stream", "without", "with → without it"], lines)


def _case(row: Json) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("stream", "kind", "seeds", "labels"))


def _told(row: Json) -> str:
    parts = [row["stream"]]
    if row["kind"] == "events by topic":
        parts.append("topic by topic")
    if row["topics"] > 1:
        parts.append(f"{row['topics']} topics")
    if row["seeds"]:
        parts.append("1 seed" if row["seeds"] == 1 else f"{row['seeds']} seeds")
    if row["labels"]:
        parts.append(f"{row['labels']} labels")
    return ", ".join(parts)


def _shown(figure: Json | None) -> str:
    if figure is None:
        return ""
    spread = "" if figure["deviation"] is None else f" ± {_number(figure['deviation'])}"
    most = f", at most {figure['most']:.0f}" if figure["most"] > 1 and spread else ""
    return _number(figure["mean"]) + spread + most


def _number(value: float) -> str:
    """Three digits below one, without the zero; counts as they are."""
    if float(value).is_integer():
        return f"{value:.0f}"
    return f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def _markdown(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
