"""How well the small archives of our own are judged, blind; floors guard against regressions."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from monitor import app
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.events import Coverage, Told, prepare
from monitor.domain.fitting import fit
from monitor.domain.model import TopicModel
from monitor.domain.relevance import Scorer
from monitor.domain.seeds import read_seed
from monitor.types import Article, TopicSettings

ROOT = Path(__file__).parent.parent.parent
ARCHIVES = {
    "cables": (ROOT / "tests/data/stories.jsonl", ROOT / "tests/data/story_seeds"),
    "dam": (ROOT / "monitor/demo/world.jsonl", ROOT / "monitor/demo/seeds"),
}

BATCH = 10


@dataclass(frozen=True)
class Judged:
    """Articles and their gold events in order of publication, with what was made of them."""

    articles: list[Article]
    gold: list[str | None]
    relevant: list[bool]
    events: list[int | None]
    seeds_event: int

    def f1(self) -> float:
        hits = sum(r and g is not None for r, g in zip(self.relevant, self.gold, strict=True))
        return 2 * hits / (sum(self.relevant) + sum(g is not None for g in self.gold))

    def bcubed_f1(self) -> float:
        """Over relevant articles with a gold event (Bagga and Baldwin 1998)."""
        pairs = [(g, e) for g, e in zip(self.gold, self.events, strict=True) if g and e]
        both, gold, found = (
            Counter(pairs),
            Counter(g for g, _ in pairs),
            Counter(e for _, e in pairs),
        )
        precision = sum(n * n / found[e] for (_, e), n in both.items()) / len(pairs)
        recall = sum(n * n / gold[g] for (g, _), n in both.items()) / len(pairs)
        return 2 * precision * recall / (precision + recall)


@pytest.fixture(params=list(ARCHIVES), scope="module")
def judged(request: pytest.FixtureRequest) -> Judged:
    archive, seeds = ARCHIVES[request.param]
    return judge(archive, seeds)


def judge(archive: Path, folder: Path) -> Judged:
    rows = [json.loads(line) for line in archive.read_text("utf-8").splitlines()]
    rows.sort(key=lambda row: row["published"])
    seeds = [read_seed(file.name, file.read_bytes()) for file in sorted(folder.iterdir())]
    backgrounds = Backgrounds.from_bytes(app.backgrounds())
    model = fit(seeds, backgrounds=backgrounds, settings=TopicSettings())
    articles = [read(row) for row in rows]
    relevant = decide(model, articles)
    told = [*seeds, *(a for a, r in zip(articles, relevant, strict=True) if r)]
    placed = place(model, told, len(seeds))
    matched = iter(placed[len(seeds) :])
    events = [next(matched) if r else None for r in relevant]
    return Judged(articles, [row["gold"] for row in rows], relevant, events, placed[0])


def read(row: dict[str, str]) -> Article:
    published = datetime.fromisoformat(row["published"])
    return Article(
        "", row["title"], row["text"], published, "page", source=row["source"], language="en"
    )


def decide(model: TopicModel, articles: list[Article]) -> list[bool]:
    """Relevant or not, judged a few at a time as they come in."""
    scorer, relevant = Scorer(model), list[bool]()
    for start in range(0, len(articles), BATCH):
        some = articles[start : start + BATCH]
        numbers = range(start, start + len(some))
        relevant += [one.relevant for one in scorer.score(numbers, some)]
        scorer.note(numbers)
    return relevant


def place(model: TopicModel, articles: list[Article], seeds: int) -> list[int]:
    coverage, events = Coverage(model, app.join_model()), list[int]()
    for number, article in enumerate(articles):
        seed, prepared = number < seeds, prepare(article)
        found = coverage.place(prepared, article.published, seed=seed).event
        events.append(found if found is not None else max(events, default=0) + 1)
        coverage.add(Told(number, events[-1], seed, article.published, article.source, prepared))
    return events


def test_relevance(judged: Judged) -> None:
    assert judged.f1() >= 0.93


def test_events(judged: Judged) -> None:
    assert judged.bcubed_f1() >= 0.95


def test_new_events_are_not_taken_for_the_seeds_event(judged: Judged) -> None:
    assert judged.seeds_event not in judged.events
