"""A growing index made of immutable parts (Bentley & Saxe 1980, the logarithmic method)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

B = TypeVar("B")


class Blocks(Generic[B]):
    """Of n items at most log2(n) + 1 blocks; each item is merged at most log2(n) times."""

    def __init__(self, merge: Callable[[B, B], B]) -> None:
        """``merge(older, newer)`` makes one block of two."""
        self._merge = merge
        self._blocks: list[tuple[int, B]] = []

    def __iter__(self) -> Iterator[B]:
        """Oldest items first."""
        return (block for _, block in self._blocks)

    def append(self, block: B) -> None:
        """Add a block that holds one item."""
        size = 1
        while self._blocks and self._blocks[-1][0] <= size:
            older, merged = self._blocks.pop()
            size, block = size + older, self._merge(merged, block)
        self._blocks.append((size, block))
