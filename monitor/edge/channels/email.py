"""Alerts by e-mail, over SMTP."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Literal

import aiosmtplib

from monitor.domain.clean import clean_line
from monitor.domain.messages import html
from monitor.edge.channels.mail_message import mail
from monitor.errors import ConfigError, DeliveryError
from monitor.types import Delivery, Preview

log = logging.getLogger(__name__)

Tls = Literal["none", "starttls", "tls"]


class EmailChannel:
    """One mail server, one sender, some recipients; a connection for each message.

    ``tls``: ``tls`` from the first byte (port 465), ``starttls`` after the greeting (587), refused
    if the server does not offer it, or ``none``.  Certificates are verified, with ``tls_context``
    if given.  ``timeout``: seconds for a whole exchange.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: Tls,
        username: str | None,
        password: str | None,
        sender: str,
        recipients: Sequence[str],
        timeout: float = 30,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        """Raises ConfigError if there are no recipients or an address is none."""
        if not recipients:
            raise ConfigError("an e-mail channel needs at least one recipient")
        self._host = host
        self._port = port
        self._tls = tls
        self._tls_context = tls_context
        self._username = username or None
        self._password = password or None
        self._sender = _address(sender)
        self._recipients = tuple(_address(recipient) for recipient in recipients)
        self._timeout = timeout

    async def send(self, delivery: Delivery) -> str:
        """Hand the message to the server; returns once it has accepted it after DATA.  The receipt
        is empty: a thread is kept by Message-IDs, which are ours.

        If the server takes it for some of the recipients only, the message counts as sent: another
        attempt would repeat it to those who have it.  The others are named in a warning.

        Raises DeliveryError: permanent for 5xx replies, wrong credentials and a server that lacks
        what the settings ask for; temporary for 4xx replies, lost connections and timeouts.
        """
        client = self._client()
        try:
            async with asyncio.timeout(self._timeout):
                await client.connect()
                refused, _ = await client.sendmail(
                    self._sender.addr_spec,
                    [each.addr_spec for each in self._recipients],
                    self._mail(delivery),
                )
        except (OSError, aiosmtplib.SMTPException) as error:
            raise self._failure(error) from error
        else:
            if refused:
                replies = {who: self._reply(*reply) for who, reply in refused.items()}
                log.warning("mail %s: recipients refused: %s", delivery.uid, replies)
            # Accepted: a goodbye that fails must not send the message again.
            with suppress(OSError, aiosmtplib.SMTPException):
                await client.quit()
        finally:
            client.close()
        return ""

    def preview(self, delivery: Delivery) -> Preview:
        """The whole mail, lines ended by CR LF, and its HTML."""
        return Preview(self._mail(delivery).decode("ascii"), ".eml", html(delivery.alert))

    def _mail(self, delivery: Delivery) -> bytes:
        return mail(delivery, self._sender, self._recipients)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            timeout=self._timeout,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=self._tls_context,
        )

    def _failure(self, error: OSError | aiosmtplib.SMTPException) -> DeliveryError:
        server = f"mail server {self._host}:{self._port}"
        match error:
            case aiosmtplib.SMTPRecipientsRefused(recipients=refused):
                replies = (
                    f"{each.recipient}: {self._reply(each.code, each.message)}" for each in refused
                )
                said = f"{server} refused every recipient: {'; '.join(replies)}"
                return DeliveryError(said, permanent=all(_is_permanent(each) for each in refused))
            case aiosmtplib.SMTPAuthenticationError(code=code, message=message):
                said = f"{server} refused the login of {self._username}"
                hint = "check username and password; some providers want a password for apps"
                reason = f"{said}: {self._reply(code, message)} ({hint})"
                return DeliveryError(reason, permanent=_is_permanent(error))
            case aiosmtplib.SMTPResponseException(code=code, message=message):
                said = f"{server} refused the message: {self._reply(code, message)}"
                return DeliveryError(said, permanent=_is_permanent(error))
            case OSError():
                # A timeout's cause has no words, and aiosmtplib's own words repeat host and port.
                said = self._clean(str(error.__cause__ or error))
                reason = said or f"no answer within {self._timeout:g} s"
                return DeliveryError(f"{server}: {reason}")
            case _:
                said = f"{server} cannot do what the settings ask: {self._clean(str(error))}"
                return DeliveryError(said, permanent=True)

    def _reply(self, code: int, message: str) -> str:
        return f"{code} {self._clean(message)}"

    def _clean(self, text: str) -> str:
        """A server's words on one line; should they repeat the password, without it."""
        return clean_line(text.replace(self._password, "…") if self._password else text)


def _is_permanent(error: aiosmtplib.SMTPResponseException) -> bool:
    """RFC 5321, 4.2.1: a reply of 5xx says not to try again; malformed replies count as -1."""
    return 500 <= error.code < 600


def _address(text: str) -> Address:
    """``name@host`` or ``Name <name@host>``, the host in its ASCII form.  Raises ConfigError, also
    for a name that would need SMTPUTF8 (RFC 6531) of every server on the way."""
    name, spec = parseaddr(text)
    try:
        address = Address(addr_spec=spec)
        domain = address.domain.encode("idna").decode("ascii")
    except (HeaderParseError, ValueError, IndexError) as error:
        raise ConfigError(f"{text!r} is not an e-mail address") from error
    if not (address.username and address.username.isascii() and domain and text.isprintable()):
        raise ConfigError(f"{text!r} is not an e-mail address")
    return Address(name, address.username, domain)
