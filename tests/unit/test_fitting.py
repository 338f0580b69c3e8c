"""Fitting a topic: what its profiles and thresholds come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from monitor.domain.background import Background
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.fitting import fit, seeds_by_language, vocabulary_of
from monitor.domain.model import TopicModel
from monitor.domain.relevance import Scorer, nearest_seed, score_alone
from monitor.domain.rocchio import Examples, NewsAtLarge
from monitor.domain.text import terms
from monitor.errors import ConfigError, ParseError
from monitor.types import Article, Score, TopicSettings
from tests.unit.stories import (
    INSEL_1,
    INSEL_2,
    KESTREL_1,
    KESTREL_2,
    OTHER_NEWS,
    SEEDS,
    SHIPPED,
    SORREL_1,
    SORREL_2,
    article,
)

ANY = TopicSettings()


@cache
def model(seeds: tuple[Article, ...] = SEEDS, topic: TopicSettings = ANY) -> TopicModel:
    return fit(seeds, backgrounds=SHIPPED, settings=topic)


def alone(fitted: TopicModel, *articles: Article) -> list[Score]:
    return [score_alone(fitted, one) for one in articles]


@pytest.mark.parametrize(
    "seeds",
    [SEEDS, SEEDS[:1], SEEDS[:1] * 5, (*SEEDS[:1] * 10, SORREL_2), SEEDS * 17],
    ids=["three", "one", "one five times", "one ten times and another", "fifty-one"],
)
def test_the_first_hour_tells_a_new_event_from_other_news(seeds: tuple[Article, ...]) -> None:
    fitted = model(seeds)
    assert all(found.relevant for found in alone(fitted, KESTREL_1, KESTREL_2))
    assert not any(found.relevant for found in alone(fitted, *OTHER_NEWS))


def test_copied_seeds_do_not_raise_the_threshold() -> None:
    assert model(SEEDS * 10).threshold == pytest.approx(model().threshold, rel=0.5)


def test_a_stream_sample_keeps_the_decision() -> None:
    stream = [replace(one, title=f"{one.title} {i}") for i in range(40) for one in OTHER_NEWS]
    fitted = fit(SEEDS, backgrounds=SHIPPED, settings=ANY, stream=stream, stream_days=20)
    found = alone(fitted, KESTREL_1, KESTREL_2, *OTHER_NEWS)
    assert [one.relevant for one in found] == [True, True] + [False] * len(OTHER_NEWS)
    assert fitted.matches_a_day == 0
    assert model().matches_a_day is None


def test_a_topic_that_fills_half_of_the_stream_does_not_unlearn_its_words() -> None:
    told = [replace(KESTREL_1, text=f"{KESTREL_1.text} {'valley ' * i}") for i in range(150)]
    other = [replace(one, title=f"{one.title} {i}") for i in range(30) for one in OTHER_NEWS]
    stream = [one for pair in zip(told, other, strict=True) for one in pair]
    fitted = fit(SEEDS, backgrounds=SHIPPED, settings=ANY, stream=stream, stream_days=10)
    found = alone(fitted, SORREL_1, KESTREL_1, KESTREL_2, *OTHER_NEWS)
    assert [one.relevant for one in found] == [True] * 3 + [False] * len(OTHER_NEWS)
    assert fitted.matches_a_day == pytest.approx(15, abs=1)


def test_a_topic_can_be_fitted_without_a_background() -> None:
    fitted = fit(SEEDS, backgrounds=Backgrounds({}), settings=ANY)
    values = [found.value for found in alone(fitted, KESTREL_1, *OTHER_NEWS)]
    assert values[0] == max(values)


def test_labels_move_the_profile() -> None:
    bank, final = OTHER_NEWS[1], OTHER_NEWS[0]
    liked = fit(SEEDS, backgrounds=SHIPPED, settings=ANY, relevant=[bank])
    disliked = fit(SEEDS, backgrounds=SHIPPED, settings=ANY, irrelevant=[final])
    plain = alone(model(), bank, final)
    assert alone(liked, bank)[0].value > plain[0].value
    assert alone(disliked, final)[0].value < plain[1].value


def test_a_threshold_that_is_set_is_used() -> None:
    fitted = model(topic=TopicSettings(threshold=0.99))
    assert fitted.threshold == 0.99
    assert not alone(fitted, SORREL_1)[0].relevant
    both = fit([*SEEDS, INSEL_1], backgrounds=SHIPPED, settings=TopicSettings(threshold=0.3))
    assert {profile.threshold for profile in both.profiles.values()} == {0.3}


@pytest.mark.parametrize(("budget", "matches"), [(0.0, 0), (1.0, 10), (3.0, 30), (1000.0, 60)])
def test_the_budget_bounds_the_matches_of_the_stream(budget: float, matches: int) -> None:
    volcanoes = [replace(SORREL_1, text=f"{SORREL_1.text} {'harbour ' * i}") for i in range(60)]
    stream = [*volcanoes, *OTHER_NEWS * 20]
    topic = TopicSettings(match_budget=budget)
    fitted = fit(SEEDS, backgrounds=SHIPPED, settings=topic, stream=stream, stream_days=10)
    found = in_order(fitted, stream)
    assert sum(one.relevant for one in found) == pytest.approx(matches, abs=5)
    assert sum(one.relevant for one in found) <= matches
    assert fitted.matches_a_day == pytest.approx(sum(one.relevant for one in found) / 10)


def in_order(fitted: TopicModel, stream: list[Article]) -> list[Score]:
    """Judged in one batch of a stream that has just begun."""
    return Scorer(fitted).score(range(len(stream)), stream)


def test_a_budget_without_a_stream_changes_nothing() -> None:
    assert model(topic=TopicSettings(match_budget=1)).threshold == model().threshold


@pytest.mark.parametrize("seeds", [[], [article()], [article("the and of", "said … !")]])
def test_seeds_without_words_are_a_usage_error(seeds: list[Article]) -> None:
    with pytest.raises(ConfigError, match="empty vocabulary"):
        fit(seeds, backgrounds=SHIPPED, settings=ANY)


def test_a_seed_without_words_does_no_harm() -> None:
    fitted = model((article(), *SEEDS))
    assert fitted.threshold == model().threshold
    assert nearest_seed(fitted, SORREL_2)[0] == SORREL_2.title


def test_a_language_whose_seeds_have_no_words_has_no_profile() -> None:
    fitted = model((article("???", language="de"), article("!!!", language="de"), SORREL_1))
    assert (list(fitted.profiles), fitted.main) == (["en"], "en")


@pytest.mark.parametrize(
    ("languages", "grouped"),
    [
        (["en", "de", "de"], {"de": 2, "en": 1}),
        (["de", "en"], {"de": 1, "en": 1}),
        (["", ""], {"en": 2}),
        (["", "fr"], {"fr": 2}),
        (["", "", "fr"], {"fr": 3}),
        (["EN-gb", "en"], {"en": 2}),
        ([], {}),
    ],
)
def test_seeds_are_grouped_by_language(languages: list[str], grouped: dict[str, int]) -> None:
    seeds = [replace(SORREL_1, language=language) for language in languages]
    found = seeds_by_language(seeds)
    assert {language: len(some) for language, some in found.items()} == grouped
    assert len(next(iter(found.values()), [])) == max(grouped.values(), default=0)


def test_a_vocabulary_blends_the_table_with_the_stream() -> None:
    table = Background(1000, {"storm": 500, "dam": 10})
    plain = vocabulary_of(table, [], [{"quintrix": 1}])
    assert plain.idf["storm"] < plain.idf["dam"] < plain.idf["quintrix"] == plain.unseen
    seen = vocabulary_of(table, [({"dam": 3}, 1.0)] * 1000, [])
    assert seen.idf["dam"] < plain.idf["dam"]
    assert seen.idf["storm"] > plain.idf["storm"]
    assert vocabulary_of(table, [({}, 1.0)] * 1000, []).idf == vocabulary_of(table, [], []).idf


def test_bytes_hold_the_model_exactly() -> None:
    topic = TopicSettings(must=("volcano",), exclude=("film",), threshold=1 / 3)
    fitted = fit(
        [*SEEDS, INSEL_1, INSEL_2], backgrounds=SHIPPED, settings=topic, irrelevant=OTHER_NEWS[:2]
    )
    data = fitted.to_bytes()
    again = TopicModel.from_bytes(data)
    assert again == fitted
    assert again.to_bytes() == data
    assert alone(again, KESTREL_1, INSEL_1) == alone(fitted, KESTREL_1, INSEL_1)
    assert len(data) < 600 * 1024


def test_equal_fits_give_equal_bytes() -> None:
    first, second = (fit(SEEDS, backgrounds=SHIPPED, settings=ANY) for _ in range(2))
    assert first.to_bytes() == second.to_bytes()


@pytest.mark.parametrize("data", [b"", b"x", b"x\x9c\xabV\x02\x00"])
def test_other_bytes_are_a_parse_error(data: bytes) -> None:
    with pytest.raises(ParseError, match="model"):
        TopicModel.from_bytes(data)


def test_a_model_cut_short_is_a_parse_error() -> None:
    with pytest.raises(ParseError, match="model"):
        TopicModel.from_bytes(model().to_bytes()[:-20])


def examples(disliked: Sequence[Article]) -> Examples:
    rows = [terms(one, "en") for one in SEEDS]
    others = [terms(one, "en") for one in disliked]
    vocabulary = vocabulary_of(SHIPPED.of("en"), (), [*rows, *(terms(a, "en") for a in OTHER_NEWS)])
    return Examples(vocabulary, rows, NewsAtLarge(vocabulary).mean, others)


@pytest.mark.parametrize("copies", [1, 3])
def test_an_objection_is_scored_without_what_it_has_taught(copies: int) -> None:
    final, *others = OTHER_NEWS
    taught = examples([final] * copies + others)
    untaught = examples(others)
    expected = (taught.disliked @ untaught.direction())[:copies]
    assert taught.objection()[:copies] == pytest.approx(expected)
    assert (taught.objection() > taught.disliked @ taught.direction()).all()
    assert examples([]).objection().shape == (0,)
    assert examples([final]).objection() == pytest.approx(
        examples([final]).disliked @ examples([]).direction()
    )


def test_doubtful_articles_that_are_relevant_do_not_lower_the_topics_level() -> None:
    """They were asked about for being doubtful: of what the topic's next one scores, seeds tell."""
    doubtful = [
        replace(KESTREL_2, text=f"{one.text} {KESTREL_2.text[:200]}") for one in OTHER_NEWS[:4]
    ]
    stream = [replace(one, title=f"{one.title} {i}") for i in range(30) for one in OTHER_NEWS]
    plain, taught = (
        fit(SEEDS, backgrounds=SHIPPED, settings=ANY, relevant=some, stream=stream).threshold
        for some in ((), doubtful)
    )
    assert taught > 0.8 * plain


@pytest.mark.parametrize("asked", [0, 3])
def test_a_verdict_moves_the_threshold_its_way(asked: int) -> None:
    """The same article, relevant or not, on top of answers that say nothing of the threshold."""
    clear = OTHER_NEWS[:asked]

    def threshold(relevant: Sequence[Article], irrelevant: Sequence[Article]) -> float:
        return fit(
            SEEDS,
            backgrounds=SHIPPED,
            settings=TopicSettings(),
            relevant=relevant,
            irrelevant=(*irrelevant, *clear),
        ).threshold

    doubtful = replace(KESTREL_2, text=f"{OTHER_NEWS[4].text} {KESTREL_2.text}")
    assert threshold((doubtful,), ()) < threshold((), ()) < threshold((), (doubtful,))
