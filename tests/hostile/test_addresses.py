"""Nothing but the public internet is connected to, however an address is reached or written.

Each test writes down every connection that the process opens, below asyncio and httpx.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from monitor.domain.addresses import Allowed
from monitor.errors import FetchError
from monitor.types import Document
from tests.hostile.address_list import (
    PRIVATE_SPELLINGS,
    PUBLIC,
    PUBLIC_SPELLINGS,
    SPECIAL,
)
from tests.hostile.servers import PUBLIC as INTERNET
from tests.hostile.servers import Line, Network, Talk, answer, outcome, says, talking
from tests.integration.servers import fetching, run

Story = Callable[..., Document | FetchError]

OK = says(answer(b"ok"))


def url_of(address: str) -> str:
    return f"http://[{address.replace('%', '%25')}]/" if ":" in address else f"http://{address}/"


def redirecting(location: str) -> Talk:
    async def talk(line: Line) -> None:
        is_first = (await line.head()).startswith("GET / ")
        to = [f"Location: {location.encode().decode('latin-1')}"]
        await line.send(answer(b"", "302 Found", to) if is_first else answer(b"secret"))

    return talk


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    net = Network(names={"public.example": [[INTERNET]], "*": [["127.0.0.1"]]})
    net.install(monkeypatch)
    return net


@pytest.fixture
def visit(network: Network) -> Story:
    """Fetches an address on the test's network, where ``talk`` answers at every public address."""

    def visited(url: str, talk: Talk = OK, routed: str = INTERNET, *allow: str) -> object:
        results = []

        async def story() -> None:
            allowed = Allowed.parse(allow)
            async with talking(talk) as peer, fetching(allowed=allowed) as fetcher:
                network.routes = dict.fromkeys([INTERNET, routed], peer.port)
                results.append(await outcome(fetcher, url))

        run(story)
        return results[0]

    return visited  # type: ignore[return-value]


# ------------------------------------------------------------------ special addresses, five ways


def by_literal(network: Network, address: str) -> tuple[str, Talk, list[str]]:
    return url_of(address), OK, []


def by_redirect(network: Network, address: str) -> tuple[str, Talk, list[str]]:
    return "http://public.example/", redirecting(url_of(address)), [INTERNET]


def by_name(network: Network, address: str) -> tuple[str, Talk, list[str]]:
    network.names["evil.example"] = [[address]]
    return "http://evil.example/", OK, []


def by_rebinding(network: Network, address: str) -> tuple[str, Talk, list[str]]:
    network.names["evil.example"] = [[INTERNET], [address]]
    return "http://evil.example/", redirecting("/again"), [INTERNET]


def by_mixed_answers(network: Network, address: str) -> tuple[str, Talk, list[str]]:
    network.names["evil.example"] = [[INTERNET, address, "2606:4700::1111"]]
    return "http://evil.example/", OK, []


WAYS = [by_literal, by_redirect, by_name, by_rebinding, by_mixed_answers]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_refused(
    way: Callable[[Network, str], tuple[str, Talk, list[str]]],
    address: str,
    network: Network,
    visit: Story,
) -> None:
    url, talk, connects = way(network, address)
    error = visit(url, talk)
    assert isinstance(error, FetchError)
    assert error.permanent
    assert "private address" in str(error) or "%" in address
    assert network.connects == connects


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "4"), ("::1", "6")])
def test_a_listener_on_this_machine_sees_nobody(host: str, family: str) -> None:
    async def story() -> None:
        async with talking(OK, host=host) as peer, fetching(allowed=Allowed()) as fetcher:
            written = {"4": ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]", "0"]}
            written["6"] = ["[::1]", "[::]"]
            for spelling in written[family]:
                error = await outcome(fetcher, peer.url(host=spelling))
                assert isinstance(error, FetchError)
                assert error.permanent
            assert peer.connections == 0
            with socket.create_connection((host, peer.port)):
                pass  # it could have been reached

    run(story)


def test_a_name_is_asked_for_once_and_the_checked_address_used(
    network: Network, visit: Story
) -> None:
    heads: list[str] = []

    async def talk(line: Line) -> None:
        heads.append(await line.head())
        await line.send(answer(b"ok"))

    network.names["evil.example"] = [[INTERNET], ["127.0.0.1"]]
    assert isinstance(visit("http://evil.example/", talk), Document)
    assert (network.asked, network.connects) == (["evil.example"], [INTERNET])
    assert "\r\nhost: evil.example\r\n" in heads[0].lower()


def test_the_next_address_is_tried_when_one_refuses(network: Network, visit: Story) -> None:
    network.names["news.example"] = [["1.1.1.1", INTERNET]]
    assert isinstance(visit("http://news.example/"), Document)
    assert network.connects == ["1.1.1.1", INTERNET]


