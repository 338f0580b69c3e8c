"""Which judgements should a person look at first?

Nearest to the threshold first: there an answer says most about where it should be (uncertainty
sampling, Lewis and Gale 1994).  That alone never meets what the profile does not know, so one
question in five goes to chance among what was rejected: those answers estimate the misses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CHANCE_EVERY = 5
"""Each so manieth question is about a rejected article that chance has chosen."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A judgement that nobody has answered yet."""

    judgement: int
    score: float
    threshold: float
    """Of the model that judged it."""

    @property
    def rejected(self) -> bool:
        return self.score < self.threshold


def review_order(candidates: Sequence[Candidate], *, answered: int = 0) -> list[Candidate]:
    """All candidates, the one to ask about first in front; ``answered``: questions before.

    Of equally near ones the latest judgement comes first.  Chance is a hash of the judgement's id:
    the same candidates always come in the same order.
    """
    near = iter(sorted(candidates, key=lambda c: (abs(c.score - c.threshold), -c.judgement)))
    chance = iter(sorted((c for c in candidates if c.rejected), key=_lot))
    order: dict[int, Candidate] = {}
    while len(order) < len(candidates):
        number = answered + len(order) + 1
        chosen = _next(chance, order) if number % CHANCE_EVERY == 0 else None
        chosen = chosen or _next(near, order)
        if chosen is not None:
            order[chosen.judgement] = chosen
    return list(order.values())


def asked_by_chance(order: Sequence[Candidate], *, answered: int = 0) -> set[int]:
    """The judgements in an order of ``review_order`` that chance has put where they stand.

    At their places nothing but chance asks about a rejected one.
    """
    places = enumerate(order, start=answered + 1)
    return {one.judgement for place, one in places if place % CHANCE_EVERY == 0 and one.rejected}


def _next(line: Iterator[Candidate], taken: dict[int, Candidate]) -> Candidate | None:
    return next((one for one in line if one.judgement not in taken), None)


def _lot(candidate: Candidate) -> bytes:
    return hashlib.blake2b(str(candidate.judgement).encode(), digest_size=8).digest()
