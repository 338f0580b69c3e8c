"""Who comes in, what they may do, and what those who may not can try."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from models import Login
from monitor import daemon
from monitor.config import load
from monitor.edge.store import logins
from monitor.edge.store.store import Store
from monitor.errors import StoreError
from monitor.web import Access, create_app
from monitor.web.checks import WAITING
from monitor.web.doors import Doorkeeper, Doors
from monitor.web.passwords import Passwords

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
LISTEN = "0.0.0.0:8765"
HTTP = "http://127.0.0.1:8765"
HTTPS = "https://desk.example.org"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
EDITOR, VIEWER = "the editor's", "the viewer's"
EDITOR_HASH, VIEWER_HASH = QUICK.hash(EDITOR), QUICK.hash(VIEWER)


def passwords(editor: str = EDITOR_HASH, viewer: str = VIEWER_HASH) -> Passwords:
    return Passwords(editor, viewer)


class Desk:
    """The page as one browser at one address sees it; it keeps its cookies."""

    def __init__(
        self, store: Any, given: Passwords | None = None, *, url: str = "", at: str = "192.0.2.1"
    ) -> None:
        self.now = NOW
        self.at = at
        self.base = url or HTTP
        self.cookies = httpx.Cookies()
        parts: Any = SimpleNamespace(store=store, clock=lambda: self.now)
        self.app: Any = create_app(parts, listen=LISTEN, access=Access(given or passwords(), url))

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.all_at_once([(method, path, more)])[0]

    def all_at_once(self, asked: list[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(
                self.app, raise_app_exceptions=False, client=(self.at, 1234)
            )
            async with httpx.AsyncClient(
                transport=transport, base_url=self.base, cookies=self.cookies
            ) as client:
                answers = await asyncio.gather(
                    *(client.request(method, path, **more) for method, path, more in asked)
                )
                self.cookies = client.cookies
                return answers

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        more.setdefault("headers", {}).setdefault("Origin", self.base)
        return self.request("POST", path, **more)

    def log_in(self, password: str = EDITOR, **more: str) -> httpx.Response:
        return self.post("/login", data={"password": password, **more})

    def basic(self, password: str, path: str = "/api/nothing", name: str = "") -> httpx.Response:
        given = base64.b64encode(f"{name}:{password}".encode()).decode()
        return self.get(path, headers={"Authorization": f"Basic {given}"})


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def rows(store: Store) -> list[Login]:
    def read(session: Session) -> list[Login]:
        found = list(session.scalars(select(Login)))
        session.expunge_all()
        return found

    return store.read(read)


def is_in(desk: Desk) -> bool:
    """Whether pages are shown rather than the login."""
    return desk.get("/").status_code == 200


# -------------------------------------------------------------- in and out


def test_without_a_login_there_is_only_the_way_to_it(desk: Desk) -> None:
    for path in ("/", "/matches", "/nowhere", "/logout", "/login/", "/websub", "/healthz/x"):
        response = desk.get(path)
        assert response.status_code == 303, path
        assert urlsplit(response.headers["Location"]).path == "/login"
    for path in ("/login", "/healthz", "/static/style.css"):
        assert desk.get(path).status_code == 200, path
    assert desk.get("/websub/nothing").status_code == 404
    assert desk.post("/matches/1/label", data={"verdict": "none"}).status_code == 303


def test_the_login_remembers_where_one_wanted_to_go(desk: Desk) -> None:
    def wanted(response: httpx.Response) -> list[str]:
        return parse_qs(urlsplit(response.headers["Location"]).query).get("next", [])

    assert wanted(desk.get("/")) == []
    assert wanted(desk.get("/matches?topic=a%20b&page=2")) == ["/matches?topic=a%20b&page=2"]
    assert wanted(desk.get("/topics/d%C3%A4mme")) == ["/topics/d%C3%A4mme"]
    assert wanted(desk.get("/" + "x" * 3000)) == []
    sent = desk.post("/matches/1/label", headers={"Referer": f"{HTTP}/matches/1?a=b"})
    assert wanted(sent) == ["/matches/1?a=b"]
    part = desk.get("/x", headers={"HX-Request": "true", "Referer": f"{HTTP}/review"})
    assert part.status_code == 401
    assert part.headers["HX-Redirect"] == "/login?next=%2Freview"


def test_the_password_lets_in_and_the_button_out(desk: Desk, store: Store) -> None:
    response = desk.log_in(next="/matches?page=2")
    assert (response.status_code, response.headers["Location"]) == (303, "/matches?page=2")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("monitor=")
    for flag in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "Secure" not in cookie and "Domain" not in cookie
    assert is_in(desk)
    [row] = rows(store)
    assert row.role == "editor"
    assert desk.cookies["monitor"] not in (row.token, row.password)
    response = desk.post("/logout")
    assert (response.status_code, response.headers["Location"]) == (303, "/login")
    assert not is_in(desk) and rows(store) == []


def test_a_cookie_that_was_logged_out_is_worth_nothing(desk: Desk) -> None:
    desk.log_in()
    kept = desk.cookies["monitor"]
    assert is_in(desk)
    desk.post("/logout")
    desk.cookies.set("monitor", kept)
    assert not is_in(desk)


def test_over_https_the_cookie_stays_there(store: Store) -> None:
    desk = Desk(store, url=HTTPS)
    cookie = desk.log_in().headers["Set-Cookie"]
    assert cookie.startswith("__Host-monitor=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert is_in(desk)
    assert "Secure" in desk.post("/logout").headers["Set-Cookie"]


def test_a_wrong_password_is_told_at_its_field(desk: Desk, store: Store) -> None:
    for wrong in ("", "the editors", EDITOR + " ", EDITOR.upper()):
        response = desk.log_in(wrong, next="/matches")
        assert response.status_code in (403, 429)
        assert 'aria-describedby="problem"' in response.text and 'role="alert"' in response.text
        assert 'name="next" value="/matches"' in response.text
        assert "Set-Cookie" not in response.headers
    assert rows(store) == []


def test_the_form_can_be_filled_by_a_password_manager(desk: Desk) -> None:
    html = desk.get("/login").text
    assert '<label for="password">' in html and 'autocomplete="current-password"' in html
    assert 'role="alert"' not in html


def test_composed_and_decomposed_letters_are_one_password(store: Store) -> None:
    desk = Desk(store, passwords(editor="Zürich-1234"))
    assert desk.log_in("Zu\N{COMBINING DIAERESIS}rich-1234").status_code == 303


def test_a_database_that_is_down_is_said(store: Store) -> None:
    async def failing(*_: Any) -> Any:
        raise StoreError("database: locked")

    down = Desk(SimpleNamespace(look=failing, read=store.read))
    down.cookies.set("monitor", "x" * 43)
    assert down.get("/").status_code == 503


# ---------------------------------------------------------------- sessions


def test_a_login_outlives_the_process(desk: Desk, store: Store) -> None:
    desk.log_in()
    again = Desk(store)
    again.cookies = desk.cookies
    assert is_in(again)


@pytest.mark.parametrize("change", ["password", "viewer password", "viewer password is gone"])
def test_another_password_ends_the_logins_of_its_role(store: Store, change: str) -> None:
    desk = Desk(store)
    of_editor = change == "password"
    desk.log_in(EDITOR if of_editor else VIEWER)
    changed = passwords(
        editor=QUICK.hash("a new one") if of_editor else EDITOR_HASH,
        viewer="" if "gone" in change else VIEWER_HASH if of_editor else QUICK.hash("a new one"),
    )
    after = Desk(store, changed)
    after.cookies = desk.cookies
    assert not is_in(after)


def test_the_other_password_may_change(store: Store) -> None:
    desk = Desk(store)
    desk.log_in()
    after = Desk(store, passwords(viewer=QUICK.hash("a new one")))
    after.cookies = desk.cookies
    assert is_in(after)


def test_a_login_ends_thirty_days_after_its_last_use(desk: Desk, store: Store) -> None:
    desk.log_in()
    for _ in range(3):
        desk.now += timedelta(days=29)
        assert is_in(desk)
    desk.now += timedelta(days=30)
    assert not is_in(desk)
    desk.log_in()
    assert len(rows(store)) == 1  # the expired one is gone


def test_a_login_is_renewed_once_a_day(desk: Desk, store: Store) -> None:
    desk.log_in()
    for hours, end in ((20, NOW), (25, NOW + timedelta(hours=25))):
        desk.now = NOW + timedelta(hours=hours)
        assert is_in(desk)
        assert rows(store)[0].expires_at == end + timedelta(days=30)


def test_pages_cost_no_transaction_more(store: Store) -> None:
    asked: list[str] = []

    class Counting:
        def __init__(self) -> None:
            self.read, self.write = store.read, store.write

        async def look(self, function: Callable[..., Any], *args: Any) -> Any:
            asked.append(function.__name__)
            return await store.look(function, *args)

        async def __call__(self, function: Callable[..., Any], *args: Any, **more: Any) -> Any:
            return await store(function, *args, **more)

    desk = Desk(Counting())
    desk.log_in()
    for seconds, lookups in ((0, 1), (59, 1), (60, 2), (-3600, 3)):
        desk.now = NOW + timedelta(seconds=seconds)
        assert is_in(desk)
        assert asked.count("find") == lookups


def test_all_logins_are_ended_within_a_minute(desk: Desk, store: Store) -> None:
    desk.log_in()
    assert is_in(desk)
    assert store.write(logins.leave_all, desk.now) == 1
    desk.now += timedelta(minutes=1)
    assert not is_in(desk)


def test_forged_cookies(desk: Desk, store: Store) -> None:
    desk.log_in()
    [row] = rows(store)
    forger = Desk(store)
    for value in (
        "x",
        "x" * 43,
        "x" * 42 + "\\",
        "é" * 43,
        row.token,
        row.token[:43],
        row.password,
    ):
        headers = {"Cookie": f"monitor={value}".encode()}
        assert forger.get("/", headers=headers).status_code == 303


def test_a_row_of_another_role_does_not_raise_it(desk: Desk, store: Store) -> None:
    desk.log_in(VIEWER)

    def raise_role(session: Session) -> None:
        session.scalars(select(Login)).one().role = "editor"

    store.write(raise_role)
    assert not is_in(desk)


def test_a_cookie_that_somebody_planted_is_replaced(desk: Desk, store: Store) -> None:
    planted = "p" * 43
    desk.cookies.set("monitor", planted, domain="127.0.0.1")
    desk.log_in()
    assert desk.cookies.get("monitor", domain="127.0.0.1", default="") != planted
    spy = Desk(store)
    spy.cookies.set("monitor", planted)
    assert not is_in(spy)


def test_logging_in_again_ends_the_login_before(desk: Desk, store: Store) -> None:
    desk.log_in(VIEWER)
    before = desk.cookies["monitor"]
    assert is_in(desk)
    desk.log_in(EDITOR)
    assert [row.role for row in rows(store)] == ["editor"]
    desk.cookies.clear()
    desk.cookies.set("monitor", before)
    assert not is_in(desk)


# ------------------------------------------------------------------- roles


def test_a_viewer_sees_and_does_not_change(desk: Desk) -> None:
    desk.log_in(VIEWER)
    assert is_in(desk) and desk.request("HEAD", "/").status_code == 200
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"):
        for path in ("/matches/1/label", "/", "/nowhere", "/logout/", "/api/matches/1"):
            response = desk.request(method, path, headers={"Origin": HTTP})
            assert response.status_code == 403, (method, path)
            assert "You are logged in to read" in response.text
    assert desk.post("/logout").status_code == 303


def test_an_editors_change_reaches_its_handler(desk: Desk) -> None:
    desk.log_in(EDITOR)
    response = desk.post("/matches/1/label", data={"verdict": "none"})
    assert "logged in to read" not in response.text and response.status_code in (403, 404)


@pytest.mark.parametrize("locked", [False, True])
def test_handlers_know_the_role(store: Store, locked: bool) -> None:
    seen: list[Any] = []

    async def handler(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["state"]["role"])
        await PlainTextResponse("")(scope, receive, send)

    async def failed(request: Request, error: Exception) -> Response:
        raise error

    desk = Desk(store)
    desk.log_in(VIEWER)
    parts: Any = SimpleNamespace(store=store, clock=lambda: NOW)
    desk.app = Doorkeeper(handler, Doors(parts, passwords(), "") if locked else None, failed)
    for path in ("/healthz", "/matches"):
        assert desk.get(path).status_code == 200
    assert seen == ([None, "viewer"] if locked else ["editor", "editor"])


# ------------------------------------------------------------- hard guesses


def test_guesses_wait_longer_and_longer(desk: Desk) -> None:
    for _ in range(5):
        assert desk.log_in("wrong").status_code == 403
    for wait in (15, 30, 60, 120, 240, 480, 900, 900):
        refused = desk.log_in(EDITOR)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) == wait
        assert "try again in" in refused.text
        desk.now += timedelta(seconds=wait - 1)
        assert desk.log_in("wrong").status_code == 429
        desk.now += timedelta(seconds=1)
        status = desk.log_in("wrong").status_code
        assert status == 403
        if wait == 900:
            return


def test_the_owner_is_not_locked_out(desk: Desk, store: Store) -> None:
    owner = Desk(store)
    owner.log_in()
    for _ in range(6):
        desk.log_in("wrong")
    assert desk.log_in(EDITOR).status_code == 429
    assert is_in(owner)
    desk.at = "192.0.2.2"  # another address
    assert desk.log_in(EDITOR).status_code == 303
    desk.at = "192.0.2.1"
    desk.now += timedelta(minutes=15)
    assert desk.log_in(EDITOR).status_code == 303


def test_a_viewer_has_no_more_guesses_at_the_other_password(desk: Desk) -> None:
    guesses = 0
    for _ in range(20):
        guesses += desk.log_in("wrong").status_code == 403
        desk.log_in(VIEWER)
    assert guesses == 5


def test_many_guesses_at_once_are_counted(desk: Desk) -> None:
    form = {"headers": {"Origin": HTTP}}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/login", {"data": {"password": f"guess {at}"}, **form}) for at in range(40)
    ]
    statuses = [answer.status_code for answer in desk.all_at_once(asked)]
    assert sorted(statuses) == [403] * 5 + [429] * 35


def test_many_addresses_at_once_do_not_fill_the_memory(desk: Desk) -> None:
    refused, pair, lock = threading.Event(), threading.Barrier(2, timeout=10), threading.Lock()
    running = most = 0
    checks = passwords()

    class Slow(Passwords):
        def __init__(self) -> None:
            pass

        def role_of(self, password: str) -> Any:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            refused.wait(10)
            pair.wait()
            with lock:
                running -= 1
            return checks.role_of(password)

    desk = Desk(SimpleNamespace(), Slow())

    async def ask() -> list[int]:
        async def one(at: int) -> int:
            transport = httpx.ASGITransport(desk.app, client=(f"192.0.2.{at}", 1))
            async with httpx.AsyncClient(transport=transport, base_url=HTTP) as client:
                form = {"password": "wrong"}
                answer = await client.post("/login", data=form, headers={"Origin": HTTP})
                if answer.status_code == 429:
                    refused.set()
                return answer.status_code

        return await asyncio.gather(*(one(at) for at in range(WAITING + 1)))

    assert sorted(asyncio.run(ask())) == [403] * WAITING + [429]
    assert most == 2


# ------------------------------------------------------------------- Basic


@pytest.mark.parametrize("path", ["/api/nothing", "/atom/nothing"])
def test_programs_give_the_password_by_basic(desk: Desk, path: str) -> None:
    bare = desk.get(path)
    assert bare.status_code == 401
    assert bare.headers["WWW-Authenticate"] == 'Basic realm="monitor", charset="UTF-8"'
    assert desk.basic("wrong", path).status_code == 401
    for name in ("", "editor", "viewer", "someone"):
        assert desk.basic(EDITOR, path, name).status_code == 404  # through, to nothing
    assert desk.basic(VIEWER, path).status_code == 404


def test_basic_opens_nothing_else(desk: Desk) -> None:
    response = desk.basic(EDITOR, "/matches")
    assert response.status_code == 303 and "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic ", "Basic !!!", "Basic " + base64.b64encode(b"nocolon").decode(),
     "Basic " + base64.b64encode(b":\xff\xfe").decode(), "Bearer abc", "Basic =",
     "Basic " + "A" * 10000],
)  # fmt: skip
def test_broken_headers_are_no_passwords(desk: Desk, header: str) -> None:
    answer = desk.get("/api/nothing", headers={"Authorization": header})
    assert answer.status_code == 401


def test_the_right_header_is_checked_once_in_ten_minutes(store: Store) -> None:
    checked: list[str] = []

    class Counting(Passwords):
        def role_of(self, password: str) -> Any:
            checked.append(password)
            return super().role_of(password)

    desk = Desk(store, Counting(EDITOR_HASH, VIEWER_HASH))
    many = {
        "headers": {"Authorization": "Basic " + base64.b64encode(f":{EDITOR}".encode()).decode()}
    }
    answers = desk.all_at_once([("GET", "/api/nothing", many)] * 30)
    assert {answer.status_code for answer in answers} == {404}
    for seconds, times in ((0, 1), (599, 1), (600, 2), (-60, 3)):
        desk.now = NOW + timedelta(seconds=seconds)
        assert desk.basic(EDITOR).status_code == 404
        assert len(checked) == times


def test_guesses_by_basic_wait_too(desk: Desk) -> None:
    assert [desk.basic(f"guess {at}").status_code for at in range(6)] == [401] * 5 + [429]
    assert desk.basic(EDITOR).headers["Retry-After"] == "15"
    assert desk.log_in(EDITOR).status_code == 429


def test_a_viewers_program_changes_nothing(desk: Desk) -> None:
    for password, status in ((VIEWER, 403), (EDITOR, 404)):
        given = base64.b64encode(f":{password}".encode()).decode()
        kind = {"Authorization": f"Basic {given}", "Content-Type": "application/json"}
        response = desk.request("POST", "/api/nothing", content=b"{}", headers=kind)
        assert response.status_code == status


# ----------------------------------------------------------------- enemies


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example",
     "javascript:alert(1)", "matches", "/a\r\nSet-Cookie: monitor=x", "/a\u2028b", "", "/é"],
)  # fmt: skip
def test_the_login_sends_nobody_elsewhere(desk: Desk, elsewhere: str) -> None:
    response = desk.log_in(next=elsewhere)
    assert response.headers["Location"] == "/"
    assert len(response.headers.get_list("Set-Cookie")) == 1
    assert 'name="next" value="/"' in desk.get("/login", params={"next": elsewhere}).text


def test_next_is_no_markup(desk: Desk) -> None:
    html = desk.get("/login", params={"next": '/"><script>alert(1)</script>'}).text
    assert "<script" not in html


def test_bodies_of_a_login(desk: Desk) -> None:
    assert desk.log_in("x" * 10_000_000).status_code == 413
    assert desk.post("/login", content=b"\xff" * 100).status_code == 403
    kind = {"Content-Type": "multipart/form-data; boundary=b", "Origin": HTTP}
    upload = (
        b'--b\r\nContent-Disposition: form-data; name="password"; filename="x"\r\n\r\nx\r\n--b--'
    )
    assert desk.post("/login", content=upload, headers=dict(kind)).status_code == 400
    odd = kind | {"Content-Type": "multipart/form-data; charset=raw_unicode_escape; boundary=b"}
    surrogate = b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n\\ud800\r\n--b--'
    assert desk.post("/login", content=surrogate, headers=odd).status_code in (400, 403)


def test_a_login_comes_from_the_page_itself(desk: Desk) -> None:
    for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = desk.request("POST", "/login", data={"password": EDITOR}, headers=headers)
        assert response.status_code == 403 and "Set-Cookie" not in response.headers


def test_refusals_are_in_the_log_without_passwords(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    desk.log_in("wr0ng")
    desk.log_in(EDITOR)
    assert "a wrong password from 192.0.2.1" in caplog.text
    assert "192.0.2.1 has logged in as editor" in caplog.text
    assert "wr0ng" not in caplog.text and EDITOR not in caplog.text


def test_served_by_the_daemon_a_sender_cannot_make_itself_up(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[web]\nlisten = 'localhost:0'\npassword = '{EDITOR_HASH}'")
    parts: Any = SimpleNamespace(store=store, clock=lambda: NOW)
    with daemon.page(load(file, {}), parts) as address, httpx.Client(base_url=address) as client:
        statuses = [
            client.post(
                "/login",
                data={"password": f"guess {at}"},
                headers={"Origin": address, "X-Forwarded-For": f"192.0.2.{at}"},
            ).status_code
            for at in range(6)
        ]
        assert statuses == [403] * 5 + [429]
        assert client.get("/healthz").text == "ok"
