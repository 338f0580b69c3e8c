"""The streams of a folder, and how each can be judged.

A stream is a file ``NAME.jsonl.gz``, an article a line: ``id``, ``published`` (ISO 8601),
``title``, ``text``, ``source``, ``lang``, ``event`` (the happening it reports, or null), ``topic``
(a name or a list of names) and, where a stream has topics among other news, ``relevant`` (1, 0, or
null where it is not known).
"""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from detection_measures import Outcome

from monitor.edge.archive import Archived, in_order, read_archive
from monitor.run.plan import Judged

Kind = Literal["events", "tracking", "classes"]
"""
events    each article has an event: all are relevant, they are put into events
tracking  topics run through other news: seeds, the rest is to be found
classes   an article has any number of subjects: seeds of each, the rest is to be ranked
"""

LEAST_RELEVANT = 50
"""Smaller topics are not judged."""
LONG = 400
DRAWN_FROM = 40
DRAWN_FROM_EACH = 8
"""Seeds are drawn among the first 40 relevant articles, among more from six seeds on."""


@dataclass(frozen=True)
class Stream:
    name: str
    path: Path
    kind: Kind
    topics: dict[str, int]
    """How many relevant articles each has, those with enough of them."""
    groups: int
    """Topics of all sizes."""
    articles: int
    """With a date."""
    long: int
    """With at least ``LONG`` characters of text."""
    events: dict[str, str] = field(repr=False)
    topic_of: dict[str, str] = field(repr=False)
    """By id; of streams whose articles have one each."""


def folder_of(data: Path) -> Path:
    """The folder itself or its ``streams``."""
    return data / "streams" if (data / "streams").is_dir() else data


def streams(data: Path) -> list[Stream]:
    """All that can be judged, by name."""
    found = [open_stream(path) for path in sorted(folder_of(data).glob("*.jsonl.gz"))]
    return [one for one in found if one is not None]


@cache
def open_stream(path: Path) -> Stream | None:
    """None where nothing can be judged: bare headlines, or no gold."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    if not any(row.get("text") for row in rows):
        return None
    named: Counter[str] = Counter()
    for row in rows:
        if row.get("relevant", 1) and row.get("topic"):
            named.update(row["topic"] if isinstance(row["topic"], list) else [row["topic"]])
    events = {row["id"]: str(row["event"]) for row in rows if row.get("event")}
    lists = any(isinstance(row.get("topic"), list) for row in rows)
    if any("relevant" in row for row in rows):
        kind: Kind = "tracking"
    elif lists:
        kind = "classes"
    elif events:
        kind = "events"
    else:
        return None
    return Stream(
        name=path.name.removesuffix(".jsonl.gz"),
        path=path,
        kind=kind,
        topics={topic: n for topic, n in sorted(named.items()) if n >= LEAST_RELEVANT},
        groups=len(named),
        articles=sum(1 for row in rows if row.get("published")),
        long=sum(len(row.get("text") or "") > LONG for row in rows),
        events=events,
        topic_of={} if lists else {row["id"]: row["topic"] for row in rows if row.get("topic")},
    )


@cache
def lines_of(path: Path, topic: str | None) -> list[Archived]:
    """The dated lines in the order of publication; ``topic``: the one that is relevant."""
    return in_order(read_archive(path, topic=topic))[0]


def draw_seeds(
    lines: Sequence[Archived], topic: str, count: int, draw: int
) -> tuple[list[Archived], list[Archived]]:
    """Some of a topic's first articles, the same in every run, and all other lines."""
    first = [one for one in lines if one.relevant][: max(DRAWN_FROM, DRAWN_FROM_EACH * count)]
    seeds = random.Random(f"{topic} {count} {draw}").sample(first, count)
    taken = {one.id for one in seeds}
    return seeds, [one for one in lines if one.id not in taken]


def outcomes(
    stream: Stream, lines: Iterable[Archived], judged: Iterable[Judged], prefix: str = ""
) -> list[Outcome]:
    """What was said beside what is true, in the order of judging.

    ``prefix``: keeps the events of several runs apart.
    """
    gold = {one.id: one for one in lines}
    found = []
    for said in judged:
        line, event = gold[said.id], stream.events.get(said.id)
        assert line.article.published is not None
        found.append(
            Outcome(
                published=line.article.published,
                relevant=True if stream.kind == "events" else line.relevant,
                event=None if event is None else prefix + event,
                matched=said.relevant,
                score=said.score,
                found=None if said.event is None else prefix + said.event,
                new_event=said.new_event,
                alarm=said.alarm,
            )
        )
    return found
