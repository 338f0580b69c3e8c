"""Pages that stand before the one that was asked for: log in, prove yourself human, consent."""

from __future__ import annotations

import re

_SEEN = 400_000
"""Characters looked at."""

_SIGNS = (
    (
        "asks for proof that a person is reading (captcha)",
        r"g-recaptcha|h-captcha|cf-turnstile|challenge-platform|captcha-delivery|_incapsula_"
        r"|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|not a robot"
        r"|<title>\s*just a moment",
    ),
    (
        "asks to log in",
        r"<input[^>]{0,300}type\s*=\s*[\"']?password"
        r"|<title>[^<]{0,60}\b(?:log ?in|sign ?in)\b",
    ),
    (
        "asks for consent to cookies first",
        r"<title>[^<]{0,60}\b(?:before you continue|consent|privacy settings|cookie)\b"
        r"|before you continue to |we value your privacy",
    ),
    (
        "says that the article is not there",
        r"<title>[^<]{0,60}\b(?:404|page not found|not found|no longer available)\b"
        r"|<h1[^>]{0,200}>\s*(?:404|page not found|oops)",
    ),
)
_COMPILED = tuple((words, re.compile(signs, re.IGNORECASE)) for words, signs in _SIGNS)


def wall(markup: str) -> str | None:
    """What a page without an article asks or says, in words ("asks to log in"); None if nothing.

    Only for pages known to hold no feed, or hardly any text: articles too have log-in forms.
    """
    head = markup[:_SEEN]
    return next((words for words, signs in _COMPILED if signs.search(head)), None)
