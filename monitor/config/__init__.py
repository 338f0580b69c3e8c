"""The configuration: a TOML file and ``MONITOR__SECTION__KEY`` variables -> one frozen ``Config``.

Whatever is wrong with it becomes one ``ConfigError`` that names the file, the key and the remedy.
Secrets (``${VAR}``, ``password_file``) are read only when a channel or the fetcher is built:
commands that send or fetch nothing need none.
"""

from monitor.config.loading import DEFAULT_FILE, load
from monitor.config.schema import (
    Channel,
    Config,
    EmailChannel,
    FileChannel,
    SlackChannel,
)
from monitor.config.secrets import proxy_of, with_secrets
from monitor.config.values import Duration

__all__ = [
    "DEFAULT_FILE",
    "Channel",
    "Config",
    "Duration",
    "EmailChannel",
    "FileChannel",
    "SlackChannel",
    "load",
    "proxy_of",
    "with_secrets",
]
