"""``monitor web``: who may see the page."""

from __future__ import annotations

import sys

import typer

from monitor.cli import context, output
from monitor.errors import ConfigError

app = typer.Typer(name="web", help="The page's passwords and logins.")


@app.command("hash")
def hash_() -> None:
    """Make of a password what [web] password takes; it is asked for, or read from stdin.

    From the hash nobody gets back to the password.
    """
    from monitor.config import MIN_PASSWORD
    from monitor.web.passwords import hash_password

    password = _given()
    if len(password) < MIN_PASSWORD:
        raise ConfigError(f"too short: a password has {MIN_PASSWORD} characters or more")
    typer.echo(hash_password(password))


@app.command()
def logout(ctx: typer.Context) -> None:
    """End all logins; a running page knows within a minute.

    Everybody has to give the password again.  To shut somebody out, change the password.
    """
    from monitor import app as composition
    from monitor.edge.store import logins

    with context.store(ctx) as store:
        count = store.write(logins.leave_all, composition.utc_now())
    output.say(f"logged out: {output.plural(count, 'browser')}")


def _given() -> str:
    """A configuration's file loses what surrounds a password, so here it goes as well."""
    if sys.stdin.isatty():
        asked = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return str(asked).strip()
    try:
        lines = sys.stdin.read().strip().splitlines()
    except UnicodeDecodeError:
        raise ConfigError("stdin: is not UTF-8 text") from None
    if len(lines) > 1:
        raise ConfigError("stdin: has several lines: a password has one")
    return "".join(lines)
