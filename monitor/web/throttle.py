"""Wrong passwords make their sender wait, longer each time; nobody is locked out for good."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

FREE = 5
"""Failures before the first wait."""
WINDOW = timedelta(minutes=15)
"""So long after the last failure all are forgotten; also the longest wait."""
FIRST = timedelta(seconds=15)
"""The first wait; each further failure doubles it."""
SENDERS = 10_000
"""Remembered at once; of more, those heard of least recently are forgotten."""


@dataclass(slots=True)
class _Failures:
    count: int
    last: datetime


class Throttle:
    """Counts attempts by sender.  Instants are aware; a clock set back lengthens no wait."""

    def __init__(self) -> None:
        self._senders: OrderedDict[str, _Failures] = OrderedDict()

    def attempt(self, sender: str, now: datetime) -> timedelta:
        """How long it still has to wait; zero: it may try, which is a failure until taken back.

        Counting before the password is checked lets nobody try many at once.
        """
        known = self._senders.get(sender)
        if known is None or not timedelta(0) <= now - known.last < WINDOW:
            known = _Failures(0, now)
        wait = known.last + _wait(known.count) - now
        if wait > timedelta(0):
            return wait
        self._senders[sender] = _Failures(known.count + 1, now)
        self._senders.move_to_end(sender)
        if len(self._senders) > SENDERS:
            self._senders.popitem(last=False)
        return timedelta(0)

    def take_back(self, sender: str) -> None:
        """The last attempt was no failure; those before it still count."""
        if known := self._senders.get(sender):
            known.count -= 1

    def forget(self, sender: str) -> None:
        self._senders.pop(sender, None)


def _wait(failures: int) -> timedelta:
    """Before the next attempt: 15 s after the fifth failure, then 30 s, 1 min … 15 min."""
    if failures < FREE:
        return timedelta(0)
    return min(FIRST * (1 << min(failures - FREE, 10)), WINDOW)


def sender_of(host: str) -> str:
    """Who is counted as one: an IPv4 address, or the /64 that one IPv6 site has for itself."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))
