"""WebSub (W3C Recommendation, 23 January 2018), the subscriber's side: what a hub is asked, what it
answers, and where a subscription stands.  Pure: section numbers are those of the Recommendation.

    wanted ── asked ── active (asked again before its lease ends, while it goes on)
      └─ no answer ─┘     └─ refused, or its lease ended
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.domain.clean import clean_line
from monitor.domain.urls import join
from monitor.errors import ParseError

MAX_LINKS = 16_384
"""Characters of Link headers that are read."""
MAX_REASON = 200
RECOGNISED = 8
"""Characters by which a secret is known where a hub repeats no more of it."""
MAX_PUSH = 10 * 2**20
"""Bytes of a document that a hub pushes."""

ASKED_LEASE = timedelta(days=10)
"""What the Recommendation calls a good default (8.2)."""
SHORTEST_LEASE = timedelta(hours=1)
LONGEST_LEASE = timedelta(days=30)
RENEW_AT = 2 / 3
"""Part of a lease after which it is renewed; chance makes it up to a tenth earlier."""

VERIFY_WITHIN = timedelta(hours=1)
"""A hub that has not come back to us by then will not."""
FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1)
REFUSED_REST = timedelta(days=7)
"""Before a hub that said no is asked again."""
JITTER = 0.1

METHODS = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
"""Of signatures (7.1.1).  SHA-1 is what most hubs still send; an HMAC does not rest on the
resistance to collisions that it has lost."""

State = Literal["wanted", "asked", "active", "refused"]

_PARAMETER = re.compile(
    r"\s*+;\s*+([^\s=;,\"]++)\s*+(?:=\s*+(?:\"((?:[^\"\\]|\\.)*+)\"|([^\s;,]*+)))?"
)


# ------------------------------------------------------------------ discovery (4)


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that may be pushed."""

    hub: str
    topic: str
    """The address by which the hub knows the feed."""


def hub_of(links_header: str, hub: str, self_url: str, feed_url: str) -> Offer | None:
    """What a feed's answer offers: its Link headers (joined by commas), else its document.

    ``hub``, ``self_url``: as the document names them, or empty.  A feed that names no address of
    its own is known by ``feed_url``, to which the others may be relative.
    """
    links = list(_links(links_header[:MAX_LINKS]))
    hubs = [target for relation, target in links if relation == "hub"]
    selves = [target for relation, target in links if relation == "self"]
    chosen = _first_usable(hubs or [hub], feed_url)
    if chosen is None:
        return None
    topic = _first_usable([*selves, self_url, feed_url], feed_url)
    return Offer(chosen, topic) if topic else None


def _links(header: str) -> Iterator[tuple[str, str]]:
    """(relation in lower case, target) of a Link header (RFC 8288, 3), as far as it is one.

    The first ``rel`` of a link counts; a link with an ``anchor`` is about something else.
    """
    at = 0
    while (start := header.find("<", at)) >= 0 and (end := header.find(">", start)) >= 0:
        target, at = header[start + 1 : end].strip(), end + 1
        given: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, at):
            name, quoted, plain = parameter.groups()
            given.setdefault(name.lower(), quoted if quoted is not None else plain or "")
            at = parameter.end()
        if "anchor" not in given:
            yield from ((relation, target) for relation in given.get("rel", "").lower().split())


def _first_usable(addresses: list[str], base: str) -> str | None:
    for address in filter(None, addresses):
        try:
            return join(base, address)
        except ParseError:
            continue  # not a web address: perhaps the next one is
    return None


# ------------------------------------------------------------------ the request (5.1), the push (7)


def form(
    mode: Literal["subscribe", "unsubscribe"],
    topic: str,
    callback: str,
    secret: str,
    lease: timedelta = ASKED_LEASE,
) -> dict[str, str]:
    """What is posted to a hub.

    The secret is sent to a hub without TLS as well: who can read it there could read, and forge,
    what the hub pushes in any case.
    """
    return {
        "hub.mode": mode,
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.secret": secret,
        "hub.lease_seconds": str(int(lease.total_seconds())),
    }


def without_secrets(said: str, *secrets: str) -> str:
    """What a hub has said without our secrets, which it may repeat, whole or cut off at the end."""
    for secret in secrets:
        repeated = re.escape(secret[:RECOGNISED]) + r"[\w-]*"
        said = re.sub(repeated, "…", said, flags=re.ASCII | re.IGNORECASE)
    return said


