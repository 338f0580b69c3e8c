"""Fitting a topic: seeds, labels and a sample of the stream in, a frozen model out.

Imports scikit-learn: import this module only where topics are fitted.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from scipy.sparse import csr_array

from monitor.domain.background import Background
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.model import Counts, Floats, Profile, SeedCounts, TopicModel, Vocabulary
from monitor.domain.neighbours import leaning
from monitor.domain.recent import Recent
from monitor.domain.rocchio import Examples, NewsAtLarge
from monitor.domain.text import terms
from monitor.domain.threshold import (
    Level,
    answered,
    background_level,
    budget_cut,
    cut,
    topic_level,
)
from monitor.errors import ConfigError
from monitor.types import Article, TopicSettings

LEAST_SHARE = 2e-5
"""No term is taken to be rarer; also the share of articles taken to hold a term never seen."""
TABLE_ARTICLES = 1000
"""The table counts as much as so many articles of the monitor's own stream."""
KNOWN_TERMS = 30_000
"""So many of the most common terms are stored in a model, and those of its examples."""
LEAST_WEIGHT = 1e-4
"""Smaller weights are left out of a profile: all together they move no score noticeably."""
BATCH = 100
NEW = -1
"""The judgement of an article that has none."""
ITSELF = 0.999
"""From this cosine on a recent article is the labelled one."""


@dataclass(frozen=True)
class _Labels:
    """The terms of articles with a verdict."""

    relevant: Sequence[Counts]
    irrelevant: Sequence[Counts]


@dataclass(frozen=True)
class Fitted:
    """A model as it is stored, and what is shown of it."""

    body: bytes
    threshold: float
    """That of the main language."""
    matches_a_day: float | None
    """As many as in the stream that it was fitted to; None without one."""


def fit(
    seeds: Sequence[Article],
    *,
    backgrounds: Backgrounds,
    settings: TopicSettings,
    relevant: Sequence[Article] = (),
    irrelevant: Sequence[Article] = (),
    stream: Sequence[Article] = (),
    stream_days: float = 0.0,
) -> TopicModel:
    """The model of a topic, from its seeds alone or with labels and a sample of the stream.

    ``stream``: up to about 2,000 articles, matches included, in the order in which they were
    judged; ``stream_days``: the days they span.  Raises ConfigError if no seed has a usable word.
    """
    grouped = seeds_by_language(seeds)
    main = next(iter(grouped), "en")
    profiles: dict[str, Profile] = {}
    stored: list[SeedCounts] = []
    matches = 0
    for language, own in grouped.items():
        counts = [terms(article, language) for article in own]
        if not any(counts):
            continue
        labels = _Labels(_read(relevant, language, main), _read(irrelevant, language, main))
        recent = _read(stream, language, main)
        profile, scores = _fit(counts, labels, recent, backgrounds.of(language))
        threshold = _as_set(settings, profile.threshold, scores, stream_days)
        profiles[language] = replace(profile, threshold=threshold)
        found = int((scores >= threshold).sum())
        matches += found
        stored += [SeedCounts(a.title, language, dict(c)) for a, c in zip(own, counts, strict=True)]
    if not profiles:
        raise ConfigError(
            "empty vocabulary: no seed has a usable word; "
            "give at least one seed with a title or a few sentences of text"
        )
    return TopicModel(
        profiles=profiles,
        main=main if main in profiles else next(iter(profiles)),
        seeds=tuple(stored),
        must=settings.must,
        exclude=settings.exclude,
        matches_a_day=round(matches / stream_days, 2) if stream_days > 0 else None,
    )


def fit_to_bytes(
    seeds: Sequence[Article],
    backgrounds: bytes,
    *,
    settings: TopicSettings,
    relevant: Sequence[Article],
    irrelevant: Sequence[Article],
    stream: Sequence[Article],
    stream_days: float,
) -> Fitted:
    """As a job for another process: a topic's model in its stored form.

    Raises ConfigError as ``fit``.
    """
    model = fit(
        seeds,
        backgrounds=Backgrounds.from_bytes(backgrounds),
        settings=settings,
        relevant=relevant,
        irrelevant=irrelevant,
        stream=stream,
        stream_days=stream_days,
    )
    return Fitted(model.to_bytes(), model.threshold, model.matches_a_day)


def seeds_by_language(seeds: Sequence[Article]) -> dict[str, list[Article]]:
    """Seeds by the language in which they are read, that of most seeds first.

    Where a language is not known it is taken to be that of most others, else English.
    """
    known = Counter(seed.language[:2].lower() for seed in seeds if seed.language)
    usual = known.most_common(1)[0][0] if known else "en"
    grouped: dict[str, list[Article]] = {}
    for seed in seeds:
        grouped.setdefault(seed.language[:2].lower() or usual, []).append(seed)
    return dict(sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0])))


