"""What several commands show of a judgement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.types import Novelty


def news(novelty: Novelty | None) -> Iterator[tuple[str, str]]:
    """Labels and values of what a match says that no earlier one did."""
    if novelty is None:
        return
    facts = {
        "new names": novelty.names,
        "new places": novelty.places,
        "new numbers": novelty.numbers,
    }
    yield from ((label, ", ".join(said)) for label, said in facts.items())
    yield from labelled("new in words", novelty.sentences)
    if not any(facts.values()) and not novelty.sentences:
        yield "new", "nothing that was not said before"


def labelled(label: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A row for each value, the first one labelled."""
    return zip(chain([label], repeat("")), values, strict=False)


def like(title: str, cosine: float) -> str:
    """An earlier article that lends a score a part."""
    return f"{title or 'an article no longer kept'} (similarity {cosine:.2f})"
