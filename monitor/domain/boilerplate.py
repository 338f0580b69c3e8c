"""Lines that belong to the site and not to the article: notices, captions of icons, promotion."""

from __future__ import annotations

import re

_MAX_WORDS, _MAX_LENGTH = 60, 600
"""A line of more words or characters is a paragraph, whatever it starts with."""

_BULLET = re.compile(r"^[\s•·▪◦‣*|>–—-]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")

_KINDS = (
    # Faults of the page itself
    r"oops\W*(?:something (?:went|is) wrong)?\W*(?:(?:please )?try again(?: later)?)?\W*",
    r"(?:sorry\W+)?(?:something went wrong|an (?:unexpected )?error (?:has )?occurred)\W*"
    r"(?:(?:please )?try again(?: later)?)?\W*",
    r"(?:please )?try again(?: later)?\W*",
    r"(?:loading|please wait)\W*",
    r"(?:please )?enable javascript\b.*|javascript (?:is|must be) .*",
    # Advertising
    r"advertisements?|story continues below advertisement|skip advertisement",
    r"(?:sponsored|paid|partner|promoted|branded)(?: partner)? (?:content|post|story|link)s?"
    r"(?: by .*)?",
    r"about (?:sponsored|paid|branded) content\b.*",
    r"this (?:content|article|post|page) (?:was|is|has been) (?:commissioned|sponsored|paid for)"
    r" by .*",
    # The site speaking of itself
    r"do you have (?:any |a |an )?(?:questions?|tips?|story|stories|comments?)\b.*\b"
    r"(?:our|us|get the answers?|contact|let .{2,30} know)\b.*",
    r"for (?:the latest|more|breaking)\b.*"
    r"\b(?:download|subscribe|sign up|follow us|visit our|click|tap) ?\b.*",
    r"(?:download|get|install|try) (?:our|the .{2,40}) (?:free |mobile |news )*app\b.*",
    r"(?:sign up|subscribe|register)(?: now| here| today| free)*(?: (?:for|to|and)\b.*)?\W*",
    r"(?:follow|like|join|find) us on\b.*",
    r"(?:already a subscriber|not a subscriber)\b.*|subscribers? only",
    r"(?:find out|learn|read|show|see) more(?: here)?\W*|(?:click|tap) here\b.{0,80}",
    r"(?:free (?:access|trial)|celebrate our)\b.{0,60}",
    # Comments and consent
    r"our goal is to (?:create|provide) a safe\b.*\b(?:community|users|comment\w*)\b.*",
    r".*\b(?:temporarily )?suspend(?:ing|ed) (?:article )?comment(?:s|ing)\b.*",
    r"(?:leave a|post a|view|show|join the) (?:comments?|conversation|discussion)\W*",
    r"comments \(?\d+\)?",
    r"(?:we|this (?:web)?site) uses? cookies\b.*|(?:accept|manage|reject)(?: all)? cookies\W*",
    r"by (?:clicking|continuing|using|signing)\b.*\byou (?:agree|accept|consent)\b.*",
    # Links to other articles
    r"more from [^.!?]{2,60}:?",
    r"more (?:stories|news|articles|coverage)(?: (?:from|on|about) [^.!?]{2,60})?:?",
    r"(?:in this (?:article|story)|on this page|topics|tags|related(?: \w+)?)\s*:?",
    r"(?:most (?:read|popular|viewed)|trending(?: now)?|recommended(?: for you)?"
    r"|editor['’]?s['’]? picks?|you (?:may|might) also like)\s*:?",
    r"(?:read (?:also|more|next)|also read|see also|don['’]t miss|related|watch|listen)\s*:\s.*",
    # Provenance
    r"this (?:article|story|post|piece|report)\b.*\b(?:(?:first|originally) )?"
    r"(?:appeared|was (?:first |originally )?published|published) (?:first |originally )?"
    r"(?:on|in|at|by) (?:the )?(?-i:[A-Z]).*",
    r"(?:first|originally) (?:appeared|published) (?:on|in|at|by) (?:the )?(?-i:[A-Z]).{0,100}",
    r"(?:copyright\b|©|\(c\)).{0,200}|all rights reserved\b.{0,120}",
    # The furniture of an article
    r"(?:estimated )?(?:reading time:? )?\d{1,3}[ -]?min(?:ute)?s?\.?(?: (?:read|to read))",
    r"(?:share|print|save|email|copy link|bookmark)(?: (?:this|on|via|with)\b.{0,40})?",
    r"listen to (?:this )?(?:article|story).{0,40}|(?:text|font) size\W*",
)
_LINE = re.compile("|".join(f"(?:{kind})" for kind in _KINDS), re.IGNORECASE)

_ICON_WORD = re.compile(
    r"arrow|artboard|bookmark|caption|chevron|circle|close|comment|contact|copy|created|down|email"
    r"|facebook|flipboard|icons?|instagram|layer|left|line|link|linkedin|logo|mail|menu|messenger"
    r"|path|pinterest|positive|print|reddit|right|search|share|shape|sketch|svg|telegram|title"
    r"|tumblr|twitter|up|weibo|whatsapp|with|x|youtube",
    re.IGNORECASE,
)


def strip_boilerplate(text: str) -> str:
    """The text without lines that are not the article's; what remains is unchanged.

    A line goes only when all of it is of a known kind, and when it repeats the one before.
    """
    kept: list[str] = []
    for line in text.split("\n"):
        bare = _BULLET.sub("", line).strip()
        if bare and (_is_boilerplate(bare) or (kept and bare == _BULLET.sub("", kept[-1]).strip())):
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _is_boilerplate(line: str) -> bool:
    if len(line) > _MAX_LENGTH or len(line.split()) > _MAX_WORDS:
        return False
    return _LINE.fullmatch(line) is not None or _is_icon_captions(line)


def _is_icon_captions(line: str) -> bool:
    """Names of icons run together, as the text of inline drawings is: "ArrowIconTwitter"."""
    words = _CAMEL.findall(line)
    named = sum(_ICON_WORD.fullmatch(word) is not None for word in words)
    return len(words) >= 3 and named >= 0.7 * len(words)
