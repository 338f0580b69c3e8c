"""``[channels.NAME]``: the ways to tell somebody."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from monitor.config.section import Section
from monitor.config.values import HttpUrl, Secret, SecretUrl

SLACK_API = "https://slack.com/api"


class EmailChannel(Section):
    type: Literal["email"]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    tls: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: Secret = ""
    password_file: str = ""
    sender: Annotated[str, Field(alias="from")]
    to: Annotated[tuple[str, ...], Field(min_length=1)]


class SlackChannel(Section):
    """An incoming webhook, or a bot and the channel it writes to."""

    type: Literal["slack"]
    webhook_url: SecretUrl = ""
    bot_token: Secret = ""
    channel: str = ""
    api_url: HttpUrl = SLACK_API

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.webhook_url) == bool(self.bot_token or self.channel):
            ways = "two ways to Slack: keep" if self.webhook_url else "no way to Slack: add"
            raise PydanticCustomError(
                "slack",
                "has {ways} webhook_url, or bot_token and channel",
                {"ways": ways},
            )
        if not self.webhook_url and not (self.bot_token and self.channel):
            missing = "channel" if self.bot_token else "bot_token"
            raise PydanticCustomError(
                "slack",
                "lacks {missing}: bot_token and channel go together",
                {"missing": missing},
            )
        return self


class WebhookChannel(Section):
    type: Literal["webhook"]
    url: Annotated[SecretUrl, Field(min_length=1)]
    secret: Secret = ""


class AppriseChannel(Section):
    type: Literal["apprise"]
    url: Annotated[Secret, Field(min_length=1)]


class FileChannel(Section):
    type: Literal["file"]
    path: str


Channel = Annotated[
    EmailChannel | SlackChannel | WebhookChannel | AppriseChannel | FileChannel,
    Field(discriminator="type"),
]
