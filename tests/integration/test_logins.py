"""Logins as rows, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from models import Login
from monitor.edge.store import logins
from monitor.edge.store.logins import LoginRow
from monitor.edge.store.store import Store

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def login(token: str, *, until: datetime = NOW + DAY) -> LoginRow:
    return LoginRow(token, "viewer", "seal", until)


def count(store: Store) -> int:
    return store.read(lambda session: session.scalar(select(func.count(Login.id))) or 0)


def test_in_and_out(store: Store) -> None:
    store.write(logins.enter, login("a"), NOW)
    store.write(logins.enter, login("b"), NOW)
    assert store.read(logins.find, "a", NOW) == login("a")
    assert store.read(logins.find, "c", NOW) is None
    store.write(logins.leave, "a")
    store.write(logins.leave, "c")
    assert store.read(logins.find, "a", NOW) is None
    assert store.read(logins.find, "b", NOW) == login("b")


def test_what_has_expired_is_not_found_and_goes_at_the_next_login(store: Store) -> None:
    store.write(logins.enter, login("a"), NOW)
    assert store.read(logins.find, "a", NOW + DAY) is None
    assert count(store) == 1
    store.write(logins.enter, login("b", until=NOW + 2 * DAY), NOW + DAY)
    assert count(store) == 1


def test_a_new_login_takes_the_place_of_the_old(store: Store) -> None:
    store.write(logins.enter, login("a"), NOW)
    store.write(logins.enter, login("b"), NOW, replacing="a")
    assert store.read(logins.find, "a", NOW) is None
    assert count(store) == 1


def test_renewing_brings_nothing_back(store: Store) -> None:
    store.write(logins.enter, login("a"), NOW)
    store.write(logins.renew, "a", NOW + 2 * DAY)
    assert store.read(logins.find, "a", NOW + DAY) == login("a", until=NOW + 2 * DAY)
    store.write(logins.renew, "b", NOW + 2 * DAY)
    assert store.read(logins.find, "b", NOW) is None


def test_all_are_ended(store: Store) -> None:
    store.write(logins.enter, login("a", until=NOW + DAY), NOW)
    store.write(logins.enter, login("b", until=NOW + 3 * DAY), NOW)
    assert store.write(logins.leave_all, NOW + 2 * DAY) == 1
    assert count(store) == 0
