"""Alerts to any program that listens: one signed POST of JSON a message.

The body is the line of the file channel (``version``, ``id``, ``kind``, …) with ``sent_at``.  A
receiver that shares the secret checks ``X-Monitor-Signature`` over the bytes as they came, before
it parses them::

    digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
    genuine = hmac.compare_digest(f"sha256={digest}", headers["X-Monitor-Signature"])

and may refuse what is older than some minutes by ``sent_at``, and an ``id`` it has seen: both are
in the body, so they are signed too, which the headers of the same meaning are not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import datetime
from urllib.parse import unquote

from monitor import __version__
from monitor.domain.messages import as_json
from monitor.edge.channels.posting import Poster, secret_address, secrets_of
from monitor.ports import Clock
from monitor.types import Delivery, Preview

Request = tuple[dict[str, str], bytes]
"""Headers and body."""


class Webhook:
    """One address.  ``secret``: shared with the receiver; None or empty: nothing is signed.
    ``timeout``: seconds for a whole exchange."""

    def __init__(
        self, url: str, secret: str | None = None, *, clock: Clock, timeout: float = 30
    ) -> None:
        """Raises ConfigError, without the address, if it is not an http(s) URL."""
        self._url = secret_address(url, "the address of the webhook")
        self._key = (secret or "").encode()
        self._clock = clock
        login = f"{unquote(self._url.username)}:{unquote(self._url.password)}"
        basic = b64encode(login.encode()).decode("ascii")
        self._login = {"Authorization": f"Basic {basic}"} if login != ":" else {}
        secrets = (*secrets_of(self._url, url), secret or "", basic)
        self._poster = Poster("the webhook", secrets, timeout=timeout, clock=clock)

    async def send(self, delivery: Delivery) -> str:
        """Post the message; returns once a 2xx has answered.  The receipt is empty.

        Raises DeliveryError as ``Poster.post``.
        """
        headers, body = self._request(delivery, self._clock())
        remedy = "check the address of the webhook and its receiver"
        await self._poster.post(self._url, body, {**headers, **self._login}, remedy)
        return ""

    def preview(self, delivery: Delivery) -> Preview:
        """Headers and body, as ``send`` would send them at this moment; without the address, and a
        login that is part of it."""
        headers, body = self._request(delivery, self._clock())
        head = "".join(f"{name}: {value}\n" for name, value in headers.items())
        return Preview(f"{head}\n{body.decode()}\n", ".txt")

    def _request(self, delivery: Delivery, now: datetime) -> Request:
        record = {**as_json(delivery), "sent_at": now.isoformat()}
        body = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"news-monitor/{__version__}",
            "X-Monitor-Delivery": delivery.uid,
            "X-Monitor-Event": delivery.alert.kind,
            "X-Monitor-Timestamp": str(int(now.timestamp())),
        }
        if self._key:
            digest = hmac.new(self._key, body, hashlib.sha256).hexdigest()
            headers["X-Monitor-Signature"] = f"sha256={digest}"
        return headers, body
