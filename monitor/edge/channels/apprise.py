"""Alerts through Apprise: one address for each of its services (Telegram, ntfy, Matrix, …)."""

from __future__ import annotations

import asyncio
import logging
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING

from monitor.domain.messages import plain_text, subject
from monitor.edge.channels.secrecy import Secrets, pieces
from monitor.errors import ConfigError, DeliveryError
from monitor.types import Delivery, Preview

if TYPE_CHECKING:
    from apprise import Apprise

# What services to whom Apprise hands plain text would take for a call to everybody, or to somebody.
_CALLS = re.compile(r"@(?=everyone|here|channel|all)|<(?=[!@#])", re.IGNORECASE)

_complaints: ContextVar[list[str] | None] = ContextVar("complaints", default=None)
"""What Apprise has logged during the present call, in whichever thread it works."""


class AppriseChannel:
    """One service, by its Apprise address.  ``timeout``: seconds for a message."""

    def __init__(self, url: str, timeout: float = 60) -> None:
        """Raises ConfigError, without the address, if Apprise is not installed or does not
        understand it."""
        self._secrets = Secrets(pieces(url))
        self._apprise = _load(url)
        self._timeout = timeout

    async def send(self, delivery: Delivery) -> str:
        """Hand the message over; returns once the service has taken it.  The receipt is empty.

        Raises DeliveryError, always temporary: Apprise does not tell why a service refused, except
        in the words of its log, which are repeated without what stands in the address.  After the
        deadline its thread is left to the timeouts that Apprise sets for itself.
        """
        text = self._text(delivery)
        complaints: list[str] = []
        token = _complaints.set(complaints)
        try:
            async with asyncio.timeout(self._timeout):
                sent = await asyncio.to_thread(self._notify, *text)
        except TimeoutError as error:
            raise DeliveryError(f"Apprise was not done within {self._timeout:g} s") from error
        finally:
            _complaints.reset(token)
        if not sent:
            reason = self._secrets.conceal("; ".join(complaints)) or "no reason given"
            raise DeliveryError(f"Apprise could not hand the message over: {reason}")
        return ""

    def preview(self, delivery: Delivery) -> Preview:
        return Preview("\n\n".join(self._text(delivery)), ".txt")

    def _text(self, delivery: Delivery) -> tuple[str, str]:
        """Title and body."""
        title = subject(delivery.alert, delivery.thread)
        # A few letters of the id, as there are no headers: a person can tell a repeat by them.
        body = f"{plain_text(delivery.alert)}\n[{delivery.uid[:8]}]"
        return _CALLS.sub(r"\g<0> ", title), _CALLS.sub(r"\g<0> ", body)

    def _notify(self, title: str, body: str) -> bool:
        import apprise

        try:
            return bool(
                self._apprise.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
            )
        except Exception as error:  # noqa: BLE001 - a hundred plugins, each with errors of its own
            # Not chained: its words, and those of its causes, may quote the address.
            reason = self._secrets.conceal(f"{type(error).__name__}: {error}")
            raise DeliveryError(f"Apprise could not hand the message over: {reason}") from None


class _Listener(logging.Filter):
    """Keeps what Apprise logs for the call it belongs to, and lets none of it pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        complaints = _complaints.get()
        if complaints is not None:
            complaints.append(record.getMessage())
        return False


_LISTENER = _Listener()


def _load(url: str) -> Apprise:
    try:
        import apprise
    except ImportError as error:
        raise ConfigError("an Apprise channel needs pip install 'news-monitor[apprise]'") from error
    _keep_quiet()
    service = apprise.Apprise.instantiate(url, asset=apprise.AppriseAsset(app_id="news-monitor"))
    if service is None:
        raise ConfigError("Apprise does not understand the address (`url`) of this channel")
    loaded = apprise.Apprise()
    loaded.add(service)
    return loaded


def _keep_quiet() -> None:
    """Apprise, and what it sends with, log addresses at level DEBUG, and pieces of them above it:
    what Apprise warns of goes into our errors instead, the rest nowhere."""
    apprise_log = logging.getLogger("apprise")
    apprise_log.setLevel(logging.WARNING)
    apprise_log.addFilter(_LISTENER)  # once: a filter that is there is not added again
    for name in ("urllib3", "requests_oauthlib", "oauthlib"):
        logging.getLogger(name).setLevel(logging.ERROR)
