"""Secrets, resolved when they are needed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from pydantic_core import PydanticCustomError

from monitor.config.channels import Channel, EmailChannel
from monitor.config.schema import Config
from monitor.config.values import NO_PROXY, VARIABLE, proxy


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
        try:
            changes["password"] = config.file(channel.password_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise config.error(
                f"[channels.{name}] password_file",
                f"{channel.password_file} cannot be read: create it, readable by the monitor only",
            ) from None
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


def _expand(config: Config, key: str, value: str, environ: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        if not environ.get(found[1]):
            raise config.error(key, f"the environment variable {found[1]} is not set: set it")
        return environ[found[1]]

    return VARIABLE.sub(one, value)
