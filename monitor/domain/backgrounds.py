"""The background tables of all languages, together and as one value."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping

from monitor.domain.background import EMPTY, Background
from monitor.errors import ParseError

FORMAT = 1


class Backgrounds:
    """A background table for each language that has one; a table is unpacked when first asked for.

    Languages are ISO 639-1 codes in lower case.
    """

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        """``packed``: language -> what ``Background.to_bytes`` gave."""
        self._packed = dict(packed)
        self._tables: dict[str, Background] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """Those with a table, in alphabetical order."""
        return tuple(sorted(self._packed))

    def of(self, language: str) -> Background:
        """The language's table; where there is none, ``EMPTY``: every term is equally rare.

        Raises ParseError for a damaged table.
        """
        if language not in self._packed:
            return EMPTY
        if language not in self._tables:
            self._tables[language] = Background.from_bytes(self._packed[language])
        return self._tables[language]

    def to_bytes(self) -> bytes:
        """JSON; equal tables give equal bytes."""
        tables = {
            language: b64encode(self._packed[language]).decode() for language in self.languages
        }
        return json.dumps({"format": FORMAT, "tables": tables}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Backgrounds:
        """Raises ParseError where the bytes are no such set; its tables are not read yet."""
        try:
            state = json.loads(data)
            if state["format"] != FORMAT:
                raise ValueError(f"format {state['format']}, expected {FORMAT}")
            packed = {language: b64decode(text) for language, text in state["tables"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ParseError(f"not a set of background tables: {error}") from error
        return cls(packed)
