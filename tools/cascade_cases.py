"""Real articles in real pages, read in full and cheaply, and scored by topics of their stream."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from page_templates import Template, templates

from monitor import app
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.cascade import cheap_score
from monitor.domain.extraction import extract_page
from monitor.domain.fitting import fit
from monitor.domain.model import Counts, Floats, TopicModel
from monitor.domain.skim import skim
from monitor.domain.text import terms, tokens
from monitor.types import Article, Document, TopicSettings

STREAMS = {
    "stream_guns": ("gun_violence",),
    "stream_t17": ("bp_oil_spill", "h1n1", "iraq_war", "michael_jackson"),
    "allsides_events": ("elections", "immigration", "supreme_court", "healthcare", "middle_east"),
    "reuters21578": ("['crude']", "['trade']", "['interest']", "['money-fx']"),
}
SEEDS, DRAWS = (2, 5), 2
OWN = 300
"""Articles of the own stream that every other model has been fitted with."""
POOL, USUAL, LIKELY = 2_500, 220, 300
"""A stream's articles looked at; taken at random; taken because their plain text nearly matches."""
FAIR = 0.9
"""The least F1 of the full extraction on a template's trial articles."""
SUMMARY, FED = 25, 40
"""Words of a feed's text beside the skimmed page, and alone (for pages = "likely")."""
NOW = datetime(2024, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One model's scores of a stream's pages, shape (pages,) each; ``usual``: taken at random."""

    stream: str
    topic: str
    threshold: float
    full: Floats
    skimmed: Floats
    """Infinite where the page was not to be judged cheaply."""
    summary: Floats
    """Of the title and the first ``SUMMARY`` words; ``fed``: of ``FED``; ``title``: of none."""
    fed: Floats
    title: Floats
    usual: Any

    @property
    def matches(self) -> Any:
        return self.full >= self.threshold

    @property
    def cheap(self) -> Floats:
        return np.maximum(self.skimmed, self.summary)


@dataclass
class Read:
    """What came of a stream's pages: CPU in milliseconds and F1 against the article, by page."""

    articles: list[tuple[Article, Article | None]]
    full_ms: list[float]
    skim_ms: list[float]
    full_f1: list[float]
    skim_f1: list[float]


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [row for row in found if len(row["text"].split()) >= 60]


def article(row: dict[str, Any], words: int | None = None) -> Article:
    text = row["text"] if words is None else " ".join(row["text"].split()[:words])
    return Article("", row["title"], text, None, "page", language="en")


def paragraphs(row: dict[str, Any]) -> list[str]:
    """Reuters breaks its lines and indents its paragraphs."""
    parts = row["text"].split("\n    " if row["id"].startswith("reut") else "\n")
    return [line for part in parts if (line := " ".join(part.split()))]


def f1(found: Article | None, wanted: str) -> float:
    """Of tokens, repeated ones as often as they occur in both."""
    a, b = Counter(tokens(found.text if found else "")), Counter(tokens(wanted))
    return 2 * (a & b).total() / ((a.total() + b.total()) or 1)


def read_pages(chosen: Sequence[dict[str, Any]], pages: Sequence[Template]) -> Read:
    """Each article in the page of the same number, read both ways."""
    read = Read([], [], [], [], [])
    for row, template in zip(chosen, pages, strict=True):
        body = template.fill(row["title"], paragraphs(row)).encode()
        page = Document("http://a.example/b", 200, body, "text/html; charset=utf-8", NOW)
        told = (page, row["title"], NOW, article(row, SUMMARY).text)
        start = time.process_time()
        full = extract_page(*told)
        between = time.process_time()
        skimmed = skim(*told)
        read.full_ms.append(1000 * (between - start))
        read.skim_ms.append(1000 * (time.process_time() - between))
        read.full_f1.append(f1(full, row["text"]))
        if skimmed:
            read.skim_f1.append(f1(skimmed, row["text"]))
        read.articles.append((full, skimmed))
    return read


def fair_templates(data: Path, chance: random.Random) -> tuple[list[Template], int]:
    """Those in which the full extraction finds an article well, and how many there were."""
    trial = chance.sample(rows(data / "streams/news_cluster_g5.jsonl.gz"), 4)
    found = list(templates(data / "html.tar.gz"))
    fair = [one for one in found if np.mean(read_pages(trial, [one] * len(trial)).full_f1) >= FAIR]
    return fair, len(found)


def fitted(
    topics: Sequence[str], known: Sequence[dict[str, Any]], chance: random.Random
) -> list[tuple[str, TopicModel]]:
    backgrounds = Backgrounds.from_bytes(app.backgrounds())
    models = []
    for topic in topics:
        own = [row for row in known if str(row["topic"]) == topic and row.get("relevant", 1) == 1]
        for seeds in SEEDS:
            for draw in range(DRAWS):
                model = fit(
                    [article(row) for row in chance.sample(own, seeds)],
                    backgrounds=backgrounds,
                    settings=TopicSettings(),
                    stream=[article(row) for row in chance.sample(known, draw % 2 * OWN)],
                )
                models.append((topic, model))
    return models


def scores(model: TopicModel, counts: Sequence[Counts]) -> Floats:
    """Own scores of English articles, without neighbours."""
    return np.array([cheap_score(model.profiles["en"], row) for row in counts])


def sample(
    models: Sequence[tuple[str, TopicModel]], pool: Sequence[dict[str, Any]], chance: random.Random
) -> list[int]:
    """The first ``USUAL`` of the pool, then others that nearly match, evenly from the topics."""
    counts = [terms(article(row)) for row in pool]
    taken: set[int] = set()
    names = list(dict.fromkeys(topic for topic, _ in models))
    for name in names:
        near = np.zeros(len(pool), dtype=bool)
        for model in (model for topic, model in models if topic == name):
            near |= scores(model, counts) >= 0.95 * model.threshold
        rest = [int(at) for at in np.flatnonzero(near) if at >= USUAL and at not in taken]
        taken.update(chance.sample(rest, min(len(rest), LIKELY // len(names))))
    return [*range(USUAL), *sorted(taken)]


def measure(
    name: str, data: Path, pages: Sequence[Template], chance: random.Random
) -> tuple[list[Case], Read, float]:
    """A stream's cases, how its pages were read, and milliseconds to judge one for one topic."""
    stream = rows(data / f"streams/{name}.jsonl.gz")
    chance.shuffle(stream)
    third = len(stream) // 3
    models = fitted(STREAMS[name], stream[:third], chance)
    pool = stream[third:][:POOL]
    chosen = [pool[at] for at in sample(models, pool, chance)]
    read = read_pages(chosen, chance.choices(pages, k=len(chosen)))
    start = time.process_time()
    skimmed: list[Counts] = [terms(plain) if plain else {} for _, plain in read.articles]
    summary = [terms(article(row, SUMMARY)) for row in chosen]
    scores(models[0][1], [*skimmed, *summary])
    judge_ms = 1000 * (time.process_time() - start) / len(chosen)
    fed, title = ([terms(article(row, n)) for row in chosen] for n in (FED, 0))
    unknown = np.array([plain is None for _, plain in read.articles])
    full = [terms(one) for one, _ in read.articles]
    cases = [
        Case(
            stream=name,
            topic=topic,
            threshold=model.threshold,
            full=scores(model, full),
            skimmed=np.where(unknown, np.inf, scores(model, skimmed)),
            summary=scores(model, summary),
            fed=scores(model, fed),
            title=scores(model, title),
            usual=np.arange(len(chosen)) < USUAL,
        )
        for topic, model in models
    ]
    return cases, read, judge_ms
