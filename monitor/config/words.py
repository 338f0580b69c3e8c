"""How a mistake is answered."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggestion(given: str, known: Iterable[str]) -> str:
    """The name that was probably meant, else all that are known."""
    names = sorted(known)
    close = difflib.get_close_matches(given, names, n=1)
    return f': did you mean "{close[0]}"?' if close else f": known here are {', '.join(names)}"
