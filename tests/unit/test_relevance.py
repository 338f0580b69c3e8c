"""Fitting a topic and judging articles by it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import monitor
from monitor.domain.background import EMPTY, Background
from monitor.domain.model import TopicModel
from monitor.domain.relevance import check_seeds, fit, nearest_seed, score
from monitor.errors import ConfigError, ParseError
from monitor.types import Article, TopicSettings
from tests.unit.stories import (
    KESTREL_1,
    KESTREL_2,
    MARCH,
    OTHER_NEWS,
    SEEDS,
    SORREL_1,
    SORREL_2,
    article,
)

BACKGROUND = Background.from_bytes(
    (Path(monitor.__file__).parent / "data" / "background.json.gz").read_bytes()
)
ANY = TopicSettings()


@cache
def model(seeds: tuple[Article, ...] = SEEDS, topic: TopicSettings = ANY) -> TopicModel:
    return fit(seeds, background=BACKGROUND, settings=topic)


@pytest.mark.parametrize(
    "seeds",
    [SEEDS, SEEDS[:1], SEEDS[:1] * 5, (*SEEDS[:1] * 10, SORREL_2), SEEDS * 17],
    ids=["three", "one", "one five times", "one ten times and another", "fifty-one"],
)
def test_the_first_hour_tells_a_new_event_from_other_news(seeds: tuple[Article, ...]) -> None:
    fitted = model(seeds)
    assert all(found.relevant for found in score(fitted, [KESTREL_1, KESTREL_2]))
    assert not any(found.relevant for found in score(fitted, OTHER_NEWS))


def test_copied_seeds_do_not_raise_the_threshold() -> None:
    assert model(SEEDS * 10).threshold == pytest.approx(model().threshold, rel=0.5)


def test_a_stream_sample_keeps_the_decision() -> None:
    stream = [replace(one, title=f"{one.title} {i}") for i in range(40) for one in OTHER_NEWS]
    fitted = fit(SEEDS, background=BACKGROUND, settings=ANY, stream=stream, stream_days=20)
    found = score(fitted, [KESTREL_1, KESTREL_2, *OTHER_NEWS])
    assert [one.relevant for one in found] == [True, True] + [False] * len(OTHER_NEWS)


def test_a_topic_can_be_fitted_without_a_background() -> None:
    fitted = fit(SEEDS, background=EMPTY, settings=ANY)
    values = [found.value for found in score(fitted, [KESTREL_1, *OTHER_NEWS])]
    assert values[0] == max(values)


def test_labels_move_the_profile() -> None:
    bank, final = OTHER_NEWS[1], OTHER_NEWS[0]
    liked = fit(SEEDS, background=BACKGROUND, settings=ANY, relevant=[bank])
    disliked = fit(SEEDS, background=BACKGROUND, settings=ANY, irrelevant=[final])
    plain = score(model(), [bank, final])
    assert score(liked, [bank])[0].value > plain[0].value
    assert score(disliked, [final])[0].value < plain[1].value


def test_a_threshold_that_is_set_is_used() -> None:
    assert model(topic=TopicSettings(threshold=0.99)).threshold == 0.99
    assert not score(model(topic=TopicSettings(threshold=0.99)), [SORREL_1])[0].relevant


@pytest.mark.parametrize(("budget", "matches"), [(0.0, 0), (1.0, 10), (3.0, 30), (1000.0, 60)])
def test_the_budget_bounds_the_matches_of_the_stream(budget: float, matches: int) -> None:
    volcanoes = [replace(SORREL_1, text=f"{SORREL_1.text} {'harbour ' * i}") for i in range(60)]
    stream = [*volcanoes, *OTHER_NEWS * 20]
    topic = TopicSettings(match_budget=budget)
    fitted = fit(SEEDS, background=BACKGROUND, settings=topic, stream=stream, stream_days=10)
    assert sum(found.relevant for found in score(fitted, stream)) == pytest.approx(matches, abs=5)
    assert sum(found.relevant for found in score(fitted, stream)) <= matches


def test_a_budget_without_a_stream_changes_nothing() -> None:
    assert model(topic=TopicSettings(match_budget=1)).threshold == model().threshold


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
    found = score(model(topic=topic), [KESTREL_1])[0]
    assert found.value == score(model(), [KESTREL_1])[0].value
    assert (found.relevant, found.reason) == (not reason, reason)


def test_an_article_below_the_threshold_needs_no_reason() -> None:
    found = score(model(topic=TopicSettings(must=("Halden",))), OTHER_NEWS[:1])[0]
    assert (found.relevant, found.reason) == (False, "")


def test_the_explanation_is_exact_and_readable() -> None:
    for one, found in zip(SEEDS, score(model(), SEEDS), strict=True):
        assert abs(math.fsum(term.part for term in found.terms) - found.value) < 1e-9
        sizes = [abs(term.part) for term in found.terms]
        assert sizes == sorted(sizes, reverse=True)
        text = f"{one.title} {one.text}".lower()
        assert all(term.term.lower() in text for term in found.terms)
    assert "volcano" in [term.term.lower() for term in score(model(), [KESTREL_1])[0].terms[:5]]


def test_a_score_does_not_depend_on_its_neighbours() -> None:
    articles = [KESTREL_1, *OTHER_NEWS, SORREL_1]
    assert score(model(), articles) == [score(model(), [one])[0] for one in articles]
    assert score(model(), []) == []


def test_bytes_hold_the_model_exactly() -> None:
    topic = TopicSettings(must=("volcano",), exclude=("film",), threshold=1 / 3)
    fitted = fit(SEEDS, background=BACKGROUND, settings=topic, irrelevant=OTHER_NEWS[:2])
    data = fitted.to_bytes()
    again = TopicModel.from_bytes(data)
    assert again == fitted
    assert again.to_bytes() == data
    assert score(again, [KESTREL_1]) == score(fitted, [KESTREL_1])
    assert len(data) < 300 * 1024


@pytest.mark.parametrize("data", [b"", b"x", model().to_bytes()[:-20], b"x\x9c\xabV\x02\x00"])
def test_other_bytes_are_a_parse_error(data: bytes) -> None:
    with pytest.raises(ParseError, match="model"):
        TopicModel.from_bytes(data)


@pytest.mark.parametrize("seeds", [[], [article()], [article("the and of", "said … !")]])
def test_seeds_without_words_are_a_usage_error(seeds: list[Article]) -> None:
    with pytest.raises(ConfigError, match="empty vocabulary"):
        fit(seeds, background=BACKGROUND, settings=ANY)


def test_a_seed_without_words_does_no_harm() -> None:
    fitted = model((article(), *SEEDS))
    assert fitted.threshold == model().threshold
    assert nearest_seed(fitted, SORREL_2)[0] == SORREL_2.title
    checks = check_seeds([article(), SORREL_1], BACKGROUND)
    assert [check.similarity for check in checks] == [None, None]
    assert checks[0].problems == ("too short: 0 different words",)


def test_the_nearest_seed_is_named() -> None:
    title, cosine = nearest_seed(model(), SORREL_2)
    assert title == SORREL_2.title
    assert cosine == pytest.approx(1.0)
    assert 0 < nearest_seed(model(), KESTREL_1)[1] < 0.6


def test_good_seeds_pass_the_check() -> None:
    assert [check.problems for check in check_seeds(SEEDS, BACKGROUND)] == [()] * 3
    assert all(
        check.similarity and check.similarity > 0.1 for check in check_seeds(SEEDS, BACKGROUND)
    )
    assert check_seeds([], BACKGROUND) == []


def test_what_is_wrong_with_seeds_is_said() -> None:
    german = article(
        "Vulkan", "Der Vulkan spuckte Asche über die Insel. " * 3, MARCH + timedelta(days=1), "de"
    )
    odd = [SORREL_1, SORREL_2, SORREL_1, OTHER_NEWS[0], article("Volcano erupts"), german]
    problems = [" ".join(check.problems) for check in check_seeds(odd, BACKGROUND)]
    assert problems[0] == problems[1] == ""
    assert "repeats seed 1" in problems[2]
    assert "does not agree" in problems[3]
    assert "too short" in problems[4]
    assert "another language (de)" in problems[5]


def test_a_lone_seed_has_nothing_to_agree_with() -> None:
    check = check_seeds(SEEDS[:1], BACKGROUND)[0]
    assert (check.similarity, check.problems) == (None, ())


def test_foreign_seeds_find_foreign_news() -> None:
    seed = article(
        "Vulkan bricht aus",
        "Der Vulkan auf der Insel ist in der Nacht ausgebrochen. Lava floss zum Hafen, Asche "
        "legte den Flughafen lahm, und tausende Bewohner wurden in Sicherheit gebracht.",
        language="de",
    )
    news = article(
        "Ausbruch im Hochland",
        "Nach hundert Jahren Ruhe ist der Vulkan im Hochland wieder ausgebrochen. Lava und Asche "
        "zerstörten eine Brücke, zwei Bergsteiger werden vermisst.",
        language="de",
    )
    football = article(
        "Pokalsieg in letzter Minute",
        "Mit einem späten Tor hat die Mannschaft das Finale gewonnen. Die Anhänger feierten bis "
        "in den Morgen, der Trainer lobte die Abwehr und sprach von einer großen Saison.",
        language="de",
    )
    found = score(model((seed,)), [news, football, *OTHER_NEWS])
    assert [one.relevant for one in found] == [True] + [False] * (1 + len(OTHER_NEWS))


@settings(deadline=None, max_examples=20)
@given(st.text(), st.text(), st.sampled_from(["", "en", "ja", "??"]))
def test_any_text_has_a_score(title: str, text: str, language: str) -> None:
    one = article(title, text, language=language)
    found = score(model(), [one])[0]
    assert -1 <= found.value <= 1
    assert 0 <= nearest_seed(model(), one)[1] <= 1
