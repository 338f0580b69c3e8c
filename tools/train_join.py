"""Train what decides whether a match joins an event; write ``monitor/data/join.json``.

    python tools/train_join.py DATA OUTPUT [--leave-out STREAM ...]

DATA holds ``*.jsonl.gz``: one article a line with ``id``, ``published``, ``title``, ``text``,
``event`` (the happening it reports) and ``topic``.  Each stream is told to the program's own
coverage as it truly happened; asked at each article, its candidates are the examples.  Articles
that open an event and articles that join one count alike, and so do the streams: some follow
incidents, some debates, and none should teach its own habits.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.tree import DecisionTreeRegressor

from monitor import app
from monitor.domain.backgrounds import Backgrounds
from monitor.domain.events import Coverage, Told, prepare
from monitor.domain.fitting import fit
from monitor.domain.join import FEATURES, JoinModel, Leaf, Split, rule
from monitor.types import Article, TopicSettings

Floats = npt.NDArray[np.float64]

STREAMS = ("gva_events", "allsides_events", "news_cluster_g5", "ecbplus")
BY_TOPIC = ("allsides_events", "news_cluster_g5")
"""Also told topic by topic."""
START = 20
"""Each stream is also told as topics that have only begun, of so many articles."""
LOOKED_AT = 4
"""Candidates of an article that are examples, the best by the rule."""

TREES = 6
"""More fit the streams better and those left out worse (docs/detection.md)."""
LEAVES = 6
RATE = 0.1
LEAST_WEIGHT = 0.004
"""Of a leaf, as a share of all."""
MOST_STEP = 4.0
RISING = {
    "likeness": 1,
    "linkage": 1,
    "title": 1,
    "numbers": 1,
    "rare": 1,
    "gap": -1,
    "silence": -1,
    "portion": 1,
}
"""In which direction a feature may move the odds."""
ALARM_BELOW = -2.0
"""Log-odds: a chance of one in eight that it is an event already told.  What costs least by C_det
lies between -1.4 and -3.9 from stream to stream."""


@dataclass(frozen=True)
class Examples:
    """Of one stream; candidates of one article follow one another."""

    features: Floats
    """Shape (candidates, features)."""
    right: npt.NDArray[np.bool_]
    article: npt.NDArray[np.int64]
    joins: npt.NDArray[np.bool_]
    """By article: whether its event had been told."""

    def weights(self) -> Floats:
        """Half for the articles that join, half for those that open, one in all."""
        joining = np.where(self.joins, self.joins.sum(), (~self.joins).sum())
        return np.asarray(0.5 / joining[self.article])


def rows_of(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["published"] and row["event"]]


def groups_of(name: str, rows: list[dict[str, Any]]) -> Iterator[list[list[dict[str, Any]]]]:
    """The stream as one coverage; as many that have only begun; and as one for each topic, where
    its topics are apart."""
    yield [rows]
    yield [rows[start : start + START] for start in range(0, len(rows), START)]
    if name in BY_TOPIC:
        topics: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            topics[str(row["topic"])].append(row)
        yield list(topics.values())


def article_of(row: dict[str, Any]) -> Article:
    published = datetime.fromisoformat(row["published"])
    if published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    return Article(
        "", row["title"], row["text"], published, "page", source=row["source"] or "", language="en"
    )


def examples_of(
    coverages: Sequence[Sequence[dict[str, Any]]], backgrounds: Backgrounds
) -> Examples:
    """What is asked while the streams are told as they happened."""
    model = fit([article_of(coverages[0][0])], backgrounds=backgrounds, settings=TopicSettings())
    untrained = JoinModel(trees=(), alarm_below=0.0)
    features: list[list[float]] = []
    right: list[bool] = []
    owners: list[int] = []
    joins: list[bool] = []
    for rows in coverages:
        coverage, known = Coverage(model, untrained), dict[str, int]()
        for row in rows:
            article = article_of(row)
            prepared = prepare(article)
            event = known.get(str(row["event"]))
            for one in coverage.candidates(prepared, article.published)[:LOOKED_AT]:
                features.append([one.features[name] for name in FEATURES])
                right.append(one.event == event)
                owners.append(len(joins))
            joins.append(event is not None)
            event = known.setdefault(str(row["event"]), len(known))
            coverage.add(Told(len(joins), event, False, article.published, "", prepared))
    return Examples(np.array(features), np.array(right), np.array(owners), np.array(joins))


def train(streams: Sequence[Examples]) -> JoinModel:
    """Newton boosting of the logistic loss from the rule (Friedman 2001, section 4.4)."""
    x = np.vstack([one.features for one in streams])
    y = np.concatenate([one.right for one in streams]).astype(float)
    weight = np.concatenate([one.weights() for one in streams]) / len(streams)
    weight /= weight.sum()
    odds = np.array([rule(dict(zip(FEATURES, row, strict=True))) for row in x.tolist()])
    trees = []
    for _ in range(TREES):
        p = 1 / (1 + np.exp(-odds))
        curvature = np.maximum(p * (1 - p), 1e-6)
        tree = DecisionTreeRegressor(
            max_leaf_nodes=LEAVES,
            min_weight_fraction_leaf=LEAST_WEIGHT,
            monotonic_cst=[RISING[name] for name in FEATURES],
            random_state=0,
        )
        tree.fit(x, (y - p) / curvature, sample_weight=weight * curvature)
        odds += RATE * tree.predict(x).clip(-MOST_STEP, MOST_STEP)
        trees.append(readable(tree, 0))
    return JoinModel(tuple(trees), ALARM_BELOW)


def readable(tree: DecisionTreeRegressor, node: int) -> Split | Leaf:
    nodes = tree.tree_
    value = round(RATE * float(np.clip(nodes.value[node, 0, 0], -MOST_STEP, MOST_STEP)), 4)
    if nodes.children_left[node] < 0:
        return Leaf(value)
    return Split(
        FEATURES[nodes.feature[node]],
        round(float(nodes.threshold[node]), 4),
        readable(tree, nodes.children_left[node]),
        readable(tree, nodes.children_right[node]),
        value,
    )


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cli.add_argument("data", type=Path)
    cli.add_argument("output", type=Path)
    cli.add_argument("--leave-out", nargs="*", default=[], metavar="STREAM")
    args = cli.parse_args()
    backgrounds = Backgrounds.from_bytes(app.backgrounds())
    found = []
    for name in STREAMS:
        path = args.data / f"{name}.jsonl.gz"
        if name in args.leave_out or not path.exists():
            continue
        found += [examples_of(group, backgrounds) for group in groups_of(name, rows_of(path))]
    args.output.write_text(train(found).to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