def test_of_many_addresses_that_refuse_only_a_few_are_tried(network: Network, visit: Story) -> None:
    network.names["news.example"] = [[f"8.8.{n}.8" for n in range(250)]]
    error = visit("http://news.example/")
    assert str(error).startswith("news.example refuses connections")
    assert len(network.connects) <= 4


def test_a_name_without_an_address(network: Network, visit: Story) -> None:
    network.names["news.example"] = [[]]
    error = visit("http://news.example/")
    assert isinstance(error, FetchError)
    assert "news.example" in str(error)
    assert not error.permanent


# ------------------------------------------------------------------ spellings


@pytest.mark.parametrize("url", PRIVATE_SPELLINGS)
def test_spellings_of_private_addresses_are_refused(
    url: str, network: Network, visit: Story
) -> None:
    error = visit(url)
    assert isinstance(error, FetchError)
    assert error.permanent
    assert network.connects == []


@pytest.mark.parametrize("url", [*filter(str.isprintable, PRIVATE_SPELLINGS)])
def test_spellings_in_redirects_are_refused(url: str, network: Network, visit: Story) -> None:
    error = visit("http://public.example/", redirecting(url))
    assert isinstance(error, FetchError) or error.url.startswith("http://public.example/")
    assert network.connects in ([INTERNET], [INTERNET, INTERNET])


@pytest.mark.parametrize("url", PUBLIC_SPELLINGS)
def test_what_only_looks_private_goes_to_the_host_it_names(
    url: str, network: Network, visit: Story
) -> None:
    assert isinstance(visit(url), Document)
    assert network.connects == [INTERNET]


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("way", [by_literal, by_name])
def test_public_addresses_are_reached(
    way: Callable[[Network, str], tuple[str, Talk, list[str]]],
    address: str,
    network: Network,
    visit: Story,
) -> None:
    url, talk, _ = way(network, address)
    document = visit(url, talk, address)
    assert isinstance(document, Document)
    assert document.body == b"ok"
    assert network.connects == [address]


# ------------------------------------------------------------------ what the user allowed


@pytest.mark.parametrize(
    ("allow", "url", "refused"),
    [
        ("10.0.0.0/8", "http://10.9.9.9/", None),
        ("10.0.0.0/8", "http://named.example/", None),
        ("10.0.0.0/8", "http://192.168.1.1/", "192.168.1.1"),
        ("10.9.9.9", "http://10.9.9.8/", "10.9.9.8"),
        ("10.0.0.0/8", "http://[::ffff:10.9.9.9]/", "::ffff:a09:909"),
        ("named.example", "http://named.example/", None),
        ("named.example", "http://NAMED.example./", None),
        ("named.example", "http://10.9.9.9/", "10.9.9.9"),
        ("named.example", "http://sub.named.example/", "sub.named.example"),
        ("named.example", "http://named.example.evil.example/", "named.example.evil.example"),
        ("10.0.0.0/8", "http://mixed.example/", "mixed.example"),
    ],
)
def test_only_what_is_named_gets_through(
    allow: str, url: str, refused: str | None, network: Network, visit: Story
) -> None:
    private = "10.9.9.9"
    for name in ("named.example", "sub.named.example", "named.example.evil.example"):
        network.names[name] = [[private]]
    network.names["mixed.example"] = [[private, "192.168.1.1"]]
    result = visit(url, OK, private, allow)
    if refused is None:
        assert isinstance(result, Document)
        assert network.connects == [private]
    else:
        assert isinstance(result, FetchError)
        assert result.permanent
        assert str(result).startswith(refused)
        assert network.connects == []


@pytest.mark.parametrize("start", ["http://public.example/", "http://10.9.9.9/"])
def test_no_host_leads_to_a_private_one_that_is_not_named(
    start: str, network: Network, visit: Story
) -> None:
    error = visit(start, redirecting("http://10.9.9.8/"), "10.9.9.9", "10.9.9.9")
    assert isinstance(error, FetchError)
    assert "10.9.9.8 is a private address" in str(error)
    assert len(network.connects) == 1


def test_a_public_host_may_lead_to_a_private_one_that_is_named(
    network: Network, visit: Story
) -> None:
    talk = redirecting("http://10.9.9.9/again")
    assert isinstance(visit("http://public.example/", talk, "10.9.9.9", "10.9.9.9"), Document)
    assert network.connects == [INTERNET, "10.9.9.9"]


# ------------------------------------------------------------------ the environment


def test_proxies_of_the_environment_are_not_used(
    network: Network, visit: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    assert isinstance(visit("http://public.example/"), Document)
    assert network.connects == [INTERNET]
