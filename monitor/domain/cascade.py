"""Cheap text first: which articles are worth the dearer stages, a fetch or a full extraction.

Only the scores count here, never the phrases a topic demands or refuses: a cheap text may lack the
one or show the other by mistake.  ``tools/bench_cascade.py`` measures what the shares below lose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.domain.pages import words
from monitor.domain.text import terms
from monitor.types import Article

if TYPE_CHECKING:  # it brings the numerical libraries
    from monitor.domain.model import Counts, Profile, TopicModel

EXTRACT_FROM = 0.5
"""Share of a topic's threshold from which on a skimmed page is extracted in full."""
FETCH_FROM = 0.0
"""The same share from which on a feed's own text makes its page worth fetching."""
FETCH_WORDS = 30
"""A feed's own text of fewer words, title included, says too little to give its page up."""


def cheap_score(profile: Profile, counts: Counts) -> float:
    """The own score of an article of these terms, in [-1, 1], without neighbours and reasons.

    A tenth of the time, one article at a time.  Terms the model does not know are kept apart here,
    and share hashed columns there: that moves the length of the vector by less than a hundredth.
    """
    idf, unseen = profile.vocabulary.idf, profile.vocabulary.unseen
    dot = square = 0.0
    for term, count in counts.items():
        weight = (1 + math.log(count)) * idf.get(term, unseen)
        dot += weight * profile.weights.get(term, 0.0)
        square += weight * weight
    return dot / math.sqrt(square) if square else 0.0


def nearness(models: Sequence[TopicModel | None], article: Article) -> float:
    """The highest share of its threshold that an article's score reaches in any topic.

    Infinite where a topic has no model yet (None), or a threshold that news at large meets (zero
    or less); minus infinity where none has seeds in the article's language.
    """
    nearest = -math.inf
    counted: dict[str, Counts] = {}
    for model in models:
        if model is None:
            return math.inf
        language = model.language(article)
        profile = model.profiles.get(language)
        if profile is None:
            continue
        if profile.threshold <= 0:
            return math.inf
        if language not in counted:
            counted[language] = terms(article, language)
        nearest = max(nearest, cheap_score(profile, counted[language]) / profile.threshold)
    return nearest


def worth_extracting(models: Sequence[TopicModel | None], *readings: Article) -> bool:
    """Whether a page may match a topic, by cheap readings: the skimmed page, the feed's text."""
    return any(nearness(models, one) >= EXTRACT_FROM for one in readings)


def worth_fetching(models: Sequence[TopicModel | None], told: Article) -> bool:
    """Whether the page of an entry may match a topic, by the feed's own title and text."""
    if words(f"{told.title} {told.text}") < FETCH_WORDS:
        return True
    return nearness(models, told) >= FETCH_FROM
