"""The words about each field: those that stand beneath it in the source."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import is_dataclass
from textwrap import dedent
from typing import Any, get_args, get_type_hints


def describe(components: MutableMapping[str, Any], types: Iterable[object]) -> None:
    """Add to the JSON schemas what their dataclasses say of themselves and of their fields."""
    for kind in _dataclasses(types):
        schema = components.get(kind.__name__)
        if schema is None:
            continue
        if "description" in schema:
            schema["description"] = _as_markdown(schema["description"])
        for name, said in _said(kind):
            if name in schema["properties"]:
                schema["properties"][name]["description"] = _as_markdown(said)


def _dataclasses(types: Iterable[object]) -> set[type]:
    """Those among the types, and among the types of their fields."""
    found: set[type] = set()
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if isinstance(kind, type) and is_dataclass(kind) and kind not in found:
            found.add(kind)
            waiting += get_type_hints(kind).values()
    return found


def _said(kind: type) -> Iterator[tuple[str, str]]:
    """Fields and the strings beneath them, those of the bases first."""
    for one in reversed(kind.__mro__):
        if not is_dataclass(one) or one.__module__ == "types":  # made, not written
            continue
        body = ast.parse(dedent(inspect.getsource(one))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, beneath in zip(body.body, body.body[1:], strict=False):
            match field, beneath:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(words))),
                ):
                    yield name, words


def _as_markdown(words: str) -> str:
    """In the words of JSON, on one line."""
    line = " ".join(words.split()).replace("``", "`")
    return re.sub(r"\bNone\b", "null", line)
