"""Pages that stand before the one that was asked for: log in, prove yourself human, consent."""

from __future__ import annotations

import re

from monitor.domain.markup import for_subscribers, visible_words

_SEEN = 400_000
"""Characters looked at."""
_SHORT, _BARE = 150, 50
"""Words of prose from which on a page is no wall, whatever its title is, or its forms say."""

_CAPTCHA = "asks for proof that a person is reading (captcha)"
_REFUSES = "refuses access to programs"
_LOG_IN = "asks to log in"
_CONSENT = "asks for consent to cookies first"
_GONE = "says that the article is not there"
_SCRIPT = "shows nothing without JavaScript"
_PAID = "shows its article to subscribers only"

_MARKS = {
    # Cloudflare
    "_cf_chl_opt": _CAPTCHA,
    "cf-browser-verification": _CAPTCHA,
    "cf-error-details": _REFUSES,
    # DataDome, HUMAN (PerimeterX)
    "captcha-delivery.com": _CAPTCHA,
    "px-captcha": _CAPTCHA,
    # Akamai
    "sec-if-cpt-container": _CAPTCHA,
    "errors.edgesuite.net": _REFUSES,
    # Imperva, AWS WAF, Sucuri
    "incapsula incident id": _REFUSES,
    "window.gokuprops": _CAPTCHA,
    "sucuri_cloudproxy_js": _CAPTCHA,
    # Google, Yahoo
    "consent.google.com/save": _CONSENT,
    'name="collectconsent"': _CONSENT,
}
"""What only the page of such a guard carries; what guards put into every page is left out."""

_TITLES = (
    (
        _CAPTCHA,
        r"just a moment|one moment,? please|checking your browser|robot check|are you a robot"
        r"|(?:security|human|bot|browser) (?:check|challenge|verification|checkpoint)"
        r"|(?:vercel )?security checkpoint|client challenge|pardon our interruption"
        r"|verify(?:ing)? (?:that )?you are (?:a )?human|ddos-guard|captcha|请稍候",
    ),
    (
        _REFUSES,
        r"attention required!?|access denied|access to this page has been denied"
        r"|(?:403 )?forbidden|request (?:rejected|blocked)|(?:you have been |error: )?blocked",
    ),
    (
        _LOG_IN,
        r"(?:please )?(?:log|sign) ?in(?: or (?:register|sign ?up|join))?|anmelden|connexion",
    ),
    (
        _CONSENT,
        r"before you continue(?: to \w+)?|(?:cookie )?consent|privacy settings|cookie (?:settings"
        r"|notice|wall)|we value your privacy|yahoo is part of the yahoo family of brands",
    ),
    (
        _GONE,
        r"(?:error )?404(?: error)?(?:\W+(?:page )?not found)?|(?:page|article|story) not found"
        r"|not found|(?:page|article|story)? ?no longer available",
    ),
)
_WHOLE_TITLE = tuple(
    (words, re.compile(rf"\W*(?:{titles})\W*(?:\s[|–—·-]\s.*)?", re.IGNORECASE | re.DOTALL))
    for words, titles in _TITLES
)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,200})", re.IGNORECASE)

_SIGNS = (
    (
        _CAPTCHA,
        r"g-recaptcha|h-captcha|cf-turnstile|challenge-platform|_incapsula_"
        r"|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|not a robot",
    ),
    (_LOG_IN, r"<input[^<>]{0,300}type\s*=\s*[\"']?password|<title>[^<]{0,60}\b(?:log|sign) ?in\b"),
    (_CONSENT, r"before you continue to |we value your privacy|<title>[^<]{0,60}\bconsent\b"),
    (
        _GONE,
        r"<title>[^<]{0,60}\b(?:404|not found|no longer available)\b"
        r"|<h1[^<>]{0,200}>\s*(?:404|page not found|oops)",
    ),
    (_REFUSES, r"you don['’]t have permission to access|<h1[^<>]{0,200}>\s*access denied"),
    (
        _SCRIPT,
        r"(?:enable|turn on|activate|allow|requires?|needs?|without) javascript"
        r"|javascript (?:is|to be|must be|has been) (?:disabled|enabled|required|off)",
    ),
    (
        _PAID,
        r"subscribe to (?:continue|keep|read)|to (?:continue|keep) reading"
        r"|for subscribers only|subscribers? only|exclusive to subscribers",
    ),
)
_BARE_SIGNS = tuple((words, re.compile(signs, re.IGNORECASE)) for words, signs in _SIGNS)


def guard(markup: str) -> str | None:
    """What a page of a site's guard asks or says, known by marks that no other page has."""
    head = markup[:_SEEN].lower()
    return next((words for mark, words in _MARKS.items() if mark in head), None)


def wall(markup: str) -> str | None:
    """What a page without an article asks or says, in words ("asks to log in"); None if nothing.

    Titles, forms and phrases that articles have too count only where a page shows little prose.
    """
    guarded = guard(markup)
    prose = visible_words(markup, _SHORT)
    if guarded is not None or prose >= _SHORT:
        return guarded
    head = markup[:_SEEN]
    title = _TITLE.search(head)
    for words, titles in _WHOLE_TITLE:
        if title is not None and titles.fullmatch(title[1]):
            return words
    return _signed(head) if prose < _BARE else None


def _signed(head: str) -> str | None:
    for words, signs in _BARE_SIGNS:
        if signs.search(head):
            return words
    return _PAID if for_subscribers(head) else None
