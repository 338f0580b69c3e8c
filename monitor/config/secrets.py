"""Secrets, resolved when they are needed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic_core import PydanticCustomError

from monitor.config.channels import Channel, EmailChannel
from monitor.config.schema import Config
from monitor.config.values import MIN_PASSWORD, NO_PROXY, VARIABLE, is_hash, proxy


def with_secrets(config: Config, name: str, environ: Mapping[str, str] = os.environ) -> Channel:
    """The channel ``name`` with ``${VAR}`` and ``password_file`` resolved.

    Raises ConfigError naming the variable or file that is missing (never a value).
    """
    channel = config.channels[name]
    changes: dict[str, str] = {}
    for key, value in channel:
        if isinstance(value, str) and VARIABLE.search(value):
            changes[key] = _expand(config, f"[channels.{name}] {key}", value, environ)
    if isinstance(channel, EmailChannel) and channel.password_file:
        key = f"[channels.{name}] password_file"
        changes["password"] = _read(config, key, channel.password_file)
    return channel.model_copy(update=changes)


def proxy_of(config: Config, environ: Mapping[str, str] = os.environ) -> str:
    """The address of ``[fetch] proxy`` with ``${VAR}`` resolved; empty if there is none.

    Raises ConfigError, which names the variable that is missing (never a value).
    """
    try:
        return proxy(_expand(config, "[fetch] proxy", config.fetch.proxy, environ))
    except PydanticCustomError:
        raise config.error("[fetch] proxy", f"what is there {NO_PROXY}") from None


def heartbeat_of(config: Config, environ: Mapping[str, str] = os.environ) -> str:
    """The address of ``[run] heartbeat_url`` with ``${VAR}`` resolved; empty if there is none.

    Raises ConfigError naming the variable that is missing (never a value).
    """
    return _expand(config, "[run] heartbeat_url", config.run.heartbeat_url, environ)


@dataclass(frozen=True, slots=True)
class WebPasswords:
    """Each a hash (``values.is_hash``), plain text, or empty: there is none."""

    editor: str = field(default="", repr=False)
    viewer: str = field(default="", repr=False)


def web_passwords_of(config: Config, environ: Mapping[str, str] = os.environ) -> WebPasswords:
    """Those of ``[web]``, with ``${VAR}`` and files resolved.

    Raises ConfigError for a variable or file that is missing and for what is no password (the
    message never holds a value).
    """
    web = config.web
    editor = _password(config, "password", web.password, web.password_file, environ)
    viewer = _password(
        config, "viewer_password", web.viewer_password, web.viewer_password_file, environ
    )
    if viewer and viewer == editor:
        raise config.error("[web] viewer_password", "is the same as password: choose another")
    return WebPasswords(editor, viewer)


def _password(config: Config, key: str, given: str, file: str, environ: Mapping[str, str]) -> str:
    if not given and not file:
        return ""
    if file:
        key = f"{key}_file"
        secret = _read(config, f"[web] {key}", file)
    else:
        secret = _expand(config, f"[web] {key}", given, environ)
    if secret.startswith("$argon2") and not is_hash(secret):
        raise config.error(
            f"[web] {key}", "begins like a hash and is none: make it with `monitor web hash`"
        )
    if len(secret) < MIN_PASSWORD:
        raise config.error(
            f"[web] {key}", f"is too short: a password has {MIN_PASSWORD} characters or more"
        )
    return secret


def _read(config: Config, key: str, file: str) -> str:
    try:
        return config.file(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise config.error(
            key, f"{file} cannot be read: create it, readable by the monitor only"
        ) from None


def _expand(config: Config, key: str, value: str, environ: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        if not environ.get(found[1]):
            raise config.error(key, f"the environment variable {found[1]} is not set: set it")
        return environ[found[1]]

    return VARIABLE.sub(one, value)
