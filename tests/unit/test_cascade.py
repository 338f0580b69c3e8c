"""Cheap scores, and what they send on."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.cascade import (
    EXTRACT_FROM,
    FETCH_WORDS,
    cheap_score,
    nearness,
    worth_extracting,
    worth_fetching,
)
from monitor.domain.fitting import fit
from monitor.domain.model import Profile, TopicModel
from monitor.domain.relevance import score_alone
from monitor.domain.text import terms
from monitor.types import Article, TopicSettings
from tests.unit.stories import (
    GIPFEL_1,
    INSEL_1,
    KESTREL_1,
    KESTREL_2,
    OTHER_NEWS,
    POKAL,
    SEEDS,
    SHIPPED,
    VOLCAN,
)

EMPTY = Article("", "", "", None, "feed")
LONG = "word " * FETCH_WORDS


@cache
def model(
    threshold: float | None = None, must: tuple[str, ...] = (), seeds: tuple[Article, ...] = SEEDS
) -> TopicModel:
    return fit(seeds, backgrounds=SHIPPED, settings=TopicSettings(threshold=threshold, must=must))


def english(**changes: object) -> TopicModel:
    """The model with another profile."""
    profile: Profile = replace(model().profiles["en"], **changes)  # type: ignore[arg-type]
    return replace(model(), profiles={"en": profile})


def at_share(share: float, article: Article) -> TopicModel:
    """The model with a threshold of which the article reaches just this share."""
    return english(threshold=cheap_score(model().profiles["en"], terms(article)) / share)


@pytest.mark.parametrize("article", [KESTREL_1, KESTREL_2, *SEEDS, *OTHER_NEWS, EMPTY])
def test_the_cheap_score_is_the_score_without_neighbours(article: Article) -> None:
    exact = score_alone(model(), article).value
    cheap = cheap_score(model().profiles["en"], terms(article))
    assert cheap == pytest.approx(exact, rel=0.01, abs=1e-9)


@given(st.dictionaries(st.text(max_size=8), st.integers(1, 10**6), max_size=50))
def test_any_terms_have_a_cosine_for_a_score(counts: dict[str, int]) -> None:
    assert -1.001 <= cheap_score(model().profiles["en"], counts) <= 1.001


def test_nearness_is_that_of_the_nearest_topic() -> None:
    near, far = at_share(0.8, KESTREL_1), at_share(0.3, KESTREL_1)
    assert nearness([far, near], KESTREL_1) == pytest.approx(0.8)
    assert nearness([far], KESTREL_1) == pytest.approx(0.3)
    assert nearness([], KESTREL_1) == -math.inf


def test_off_topic_news_goes_no_further_and_the_topic_s_does() -> None:
    assert not any(worth_extracting([model()], one) for one in OTHER_NEWS)
    assert not any(worth_fetching([model()], replace(one, text=one.text * 2)) for one in OTHER_NEWS)
    assert worth_extracting([model()], KESTREL_1)
    assert worth_fetching([model()], KESTREL_1)


@pytest.mark.parametrize(("step", "extracted"), [(-0.01, False), (0.01, True)])
def test_the_margin_of_extraction(step: float, extracted: bool) -> None:
    assert worth_extracting([at_share(EXTRACT_FROM + step, KESTREL_1)], KESTREL_1) == extracted


def test_a_feed_s_text_that_speaks_against_the_topic_gives_its_page_up() -> None:
    told = replace(KESTREL_1, text=f"{KESTREL_1.text} {LONG}")
    against = {term: -weight for term, weight in model().profiles["en"].weights.items()}
    faint = english(threshold=1.0)
    assert worth_fetching([faint], told)
    assert not worth_extracting([faint], told)
    assert not worth_fetching([english(threshold=1.0, weights=against)], told)


def test_either_reading_is_enough() -> None:
    off_topic = OTHER_NEWS[0]
    assert worth_extracting([model()], off_topic, KESTREL_1)
    assert worth_extracting([model()], KESTREL_1, off_topic)
    assert not worth_extracting([model()])


def test_a_topic_without_a_model_wants_everything() -> None:
    assert worth_extracting([model(), None], OTHER_NEWS[0])
    assert worth_fetching([None], replace(EMPTY, text=LONG))


@pytest.mark.parametrize("threshold", [0.0, -0.5])
def test_a_threshold_that_everything_meets_wants_everything(threshold: float) -> None:
    assert worth_extracting([model(threshold)], OTHER_NEWS[0])


def test_a_text_is_compared_in_its_own_language() -> None:
    both = model(seeds=(*SEEDS, INSEL_1))
    assert worth_extracting([both], GIPFEL_1)
    assert not worth_extracting([both], POKAL)
    assert nearness([both], replace(KESTREL_1, language="")) == nearness([both], KESTREL_1)


def test_what_no_topic_can_read_goes_no_further() -> None:
    assert nearness([model()], VOLCAN) == -math.inf
    assert not worth_extracting([model()], VOLCAN)
    assert not worth_fetching([model()], replace(VOLCAN, text=VOLCAN.text * 2))
    assert worth_extracting([model(), None], VOLCAN)


def test_demanded_phrases_are_not_asked_of_a_cheap_text() -> None:
    assert not score_alone(model(must=("zeppelin",)), KESTREL_1).relevant
    assert worth_extracting([model(must=("zeppelin",))], KESTREL_1)


@pytest.mark.parametrize(("count", "fetched"), [(FETCH_WORDS - 1, True), (FETCH_WORDS, False)])
def test_a_few_words_give_no_page_up(count: int, fetched: bool) -> None:
    told = replace(EMPTY, title="word", text="word " * (count - 1))
    assert worth_fetching([model()], told) == fetched
