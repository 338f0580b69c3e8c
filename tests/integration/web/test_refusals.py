"""Names, addresses, failures and headers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from monitor.errors import StoreError
from monitor.web.origins import Names, came_from_here
from monitor.web.security import MAX_BODY, Guard

if TYPE_CHECKING:
    from tests.integration.web.conftest import Reader

LISTEN = "127.0.0.1:8765"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (LISTEN, 200),
        ("localhost:8765", 200),
        ("LOCALHOST:8765", 200),
        ("[::1]:8765", 200),
        ("localhost", 421),
        ("localhost:80", 421),
        ("evil.example:8765", 421),
        ("127.0.0.1.evil.example:8765", 421),
        ("", 421),
    ],
)
def test_only_its_own_names_are_answered(page: Reader, host: str, status: int) -> None:
    response = page.get("/", headers={"Host": host})
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_names_of_a_page() -> None:
    assert "monitor.lan:80" in Names.of("monitor.lan:80")
    assert "monitor.lan" in Names.of("Monitor.lan:80")
    assert "monitor.lan" not in Names.of("monitor.lan:8080")


@pytest.mark.parametrize(
    ("listen", "url", "host", "known"),
    [
        ("0.0.0.0:8765", "", "192.168.1.5:8765", True),
        ("0.0.0.0:8765", "", "[fe80::1]:8765", True),
        ("[::]:8765", "", "10.0.0.1:8765", True),
        ("[::]:8765", "", "[2001:db8::1]:8765", True),
        ("0.0.0.0:8765", "", "localhost:8765", True),
        ("0.0.0.0:80", "", "192.168.1.5", True),
        ("0.0.0.0:8765", "", "192.168.1.5", False),
        ("0.0.0.0:8765", "", "192.168.1.5:80", False),
        ("0.0.0.0:8765", "", "evil.example:8765", False),
        ("0.0.0.0:8765", "", "192.168.1.5.evil.example:8765", False),
        ("0.0.0.0:8765", "", "192.168.1.256:8765", False),
        ("0.0.0.0:8765", "", "3232235781:8765", False),
        ("0.0.0.0:8765", "", "[:8765", False),
        ("0.0.0.0:8765", "", "", False),
        ("192.168.1.5:8765", "", "192.168.1.5:8765", True),
        ("192.168.1.5:8765", "", "192.168.1.6:8765", False),
        ("127.0.0.1:8765", "", "192.168.1.5:8765", False),
        ("127.0.0.1:8765", "https://desk.example.org", "desk.example.org", True),
        ("127.0.0.1:8765", "https://desk.example.org", "desk.example.org:443", True),
        ("127.0.0.1:8765", "https://desk.example.org", "desk.example.org:8765", False),
        ("127.0.0.1:8765", "http://desk.lan:8080", "desk.lan:8080", True),
        ("127.0.0.1:8765", "http://desk.lan:8080", "desk.lan", False),
        ("127.0.0.1:8765", "http://[2001:db8::1]:8080", "[2001:db8::1]:8080", True),
    ],
)
def test_names_beyond_this_machine(listen: str, url: str, host: str, known: bool) -> None:
    assert (host in Names.of(listen, url)) == known


@pytest.mark.parametrize(
    ("host", "headers", "taken"),
    [
        ("desk.example.org", {"Origin": "https://desk.example.org"}, True),
        ("desk.example.org", {"Origin": "https://desk.example.org:443"}, True),
        ("desk.example.org", {"Referer": "https://desk.example.org/matches"}, True),
        ("desk.example.org", {"Sec-Fetch-Site": "same-origin"}, True),
        ("127.0.0.1:8765", {"Origin": "https://desk.example.org"}, True),  # the proxy's own Host
        ("127.0.0.1:8765", {"Origin": "http://127.0.0.1:8765"}, True),
        ("desk.example.org", {"Origin": "https://desk.example.org:8443"}, False),
        ("desk.example.org", {"Origin": "https://evil.example"}, False),
        ("desk.example.org", {"Origin": "https://desk.example.org.evil.example"}, False),
        ("desk.example.org", {"Origin": "https://evil@desk.example.org"}, False),
        ("desk.example.org", {"Origin": "null"}, False),
        ("desk.example.org", {"Origin": "https://127.0.0.1:8765"}, False),
        (
            "desk.example.org",
            {"Origin": "https://desk.example.org", "Sec-Fetch-Site": "same-site"},
            False,
        ),
        (
            "desk.example.org",
            {"Origin": "https://desk.example.org", "Referer": "https://evil.example/"},
            False,
        ),
        ("desk.example.org", {}, False),
    ],
)
def test_where_changes_come_from(host: str, headers: dict[str, str], taken: bool) -> None:
    given = Headers({"host": host, **headers})
    assert came_from_here(given, "https://desk.example.org") == taken


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/nothing", {"Content-Type": "application/json"}, 404),
        ("/api/nothing", {"Content-Type": "Application/JSON; charset=utf-8"}, 404),
        ("/api/nothing", {"Content-Type": "text/plain"}, 403),
        ("/api/nothing", {"Content-Type": "text/plain; application/json"}, 403),
        ("/api/nothing", {}, 403),
        ("/nothing", {"Content-Type": "application/json"}, 403),
        ("/apis", {"Content-Type": "application/json"}, 403),
        ("/api/nothing", {"Content-Type": "application/json", "Origin": "null"}, 403),
        ("/api/nothing", {"Content-Type": "application/json", "Sec-Fetch-Site": "none"}, 403),
        ("/api/nothing", {"Content-Type": "application/json", "Referer": "http://evil/"}, 403),
    ],
)
def test_programs_change_things_in_json(
    page: Reader, path: str, headers: dict[str, str], status: int
) -> None:
    assert page.post(path, content=b"{}", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/settings/dams/seeds", 2 * 2**20, 0),
        ("/settings/dams/seeds", 2 * 2**20 + 1, 413),
        ("/settings/dams/seeds/x", MAX_BODY + 1, 413),
        ("/seeds", MAX_BODY + 1, 413),
        ("/topics", 2 * 2**20, 0),
        ("/topics/dams", MAX_BODY + 1, 413),
        ("/matches/1/label", MAX_BODY, 0),
        ("/matches/1/label", MAX_BODY + 1, 413),
    ],
)
def test_uploads_may_be_larger(path: str, size: int, status: int) -> None:
    read = 0

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal read
        while (message := await receive())["body"]:
            read += len(message["body"])

    async def upload() -> None:
        pieces = [bytes(size - size // 2), bytes(size // 2), b""]
        headers = [(b"host", LISTEN.encode()), (b"sec-fetch-site", b"same-origin")]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}

        async def receive() -> Message:
            return {"type": "http.request", "body": pieces.pop(0)}

        async def send(message: Message) -> None:
            raise AssertionError(message)

        await Guard(handler, listen=LISTEN)(scope, receive, send)

    if status:
        with pytest.raises(HTTPException) as caught:
            asyncio.run(upload())
        assert caught.value.status_code == status
    else:
        asyncio.run(upload())
        assert read == size


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/events/7", 404),
        ("/events/x", 404),
        ("/matches/99999999999999999999", 404),
        ("/topics/none", 404),
        ("/topics/a%00b", 404),
        ("/static/nothing.css", 404),
        ("/static/../app.py", 404),
        ("/?topic=%00", 200),
        ("/?page=0", 400),
        ("/?page=10000", 400),
        ("/?page=x", 400),
        ("/matches?min_score=x", 400),
        ("/matches?min_score=nan", 400),
        ("/alerts?state=lost", 400),
    ],
)
def test_a_wrong_address_gets_a_kind_page(page: Reader, path: str, status: int) -> None:
    response = page.get(path)
    assert response.status_code == status
    assert "<h1>" in response.text and 'aria-label="Pages"' in response.text


def failing(error: Exception) -> Callable[..., Any]:
    def read(*args: Any, **kwargs: Any) -> Any:
        raise error

    return read


def test_failures_are_said_plainly_and_say_no_more_than_they_should(
    ask: Callable[[Any], Reader],
) -> None:
    down = ask(SimpleNamespace(read=failing(StoreError("database: locked"))))
    response = down.get("/")
    assert response.status_code == 503 and "database: locked" in response.text
    broken = ask(SimpleNamespace(read=failing(RuntimeError("secret detail"))))
    response = broken.get("/")
    assert response.status_code == 500 and "secret" not in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_every_response_carries_the_headers(page: Reader) -> None:
    for path in ("/", "/nowhere", "/healthz"):
        headers = page.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in headers["Permissions-Policy"]


def test_health(page: Reader) -> None:
    response = page.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert page.request("HEAD", "/").status_code == 200


def test_assets_are_kept_under_the_address_of_their_content(page: Reader) -> None:
    html = page.get("/").text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', html):
        response = page.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
    assert page.get("/static/style.css?v=old").headers["Cache-Control"] == "no-cache"
