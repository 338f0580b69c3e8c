"""Which addresses the monitor may connect to: the public internet, and what the user allowed.

The lists are the IANA special-purpose address registries (RFC 6890 and its updates), spelled out:
``is_private`` and ``is_global`` of the standard library differ between Python versions and let
transition addresses through.

Refused too is what the registries call globally reachable: the anycast blocks of AS112 (RFC 7534),
of multicast tunnelling (RFC 7450), and of port control and relays (RFC 7723, 8155).  The nearest
node answers there, often one of the reader's own network, and none of them is a web site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

from monitor.errors import ConfigError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_IPV4_SPECIAL = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host beneath a machine in Azure: no route from elsewhere
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, anycast
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # automatic multicast tunnelling
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_IPV6_GLOBAL_UNICAST = IPv6Network("2000::/3")
_IPV6_SPECIAL = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID, AS112
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_ISATAP = 0x5EFE
"""The upper half of an interface identifier that ends in an IPv4 address (RFC 5214, 6.1)."""
_ISATAP_MASK = 0xFDFF_FFFF
"""Leaves out the bit that says whether the IPv4 address is unique in the world."""
_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*"
    r"(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _IPV4_SPECIAL)
    if address.scope_id is not None or address not in _IPV6_GLOBAL_UNICAST:
        return False
    if any(address in block for block in _IPV6_SPECIAL):
        return False
    upper, inner = divmod(int(address) & 2**64 - 1, 2**32)
    return upper & _ISATAP_MASK != _ISATAP or is_public(IPv4Address(inner))


@dataclass(frozen=True, slots=True)
class Allowed:
    """Private hosts and networks the user named in ``[fetch] allow_private``."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, items: Iterable[str]) -> Allowed:
        """Read addresses, networks (CIDR) and host names.

        Raises ConfigError naming the first item that is none of them.
        """
        networks: list[Network] = []
        hosts: set[str] = set()
        for item in items:
            text = item.strip().lower().rstrip(".")
            network = _network(item, text.strip("[]"))
            if network is not None:
                networks.append(network)
            elif _HOST_NAME.fullmatch(text):
                hosts.add(text)
            else:
                raise ConfigError(
                    f"[fetch] allow_private: {item!r} is neither an address (10.0.0.5), "
                    "a network (10.0.0.0/8) nor a host name (news.intranet)"
                )
        return cls(tuple(networks), frozenset(hosts))

    def admits(self, host: str, address: Address) -> bool:
        """Whether the user allowed this host name, or a network that holds this address."""
        return host.lower().rstrip(".") in self.hosts or any(
            address in network for network in self.networks
        )


def _network(item: str, text: str) -> Network | None:
    """The network that ``text`` spells, or None.  Raises ConfigError if it has host bits set."""
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        return None
    raise ConfigError(f"[fetch] allow_private: {item!r} is no network; did you mean {meant}?")
