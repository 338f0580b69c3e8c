"""How common terms are in news at large: document frequencies, and nothing else."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from monitor.errors import ParseError

FORMAT = 1


@dataclass(frozen=True)
class Background:
    """Of ``documents`` articles, ``counts[term]`` held the term; rare terms are left out."""

    documents: int
    counts: Mapping[str, int]

    def __post_init__(self) -> None:
        """Raises ValueError for counts that cannot be document frequencies."""
        numbers = self.counts.values()
        if self.documents < 0 or (
            numbers and not 0 < min(numbers) <= max(numbers) <= self.documents
        ):
            raise ValueError("each count must lie between 1 and the number of documents")
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))

    def to_bytes(self) -> bytes:
        """Compressed JSON; equal tables give equal bytes."""
        terms = sorted(self.counts)
        table = {
            "format": FORMAT,
            "documents": self.documents,
            "terms": terms,
            "counts": [self.counts[term] for term in terms],
        }
        text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
        return gzip.compress(text.encode(), mtime=0)

    @classmethod
    def from_bytes(cls, data: bytes) -> Background:
        """Raises ParseError where the bytes are no such table."""
        try:
            table = json.loads(gzip.decompress(data))
            if table["format"] != FORMAT:
                raise ValueError(f"format {table['format']}, expected {FORMAT}")
            counts = dict(zip(table["terms"], table["counts"], strict=True))
            return cls(documents=table["documents"], counts=counts)
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
            raise ParseError(f"not a background table: {error}") from error


EMPTY = Background(documents=0, counts={})
"""No knowledge: every term is equally rare."""
