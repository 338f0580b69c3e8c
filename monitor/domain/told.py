"""Matches as people read them: copies under the text that they repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.types import MatchView


@dataclass(frozen=True, slots=True)
class Told:
    """A match and those that repeat its text."""

    match: MatchView
    copies: tuple[MatchView, ...]


def fold_copies(matches: Sequence[MatchView]) -> list[Told]:
    """Matches in their order, each copy under the first text it goes back to, if that is here."""
    known = {match.id: match for match in matches}
    copies: dict[int, list[MatchView]] = {match.id: [] for match in matches}
    tops = []
    for match in matches:
        origin = _origin(match, known)
        if origin is match:
            tops.append(match)
        else:
            copies[origin.id].append(match)
    return [Told(match, tuple(copies[match.id])) for match in tops]


def _origin(match: MatchView, known: Mapping[int, MatchView]) -> MatchView:
    # A text repeats an earlier judgement: ids fall along the chain, so it ends.
    while match.copy_of is not None and match.copy_of < match.id and match.copy_of in known:
        match = known[match.copy_of]
    return match
