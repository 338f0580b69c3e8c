"""Is an article about the topic?  A signed TF-IDF profile, the nearest articles, one threshold.

Imports scikit-learn: import this module only where articles are judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from monitor.domain.model import Floats, Profile, TopicModel
from monitor.domain.neighbours import shares
from monitor.domain.phrases import objection
from monitor.domain.recent import Recent
from monitor.domain.text import forms, terms
from monitor.types import Article, Neighbour, Score, Term

_Vector: TypeAlias = tuple[npt.NDArray[np.int32], Floats]
"""Columns and data of a row."""


class Scorer:
    """Judges articles by a model, each beside those judged before it.

    Holds the last 2,000 of each language, some 10 MB.
    """

    def __init__(self, model: TopicModel) -> None:
        self.model = model
        self._recent = {lang: Recent(profile) for lang, profile in model.profiles.items()}
        self._pending: dict[str, list[tuple[Sequence[int], csr_array, Floats]]] = {}
        """What has been scored last, by language: judgements, vectors, own scores."""

    def score(self, judgements: Sequence[int], articles: Sequence[Article]) -> list[Score]:
        """Scores in order; with their terms, which take time, of matches only.

        Nothing is noted: call :meth:`note` once they stand.
        """
        scores: dict[int, Score] = {}
        for language, places in _by_language(self.model, articles).items():
            profile = self.model.profiles.get(language)
            some = [articles[i] for i in places]
            if profile is None:
                found = [_not_comparable(self.model, language) for _ in some]
            else:
                found = self._score(language, profile, [judgements[i] for i in places], some)
            scores.update(zip(places, found, strict=True))
        return [scores[i] for i in range(len(articles))]

    def _score(
        self,
        language: str,
        profile: Profile,
        judgements: Sequence[int],
        articles: Sequence[Article],
    ) -> list[Score]:
        vectors = profile.vocabulary.vectors([terms(article, language) for article in articles])
        own = vectors @ profile.direction
        near = self._recent[language].nearest(judgements, vectors, own)
        self._pending.setdefault(language, []).append((judgements, vectors, own))
        return [
            _scored(self.model, profile, article, vector, neighbours)
            for article, vector, neighbours in zip(articles, _rows(vectors), near, strict=True)
        ]

    def note(self, judgements: Iterable[int]) -> None:
        """These of the articles scored since have been judged: later ones may lean on them."""
        stand = list(judgements)
        for language, batches in self._pending.items():
            scored = [one for batch, _, _ in batches for one in batch]
            row_of = {one: row for row, one in enumerate(scored)}
            its = [one for one in stand if one in row_of]
            if its:
                rows = [row_of[one] for one in its]
                vectors = vstack([vectors for _, vectors, _ in batches], format="csr")
                own = np.concatenate([own for _, _, own in batches])
                self._recent[language].add(its, vectors[rows], own[rows])
        self._pending.clear()

    def recall(self, judgements: Sequence[int], articles: Sequence[Article]) -> None:
        """Take note of articles that were judged before, in the order of judging."""
        for language, places in _by_language(self.model, articles).items():
            if profile := self.model.profiles.get(language):
                vectors = profile.vocabulary.vectors([terms(articles[i], language) for i in places])
                self._recent[language].add(
                    [judgements[i] for i in places], vectors, vectors @ profile.direction
                )


def score_alone(model: TopicModel, article: Article, neighbours: Sequence[Neighbour] = ()) -> Score:
    """The score of an article with the neighbours it had; exactly as it was judged."""
    language = model.language(article)
    profile = model.profiles.get(language)
    if profile is None:
        return _not_comparable(model, language)
    vectors = profile.vocabulary.vectors([terms(article, language)])
    [vector] = _rows(vectors)
    return _scored(model, profile, article, vector, neighbours, explained=True)


def nearest_seed(model: TopicModel, article: Article) -> tuple[str, float]:
    """Title of the seed most like the article, and their cosine in [0, 1].

    Of an article in another language than the seeds: the first seed, and 0.
    """
    language = model.language(article)
    profile = model.profiles.get(language)
    if profile is None:
        return model.seeds[0].title, 0.0
    vector = profile.vocabulary.vectors([terms(article, language)])
    cosines = (model.seed_vectors[language] @ vector.T).toarray()[:, 0]
    best = int(cosines.argmax())
    titles = [seed.title for seed in model.seeds if seed.language == language]
    return titles[best], min(1.0, float(cosines[best]))


def _by_language(model: TopicModel, articles: Sequence[Article]) -> dict[str, list[int]]:
    """Places of the articles, in order, by the language in which each is read."""
    places: dict[str, list[int]] = {}
    for place, article in enumerate(articles):
        places.setdefault(model.language(article), []).append(place)
    return places


def _rows(vectors: csr_array) -> Iterator[_Vector]:
    for start, end in pairwise(vectors.indptr.tolist()):
        yield vectors.indices[start:end], vectors.data[start:end]


def _scored(
    model: TopicModel,
    profile: Profile,
    article: Article,
    vector: _Vector,
    neighbours: Sequence[Neighbour],
    *,
    explained: bool = False,
) -> Score:
    """``explained``: with its terms even if it is no match."""
    columns, data = vector
    portions = shares(neighbours)
    own = 1 - math.fsum(portions)
    parts = [own * part for part in (data * profile.direction[columns]).tolist()]
    lent = (portion * one.score for portion, one in zip(portions, neighbours, strict=True))
    value = math.fsum([*parts, *lent])  # rounded once: it does not depend on their order
    relevant = value >= profile.threshold
    reason = objection(article, model.must, model.exclude) if relevant else ""
    names = _names(profile, article, model.language(article)) if relevant or explained else {}
    found = [Term(names[c], p) for c, p in zip(columns.tolist(), parts, strict=True) if p and names]
    return Score(
        value,
        relevant and not reason,
        tuple(sorted(found, key=lambda term: (-abs(term.part), term.term))),
        reason,
        probability=profile.probability(value),
        neighbours=tuple(neighbours),
    )


def _names(profile: Profile, article: Article, language: str) -> dict[int, str]:
    """Column -> the most common written form of its terms."""
    names: dict[int, str] = {}
    for (term, form), _ in forms(article, language).most_common():
        names.setdefault(profile.vocabulary.columns[term], form)
    return names


def _not_comparable(model: TopicModel, language: str) -> Score:
    known = ", ".join(sorted(model.profiles))
    return Score(0.0, False, (), f"written in {language}, the seeds in {known}")
