"""What a value may be: durations, dates, addresses; each says in words what is wrong with it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = (
        re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*", value)
        if isinstance(value, str)
        else None
    )
    if not found:
        raise PydanticCustomError(
            "duration", 'is not a duration: write "30s", "15m", "1h" or "30d"'
        )
    return timedelta(seconds=float(found[1]) * UNITS[found[2]])


def _listen(value: str) -> str:
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([\w.-]+)):(\d{1,5})", value)
    if value and not found:
        raise PydanticCustomError(
            "listen", 'is not HOST:PORT: write "127.0.0.1:8765", or "" for no page'
        )
    if found and int(found[3]) > 65535:
        raise PydanticCustomError("listen", "is not HOST:PORT: a port is at most 65535")
    return value


def is_loopback(listen: str) -> bool:
    """Whether only this machine reaches what listens at HOST:PORT."""
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_hash(password: str) -> bool:
    """Whether it is what ``monitor web hash`` makes of one."""
    return HASH.fullmatch(password) is not None


def _password(value: str) -> str:
    if value and not VARIABLE.fullmatch(value) and not is_hash(value):
        raise PydanticCustomError(
            "password",
            'is neither a variable nor a hash: write "${{VAR}}" or what `monitor web hash` makes, '
            "or name a file that holds the password",
        )
    return value


def _since(value: object) -> object:
    """A bare date or a local time of the file means UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("since", 'is not a date: write "2026-01-31"') from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else value


def _public_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?(/[\w./-]*)?", value):
        raise PydanticCustomError(
            "public_url", 'is no http(s) address: write "https://monitor.example.org"'
        )
    return value.rstrip("/")


def _desk_url(value: str) -> str:
    found = re.fullmatch(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?/?", value)
    if value and (not found or int(found[1] or 80) > 65535):
        raise PydanticCustomError(
            "url", 'is no http(s) address without a path: write "https://desk.example.org"'
        )
    return value.rstrip("/").lower()


def _http_url(value: str) -> str:
    if (
        value
        and not VARIABLE.search(value)
        and not re.fullmatch(r"(?i:https?)://[^\s/?#]\S*", value)
    ):
        raise PydanticCustomError("http_url", 'is no http(s) address: write "https://…"')
    return value


def _shown(secret: str) -> str:
    """What is shown of a secret: the name of its variable at most."""
    return secret if not secret or VARIABLE.fullmatch(secret) else HIDDEN


def _text(pattern: str, problem: str) -> AfterValidator:
    def check(value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            raise PydanticCustomError("text", problem)
        return value

    return AfterValidator(check)


def proxy(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.hostname and parts.port != 0 and not parts.path.strip("/")
    except ValueError:
        whole = False
    if value and not VARIABLE.search(value) and not (whole and parts.scheme in ("http", "https")):
        raise PydanticCustomError("proxy", NO_PROXY)
    return value


NO_PROXY = (
    'is no proxy: write "http://HOST:PORT" or "http://USER:PASSWORD@HOST:PORT" '
    "(special characters of the password percent-encoded)"
)

VARIABLE = re.compile(r"\$\{(\w+)\}")
HASH = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
MIN_PASSWORD = 8
"""Characters."""
HIDDEN = "***"

Duration = Annotated[timedelta, BeforeValidator(_duration)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
DeskUrl = Annotated[str, AfterValidator(_desk_url)]
Listen = Annotated[str, AfterValidator(_listen)]
UserAgent = Annotated[str, _text("[ -~]+", "is not plain text: write it in ASCII")]
Contact = Annotated[
    str,
    _text(
        "(https?://|mailto:)[!-'*-~]+",
        'is no address to reach you at: write "https://…" or "mailto:…"',
    ),
]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Secret = Annotated[str, Field(repr=False), PlainSerializer(_shown)]
"""Never shown: messages repeat no value of a field that ``repr`` leaves out."""
Password = Annotated[Secret, AfterValidator(_password)]
SecretUrl = Annotated[Secret, AfterValidator(_http_url)]
Proxy = Annotated[str, AfterValidator(proxy)]
Since = Annotated[AwareDatetime, BeforeValidator(_since)]
