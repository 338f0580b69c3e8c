"""What is wrong with a topic's seeds, and how each stands beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.domain.backgrounds import Backgrounds
from monitor.domain.fitting import seeds_by_language, vocabulary_of
from monitor.domain.rocchio import SAME_STORY, Examples, NewsAtLarge
from monitor.domain.text import terms
from monitor.types import Article

SHORT_SEED = 20
"""A seed with fewer different terms says too little."""
DISAGREEMENT = 0.03
"""A seed that scores less against the others is probably about something else."""


@dataclass(frozen=True, slots=True)
class SeedCheck:
    """How a seed stands beside the others."""

    title: str
    language: str
    """In which it is read."""
    similarity: float | None
    """Its score against a profile of the others in its language, in [-1, 1]; None if nothing can
    be compared."""
    problems: tuple[str, ...]
    """In words; empty if all is well."""


def check_seeds(seeds: Sequence[Article], backgrounds: Backgrounds) -> list[SeedCheck]:
    """Leave-one-out agreement of each seed with the others of its language, and what is wrong."""
    grouped = seeds_by_language(seeds)
    usual = next(iter(grouped), "")
    checks: dict[int, SeedCheck] = {}
    for language, some in grouped.items():
        places = [i for i, seed in enumerate(seeds) if any(seed is one for one in some)]
        rows = [terms(seeds[i], language) for i in places]
        vocabulary = vocabulary_of(backgrounds.of(language), (), rows)
        examples = Examples(vocabulary, rows, NewsAtLarge(vocabulary).mean)
        agreements = examples.agreement()
        for row, place in enumerate(places):
            problems = _problems(examples, row, len(rows[row]), places)
            if language != usual:
                problems.append(
                    f"in another language ({language}) than most ({usual}): "
                    f"finds articles in that language only"
                )
            alone = not rows[row] or bool(np.isnan(agreements[row]))
            if not alone and agreements[row] < DISAGREEMENT:
                problems.append("does not agree with the other seeds: is it about the same topic?")
            similarity = None if alone else float(agreements[row])
            checks[place] = SeedCheck(seeds[place].title, language, similarity, tuple(problems))
    return [checks[place] for place in range(len(seeds))]


def _problems(examples: Examples, row: int, words: int, places: Sequence[int]) -> list[str]:
    problems = []
    if words < SHORT_SEED:
        problems.append(f"too short: {words} different words")
    same = np.flatnonzero(examples.likeness[row, :row] >= SAME_STORY)
    if len(same):
        problems.append(f"repeats seed {places[same[0]] + 1}: counted once")
    return problems
