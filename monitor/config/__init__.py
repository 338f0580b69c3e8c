"""The configuration: a TOML file and ``MONITOR__SECTION__KEY`` variables -> one frozen ``Config``.

Whatever is wrong with it becomes one ``ConfigError`` that names the file, the key and the remedy.
Secrets (``${VAR}``, ``password_file``) are read only when a channel, the fetcher, the heartbeat or
the page is built: commands that send, fetch or serve nothing need none.
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
from monitor.config.secrets import (
    WebPasswords,
    heartbeat_of,
    proxy_of,
    web_passwords_of,
    with_secrets,
)
from monitor.config.values import MIN_PASSWORD, Duration, is_hash

__all__ = [
    "DEFAULT_FILE",
    "MIN_PASSWORD",
    "AppriseChannel",
    "Channel",
    "Config",
    "Duration",
    "EmailChannel",
    "FileChannel",
    "SlackChannel",
    "WebPasswords",
    "WebhookChannel",
    "heartbeat_of",
    "is_hash",
    "load",
    "proxy_of",
    "web_passwords_of",
    "with_secrets",
]
