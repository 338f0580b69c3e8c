"""Passwords as argon2id hashes (RFC 9106), and the role that each gives."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import Argon2Error, VerifyMismatchError

from monitor.config import is_hash
from monitor.errors import ConfigError
from monitor.types import Role


class Passwords:
    """Those of the configuration."""

    def __init__(self, editor: str, viewer: str = "") -> None:
        """Each is a hash or plain text; ``viewer`` may be empty: then nobody is one.

        Takes 0.2 to 0.4 s and 64 MiB.  Raises ConfigError for a hash that argon2 cannot compute.
        """
        try:
            self._editor = _hashed(editor)
            self._viewer = _hashed(viewer) if viewer else _of_nobody(self._editor)
        except (Argon2Error, ValueError):
            raise ConfigError(
                "is a hash that cannot be computed: make another with `monitor web hash`"
            ) from None
        self._secrets: dict[Role, bytes] = {
            "editor": _bytes(editor),
            "viewer": _bytes(viewer) if viewer else secrets.token_bytes(32),
        }

    def role_of(self, password: str) -> Role | None:
        """Whose password it is; 0.2 s and 64 MiB.  As much is computed whatever the answer."""
        given = _bytes(password)
        of_editor, of_viewer = _verify(self._editor, given), _verify(self._viewer, given)
        if of_editor:
            return "editor"
        return "viewer" if of_viewer else None

    def seal(self, role: Role, token: str) -> str:
        """What a login keeps of the password that let it in: another password gives another seal.

        The key is the token, which only the browser has: whoever reads the database cannot try
        passwords against it.
        """
        message = role.encode() + b"\0" + self._secrets[role]
        return hmac.new(token.encode(), message, hashlib.sha256).hexdigest()


def hash_password(password: str) -> str:
    """``$argon2id$…`` with the parameters that RFC 9106 recommends second (64 MiB, 3 passes)."""
    return PasswordHasher().hash(_bytes(password))


def _hashed(password: str) -> str:
    known = password if is_hash(password) else hash_password(password)
    _verify(known, b"")  # its parameters may be impossible
    return known


def _of_nobody(like: str) -> str:
    """A hash of nothing one could guess: without a viewer it takes the same work to refuse."""
    return PasswordHasher.from_parameters(extract_parameters(like)).hash(secrets.token_bytes(32))


def _verify(known: str, given: bytes) -> bool:
    try:
        return PasswordHasher().verify(known, given)
    except VerifyMismatchError:
        return False


def _bytes(password: str) -> bytes:
    """Composed (NFC), as RFC 8265 has it: keyboards differ in how they write one letter."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")
