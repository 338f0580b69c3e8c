"""Does a match belong to an event?  The rule, the trees, and those that are shipped."""

from __future__ import annotations

import json
import math
from importlib import resources

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor import app
from monitor.domain.join import FEATURES, SAID, Features, JoinModel, Leaf, Split, rule
from monitor.errors import ParseError

SHIPPED = app.join_model()
RULE_ALONE = JoinModel(trees=(), alarm_below=-2.0)
DAYS = {"gap", "silence"}
"""Features that speak against an event the greater they are; the others speak for it."""

unit = st.floats(0, 1)
logs = st.floats(0, 9)  # ln(1 + 22 years)
features = st.fixed_dictionaries({name: logs if name in DAYS else unit for name in FEATURES})
values = st.floats(-5, 5)
trees = st.recursive(
    st.builds(Leaf, values),
    lambda below: st.builds(
        Split, st.sampled_from(FEATURES), st.floats(0, 9), below, below, values
    ),
    max_leaves=8,
)
models = st.builds(JoinModel, trees=st.lists(trees, max_size=4).map(tuple), alarm_below=values)

LIKE: Features = dict.fromkeys(FEATURES, 0.9) | {"gap": 0.1, "silence": 0.1}
UNLIKE: Features = dict.fromkeys(FEATURES, 0.02) | {"gap": 3.0, "silence": 3.0}


@given(models)
@example(RULE_ALONE)
def test_json_holds_the_model_exactly(model: JoinModel) -> None:
    text = model.to_json()
    assert JoinModel.from_json(text) == model
    assert JoinModel.from_json(text.encode()).to_json() == text


@given(models, features)
@example(SHIPPED, LIKE)
@example(SHIPPED, UNLIKE)
def test_the_parts_add_up_to_the_log_odds(model: JoinModel, its: Features) -> None:
    parts = model.parts(its)
    assert math.fsum(part for _, part in parts) == model.log_odds(its)
    names = [name for name, _ in parts]
    assert names[0] == "rule"
    assert len(names) == len(set(names))
    assert set(names[1:]) <= set(FEATURES)


def leaf(tree: Split | Leaf, its: Features) -> float:
    while isinstance(tree, Split):
        tree = tree.low if its[tree.feature] <= tree.at else tree.high
    return tree.value


@given(models, features)
def test_the_log_odds_are_those_of_the_rule_and_of_the_leaves(
    model: JoinModel, its: Features
) -> None:
    expected = rule(its) + sum(leaf(tree, its) for tree in model.trees)
    assert model.log_odds(its) == pytest.approx(expected, abs=1e-9)


def test_a_part_says_what_the_steps_at_its_feature_change() -> None:
    tree = Split("title", 0.5, Leaf(-1.0), Split("gap", 1.0, Leaf(3.0), Leaf(0.5), 2.0), 0.25)
    parts = dict(JoinModel((tree,), -1.0).parts(LIKE))
    assert parts == {"rule": rule(LIKE) + 0.25, "title": 2.0 - 0.25, "gap": 3.0 - 2.0}


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "null",
        "7",
        "[]",
        "{}",
        '{"format": 2, "trees": [], "alarm_below": 0}',
        '{"format": 1, "trees": []}',
        '{"format": 1, "trees": 7, "alarm_below": 0}',
        '{"format": 1, "trees": [], "alarm_below": "low"}',
        '{"format": 1, "trees": [], "alarm_below": null}',
        '{"format": 1, "trees": [7], "alarm_below": 0}',
        '{"format": 1, "trees": [{}], "alarm_below": 0}',
        '{"format": 1, "trees": [{"value": 0, "feature": "charm"}], "alarm_below": 0}',
        '{"format": 1, "trees": [{"value": 0, "feature": "gap", "at": 1}], "alarm_below": 0}',
        SHIPPED.to_json()[:-30],
    ],
)
def test_other_text_is_a_parse_error(damage: str) -> None:
    for data in (damage, damage.encode()):
        with pytest.raises(ParseError, match="join model"):
            JoinModel.from_json(data)


def test_other_bytes_are_a_parse_error() -> None:
    with pytest.raises(ParseError, match="join model"):
        JoinModel.from_json(b"\xff\xfe\x00")


# ------------------------------------------------------------------ the one that is shipped


def test_the_shipped_model_is_small_and_can_be_read_by_a_person() -> None:
    data = resources.files("monitor").joinpath("data", "join.json").read_bytes()
    assert len(data) < 200 * 1024
    assert len(data.splitlines()) > 20
    assert set(json.loads(data)) == {"format", "alarm_below", "trees"}
    assert SHIPPED.trees
    assert SHIPPED.alarm_below < 0


def test_the_shipped_model_tells_like_from_unlike() -> None:
    assert SHIPPED.log_odds(LIKE) > 0
    assert SHIPPED.log_odds(UNLIKE) < SHIPPED.alarm_below


@given(features, st.sampled_from(FEATURES), st.data())
def test_more_likeness_never_lowers_the_odds_and_more_days_never_raise_them(
    its: Features, name: str, data: st.DataObject
) -> None:
    more = data.draw(st.floats(its[name], 9 if name in DAYS else 1))
    before, after = SHIPPED.log_odds(its), SHIPPED.log_odds({**its, name: more})
    assert after <= before if name in DAYS else after >= before


def test_each_part_of_the_odds_is_said_in_words() -> None:
    assert set(SAID) == {"rule", *FEATURES}
