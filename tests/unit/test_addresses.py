"""Which addresses may be connected to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.addresses import Allowed, is_public
from monitor.errors import ConfigError

PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.255"]
PUBLIC += ["2606:4700::1111", "2001:200::1", "2a00:1450:4001::1", "2620:4f:8001::1"]
PUBLIC += ["168.63.129.17", "2600::5efe:808:808", "2600::5eff:7f00:1"]

SPECIAL = ["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"]
SPECIAL += ["172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"]
SPECIAL += ["198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1"]
SPECIAL += ["239.255.255.250", "240.0.0.1", "255.255.255.255"]
SPECIAL += ["::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::7f00:1", "64:ff9b::7f00:1"]
SPECIAL += ["64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1"]
SPECIAL += ["2002:7f00:1::", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd12:3456::1"]
SPECIAL += ["168.63.129.16", "2600::5efe:7f00:1", "2600::200:5efe:10.0.0.1"]
SPECIAL += ["fe80::1", "fe80::1%eth0", "2606:4700::1111%eth0", "fec0::1", "ff02::1"]


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_internet_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", SPECIAL)
def test_special_addresses_are_not(text: str) -> None:
    assert not is_public(ip_address(text))


@given(st.ip_addresses())
def test_what_is_public_is_so_for_the_standard_library(
    address: IPv4Address | IPv6Address,
) -> None:
    assert not is_public(address) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "::{}", "64:ff9b::{}", "64:ff9b:1::{}"]))
def test_an_ipv4_address_inside_another_is_never_public(address: IPv4Address, form: str) -> None:
    assert not is_public(ip_address(form.format(address)))


@given(st.ip_addresses(v=4))
def test_an_isatap_address_is_as_public_as_the_one_inside(address: IPv4Address) -> None:
    assert is_public(ip_address(f"2600::5efe:{address}")) == is_public(address)


def test_allowed_names_and_networks_are_admitted() -> None:
    allowed = Allowed.parse(["10.0.0.0/8", "192.168.1.5", "[::1]", "fd00::/8", " News.Intranet. "])
    assert allowed.admits("any.host", ip_address("10.200.0.1"))
    assert allowed.admits("any.host", ip_address("192.168.1.5"))
    assert allowed.admits("any.host", ip_address("::1"))
    assert allowed.admits("any.host", ip_address("fd00::17"))
    assert allowed.admits("NEWS.intranet.", ip_address("172.16.0.1"))


def test_nothing_else_is_admitted() -> None:
    allowed = Allowed.parse(["10.0.0.0/8", "news.intranet"])
    assert not allowed.admits("any.host", ip_address("11.0.0.1"))
    assert not allowed.admits("sub.news.intranet", ip_address("172.16.0.1"))
    assert not allowed.admits("any.host", ip_address("::ffff:10.0.0.1"))
    assert not Allowed().admits("localhost", ip_address("127.0.0.1"))


@pytest.mark.parametrize(
    "item", ["", "*", "10.0.0", "300.1.1.1", "10.0.0.0/33", "http://news.intranet", "a:80", "a..b"]
)
def test_a_bad_item_is_named(item: str) -> None:
    with pytest.raises(ConfigError, match="allow_private") as caught:
        Allowed.parse(["localhost", item])
    assert repr(item) in str(caught.value)


def test_a_network_with_host_bits_is_answered_with_the_one_meant() -> None:
    with pytest.raises(ConfigError, match=r"did you mean 10\.0\.0\.0/8"):
        Allowed.parse(["10.1.2.3/8"])
