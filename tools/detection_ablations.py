"""Each part of the detection switched off, from outside: the program has no switches for it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Literal
from unittest.mock import patch

from monitor.domain.join import JoinModel


@dataclass(frozen=True)
class Ablation:
    told: str
    concerns: Literal["tracking", "events"]
    constants: tuple[tuple[str, str, float], ...] = ()
    """Module, name, value."""
    trees: bool = True


ABLATIONS = {
    "neighbours": Ablation(
        "a score leans on no other article",
        "tracking",
        (("monitor.domain.neighbours", "MOST", 0.0),),
    ),
    "stream": Ablation(
        "nothing is learnt from the own stream: no IDF, no level of the background",
        "tracking",
        (("monitor.pipeline.fit", "STREAM_FLOOR", sys.maxsize),),
    ),
    "gap": Ablation(
        "no gap is looked for in the scores",
        "tracking",
        (("monitor.domain.threshold", "GAP_DEPTH", math.inf),),
    ),
    "merging": Ablation(
        "two events that turn out to be one stay two",
        "events",
        (("monitor.domain.kinship", "MERGED_FROM", math.inf),),
    ),
    "trees": Ablation("the rule alone says what joins", "events", trees=False),
    "time": Ablation(
        "the rule alone, and days do not matter to it",
        "events",
        (
            ("monitor.domain.join", "TIME_PENALTY", 0.0),
            ("monitor.domain.events", "TIME_PENALTY", 0.0),
        ),
        trees=False,
    ),
}


@contextmanager
def without(name: str | None) -> Iterator[None]:
    """The part switched off in this process; None: none is."""
    with ExitStack() as stack:
        for module, constant, value in ABLATIONS[name].constants if name else ():
            stack.enter_context(patch.object(import_module(module), constant, value))
        yield


def left_of(join: JoinModel, name: str | None) -> JoinModel:
    """The join model with its trees or, where they are switched off, without."""
    return join if name is None or ABLATIONS[name].trees else JoinModel((), join.alarm_below)
