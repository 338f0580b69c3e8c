"""XML as the world writes it, made fit for a parser: in UTF-8, mended, within bounds.

Every step is linear in the length of the document.
"""

from __future__ import annotations

import html.entities
import re
from xml.parsers import expat

from monitor.domain.doctype import refuse_entities
from monitor.errors import ParseError

MAX_NAMESPACES = 2_000
"""Declarations in one document; feedparser takes time quadratic in them."""
MAX_ATTRIBUTES = 2_000
"""Of one tag; likewise."""
MAX_UNENDED = 1_000
"""Comments that never end, and ampersands in a row; likewise."""
MAX_NAME = 1_000
"""Bytes of a person's name or address; feedparser searches those in quadratic time."""

# What XML 1.0 does not allow, and no encoding of text needs.
_ILLEGAL = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_AMPERSAND = re.compile(rb"&(?!#[xX]?[0-9a-fA-F]|(?:amp|lt|gt|quot|apos);)(?:(\w{1,31});)?")
_CUT_REFERENCE = re.compile(rb"&[^;]{0,40}\Z")
_LONG_TAG = re.compile(rb"<[^\W\d][^<>]{%d,}" % (4 * MAX_ATTRIBUTES))
_NAME = re.compile(
    rb"(<(?:\w{1,20}:)?(?:author|creator|managingEditor|webMaster|publisher|owner|name|email)\b"
    rb"[^<>]{0,500}>(?:<!\[CDATA\[)?[^<\]]{%d})[^<\]]+" % MAX_NAME,
    re.IGNORECASE,
)


def clean_xml(text: str) -> bytes:
    """``text`` in UTF-8, without the characters and references that XML does not allow.

    A document that is not well-formed is mended where that changes no meaning: bare ampersands and
    HTML's names of characters.  Raises ParseError where parsing it would take too long, and for
    entities that grow or reach out.
    """
    # Nothing may stand before the declaration, and often something does.
    body = text.lstrip("\ufeff \t\r\n").encode(errors="replace").translate(None, _ILLEGAL)
    body = body.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    body = _REFERENCE.sub(_legal, body)
    refuse_slow(body)
    refuse_entities(body)
    body = _NAME.sub(_shortened, body)
    if well_formed(body):
        return body
    if body.count(b"<!--") > body.count(b"-->") + MAX_UNENDED:
        raise ParseError("it is full of comments that never end")
    if body.count(b"&&") > MAX_UNENDED:
        raise ParseError("it is full of bare ampersands")
    return body if b"<!ENTITY" in body else _mend(body)


def refuse_slow(body: bytes) -> None:
    """Raise ParseError for tags that parsers of well-formed documents need too long for."""
    if body.count(b"xmlns") > MAX_NAMESPACES:
        raise ParseError(f"it declares more than {MAX_NAMESPACES} namespaces")
    if body.count(b"=") > MAX_ATTRIBUTES and any(
        tag[0].count(b"=") > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(body)
    ):
        raise ParseError(f"it has a tag with more than {MAX_ATTRIBUTES} attributes")


def well_formed(body: bytes) -> bool:
    """Whether UTF-8 ``body`` is XML with namespaces, without the entities a DTD may define."""
    if b"<!DOCTYPE" in body:
        return False  # what it declares is not to be expanded here
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        return False
    return True


def _legal(reference: re.Match[bytes]) -> bytes:
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0")
    code = int(digits or b"0", 16 if hexadecimal else 10) if len(digits) <= 7 else 0
    legal = code in {0x09, 0x0A, 0x0D} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return reference[0] if legal or 0x10000 <= code < 0x110000 else "\ufffd".encode()


def _shortened(name: re.Match[bytes]) -> bytes:
    whole_characters = name[1].decode(errors="ignore").encode()
    return _CUT_REFERENCE.sub(b"", whole_characters)


def _mend(body: bytes) -> bytes:
    before, *sections = body.split(b"<![CDATA[")
    mended = [_AMPERSAND.sub(_character, before)]
    for section in sections:
        literal, end, markup = section.partition(b"]]>")
        mended += b"<![CDATA[", literal, end, _AMPERSAND.sub(_character, markup)
    return b"".join(mended)


def _character(ampersand: re.Match[bytes]) -> bytes:
    name = (ampersand[1] or b"").decode(errors="replace")
    known = html.entities.html5.get(f"{name};", "")
    return known.encode() if known else b"&amp;" + ampersand[0][1:]
