"""Is an article about the topic?  A signed TF-IDF profile and one threshold.

Imports scikit-learn: import this module only where topics are fitted or articles judged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.domain.background import Background
from monitor.domain.model import Counts, Floats, SeedCounts, TopicModel, Vocabulary
from monitor.domain.phrases import objection
from monitor.domain.rocchio import SAME_STORY, Examples, NewsAtLarge
from monitor.domain.text import forms, readable, terms
from monitor.domain.threshold import Level, background_level, budget_cut, cut, topic_level
from monitor.errors import ConfigError
from monitor.types import Article, Score, Term, TopicSettings

LEAST_SHARE = 2e-5
"""No term is taken to be rarer; also the share of articles taken to hold a term never seen."""
TABLE_ARTICLES = 1000
"""The table counts as much as so many articles of the monitor's own stream."""
KNOWN_TERMS = 30_000
"""So many of the most common terms are stored in a model, and those of its examples."""
LEAST_WEIGHT = 1e-4
"""Smaller weights are left out of a profile: all together they move no score noticeably."""
SHORT_SEED = 20
"""A seed with fewer different terms says too little."""
DISAGREEMENT = 0.03
"""A seed that scores less against the others is probably about something else."""


def fit(
    seeds: Sequence[Article],
    *,
    background: Background,
    settings: TopicSettings,
    relevant: Sequence[Article] = (),
    irrelevant: Sequence[Article] = (),
    stream: Sequence[Article] = (),
    stream_days: float = 0,
) -> TopicModel:
    """The model of a topic, from its seeds alone or with labels and a sample of the stream.

    ``stream``: up to about 2,000 recent articles, presumed off topic; ``stream_days``: the days
    they span, for the match budget.  Raises ConfigError if no seed has a usable word.
    """
    own = [terms(article) for article in seeds]
    if not any(own):
        raise ConfigError(
            "empty vocabulary: no seed has a usable word; "
            "give at least one seed with a title or a few sentences of text"
        )
    rows: list[Counts] = [counts for counts in (*own, *map(terms, relevant)) if counts]
    recent: list[Counts] = [terms(article) for article in stream]
    vocabulary = _vocabulary(background, _off_topic(background, rows, recent), rows)
    news = NewsAtLarge(vocabulary)
    examples = Examples(vocabulary, rows, news.mean)
    direction = examples.direction(_mean(vocabulary, [terms(a) for a in irrelevant]))
    unjudged = TopicModel(
        vocabulary=vocabulary,
        profile=_profile(vocabulary, rows, direction),
        threshold=0.0,
        seeds=tuple(SeedCounts(a.title, dict(c)) for a, c in zip(seeds, own, strict=True)),
        must=settings.must,
        exclude=settings.exclude,
    )
    usual = Level(float(direction @ news.mean), news.deviation(direction))
    level = topic_level(examples.agreement(), examples.events())
    scores = vocabulary.vectors(recent) @ unjudged.direction
    threshold = _threshold(settings, scores, stream_days, usual, level)
    return replace(unjudged, threshold=threshold)


def _off_topic(
    background: Background, examples: Sequence[Counts], recent: Sequence[Counts]
) -> list[Counts]:
    """The stream less what the first hour's model would match.

    Else a topic that fills much of the stream would teach that its own words say nothing.
    """
    if not recent:
        return []
    vocabulary = _vocabulary(background, (), examples)
    news = NewsAtLarge(vocabulary)
    found = Examples(vocabulary, examples, news.mean)
    direction = found.direction()
    usual = Level(float(direction @ news.mean), news.deviation(direction))
    scores = vocabulary.vectors(recent) @ direction
    least = cut(usual, topic_level(found.agreement(), found.events()))
    return [counts for counts, value in zip(recent, scores, strict=True) if value < least]


def _threshold(
    settings: TopicSettings, scores: Floats, days: float, usual: Level, level: float
) -> float:
    if settings.threshold is not None:
        return settings.threshold
    threshold = cut(background_level(usual, scores), level)
    if settings.match_budget is not None and days > 0:
        threshold = max(threshold, budget_cut(scores, settings.match_budget * days))
    return threshold


