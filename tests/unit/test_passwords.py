"""Passwords, and how long wrong ones make one wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import is_hash
from monitor.errors import ConfigError
from monitor.web import passwords, throttle
from monitor.web.passwords import Passwords, hash_password
from monitor.web.throttle import FREE, SENDERS, WINDOW, Throttle, sender_of

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
EDITOR, VIEWER = QUICK.hash("the editor's"), QUICK.hash("the viewer's")


def test_a_hash_is_known_as_one() -> None:
    made = hash_password("the editor's")
    assert is_hash(made) and "m=65536,t=3" in made
    assert made != hash_password("the editor's")
    for other in (
        "",
        "the editor's",
        made[:-60],
        f"{made} ",
        made.replace("2id", "2i"),
        f"x{made}",
    ):
        assert not is_hash(other)


def test_the_password_decides_the_role() -> None:
    both = Passwords(EDITOR, VIEWER)
    assert both.role_of("the editor's") == "editor"
    assert both.role_of("the viewer's") == "viewer"
    for wrong in ("", "the editor's ", EDITOR, "\ud800", "x" * 10_000):
        assert both.role_of(wrong) is None
    assert Passwords(EDITOR, EDITOR).role_of("the editor's") == "editor"


def test_plain_passwords() -> None:
    plain = Passwords("the editor's", VIEWER)
    assert plain.role_of("the editor's") == "editor"
    assert plain.role_of("the viewer's") == "viewer"


@pytest.mark.parametrize("viewer", ["", VIEWER], ids=["no viewer", "a viewer"])
@pytest.mark.parametrize("password", ["the editor's", "the viewer's", "wrong", ""])
def test_every_answer_takes_the_same_work(
    monkeypatch: pytest.MonkeyPatch, viewer: str, password: str
) -> None:
    checked: list[str] = []
    real = passwords._verify
    known = Passwords(EDITOR, viewer)

    def verify(of: str, password: bytes) -> bool:
        checked.append(of.rpartition("$")[0].rpartition("$")[0])
        return real(of, password)

    monkeypatch.setattr(passwords, "_verify", verify)
    known.role_of(password)
    assert checked == ["$argon2id$v=19$m=8,t=1,p=1"] * 2


def test_a_hash_that_cannot_be_computed() -> None:
    for impossible in (EDITOR.replace("m=8", "m=1"), EDITOR.replace("t=1", "t=0")):
        with pytest.raises(ConfigError, match="make another with `monitor web hash`"):
            Passwords(impossible)
        with pytest.raises(ConfigError):
            Passwords(EDITOR, impossible)


def test_a_seal_fits_one_token_one_password_and_one_role() -> None:
    known = Passwords(EDITOR, VIEWER)
    seal = known.seal("editor", "token")
    assert seal == Passwords(EDITOR).seal("editor", "token")
    assert seal != known.seal("viewer", "token")
    assert seal != known.seal("editor", "other")
    assert seal != Passwords(VIEWER).seal("editor", "token")
    assert known.seal("viewer", "token") != Passwords(EDITOR).seal("viewer", "token")
    assert Passwords("in plain text").seal("editor", "t") == Passwords("in plain text").seal(
        "editor", "t"
    )


# ---------------------------------------------------------------- throttle


def seconds(gap: float) -> timedelta:
    return timedelta(seconds=gap)


def test_five_attempts_are_free() -> None:
    waits = Throttle()
    assert [waits.attempt("a", NOW) for _ in range(7)] == [seconds(0)] * 5 + [seconds(15)] * 2
    assert waits.attempt("b", NOW) == seconds(0)
    assert waits.attempt("a", NOW + seconds(14.5)) == seconds(0.5)
    assert waits.attempt("a", NOW + seconds(15)) == seconds(0)
    assert waits.attempt("a", NOW + seconds(15)) == seconds(30)
    assert waits.attempt("a", NOW + seconds(15) + WINDOW) == seconds(0)
    assert waits.attempt("a", NOW + seconds(15) + WINDOW) == seconds(0)


def test_what_was_no_failure_is_taken_back() -> None:
    waits = Throttle()
    for _ in range(30):
        assert waits.attempt("a", NOW) == seconds(0)
        waits.take_back("a")
    for _ in range(FREE):
        waits.attempt("a", NOW)
    waits.forget("a")
    assert waits.attempt("a", NOW) == seconds(0)
    waits.take_back("nobody")
    waits.forget("nobody")


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "SENDERS", 100)
    assert SENDERS > 100
    waits = Throttle()
    for number in range(500):
        waits.attempt(str(number), NOW)
        waits.attempt("a", NOW)
    assert len(waits._senders) == 100
    assert waits.attempt("499", NOW) == seconds(0)


@given(st.lists(st.floats(-1e7, 1e7), max_size=60))
def test_nobody_waits_longer_than_a_quarter_of_an_hour(gaps: list[float]) -> None:
    """Whatever the clock does; and who waits as told may try."""
    waits, now = Throttle(), NOW
    for gap in gaps:
        now += seconds(gap)
        wait = waits.attempt("a", now)
        assert seconds(0) <= wait <= WINDOW
        if wait:
            now += wait
            assert waits.attempt("a", now) == seconds(0)


@pytest.mark.parametrize(
    ("host", "sender"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_who_counts_as_one(host: str, sender: str) -> None:
    assert sender_of(host) == sender
