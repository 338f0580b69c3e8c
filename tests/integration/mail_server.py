"""A mail server that keeps what it takes and answers as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SmtpServer
from aiosmtpd.smtp import Envelope, Session


def hang_up(server: SmtpServer) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class Mailbox:
    """What the mail server took, and what it answers: ``replies`` by command."""

    def __init__(self, **replies: str) -> None:
        self.replies = replies
        self.taken: list[Envelope] = []
        self.tls: list[bool] = []

    async def handle_RCPT(
        self, server: SmtpServer, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        reply = self.replies.get(address.partition("@")[0], "250 OK")
        if reply == "250 slow":
            await asyncio.sleep(0.2)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SmtpServer, session: Session, envelope: Envelope) -> str:
        reply = self.replies.get("DATA", "250 taken")
        if reply == "drop":
            hang_up(server)
        elif reply == "hang":
            await asyncio.Event().wait()
        elif reply.startswith("2"):
            self.taken.append(envelope)
            self.tls.append(session.ssl is not None)
        return reply

    async def handle_QUIT(self, server: SmtpServer, session: Session, envelope: Envelope) -> str:
        if self.replies.get("QUIT") == "drop":
            hang_up(server)
        return "221 bye"

    def message(self) -> EmailMessage:
        (message,) = self.messages()
        return message

    def messages(self) -> list[EmailMessage]:
        return [
            message_from_bytes(cast(bytes, each.content), policy=policy.default)
            for each in self.taken
        ]

    def head(self) -> bytes:
        """The headers of the only mail, as they came, one line each."""
        (envelope,) = self.taken
        return cast(bytes, envelope.content).partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")


class Server(Controller):
    """A controller that, given port 0, learns its port before it first connects to itself."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = cast(asyncio.Server, self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    controller = Server(mailbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
