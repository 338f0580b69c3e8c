"""Alerts to Slack: through an incoming webhook, or by a bot that keeps one thread an event."""

from __future__ import annotations

import json
import logging
from typing import Any, NamedTuple

from monitor.domain.messages import slack_blocks, slack_text
from monitor.edge.channels.posting import Poster, secret_address, secrets_of
from monitor.edge.channels.slack_errors import NO_THREAD, is_temporary, remedy
from monitor.errors import ConfigError, DeliveryError
from monitor.ports import Clock
from monitor.types import Delivery, Preview, Said, Thread

log = logging.getLogger(__name__)

Payload = dict[str, Any]

_JSON = {"Content-Type": "application/json; charset=utf-8"}


class SlackWebhook:
    """One incoming webhook, that is one channel of one workspace.  ``timeout`` in seconds.

    A webhook can neither reply nor change what it has said: an update is a message of its own.
    """

    def __init__(self, webhook_url: str, *, clock: Clock, timeout: float = 30) -> None:
        """Raises ConfigError, without the address, if it is not an http(s) URL."""
        self._url = secret_address(webhook_url, "the Slack webhook")
        secrets = secrets_of(self._url, webhook_url)
        self._poster = Poster("Slack", secrets, timeout=timeout, clock=clock)

    async def send(self, delivery: Delivery) -> str:
        """Post the message; returns once Slack has taken it.  The receipt is empty.

        Raises DeliveryError as ``Poster.post``: permanent when the webhook has been revoked, its
        channel archived, or the message refused.
        """
        body = self.preview(delivery).body.encode()
        await self._poster.post(self._url, body, _JSON, "check the webhook and its channel")
        return ""

    def preview(self, delivery: Delivery) -> Preview:
        return Preview(_written(_message(delivery.alert, delivery.uid)), ".json")


class Call(NamedTuple):
    """One call of Slack's web API."""

    method: str
    payload: Payload


class Refusal(DeliveryError):
    """Slack understood and said no; ``word``: its name for why."""

    def __init__(self, message: str, *, word: str, retry_after: float | None) -> None:
        super().__init__(message, permanent=not is_temporary(word), retry_after=retry_after)
        self.word = word


class SlackBot:
    """A bot in one channel: an update replies to the first message of its event, and changes it.

    ``token``: the bot token, with the scope chat:write.  ``channel``: its ID or name.  ``timeout``:
    seconds for a call; an update makes at most three.
    """

    def __init__(
        self,
        token: str,
        channel: str,
        *,
        clock: Clock,
        api_url: str = "https://slack.com/api",
        timeout: float = 30,
    ) -> None:
        """Raises ConfigError, without the token, if it could not be one."""
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigError("the Slack bot token is not one: it begins with xoxb-")
        if not channel.strip():
            raise ConfigError("a Slack bot needs a channel: its ID or name")
        self._api = secret_address(api_url.rstrip("/"), "the address of Slack's API")
        self._channel = channel.strip()
        self._headers = {**_JSON, "Authorization": f"Bearer {token}"}
        secrets = (token, self._api.password)
        self._poster = Poster("Slack", secrets, timeout=timeout, clock=clock)

    async def send(self, delivery: Delivery) -> str:
        """Post the message; returns ``CHANNEL_ID:TS``, Slack's name for it.

        An update first brings the numbers of the first message up to date, which may be done any
        number of times.  If that one can no longer be changed, the reply goes all the same; if it
        can no longer be replied to, the update goes as a message of its own.

        Raises DeliveryError as ``Poster.post``, and for each word of ``slack_errors``; temporary if
        the answer is not Slack's.
        """
        *updates, post = self._calls(delivery)
        for update in updates:
            await self._update(update, delivery)
        try:
            answer = await self._call(post)
        except Refusal as error:
            if not updates or error.word not in NO_THREAD:
                raise
            log.warning("%s: no reply is possible, so it goes unthreaded: %s", delivery.uid, error)
            answer = await self._call(self._post(delivery))
        channel, ts = answer.get("channel"), answer.get("ts")
        return f"{channel}:{ts}" if channel and ts else ""

    def preview(self, delivery: Delivery) -> Preview:
        """The calls in order, each with its method and payload."""
        return Preview(_written([call._asdict() for call in self._calls(delivery)]), ".json")

    def _calls(self, delivery: Delivery) -> list[Call]:
        """The message; before it, for an update, the change of the first message."""
        thread = delivery.thread
        channel, _, ts = thread.receipt.partition(":") if thread else ("", "", "")
        if thread is None or not ts:
            return [self._post(delivery)]
        return [_change(thread, delivery.uid, channel, ts), self._post(delivery, channel, ts)]

    def _post(self, delivery: Delivery, channel: str = "", thread_ts: str = "") -> Call:
        payload: Payload = {
            "channel": channel or self._channel,
            **_message(delivery.alert, delivery.uid),
            # For programs that read the channel: the same in each repetition.
            "metadata": {
                "event_type": "monitor_alert",
                "event_payload": {"id": delivery.uid, "kind": delivery.alert.kind},
            },
        }
        if thread_ts:
            payload["thread_ts"] = thread_ts
        return Call("chat.postMessage", payload)

    async def _update(self, call: Call, delivery: Delivery) -> None:
        try:
            await self._call(call)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.warning("%s: its first message stays as it was: %s", delivery.uid, error)

    async def _call(self, call: Call) -> Payload:
        url = self._api.copy_with(path=f"{self._api.path.rstrip('/')}/{call.method}")
        body = _written(call.payload).encode()
        answer = await self._poster.post(url, body, self._headers, "check the address of the API")
        said = _read(answer.text)
        if said is None:
            reason = self._poster.describe(answer.text) or "nothing"
            raise DeliveryError(f"something that is not Slack answered {call.method}: {reason}")
        if said["ok"] is True:
            return said
        raise self._refusal(call.method, said, answer.retry_after)

    def _refusal(self, method: str, said: Payload, retry_after: float | None) -> Refusal:
        word = self._poster.describe(str(said.get("error", "unknown_error")))
        details = said.get("response_metadata")
        details = details.get("messages") if isinstance(details, dict) else None
        more = self._poster.describe("; ".join(map(str, details))) if details else ""
        reason = "; ".join(part for part in (word, more, remedy(word)) if part)
        return Refusal(f"Slack refused {method}: {reason}", word=word, retry_after=retry_after)


def _message(said: Said, uid: str) -> Payload:
    return {
        "text": slack_text(said),
        "blocks": slack_blocks(said, uid),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _change(thread: Thread, uid: str, channel: str, ts: str) -> Call:
    """The first message with its numbers as they are now.

    Its metadata stay, as none are given.  Slack wants another ``block_id`` each time a message
    changes: that of the first with that of the update.
    """
    payload: Payload = {
        "channel": channel,
        "ts": ts,
        "text": slack_text(thread.alert),
        "blocks": slack_blocks(thread.alert, f"{thread.uids[0]}:{uid}"),
    }
    return Call("chat.update", payload)


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _read(text: str) -> Payload | None:
    """What Slack's web API answered; None if it was not Slack that answered."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and isinstance(said.get("ok"), bool) else None
