"""``monitor web``, and what the other commands say of the page's passwords."""

from __future__ import annotations

import tomllib

import pytest

from monitor.config import is_hash
from monitor.web.passwords import Passwords
from tests.integration.cli.conftest import Monitor

LOGIN = "INSERT INTO login (token, role, password, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"


def test_a_hash_is_made_of_stdin(fresh: Monitor) -> None:
    made = fresh("web", "hash", input="correct horse\n").stdout
    assert made.count("\n") == 1 and is_hash(made.strip()) and "horse" not in made
    assert Passwords(made.strip()).role_of("correct horse") == "editor"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "too short: a password has 8 characters or more"),
        ("s3cr3t", "too short"),
        ("s3cr3t-one\ns3cr3t-two\n", "stdin: has several lines"),
        (b"\xff\xfes3cr3t-one", "stdin: is not UTF-8 text"),
    ],
)
def test_what_no_hash_is_made_of(fresh: Monitor, given: str | bytes, said: str) -> None:
    result = fresh("web", "hash", input=given, code=2)
    assert said in result.stderr and "s3cr3t" not in result.output


def test_all_are_logged_out(fresh: Monitor) -> None:
    fresh("db", "upgrade")
    assert fresh("web", "logout").stdout == "logged out: 0 browsers\n"
    for token, until in (("a", "2999-01-01"), ("b", "2999-01-01"), ("c", "2001-01-01")):
        fresh.sql(LOGIN, token, "editor", "", "2001-01-01 00:00:00", f"{until} 00:00:00")
    assert fresh("web", "logout").stdout == "logged out: 2 browsers\n"
    assert fresh("web", "logout").stdout == "logged out: 0 browsers\n"


def test_passwords_are_not_shown(fresh: Monitor) -> None:
    made = fresh("web", "hash", input="correct horse").stdout.strip()
    fresh.rewrite('listen = ""', f'listen = ""\npassword = "{made}"\nviewer_password = "${{V}}"')
    shown = fresh("config", "show").stdout
    assert made not in shown
    web = tomllib.loads(shown)["web"]
    assert (web["password"], web["viewer_password"]) == ("***", "${V}")
    assert "[web] viewer_password: the environment variable V is not set" in fresh.error(
        "config", "check", code=2
    )
    env = {"V": "s3cr3t"}
    result = fresh("config", "check", env=env, code=2)
    assert "is too short" in result.stderr and "s3cr3t" not in result.output
    assert "fine" in fresh("config", "check", env={"V": "s3cr3t-word"}).stdout
    env = {"MONITOR__WEB__PASSWORD": "s3cr3t-word", **env}
    result = fresh("config", "show", env=env, code=2)
    assert "environment variable MONITOR__WEB__PASSWORD: what is there" in result.stderr
    assert "s3cr3t" not in result.output