def _vocabulary(
    background: Background, recent: Sequence[Counts], examples: Sequence[Counts]
) -> Vocabulary:
    """Shares of articles by term: the table as a prior, the monitor's own stream on top."""
    frequencies = Counter(term for counts in recent for term in counts)
    table = TABLE_ARTICLES / background.documents if background.documents else 0.0
    total = sum(1 for counts in recent if counts) + TABLE_ARTICLES
    shares = {
        term: (frequencies[term] + table * background.counts.get(term, 0)) / total
        for term in {*background.counts, *frequencies}
    }
    common = sorted(shares, key=lambda term: (-shares[term], term))[:KNOWN_TERMS]
    known = {*common, *(term for counts in examples for term in counts)}
    idf = {t: round(-math.log(max(shares.get(t, 0.0), LEAST_SHARE)), 2) for t in known}
    return Vocabulary(idf, unseen=round(-math.log(LEAST_SHARE), 2))


def _mean(vocabulary: Vocabulary, rows: Sequence[Counts]) -> Floats | None:
    if not rows:
        return None
    return np.asarray(vocabulary.vectors(rows).sum(axis=0)) / len(rows)


def _profile(
    vocabulary: Vocabulary, examples: Sequence[Counts], direction: Floats
) -> dict[str, float]:
    own = {term for counts in examples for term in counts}
    weights = {t: round(float(direction[c]), 6) for t, c in vocabulary.columns.items()}
    return {t: w for t, w in weights.items() if w and (t in own or abs(w) >= LEAST_WEIGHT)}


def score(model: TopicModel, articles: Sequence[Article]) -> list[Score]:
    """Judge articles by a model; an article's score does not depend on its neighbours."""
    written = [forms(article) for article in articles]
    rows = [{term: found.total() for term, found in row.items()} for row in written]
    vectors = model.vocabulary.vectors(rows)
    parts = vectors.copy()
    parts.data = parts.data * model.direction[parts.indices]
    names = list(model.vocabulary.columns)
    scores = []
    for number, article in enumerate(articles):
        start, end = parts.indptr[number : number + 2]
        explained = [
            Term(readable(written[number][names[column]]), float(part))
            for column, part in zip(parts.indices[start:end], parts.data[start:end], strict=True)
            if part
        ]
        scores.append(_score(model, article, explained))
    return scores


def _score(model: TopicModel, article: Article, explained: list[Term]) -> Score:
    value = math.fsum(term.part for term in explained)
    strongest = tuple(sorted(explained, key=lambda term: (-abs(term.part), term.term)))
    if value < model.threshold:
        return Score(value, False, strongest)
    reason = objection(article, model.must, model.exclude)
    return Score(value, not reason, strongest, reason)


def nearest_seed(model: TopicModel, article: Article) -> tuple[str, float]:
    """Title of the seed most like the article, and their cosine in [0, 1]."""
    cosines = (model.seed_vectors @ model.vocabulary.vectors([terms(article)]).T).toarray()[:, 0]
    best = int(cosines.argmax())
    return model.seeds[best].title, min(1.0, float(cosines[best]))


@dataclass(frozen=True, slots=True)
class SeedCheck:
    """How a seed stands beside the others."""

    title: str
    similarity: float | None
    """Its score against a profile of the others, in [-1, 1]; None if nothing can be compared."""
    problems: tuple[str, ...]
    """In words; empty if all is well."""


def check_seeds(seeds: Sequence[Article], background: Background) -> list[SeedCheck]:
    """Leave-one-out agreement of each seed with the others, and what is wrong with it."""
    if not seeds:
        return []
    rows = [terms(article) for article in seeds]
    vocabulary = _vocabulary(background, (), rows)
    examples = Examples(vocabulary, rows, NewsAtLarge(vocabulary).mean)
    languages = Counter(article.language for article in seeds if article.language)
    usual = languages.most_common(1)[0][0] if languages else ""
    checks = []
    for number, (article, agreement) in enumerate(zip(seeds, examples.agreement(), strict=True)):
        alone = not rows[number] or bool(np.isnan(agreement))
        same = np.flatnonzero(examples.likeness[number, :number] >= SAME_STORY)
        problems = []
        if len(rows[number]) < SHORT_SEED:
            problems.append(f"too short: {len(rows[number])} different words")
        if len(same):
            problems.append(f"repeats seed {same[0] + 1}: counted once")
        if article.language and article.language != usual:
            problems.append(f"in another language ({article.language}) than the rest ({usual})")
        if not alone and agreement < DISAGREEMENT:
            problems.append("does not agree with the other seeds: is it about the same topic?")
        similarity = None if alone else float(agreement)
        checks.append(SeedCheck(article.title, similarity, tuple(problems)))
    return checks
