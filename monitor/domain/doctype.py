"""The entities that a document's DOCTYPE defines (XML 1.0, 4.2): a few characters, or an attack.

Linear in the length of the document.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.parsers import expat

from monitor.errors import ParseError

MAX_EXPANDED = 4 * 2**20
"""Bytes of all the text that a document writes as entities."""

_REFERENCE = re.compile(rb"&([^\s&;#]{1,100});")
_NESTED = re.compile(r"&(?!#|(?:amp|lt|gt|quot|apos);)")


def refuse_entities(body: bytes) -> None:
    """Raise ParseError if UTF-8 ``body`` defines entities by other entities, takes one that it uses
    from elsewhere, or writes more than 4 MiB by them."""
    if b"<!ENTITY" not in body:
        return
    declared = _declared(body)
    if any(_NESTED.search(text) for text in declared.texts.values()):
        raise ParseError("its DOCTYPE defines entities by one another")
    used = Counter(found[1].decode(errors="replace") for found in _REFERENCE.finditer(body))
    if not used.keys().isdisjoint(declared.external):
        raise ParseError("its DOCTYPE takes an entity from another document")
    expanded = sum(len(text.encode()) * used[name] for name, text in declared.texts.items())
    if expanded > MAX_EXPANDED:
        raise ParseError(f"its entities expand to more than {MAX_EXPANDED // 2**20} MiB")


@dataclass(slots=True)
class _Declared:
    texts: dict[str, str] = field(default_factory=dict)
    """Of the entities that are defined in the document itself."""
    external: set[str] = field(default_factory=set)


class _Enough(Exception):
    """Ends the reading behind the DOCTYPE."""


def _declared(body: bytes) -> _Declared:
    """What the DOCTYPE declares, as far as it is well-formed; parameter entities are left out:
    nothing expands those."""
    found = _Declared()

    def declare(name: str, is_parameter: bool, text: str | None, *_: object) -> None:
        if is_parameter:
            return
        if text is None:
            found.external.add(name)
        else:
            found.texts.setdefault(name, text)  # the first declaration binds

    def end(*_: object) -> None:
        raise _Enough

    parser = expat.ParserCreate("utf-8")
    parser.EntityDeclHandler = declare
    parser.EndDoctypeDeclHandler = end
    parser.StartElementHandler = end
    try:
        parser.Parse(body, True)
    except (_Enough, expat.ExpatError):
        pass
    return found
