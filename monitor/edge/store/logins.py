"""Browsers that have given a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models import Login
from monitor.types import Role


@dataclass(frozen=True, slots=True)
class LoginRow:
    token: str
    """The SHA-256 of the browser's token, in hexadecimal digits."""
    role: Role
    password: str
    """What only this token and the password that let it in give together."""
    expires_at: datetime


def enter(session: Session, login: LoginRow, now: datetime, *, replacing: str = "") -> None:
    """Remember a browser; forget what it was before (``replacing``) and all that has expired."""
    session.execute(delete(Login).where((Login.expires_at <= now) | (Login.token == replacing)))
    session.add(
        Login(
            token=login.token,
            role=login.role,
            password=login.password,
            created_at=now,
            expires_at=login.expires_at,
        )
    )


def find(session: Session, token: str, now: datetime) -> LoginRow | None:
    """None: not known, or expired."""
    row = session.execute(
        select(Login.token, Login.role, Login.password, Login.expires_at).where(
            Login.token == token, Login.expires_at > now
        )
    ).one_or_none()
    if row is None:
        return None
    return LoginRow(row.token, cast(Role, row.role), row.password, row.expires_at)


def renew(session: Session, token: str, expires_at: datetime) -> None:
    """One that has been forgotten meanwhile stays so."""
    session.execute(update(Login).where(Login.token == token).values(expires_at=expires_at))


def leave(session: Session, token: str) -> None:
    session.execute(delete(Login).where(Login.token == token))


def leave_all(session: Session, now: datetime) -> int:
    """How many were logged in."""
    valid = select(func.count()).select_from(Login).where(Login.expires_at > now)
    count = session.scalar(valid) or 0
    session.execute(delete(Login))
    return count