def lease_of(lease_seconds: str) -> timedelta | None:
    """The lease that a hub gives; None if it is too short to be of use, or no number.

    A hub that names none is an old one and gives what it was asked for; one of more than 30 days
    is renewed as if it were of 30.
    """
    if not lease_seconds:
        return ASKED_LEASE
    if not re.fullmatch(r"[0-9]{1,12}", lease_seconds):
        return None
    seconds = min(int(lease_seconds), int(LONGEST_LEASE.total_seconds()))
    lease = timedelta(seconds=seconds)
    return lease if lease >= SHORTEST_LEASE else None


def signature_valid(secret: str, body: bytes, header: str) -> bool:
    """Whether ``X-Hub-Signature`` (``method=hex``) shows that the hub sent this body (7.1)."""
    method, _, given = header.strip().partition("=")
    algorithm = METHODS.get(method.lower())
    if algorithm is None:
        return False
    made = hmac.new(secret.encode(), body, algorithm).hexdigest()
    return hmac.compare_digest(made.encode(), given.strip().lower().encode())


# ------------------------------------------------------------------ where it stands


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription at one moment.  ``chance`` below is in [0, 1)."""

    state: State
    attempts: int
    """Requests since the hub verified last."""
    not_before: datetime
    """When ``turn`` is due."""
    lease_until: datetime | None = None
    """Set while active."""
    error: str | None = None


def wanted(now: datetime) -> Standing:
    return Standing("wanted", 0, now)


def turn(standing: Standing, now: datetime, chance: float) -> tuple[Standing, bool]:
    """What a due subscription does; True: ask the hub, at once.

    The answer is awaited before the request is sent: hubs verify while they answer it.
    """
    if standing.state == "asked":
        again = _after(now, standing.attempts, chance)
        error = "the hub has not verified the subscription"
        return replace(standing, state="wanted", not_before=again, error=error), False
    if standing.state == "active" and not _leased(standing, now):
        standing = replace(standing, state="wanted", lease_until=None, error="its lease has ended")
    attempts = standing.attempts + 1
    if standing.state != "active":
        return Standing("asked", attempts, now + VERIFY_WITHIN, error=standing.error), True
    unanswered = "the hub has not verified the renewal" if standing.attempts else None
    asked = replace(standing, attempts=attempts, error=standing.error or unanswered)
    return _active(asked, max(now + VERIFY_WITHIN, _after(now, attempts, chance))), True


def failed(
    standing: Standing,
    error: str,
    now: datetime,
    *,
    permanent: bool,
    retry_after: float | None,
    chance: float,
) -> Standing:
    """The hub did not take the request; one that says so for good is left alone for a week.

    Nothing changes if it has verified meanwhile.
    """
    if standing.state not in ("asked", "active") or not standing.attempts:
        return standing
    again = _after(now, standing.attempts, chance, retry_after)
    if permanent:
        again = max(again, now + REFUSED_REST)
    if standing.state == "active":
        return _active(replace(standing, error=error), again)
    state: State = "refused" if permanent else "wanted"
    return replace(standing, state=state, not_before=again, error=error)


def verified(standing: Standing, lease: timedelta, now: datetime, chance: float) -> Standing | None:
    """The hub asks whether we want this (5.3); None: we have not asked it.

    A late verification, and one of a subscription that goes on, are as good.
    """
    if standing.state == "refused" or (standing.state == "wanted" and not standing.attempts):
        return None
    renew = now + lease * RENEW_AT * (1 - JITTER * chance)
    return Standing("active", 0, renew, lease_until=now + lease)


def denied(reason: str, now: datetime) -> Standing:
    """The hub will not, or will no longer, push (5.2)."""
    said = clean_line(reason[: 4 * MAX_REASON])[:MAX_REASON]
    error = f"the hub has refused: {said}" if said else "the hub has refused"
    return Standing("refused", 0, now + REFUSED_REST, error=error)


def _leased(standing: Standing, now: datetime) -> bool:
    return standing.lease_until is not None and standing.lease_until > now


def _active(standing: Standing, not_before: datetime) -> Standing:
    """Due again when its lease ends, at the latest."""
    ends = standing.lease_until
    return replace(standing, not_before=min(not_before, ends) if ends else not_before)


def _after(
    now: datetime, attempts: int, chance: float, retry_after: float | None = None
) -> datetime:
    """When to ask again after ``attempts`` (>= 1) without success; each doubles the wait."""
    wait = min(FIRST_WAIT * (1 << min(attempts - 1, 16)), LONGEST_WAIT)
    return now + max(wait * (1 + JITTER * chance), timedelta(seconds=retry_after or 0))
