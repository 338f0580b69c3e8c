"""Names, addresses, failures and headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from monitor.errors import StoreError
from monitor.web.security import allowed_hosts

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
    assert "monitor.lan:80" in allowed_hosts("monitor.lan:80")
    assert "monitor.lan" in allowed_hosts("Monitor.lan:80")
    assert "monitor.lan" not in allowed_hosts("monitor.lan:8080")


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
        ("/?page=1000", 400),
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
