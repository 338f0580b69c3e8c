"""The seeds of the configuration, read and checked beside one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.errors import NotFound, StoreError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.domain.backgrounds import Backgrounds
    from monitor.edge.store.topics import SeedInput
    from monitor.types import Article


@dataclass(frozen=True, slots=True)
class Checked:
    """One seed and what is wrong with it."""

    number: int | None
    """Its place among those that could be checked, from 1; problems name seeds by it."""
    source: str
    title: str
    words: int | None
    language: str
    """In which it is read; empty if not checked."""
    published: datetime | None
    similarity: float | None
    """To the other seeds, in [-1, 1]; None for one alone or not checked."""
    problems: tuple[str, ...]
    usable: bool


def check(config: Config, name: str | None = None) -> dict[str, list[Checked]]:
    """All topics of the configuration, or the one.  Raises ConfigError, NotFound."""
    from monitor import app
    from monitor.domain.backgrounds import Backgrounds
    from monitor.sync import topics_of

    if name is not None and name not in config.topics:
        raise NotFound(f"no topic {name} in {config.path}")
    backgrounds = Backgrounds.from_bytes(app.backgrounds())
    chosen = config.topics if name is None else {name: config.topics[name]}
    return {
        topic.name: _check(config, topic.name, topic.seeds, backgrounds)
        for topic in topics_of(config.model_copy(update={"topics": chosen}))
    }


def _check(
    config: Config, topic: str, given: tuple[SeedInput, ...], backgrounds: Backgrounds
) -> list[Checked]:
    from monitor.domain.seed_check import check_seeds
    from monitor.domain.text import terms

    pages = _stored(config, topic) if any(seed.article is None for seed in given) else {}
    found = [(seed.source, seed.article or pages.get(seed.source)) for seed in given]
    readable = [(source, article) for source, article in found if article is not None]
    articles = [article for _, article in readable]
    checks = check_seeds(articles, backgrounds)
    rows = [
        Checked(
            number=number,
            source=source,
            title=article.title,
            words=len(article.text.split()),
            language=result.language,
            published=article.published,
            similarity=result.similarity,
            problems=result.problems,
            usable=bool(terms(article)),
        )
        for number, ((source, article), result) in enumerate(
            zip(readable, checks, strict=True), start=1
        )
    ]
    return rows + [_unchecked(source) for source, article in found if article is None]


def _unchecked(source: str) -> Checked:
    problem = "not checked: `monitor run` has not collected it yet"
    return Checked(None, source, "", None, "", None, None, (problem,), usable=False)


def _stored(config: Config, topic: str) -> dict[str, Article]:
    """The seeds that were collected from the web, by address; none where there is no database."""
    from monitor import app
    from monitor.edge.store import views

    try:
        store = app.open_store(config)
    except StoreError:
        return {}
    try:
        return {article.url: article for article in store.read(views.seed_articles, topic)}
    finally:
        store.close()
