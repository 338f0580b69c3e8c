"""Bytes to text, whatever they claim to be."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charset_normalizer.models import CharsetMatch

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_STARTS = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How XML without a byte order mark gives its encoding away (XML 1.0, appendix F)."""
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 2048
# The codecs that text on the web is written in.  Python has others that decode text into text, or
# take time quadratic in its length (punycode); no page is to choose those.
_KNOWN = re.compile(
    r"(?:utf-?(?:8|16|32)(?:-?[lb]e)?|(?:us-)?ascii|iso-?8859-?\d{1,2}|latin-?\d|windows-?\d{3,4}"
    r"|cp\d{3,4}|koi8-[rut]|gb2312|gbk|gb18030|big5(?:-?hkscs)?|euc-?(?:jp|kr)|shift_?jis|sjis"
    r"|iso-2022-(?:jp|kr)|tis-620|mac-?roman)"
)
_WESTERN = ("iso-8859-1", "iso8859-1", "latin-1", "latin1", "windows-1252")
_MEANT = dict.fromkeys(_WESTERN, "cp1252") | dict.fromkeys(("gb2312", "gbk"), "gb18030")
"""Names under which the web writes more than they stand for (encoding.spec.whatwg.org)."""
_WEST, _PRIOR = "cp1252", 0.05
"""Of encodings that explain a text about equally well it is the likeliest by far."""
_UNDECLARED = (
    *(_WEST, "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("iso8859_2", "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
"""Encodings of pages that do not say theirs."""
_AT_HOME = (
    dict.fromkeys(("hu", "ro"), ("cp1250", "cp1250"))  # which write the same letters in both
    | dict.fromkeys(("bs", "cs", "hr", "pl", "sk", "sl"), ("cp1250", "iso8859_2"))
    | {"tr": ("cp1254", "cp1254"), "lt": ("cp1257", "cp1257"), "lv": ("cp1257", "cp1257")}
)
"""By language, the encoding of Windows and the one that has no characters at 0x80 to 0x9F: in
statistics their letters look much like those of the west."""
_LANGUAGE = re.compile(
    rb"""<html\b[^<>]{0,500}?\blang\s*=\s*["']?([a-z]{2})\b|<language>\s*([a-z]{2})\b""",
    re.IGNORECASE,
)
_ONLY_WINDOWS = re.compile(rb"[\x80-\x9f]")
_SAMPLE = 65_536
_BETWEEN_WORDS = re.compile(rb"[\s<>]+")
MOST_BROKEN = 0.5
"""Broken characters for each whole one beyond ASCII: text of another encoding has hardly any that
are whole."""
_WITHOUT_ASCII = dict.fromkeys(range(128))


def decode(data: bytes, content_type: str = "") -> str:
    """The text of ``data``: by its byte order mark, the Content-Type's charset, its own
    declaration, as UTF-8, by its language, and else by its statistics; what does not decode
    becomes U+FFFD.
    """
    text = _as_claimed(data, content_type, data[:_DECLARED_WITHIN])
    text = _by_language(data) if text is None else text
    return _guess(data) if text is None else text


def decode_xml(data: bytes, content_type: str = "") -> str | None:
    """As ``decode``, but only an XML declaration declares; None where statistics would decide."""
    for start, codec in _XML_STARTS:
        if data.startswith(start):
            return data.decode(codec, "replace")
    declaration = data.lstrip()[:_DECLARED_WITHIN].partition(b"?>")[0]
    return _as_claimed(data, content_type, declaration if declaration.startswith(b"<?xml") else b"")


def _as_claimed(data: bytes, content_type: str, declaration: bytes) -> str | None:
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    for source in (content_type.encode("ascii", "replace"), declaration):
        found = _DECLARED.search(source)
        name = found[1].decode("ascii").lower() if found else ""
        if source is declaration and name.startswith(("utf-16", "utf-32", "utf16", "utf32")):
            name = "utf-8"  # in those it could not be read
        if not _KNOWN.fullmatch(name):
            continue
        claim = _MEANT.get(name, name)
        # Western text is never UTF-8 by accident: there the claim is only a server's default.
        text = (_strict(data, "utf-8") if claim == "cp1252" else None) or _strict(data, claim)
        if text is not None:
            return text  # else a false claim: the next witness is asked
    text = _strict(data, "utf-8")
    return _nearly_utf8(data) if text is None else text


def _nearly_utf8(data: bytes) -> str | None:
    """The text, if so few bytes are no UTF-8 that the others cannot be by accident."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text.translate(_WITHOUT_ASCII)) - broken
    return text if broken <= MOST_BROKEN * whole else None


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _by_language(data: bytes) -> str | None:
    """None where the document does not say its language, or that does not tell the encoding."""
    found = _LANGUAGE.search(data[:_DECLARED_WITHIN])
    language = (found[1] or found[2]).decode("ascii").lower() if found else ""
    if language not in _AT_HOME:
        return None
    windows, other = _AT_HOME[language]
    return data.decode(windows if _ONLY_WINDOWS.search(data) else other, "replace")


def _guess(data: bytes) -> str:
    """By the words that are not ASCII and those beside them: among thousands of others, statistics
    would not see them."""
    from charset_normalizer import from_bytes

    tokens = _BETWEEN_WORDS.split(data[:_SAMPLE])
    places = (place for place, token in enumerate(tokens) if not token.isascii())
    telling = dict.fromkeys(word for p in places for word in tokens[max(p - 2, 0) : p + 3])
    found = from_bytes(b" ".join(telling), cp_isolation=list(_UNDECLARED))
    best = found.best()
    western = next((match for match in found if _WEST in match.could_be_from_charset), None)
    if best is None or (western is not None and _fit(western) + _PRIOR >= _fit(best)):
        return data.decode(_WEST, "replace")
    return data.decode(best.encoding, "replace")


def _fit(match: CharsetMatch) -> float:
    """How well an encoding explains the text: the letters of a language, and little disorder."""
    return match.coherence - match.chaos
