"""Under which names the page is served, and where a browser says that a request comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_LITERAL = re.compile(r"(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\])(?::(\d+))?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Names:
    """The Host headers that mean this page, lower case; any other is DNS rebinding."""

    hosts: frozenset[str]
    port: str = ""
    """Where the page listens on all addresses of the machine: a literal address with this port is
    a name of it too.  Nobody can make one resolve to something else."""

    @classmethod
    def of(cls, listen: str, url: str = "") -> Names:
        """``listen``: HOST:PORT.  ``url``: the address people use; empty: no other."""
        host, _, port = listen.lower().rpartition(":")
        names = (host, *_LOOPBACK)
        hosts = frozenset(f"{name}:{port}" for name in names) | hosts_of(url)
        if port == "80":
            hosts |= frozenset(names)
        return cls(hosts, port if is_wildcard(host) else "")

    def __contains__(self, host: str) -> bool:
        return host in self.hosts or (self.port != "" and self._is_literal(host))

    def _is_literal(self, host: str) -> bool:
        found = _LITERAL.fullmatch(host)
        if found is None or (found[2] or "80") != self.port:
            return False
        try:
            ip_address(found[1].strip("[]"))
        except ValueError:
            return False
        return True


def is_wildcard(host: str) -> bool:
    """Whether it stands for all addresses of the machine: ``0.0.0.0`` or ``[::]``."""
    try:
        return ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


def hosts_of(url: str) -> frozenset[str]:
    """The Host headers of requests to ``url``, with and without a port that goes without saying."""
    if not url:
        return frozenset()
    parts = urlsplit(url.lower())
    _, host, port = _parts(url)
    return frozenset({parts.netloc, f"{host}:{port}"})


def came_from_here(headers: Headers, url: str = "") -> bool:
    """Whether a browser says that a page of ours sent the request, and nothing contradicts it.

    A page of ours has the request's Host, without encryption, or the origin of ``url`` (a proxy
    may have changed the Host).
    """
    site = headers.get("sec-fetch-site")
    senders = [headers[name] for name in ("origin", "referer") if name in headers]
    if site is None and not senders:
        return False
    ours = (f"http://{headers['host']}", url)
    return site in (None, "same-origin") and all(
        any(_same_origin(sender, here) for here in ours) for sender in senders
    )


def is_from_a_program(headers: Headers) -> bool:
    """JSON without any word of a browser: one would first ask whether it may send that from
    another site (Fetch, "CORS-preflight"), and is not answered."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    said = ("origin", "referer", "sec-fetch-site")
    return kind == "application/json" and not any(name in headers for name in said)


def _same_origin(one: str, other: str) -> bool:
    try:
        return bool(other) and _parts(one) == _parts(other)
    except ValueError:
        return False


def _parts(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, in lower case.  Raises ValueError."""
    scheme, netloc, *_ = urlsplit(address.lower())
    port = re.search(r":(\d{1,5})$", netloc)
    host = netloc.removesuffix(port[0]) if port else netloc
    return scheme, host, int(port[1]) if port else _PORTS.get(scheme)
