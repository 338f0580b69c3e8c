"""Count in how many off-topic articles each term occurs; write the background table.

    python tools/count_background.py DATA OUTPUT [--leave-out STREAM ...] [--rare N]

DATA holds ``*.jsonl.gz``: one article a line with ``id``, ``title``, ``text``, ``lang`` and, where
a stream has a topic, ``relevant`` (1, 0, or null for unknown).  Counted are the articles known to
be off topic and those of streams that have no topic of their own; an id in several streams counts
once, or not at all if a stream that is left out holds it.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.domain.background import Background
from monitor.domain.text import terms
from monitor.types import Article

NOT_NEWS_AT_LARGE = {"gva_events"}
"""Streams that are one topic as a whole."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def counted(row: dict[str, Any]) -> bool:
    """An article (not a bare headline: its few terms would make all look rare), off topic."""
    return bool(row["text"]) and ("relevant" not in row or row["relevant"] == 0)


def count(data: Path, leave_out: set[str], rare: int) -> Background:
    """Document frequencies over the streams in DATA; terms in fewer than ``rare`` are dropped."""
    streams = {
        path.name.removesuffix(".jsonl.gz"): path for path in sorted(data.glob("*.jsonl.gz"))
    }
    unknown = leave_out - streams.keys()
    if unknown:
        raise SystemExit(f"no such stream in {data}: {', '.join(sorted(unknown))}")
    seen = {row["id"] for name in leave_out for row in rows(streams[name])}
    counts: Counter[str] = Counter()
    documents = 0
    for name in sorted(streams.keys() - leave_out - NOT_NEWS_AT_LARGE):
        for row in rows(streams[name]):
            if row["id"] in seen or not counted(row):
                continue
            seen.add(row["id"])
            documents += 1
            article = Article(
                "", row["title"], row["text"], None, "page", language=row.get("lang") or ""
            )
            counts.update(terms(article).keys())
    return Background(documents, {term: n for term, n in counts.items() if n >= rare})


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the background table.")
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--leave-out", nargs="*", default=[], metavar="STREAM")
    parser.add_argument("--rare", type=int, default=3, metavar="N")
    options = parser.parse_args()
    table = count(options.data, set(options.leave_out), options.rare)
    data = table.to_bytes()
    options.output.write_bytes(data)
    print(f"{table.documents} articles, {len(table.counts)} terms, {len(data)} bytes")


if __name__ == "__main__":
    main()