def vocabulary_of(
    background: Background, news: Sequence[tuple[Counts, float]], examples: Sequence[Counts]
) -> Vocabulary:
    """Shares of articles by term: the table as a prior, the monitor's own stream on top.

    ``news``: articles and how much each counts, in [0, 1].
    """
    frequencies: defaultdict[str, float] = defaultdict(float)
    for counts, weight in news:
        for term in counts:
            frequencies[term] += weight
    table = TABLE_ARTICLES / background.documents if background.documents else 0.0
    total = math.fsum(weight for counts, weight in news if counts) + TABLE_ARTICLES
    shares = {
        term: (frequencies.get(term, 0.0) + table * background.counts.get(term, 0)) / total
        for term in sorted({**background.counts, **frequencies})
    }
    common = sorted(shares, key=shares.__getitem__, reverse=True)[:KNOWN_TERMS]
    known = {*common, *chain.from_iterable(examples)}
    nats = {s: round(-math.log(max(s, LEAST_SHARE)), 2) for s in {0.0, *shares.values()}}
    idf = {term: nats[shares.get(term, 0.0)] for term in sorted(known)}
    return Vocabulary(idf, unseen=round(-math.log(LEAST_SHARE), 2))


def _read(articles: Sequence[Article], language: str, main: str) -> list[Counts]:
    """The terms of those of the articles that are read in the language."""
    return [
        terms(article, language)
        for article in articles
        if (article.language[:2].lower() or main) == language
    ]


def _fit(
    seeds: Sequence[Counts], labels: _Labels, stream: Sequence[Counts], background: Background
) -> tuple[Profile, Floats]:
    """A profile, and the scores that it gives to the stream.

    An article says as much about news at large as it is improbable by the first hour's profile:
    else a topic that fills much of the stream would teach that its own words say nothing, and one
    next door would never be learnt to be another.
    """
    profile, scores = _profile(seeds, labels, (), stream, background)
    if not stream:
        return profile, scores
    weights = [1 - profile.probability(score) for score in scores.tolist()]
    return _profile(seeds, labels, list(zip(stream, weights, strict=True)), stream, background)


def _as_set(settings: TopicSettings, threshold: float, scores: Floats, days: float) -> float:
    if settings.threshold is not None:
        return settings.threshold
    if settings.match_budget is not None and days > 0:
        return max(threshold, budget_cut(scores, settings.match_budget * days))
    return threshold


def _profile(
    seeds: Sequence[Counts],
    labels: _Labels,
    news: Sequence[tuple[Counts, float]],
    stream: Sequence[Counts],
    background: Background,
) -> tuple[Profile, Floats]:
    """The profile by an IDF in which ``news`` of the stream has its say, and the scores that it
    gives to the stream.

    The topic's level is told by the seeds: labels are of articles that were asked about because
    they were doubtful, and say what the lowest of the topic score.
    """
    rows = [counts for counts in (*seeds, *labels.relevant) if counts]
    vocabulary = vocabulary_of(background, news, rows)
    at_large = NewsAtLarge(vocabulary)
    disliked = [counts for counts in labels.irrelevant if counts]
    examples = Examples(vocabulary, rows, at_large.mean, disliked)
    direction = examples.direction()
    theory = Level(float(direction @ at_large.mean), at_large.deviation(direction))
    weights = _weights(vocabulary, rows, direction)
    agreement = examples.agreement()
    asked = sum(1 for counts in seeds if counts)
    level = topic_level(agreement[:asked], examples.events())
    profile = Profile(vocabulary, weights, theory.mean, math.inf)
    scores, recent = _scores(profile, stream)
    centre = background_level(theory, scores).mean
    guessed = bool(np.isnan(agreement).all())
    threshold = cut(theory, level, scores, guessed=guessed)
    right = _beside(recent, examples.vectors[asked:], agreement[asked:])
    wrong = _beside(recent, examples.disliked, examples.objection())
    threshold = answered(threshold, centre, right, wrong)
    return replace(profile, level=centre, threshold=threshold), scores


def _beside(recent: Recent, vectors: csr_array, own: Floats) -> Floats:
    """The scores that labelled articles would have if they came now, from their own; an article
    that is among the recent ones is no neighbour of itself."""
    scores = []
    for row in np.flatnonzero(~np.isnan(own)).tolist():
        [near] = recent.nearest([NEW], vectors[[row]], own[[row]])
        others = [one for one in near if one.cosine < ITSELF]
        scores.append(leaning(float(own[row]), others))
    return np.array(scores)


def _scores(profile: Profile, stream: Sequence[Counts]) -> tuple[Floats, Recent]:
    """The stream's scores with neighbours, in its order, shape (stream,); and the last of them."""
    recent = Recent(profile)
    scores = np.zeros(len(stream))
    for start in range(0, len(stream), BATCH):
        vectors = profile.vocabulary.vectors(stream[start : start + BATCH])
        own = vectors @ profile.direction
        numbers = range(start, start + len(own))
        for place, near in zip(numbers, recent.nearest(numbers, vectors, own), strict=True):
            scores[place] = leaning(float(own[place - start]), near)
        recent.add(numbers, vectors, own)
    return scores, recent


def _weights(
    vocabulary: Vocabulary, examples: Sequence[Counts], direction: Floats
) -> Mapping[str, float]:
    own = {*chain.from_iterable(examples)}
    weights = zip(vocabulary.columns, direction.round(6).tolist(), strict=False)  # no hashed ones
    return {t: w for t, w in weights if w and (abs(w) >= LEAST_WEIGHT or t in own)}
