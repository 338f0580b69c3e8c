"""Bytes to text, whatever they claim to be."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 2048
# The codecs that text on the web is written in.  Python has others that decode text into text, or
# take time quadratic in its length (punycode); no page is to choose those.
_KNOWN = re.compile(
    r"(?:utf-?(?:8|16|32)(?:-?[lb]e)?|(?:us-)?ascii|iso-?8859-?\d{1,2}|latin-?\d|windows-?\d{3,4}"
    r"|cp\d{3,4}|koi8-[rut]|gb2312|gbk|gb18030|big5(?:-?hkscs)?|euc-?(?:jp|kr)|shift_?jis|sjis"
    r"|iso-2022-(?:jp|kr)|tis-620|mac-?roman)"
)
_SAMPLE = 65_536


def decode(data: bytes, content_type: str = "") -> str:
    """The text of ``data``: by its byte order mark, the Content-Type's charset, its own
    declaration, as UTF-8, and else by its statistics; what does not decode becomes U+FFFD.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(_without_mark(codec, mark), "replace")
    for source in (content_type.encode("ascii", "replace"), data[:_DECLARED_WITHIN]):
        found = _DECLARED.search(source)
        codec = found[1].decode("ascii").lower() if found else ""
        if _KNOWN.fullmatch(codec):
            try:
                return data.decode(codec)
            except (UnicodeError, LookupError):
                continue  # a false claim: the next witness is asked
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data)


def _without_mark(codec: str, mark: bytes) -> str:
    if codec == "utf-8":
        return codec
    return codec + ("-le" if mark[0] == 0xFF else "-be")


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    return data.decode(best.encoding if best else "cp1252", "replace")
