"""Is an article about the topic?  A signed TF-IDF profile, the nearest articles, one threshold.

Imports scikit-learn: import this module only where articles are judged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, vstack

from monitor.domain.model import Profile, TopicModel
from monitor.domain.neighbours import shares
from monitor.domain.phrases import objection
from monitor.domain.recent import Recent
from monitor.domain.text import forms, readable, terms
from monitor.types import Article, Neighbour, Score, Term


class Scorer:
    """Judges articles by a model, each beside those judged before it.

    Holds the last 2,000 of each language, some 10 MB.
    """

    def __init__(self, model: TopicModel) -> None:
        self.model = model
        self._recent = {lang: Recent(profile) for lang, profile in model.profiles.items()}
        self._pending: dict[int, tuple[str, csr_array, float]] = {}
        """What has been scored last: language, vector, own score."""

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
        for row, judgement in enumerate(judgements):
            self._pending[judgement] = (language, vectors[[row]], float(own[row]))
        parts = vectors.data * profile.direction[vectors.indices]
        scores = []
        for row, (article, neighbours) in enumerate(zip(articles, near, strict=True)):
            start, end = vectors.indptr[row : row + 2]
            value = _value(parts[start:end].tolist(), neighbours)
            scores.append(
                score_alone(self.model, article, neighbours)
                if value >= profile.threshold
                else _below(profile, value, neighbours)
            )
        return scores

    def note(self, judgements: Iterable[int]) -> None:
        """These of the articles scored since have been judged: later ones may lean on them."""
        stand = [one for one in judgements if one in self._pending]
        for language, recent in self._recent.items():
            its = [one for one in stand if self._pending[one][0] == language]
            if its:
                rows = vstack([self._pending[one][1] for one in its], format="csr")
                recent.add(its, rows, np.array([self._pending[one][2] for one in its]))
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
    _, [parts] = _parts(profile, language, [article])
    return _scored(model, profile, article, parts, neighbours)


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


def _parts(
    profile: Profile, language: str, articles: Sequence[Article]
) -> tuple[csr_array, list[list[Term]]]:
    """Unit vectors, shape (articles, width), and what each term adds to the own scores."""
    written = [forms(article, language) for article in articles]
    rows = [{term: found.total() for term, found in row.items()} for row in written]
    vectors = profile.vocabulary.vectors(rows)
    weights = vectors.data * profile.direction[vectors.indices]
    explained = []
    for row, found in enumerate(written):
        start, end = vectors.indptr[row : row + 2]
        names: dict[int, Counter[str]] = {}
        for term, forms_of_it in found.items():
            names.setdefault(profile.vocabulary.column(term), Counter()).update(forms_of_it)
        explained.append(
            [
                Term(readable(names[column]), float(part))
                for column, part in zip(vectors.indices[start:end], weights[start:end], strict=True)
                if part
            ]
        )
    return vectors, explained


def _scored(
    model: TopicModel,
    profile: Profile,
    article: Article,
    parts: Sequence[Term],
    neighbours: Sequence[Neighbour],
) -> Score:
    value = _value((term.part for term in parts), neighbours)
    own = _own_share(neighbours)
    terms_ = [replace(term, part=own * term.part) for term in parts]
    strongest = tuple(sorted(terms_, key=lambda term: (-abs(term.part), term.term)))
    relevant = value >= profile.threshold
    reason = objection(article, model.must, model.exclude) if relevant else ""
    return Score(
        value,
        relevant and not reason,
        strongest,
        reason,
        probability=profile.probability(value),
        neighbours=tuple(neighbours),
    )


def _value(parts: Iterable[float], neighbours: Sequence[Neighbour]) -> float:
    """The score that terms of these parts make beside neighbours; rounded once, so that it does
    not depend on their order."""
    own = _own_share(neighbours)
    portions = zip(shares(neighbours), neighbours, strict=True)
    return math.fsum([*(own * part for part in parts), *(p * one.score for p, one in portions)])


def _own_share(neighbours: Sequence[Neighbour]) -> float:
    return 1 - math.fsum(shares(neighbours))


def _below(profile: Profile, value: float, neighbours: Sequence[Neighbour]) -> Score:
    probability = profile.probability(value)
    return Score(value, False, (), probability=probability, neighbours=tuple(neighbours))


def _not_comparable(model: TopicModel, language: str) -> Score:
    known = ", ".join(sorted(model.profiles))
    return Score(0.0, False, (), f"written in {language}, the seeds in {known}")
