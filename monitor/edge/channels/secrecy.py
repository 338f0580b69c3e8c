"""Words from outside, told without the secrets of a channel."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from monitor.domain.clean import clean_line

_LENGTH = 200
_SHORTEST = 4
"""Characters; shorter pieces of an address are ``in``, a port, or ``yes``."""
_BETWEEN = re.compile(r"[/:@?&=#,;\s]+")


def pieces(address: str) -> set[str]:
    """An address (or a part of one) and whatever in it may be the secret: a token in the path, a
    password, a value of the query."""
    split = {*_BETWEEN.split(address), *_BETWEEN.split(unquote(address))}
    return {address, unquote(address), *(piece for piece in split if len(piece) >= _SHORTEST)}


class Secrets:
    """Texts that are never to be told."""

    def __init__(self, texts: Iterable[str]) -> None:
        # The longest first: one may be part of another.
        self._texts = sorted(set(texts) - {"", "/"}, key=len, reverse=True)

    def conceal(self, text: str) -> str:
        """The text on one line, short, with ``…`` for each secret."""
        for secret in self._texts:
            text = text.replace(secret, "…")
        return clean_line(text)[:_LENGTH].strip()
