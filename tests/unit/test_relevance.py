"""Judging articles by a fitted topic, each beside those judged before."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.fitting import fit
from monitor.domain.model import Profile, TopicModel
from monitor.domain.neighbours import pack, shares, unpack
from monitor.domain.relevance import Scorer, nearest_seed, score_alone
from monitor.types import Article, Score, TopicSettings
from tests.unit.stories import (
    GIPFEL_1,
    INSEL_1,
    INSEL_2,
    KESTREL_1,
    KESTREL_2,
    OTHER_NEWS,
    POKAL,
    SEEDS,
    SHIPPED,
    SORREL_1,
    SORREL_2,
    VOLCAN,
    article,
)

BOTH = (*SEEDS, INSEL_1, INSEL_2)
AFTERMATH = article(
    "Okafor calls off search above Brandis",
    "Rescuers led by Lena Okafor stopped searching the slopes above Brandis on Friday, where two "
    "climbers went missing when mud and lava swept over a glacier in the Oram highlands.",
)
"""Near to what is told of the eruption, farther from the seeds."""


@cache
def model(seeds: tuple[Article, ...] = SEEDS, topic: TopicSettings = TopicSettings()) -> TopicModel:
    return fit(seeds, backgrounds=SHIPPED, settings=topic)


def after(
    earlier: Sequence[Article], *articles: Article, fitted: TopicModel | None = None
) -> list[Score]:
    """Scores of articles in one batch after ``earlier`` ones, which were judged from 1 on."""
    scorer = Scorer(fitted or model())
    scorer.score(range(1, 1 + len(earlier)), earlier)
    scorer.note(range(1, 1 + len(earlier)))
    return scorer.score(range(100, 100 + len(articles)), articles)


def parts_of(found: Score) -> float:
    """What terms and neighbours add up to."""
    portions = shares(found.neighbours)
    lent = [p * one.score for p, one in zip(portions, found.neighbours, strict=True)]
    return math.fsum([*(term.part for term in found.terms), *lent])


# ------------------------------------------------------------------ neighbours


def test_an_article_beside_relevant_ones_scores_higher_than_alone() -> None:
    [alone], [beside] = after([], AFTERMATH), after([KESTREL_1, KESTREL_2], AFTERMATH)
    assert alone.neighbours == ()
    assert beside.value > alone.value
    assert beside.probability > alone.probability
    assert [one.judgement for one in beside.neighbours] in ([1], [2])


def test_an_article_beside_off_topic_ones_scores_lower_than_alone() -> None:
    odd = replace(OTHER_NEWS[0], text=f"{OTHER_NEWS[0].text} Lava and ash, said the volcano fans.")
    [alone], [beside] = after([], odd), after([OTHER_NEWS[0]] * 3, odd)
    assert beside.value < alone.value


def test_an_article_like_nothing_before_keeps_its_own_score_exactly() -> None:
    [alone] = after([], KESTREL_1)
    strange = [article("Quintrix", "zorbal velshi marnok"), article(), VOLCAN]
    [beside] = after(strange, KESTREL_1)
    assert beside == alone == score_alone(model(), KESTREL_1)


def test_of_a_batch_an_article_leans_on_those_before_it_only() -> None:
    first, second = after([], KESTREL_1, KESTREL_2)
    assert first == after([], KESTREL_1)[0]
    assert [one.judgement for one in second.neighbours] == [100]
    assert second.value == after([KESTREL_1], KESTREL_2)[0].value
    turned = after([], KESTREL_2, KESTREL_1)
    assert turned[0].neighbours == ()
    assert [one.judgement for one in turned[1].neighbours] == [100]


def test_an_edited_version_of_an_article_is_not_its_neighbour() -> None:
    scorer = Scorer(model())
    scorer.score([1, 2], [KESTREL_1, KESTREL_2])
    scorer.note([1, 2])
    edited = replace(KESTREL_1, text=f"{KESTREL_1.text} Both climbers were found on Thursday.")
    [found] = scorer.score([1], [edited])
    assert [one.judgement for one in found.neighbours] == [2]


def test_what_was_not_settled_is_nobodys_neighbour() -> None:
    scorer = Scorer(model())
    scorer.score([1, 2], [KESTREL_1, KESTREL_2])
    scorer.note([2])
    [found] = scorer.score([3], [KESTREL_1])
    assert [one.judgement for one in found.neighbours] == [2]
    scorer.note([])
    assert scorer.score([3], [KESTREL_1])[0] == found


def test_what_is_recalled_counts_as_what_was_judged() -> None:
    told = [KESTREL_1, OTHER_NEWS[1], KESTREL_2, VOLCAN]
    scorer = Scorer(model())
    scorer.recall(range(1, 1 + len(told)), told)
    assert scorer.score([100, 101], [AFTERMATH, OTHER_NEWS[0]]) == after(
        told, AFTERMATH, OTHER_NEWS[0]
    )


def test_nothing_to_judge_is_no_score() -> None:
    assert Scorer(model()).score([], []) == []


# ------------------------------------------------------------------ explained


def test_the_parts_of_terms_and_neighbours_add_up_to_the_score() -> None:
    for found in after([KESTREL_1, *OTHER_NEWS], KESTREL_2, AFTERMATH, *SEEDS):
        assert found.relevant
        assert found.neighbours
        assert abs(parts_of(found) - found.value) < 1e-9
        sizes = [abs(term.part) for term in found.terms]
        assert sizes == sorted(sizes, reverse=True)


def test_terms_are_named_as_they_are_written() -> None:
    for one in SEEDS:
        [found] = after([], one)
        text = f"{one.title} {one.text}".lower()
        assert all(term.term.lower() in text for term in found.terms)
    assert "volcano" in [term.term.lower() for term in after([], KESTREL_1)[0].terms[:5]]


@pytest.mark.parametrize("one", [KESTREL_2, AFTERMATH, *OTHER_NEWS, GIPFEL_1, POKAL, VOLCAN])
def test_a_score_can_be_found_again_from_what_is_stored(one: Article) -> None:
    earlier = [KESTREL_1, *OTHER_NEWS, INSEL_2, POKAL]
    fitted = TopicModel.from_bytes(model(BOTH).to_bytes())
    [judged] = after(earlier, one, fitted=model(BOTH))
    stored = unpack(pack(judged.neighbours))
    again = score_alone(fitted, one, stored)
    assert again.value == judged.value
    assert again.probability == judged.probability
    assert replace(again, terms=()) == replace(judged, terms=())
    assert again.terms == judged.terms or not judged.relevant


def test_scores_can_be_found_again_bit_for_bit_matched_or_not() -> None:
    """What adds up hundreds of terms must do so in one way."""
    lines = (Path(__file__).parents[1] / "data/stories.jsonl").read_text("utf-8").splitlines()
    told = [article(row["title"], row["text"]) for row in map(json.loads, lines)]
    judged = after([], *SEEDS, *told)
    assert any(one.relevant for one in judged) and not all(one.relevant for one in judged)
    again = [
        score_alone(model(), one, found.neighbours)
        for one, found in zip([*SEEDS, *told], judged, strict=True)
    ]
    assert [one.value for one in again] == [one.value for one in judged]


def test_the_probability_is_one_half_at_the_threshold_and_rises() -> None:
    profile = model().profiles["en"]
    values = [profile.probability(value / 100) for value in range(-100, 101)]
    assert values == sorted(values)
    assert 0 < values[0] < 0.05 < 0.95 < values[-1] < 1
    assert profile.probability(profile.threshold) == 0.5
    assert profile.probability(profile.level) < 0.1


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_any_profile_has_a_probability(level: float, threshold: float, score: float) -> None:
    profile = Profile(model().profiles["en"].vocabulary, {}, level, threshold)
    assert 0 <= profile.probability(score) <= 1
    assert profile.probability(threshold) == 0.5


# ------------------------------------------------------------------ languages


def test_each_language_is_judged_by_its_own_profile() -> None:
    fitted = model(BOTH)
    found = after([], KESTREL_1, GIPFEL_1, POKAL, *OTHER_NEWS, fitted=fitted)
    assert [one.relevant for one in found] == [True, True, False, *[False] * len(OTHER_NEWS)]
    assert (fitted.main, set(fitted.profiles)) == ("en", {"en", "de"})
    assert fitted.threshold == fitted.threshold_for(KESTREL_1)
    assert fitted.threshold_for(GIPFEL_1) == fitted.profiles["de"].threshold
    assert score_alone(fitted, GIPFEL_1) == score_alone(
        replace(fitted, profiles={"de": fitted.profiles["de"]}), GIPFEL_1
    )


def test_articles_in_other_languages_are_refused_with_a_reason() -> None:
    [found] = after([], VOLCAN, fitted=model(BOTH))
    assert (found.value, found.relevant, found.terms) == (0.0, False, ())
    assert found.reason == "written in fr, the seeds in de, en"
    assert found.probability < 0.1
    assert found == score_alone(model(BOTH), VOLCAN)
    assert model(BOTH).threshold_for(VOLCAN) == math.inf


@pytest.mark.parametrize("seeds", [BOTH, (INSEL_1, INSEL_2, SORREL_1)])
def test_an_article_of_unknown_language_is_read_in_the_main_one(seeds: tuple[Article, ...]) -> None:
    fitted = model(seeds)
    one = KESTREL_1 if fitted.main == "en" else GIPFEL_1
    unknown = replace(one, language="")
    assert fitted.language(unknown) == fitted.main
    assert score_alone(fitted, unknown) == score_alone(fitted, one)


def test_a_language_is_known_by_its_first_two_letters() -> None:
    assert score_alone(model(), replace(KESTREL_1, language="EN-gb")) == score_alone(
        model(), KESTREL_1
    )


def test_neighbours_are_of_the_same_language() -> None:
    same = replace(KESTREL_1, language="de")
    [found] = after([same, INSEL_1], KESTREL_1, fitted=model(BOTH))
    assert found.neighbours == ()


# ------------------------------------------------------------------ phrases and seeds


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        (TopicSettings(must=("volcano",)), ""),
        (TopicSettings(must=("Brandis|Halden", "glacier")), ""),
        (TopicSettings(must=("Halden",)), "does not contain “Halden”"),
        (TopicSettings(exclude=("ski town",)), "contains “ski town”"),
        (TopicSettings(exclude=("skis",)), ""),
    ],
)
def test_must_and_exclude_decide_over_the_score(topic: TopicSettings, reason: str) -> None:
    [found] = after([], KESTREL_1, fitted=model(topic=topic))
    assert found.value == after([], KESTREL_1)[0].value
    assert (found.relevant, found.reason) == (not reason, reason)


def test_an_article_below_the_threshold_needs_no_reason() -> None:
    [found] = after([], OTHER_NEWS[0], fitted=model(topic=TopicSettings(must=("Halden",))))
    assert (found.relevant, found.reason) == (False, "")


def test_the_nearest_seed_is_named() -> None:
    title, cosine = nearest_seed(model(), SORREL_2)
    assert title == SORREL_2.title
    assert cosine == pytest.approx(1.0)
    assert 0 < nearest_seed(model(), KESTREL_1)[1] < 0.6


def test_the_nearest_seed_is_one_of_the_same_language() -> None:
    assert nearest_seed(model(BOTH), INSEL_2)[0] == INSEL_2.title
    assert nearest_seed(model(BOTH), VOLCAN)[1] == 0.0


@settings(deadline=None, max_examples=20)
@given(st.text(), st.text(), st.sampled_from(["", "en", "de", "ja", "??"]))
def test_any_text_has_a_score(title: str, text: str, language: str) -> None:
    one = article(title, text, language=language)
    for found in after([KESTREL_1, INSEL_1], one, one, fitted=model(BOTH)):
        assert -1 <= found.value <= 1
        assert 0 <= found.probability <= 1
        assert score_alone(model(BOTH), one, found.neighbours).value == found.value
    assert 0 <= nearest_seed(model(BOTH), one)[1] <= 1
