"""Alerts to Slack through an incoming webhook.

Sent over httpx's transport rather than by ``slack_sdk.WebhookClient`` or an httpx client, for the
webhook's address is a secret and an accepted message must really be one: the SDK writes the address
to the log at level DEBUG and follows a redirect with a GET, whose 200 would look like success, and
its thread cannot be stopped at a deadline; httpx's client logs the address at level INFO.  The
transport logs no address, follows nothing and reads no proxy from the environment.
"""

from __future__ import annotations

import asyncio

import httpx

from monitor.domain.clean import clean_line
from monitor.domain.messages import slack_blocks, slack_text
from monitor.domain.messages.content import web_link
from monitor.errors import ConfigError, DeliveryError
from monitor.types import Delivery

_DAY = 86_400.0
_REASON_LENGTH = 200


class SlackChannel:
    """One incoming webhook, that is one channel of one workspace.  ``timeout`` in seconds."""

    def __init__(self, webhook_url: str, timeout: float = 30) -> None:
        """Raises ConfigError, without the address, if it is not an http(s) URL."""
        self._url = _parse(webhook_url)
        self._secret = webhook_url
        self._timeout = timeout
        self._tls = httpx.create_ssl_context()

    async def send(self, delivery: Delivery) -> None:
        """Post the message; returns once Slack has said 200.

        Raises DeliveryError: temporary for 408, 429 and 5xx (with Slack's Retry-After, at most a
        day) and for network errors; permanent for any other status, as when the webhook has been
        revoked, its channel archived, or the message refused.
        """
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._post(delivery)
        except TimeoutError as error:
            raise DeliveryError(f"Slack did not answer within {self._timeout:g} s") from error
        except httpx.HTTPError as error:
            reason = self._describe(str(error) or type(error).__name__)
            raise DeliveryError(f"Slack could not be reached: {reason}") from error
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response)

    async def _post(self, delivery: Delivery) -> httpx.Response:
        request = httpx.Request(
            "POST",
            self._url,
            json={
                "text": slack_text(delivery.alert),
                "blocks": slack_blocks(delivery.alert),
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        async with httpx.AsyncHTTPTransport(verify=self._tls) as transport:
            response = await transport.handle_async_request(request)
            await response.aread()
            return response

    def _refusal(self, response: httpx.Response) -> DeliveryError:
        status = response.status_code
        reason = f"Slack answered {status}: {self._describe(response.text) or 'no reason given'}"
        if status in (408, 429) or status >= 500:
            return DeliveryError(reason, retry_after=_retry_after(response.headers))
        return DeliveryError(f"{reason}; check the webhook and its channel", permanent=True)

    def _describe(self, text: str) -> str:
        """Words from outside, on one line, short, and without the webhook's address or path."""
        hidden = text.replace(self._secret, "…").replace(self._url.raw_path.decode("ascii"), "…")
        return clean_line(hidden)[:_REASON_LENGTH].strip()


def _parse(webhook_url: str) -> httpx.URL:
    try:
        url = httpx.URL(web_link(webhook_url))
    except httpx.InvalidURL:
        # Not chained: the cause quotes parts of the address.
        raise ConfigError("the Slack webhook is not an http(s) URL") from None
    if not url.host:
        raise ConfigError("the Slack webhook is not an http(s) URL")
    return url


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds to wait, at most a day.  Slack sends whole seconds, never a date."""
    value = headers.get("Retry-After", "").strip()
    return min(float(value), _DAY) if value.isascii() and value.isdigit() else None
