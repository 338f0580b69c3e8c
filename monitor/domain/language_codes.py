"""What pages and feeds say about their language, as ISO 639-1 codes."""

from __future__ import annotations

import re

_ISO_639_1 = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia
    id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo
    lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl
    ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """
_OTHER_NAMES = {
    # withdrawn or finer codes
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "sh": "sr",
    # ISO 639-2 and 639-3
    "ara": "ar", "bul": "bg", "cat": "ca", "ces": "cs", "chi": "zh", "cmn": "zh", "cze": "cs",
    "dan": "da", "deu": "de", "dut": "nl", "ell": "el", "eng": "en", "fas": "fa", "fil": "tl",
    "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de", "gre": "el", "heb": "he", "hin": "hi",
    "hrv": "hr", "hun": "hu", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl",
    "nno": "no", "nob": "no", "nor": "no", "per": "fa", "pol": "pl", "por": "pt", "ron": "ro",
    "rum": "ro", "rus": "ru", "slk": "sk", "slv": "sl", "spa": "es", "srp": "sr", "swe": "sv",
    "tha": "th", "tur": "tr", "ukr": "uk", "vie": "vi", "yue": "zh", "zho": "zh",
    # names
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "deutsch": "de", "dutch": "nl",
    "english": "en", "español": "es", "finnish": "fi", "français": "fr", "french": "fr",
    "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu",
    "indonesian": "id", "italian": "it", "italiano": "it", "japanese": "ja", "korean": "ko",
    "nederlands": "nl", "norwegian": "no", "persian": "fa", "polish": "pl", "polski": "pl",
    "portuguese": "pt", "português": "pt", "romanian": "ro", "russian": "ru", "spanish": "es",
    "swedish": "sv", "thai": "th", "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
    "中文": "zh", "日本語": "ja", "한국어": "ko", "русский": "ru", "українська": "uk",
}  # fmt: skip
_CODES = frozenset(_ISO_639_1.split())
_FIRST = re.compile(r"[^\W\d_]+")
_HEAD = 5_000
"""Characters of a page among which the start tag of ``html`` is looked for."""
_LANG = re.compile(
    r"""<html\b[^<>]{0,2000}?\s(?:xml:)?lang\s*=\s*["']?([\w-]{2,35})""", re.IGNORECASE
)


def declared_in(markup: str) -> str:
    """What a page names as its language, as written (BCP 47: ``en-US``); empty if nothing."""
    found = _LANG.search(markup, 0, _HEAD)
    return found[1] if found else ""


def normalise(declared: str) -> str:
    """``en-US``, ``pt_BR``, ``zh-Hans``, ``iw``, ``deu``, ``English`` → ISO 639-1, in lower case.

    The two written forms of Norwegian are one language here.  Empty for what names no language.
    """
    found = _FIRST.match(declared.strip()[:40])
    name = found[0].lower() if found else ""
    code = _OTHER_NAMES.get(name, name)
    return code if code in _CODES else ""
