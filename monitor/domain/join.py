"""Does a match belong to an event?  A rule, corrected by a few small regression trees.

Gradient boosting (Friedman 2001) from the rule as its first guess; trained by
``tools/train_join.py`` and shipped as JSON that a person can read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.errors import ParseError

FORMAT = 1
FEATURES = ("likeness", "linkage", "title", "numbers", "rare", "gap", "silence", "portion")
"""
likeness  cosine with the event's most similar story, in [0, 1]
linkage   mean of that and of the mean cosine with all of its stories
title     the greatest overlap of the titles' terms with those of one of its stories, in [0, 1]
numbers   the same of the numbers in the leads
rare      ln(1 + the weights, in nats, of the rare terms shared with one of its stories)
gap       ln(1 + days) between the match and the most similar story
silence   ln(1 + days) between the match and the event's newest story
portion   likeness as a part of the sum of that and of the likeness of the best other event
"""

SAID = {
    "rule": "likeness to its reports, less the days between",
    "likeness": "likeness to its nearest report",
    "linkage": "likeness to all of its reports",
    "title": "words of the headlines",
    "numbers": "numbers in the leads",
    "rare": "rare words in common",
    "gap": "days since its nearest report",
    "silence": "days since its last report",
    "portion": "likeness beside that to other events",
}
"""What each part of the log-odds is about, for people."""

STEEPNESS = 25.0
JOIN_FROM = 0.13
TIME_PENALTY = 0.07
"""Off the linkage for each e-fold of the days since the most similar story."""
LONGEST_GAP = math.log1p(120)
"""After four months more silence says no more: events wake, as when a trial begins."""

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Leaf:
    value: float
    """Log-odds that are added."""


@dataclass(frozen=True, slots=True)
class Split:
    feature: str
    at: float
    """Below or equal: ``low``; above: ``high``."""
    low: Split | Leaf
    high: Split | Leaf
    value: float
    """The mean of the leaves below, as they were met in training."""


@dataclass(frozen=True)
class JoinModel:
    """Log-odds that a match reports an event's happening: those of the rule, and of the trees."""

    trees: tuple[Split | Leaf, ...]
    alarm_below: float
    """A match is surely of no event told before where the highest log-odds are at most this."""

    def log_odds(self, features: Features) -> float:
        """Join from 0 on."""
        return math.fsum(part for _, part in self.parts(features))

    def parts(self, features: Features) -> list[tuple[str, float]]:
        """What the rule and each feature add; together they are the log-odds.

        A feature's part is what the steps at it change along the trees' paths (Saabas 2014).
        """
        parts = {"rule": rule(features)}
        for tree in self.trees:
            node = tree
            parts["rule"] += node.value
            while isinstance(node, Split):
                step = node.low if features[node.feature] <= node.at else node.high
                parts[node.feature] = parts.get(node.feature, 0.0) + step.value - node.value
                node = step
        return list(parts.items())

    def to_json(self) -> str:
        state = {
            "format": FORMAT,
            "alarm_below": self.alarm_below,
            "trees": [_state(tree) for tree in self.trees],
        }
        return json.dumps(state, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> JoinModel:
        """Raises ParseError where it is no such model."""
        try:
            state = json.loads(text)
            if state["format"] != FORMAT:
                raise ValueError(f"format {state['format']}, expected {FORMAT}")
            trees = tuple(_tree(tree) for tree in state["trees"])
            return cls(trees=trees, alarm_below=float(state["alarm_below"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ParseError(f"not a join model: {error}") from error


def rule(features: Features) -> float:
    """Log-odds by the linkage and the gap alone."""
    score = features["linkage"] - TIME_PENALTY * min(features["gap"], LONGEST_GAP)
    return STEEPNESS * (score - JOIN_FROM)


def _state(tree: Split | Leaf) -> dict[str, Any]:
    if isinstance(tree, Leaf):
        return {"value": tree.value}
    return {
        "feature": tree.feature,
        "at": tree.at,
        "value": tree.value,
        "low": _state(tree.low),
        "high": _state(tree.high),
    }


def _tree(state: Mapping[str, Any]) -> Split | Leaf:
    value = float(state["value"])
    if "feature" not in state:
        return Leaf(value)
    if state["feature"] not in FEATURES:
        raise ValueError(f"no feature {state['feature']!r}")
    low, high = _tree(state["low"]), _tree(state["high"])
    return Split(state["feature"], float(state["at"]), low, high, value)
