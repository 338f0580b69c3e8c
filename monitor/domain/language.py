"""Which language a text is written in, by its script, its letters and what is said of it.

Among languages that share a script langid decides (Lui & Baldwin 2012, "langid.py: an off-the-shelf
language identification tool", ACL).  It is loaded when first needed, which takes half a second
and 100 MB; after that an article costs about .2 ms.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from monitor.domain.language_codes import normalise

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE = 1000
"""Characters at the start of a text that are looked at for their script."""
EXCERPT = 400
"""Those of them that langid is given; half as many beyond Latin, where a character is two bytes."""
ENOUGH = 200
"""Characters from which on a text may overrule what is declared of it."""
SURE = 0.9
"""The least probability at which it does."""
LIKELY = 0.5
"""The least probability at which a short text of which nothing is declared has a language."""
_FOREIGN = 0.25
"""Share of characters beyond Latin that makes a text one of another script."""
_LOOKED_AT = 200
"""Letters beyond Latin that are looked up."""
_KANA = 0.04
"""The least share of kana among a Japanese text's letters; Chinese quotes some too."""

_BEYOND_LATIN = re.compile(r"[^\W\d_\u0000-\u036f\u1d00-\u1eff\u2000-\u2dff\ua720-\ua7ff]")
_LETTER = re.compile(r"[^\W\d_]")

_LANGUAGES = {
    "LATIN": "af az bs ca cs cy da de en es et eu fi fr ga gl hr ht hu id is it lt lv ms mt nl no "
    "pl pt ro sk sl so sq sr sv sw tl tr uz vi xh zu",
    "CYRILLIC": "be bg kk ky mk mn ru sr tg uk",
    "ARABIC": "ar fa ku ps ug ur",
    "DEVANAGARI": "hi mr ne",
    "BENGALI": "as bn",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HEBREW": "he",
    "KANNADA": "kn",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
}
"""Script, as character names begin -> the languages that most news in it is written in."""
_CANDIDATES = {script: tuple(codes.split()) for script, codes in _LANGUAGES.items()}
_KNOWN = frozenset({*chain.from_iterable(_CANDIDATES.values()), "ja", "ko", "zh"})
_ALIKE = (
    frozenset({"bs", "hr", "sr"}),
    frozenset({"da", "no"}),
    frozenset({"id", "ms"}),
    frozenset({"bg", "mk"}),
    frozenset({"cs", "sk"}),
)
"""Languages too near to one another for a declaration to be overruled among them."""


def identify(text: str, declared: str = "") -> str:
    """ISO 639-1 code of the language a text is written in; empty if there is nothing to go by.

    ``declared``: what the page or the feed says (``en-US``); empty if nothing.  It is believed,
    unless the text is in another script, or has ``ENOUGH`` characters and is ``SURE`` to be in
    another language: many pages keep the declaration of their template.  A language that is not
    told apart here is always believed: no template comes with it.
    """
    said = normalise(declared)
    if said and said not in _KNOWN:
        return said
    sample = unicodedata.normalize("NFKC", text[:SAMPLE]).strip()
    script = _script(sample)
    if script in {"ja", "ko", "zh"}:
        return said if script == "zh" and said == "ja" and len(sample) < ENOUGH else script
    candidates = _CANDIDATES.get(script, ())
    if len(candidates) > 1:
        return _among(candidates, sample, said)
    return candidates[0] if candidates else said


def _script(sample: str) -> str:
    """The script most letters belong to, as a key of ``_LANGUAGES``; of the East Asian ones the
    language; empty for a text without letters."""
    beyond = [] if sample.isascii() else _BEYOND_LATIN.findall(sample)
    if len(beyond) <= _FOREIGN * len(sample):
        return "LATIN" if _LETTER.search(sample) else ""
    names = Counter(unicodedata.name(c, " ").split(" ", 1)[0] for c in beyond[:_LOOKED_AT])
    kana, hangul, han = (names.pop(n, 0) for n in ("HIRAGANA", "HANGUL", "CJK"))
    kana += names.pop("KATAKANA", 0)
    most, count = max(names.items(), key=lambda one: one[1], default=("", 0))
    if kana + hangul + han < count:
        return most
    if hangul > han + kana:
        return "ko"
    return "ja" if kana >= _KANA * (han + kana) else "zh"


def _among(candidates: tuple[str, ...], sample: str, said: str) -> str:
    """The likeliest of languages that share a script, or the declared one."""
    is_latin = "en" in candidates
    ranked = _identifier().rank(sample[: EXCERPT if is_latin else EXCERPT // 2])
    likely = [(language, share) for language, share in ranked if language in candidates]
    best: str = likely[0][0]
    probability: float = likely[0][1] / (sum(share for _, share in likely) or 1.0)
    is_long = len(sample) >= ENOUGH
    if said in candidates:
        is_alike = any({best, said} <= group for group in _ALIKE)
        return best if is_long and probability >= SURE and not is_alike else said
    if is_long or probability >= LIKELY:
        return best
    return said if is_latin else ""  # names in Latin letters stand in headlines of every script


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    shared = [codes for codes in _CANDIDATES.values() if len(codes) > 1]
    identifier.set_languages(sorted(set(chain.from_iterable(shared))))
    return identifier
