"""From the file and the environment to a valid ``Config``."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitor.config.checks import check
from monitor.config.problems import in_words
from monitor.config.schema import DEFAULT_FILE, Config
from monitor.errors import ConfigError

__all__ = ["DEFAULT_FILE", "load"]

ENV_PREFIX = "MONITOR__"
SECTIONS = ("database", "fetch", "run", "web")
"""The fixed sections, whose scalars the environment may override."""


def load(path: Path, environ: Mapping[str, str] = os.environ, *, optional: bool = False) -> Config:
    """Read, override and validate.  Raises ConfigError with every problem found, a line each.

    ``optional``: where there is no such file, every key has its default.
    """
    data = {} if optional and not path.exists() else _read(path)
    overridden = _override(data, environ)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        lines = [in_words(path, overridden, one) for one in error.errors()]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None
    config._path = path.absolute()
    check(config)
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file: name one with --config FILE or MONITOR_CONFIG"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None


def _override(data: dict[str, Any], environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Put ``MONITOR__SECTION__KEY`` values into ``data``; returns each key's variable."""
    names: dict[tuple[str, ...], str] = {}
    for name in sorted(n for n in environ if n.startswith(ENV_PREFIX)):
        parts = tuple(name.removeprefix(ENV_PREFIX).lower().split("__"))
        if len(parts) != 2 or parts[0] not in SECTIONS:
            raise ConfigError(
                f"environment variable {name}: is not MONITOR__SECTION__KEY with a section of "
                f"{', '.join(SECTIONS)}"
            )
        section = data.setdefault(parts[0], {})
        if isinstance(section, dict):
            section[parts[1]] = environ[name]
            names[parts] = name
    return names
