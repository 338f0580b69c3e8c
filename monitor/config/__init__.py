"""The configuration: a TOML file and ``MONITOR__SECTION__KEY`` variables -> one frozen ``Config``.

Whatever is wrong with it becomes one ``ConfigError`` that names the file, the key and the remedy.
Secrets (``${VAR}``, ``password_file``) are read only when a channel, the fetcher or the heartbeat
is built: commands that send or fetch nothing need none.
"""

from monitor.config.channels import (
    AppriseChannel,
    Channel,
    EmailChannel,
    FileChannel,
    SlackChannel,
    WebhookChannel,
)
from monitor.config.loading import DEFAULT_FILE, load
from monitor.config.schema import Config
from monitor.config.secrets import heartbeat_of, proxy_of, with_secrets
from monitor.config.values import Duration

__all__ = [
    "DEFAULT_FILE",
    "AppriseChannel",
    "Channel",
    "Config",
    "Duration",
    "EmailChannel",
    "FileChannel",
    "SlackChannel",
    "WebhookChannel",
    "heartbeat_of",
    "load",
    "proxy_of",
    "with_secrets",
]
