"""The e-mail channel against a real SMTP server: taken, refused for now, refused for good."""

from __future__ import annotations

import asyncio
import logging
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SmtpServer
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from monitor.edge.channels.email import EmailChannel
from monitor.errors import ConfigError, DeliveryError
from monitor.ports import Channel
from monitor.types import Alert, Delivery

CREATED = datetime(2026, 11, 21, 8, tzinfo=UTC)
DELIVERY = Delivery(
    id=1,
    uid="0b5e-uid",
    channel="any",
    attempts=0,
    created_at=CREATED,
    alert=Alert(
        kind="new_event",
        topic="Volcanoes",
        event=7,
        title="Ash & <b>dust</b> close airport\r\nBcc: victim@example.org\u2028é",
        url="https://news.example/ash",
        source="Example News",
        published=CREATED,
        score=0.42,
        terms=("ash",),
    ),
)
PASSWORD = "open sesame"


def send(channel: Channel, delivery: Delivery = DELIVERY) -> None:
    asyncio.run(channel.send(delivery))


def failure(channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(channel)
    return caught.value


def unused_port() -> int:
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return cast(int, probe.getsockname()[1])


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
        (envelope,) = self.taken
        assert isinstance(envelope.content, bytes)
        return message_from_bytes(envelope.content, policy=policy.default)


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


def email(port: int, **changes: Any) -> EmailChannel:
    settings: dict[str, Any] = {
        "tls": "none",
        "username": None,
        "password": None,
        "sender": "Monitor <monitor@sender.example>",
        "recipients": ["one@example.org", "two@example.org"],
        "timeout": 10,
    }
    return EmailChannel("127.0.0.1", port, **{**settings, **changes})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command.split(), *names, "-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return cert, key


@pytest.fixture(scope="module")
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture(scope="module")
def client_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate[0])


def test_a_mail_arrives_as_text_and_html_and_carries_no_foreign_header() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        send(email(port))
    (envelope,) = mailbox.taken
    assert envelope.mail_from == "monitor@sender.example"
    assert envelope.rcpt_tos == ["one@example.org", "two@example.org"]
    message = mailbox.message()
    title = "Ash & <b>dust</b> close airport Bcc: victim@example.org é"
    # Python's folding may double a space at a seam.
    assert " ".join(message["Subject"].split()) == f"[Volcanoes] {title}"
    assert message["From"] == "Monitor <monitor@sender.example>"
    assert message["To"] == "one@example.org, two@example.org"
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<0b5e-uid.monitor@sender.example>"
    assert message["Date"].datetime == CREATED
    assert message["Auto-Submitted"] == "auto-generated"
    text, page = [part.get_content() for part in message.iter_parts()]
    assert title in text
    assert "&lt;b&gt;dust&lt;/b&gt;" in page


def test_a_second_attempt_is_the_same_message() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        send(email(port))
        send(email(port), replace(DELIVERY, attempts=1))
    first, second = mailbox.taken
    assert isinstance(first.content, bytes)
    assert isinstance(second.content, bytes)
    ids = {message_from_bytes(each)["Message-ID"] for each in (first.content, second.content)}
    assert len(ids) == 1


def test_starttls_verifies_the_certificate_and_encrypts(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=server_tls, require_starttls=True) as port:
        send(email(port, tls="starttls", tls_context=client_tls))
        error = failure(email(port, tls="starttls"))
    assert mailbox.tls == [True]
    assert not error.permanent
    assert "certificate" in str(error).lower()


def test_tls_from_the_first_byte(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, ssl_context=server_tls) as port:
        send(email(port, tls="tls", tls_context=client_tls))
        error = failure(email(port, tls="tls"))
    assert len(mailbox.taken) == 1
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)


def test_without_starttls_on_the_server_nothing_is_sent_in_clear() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        error = failure(email(port, tls="starttls"))
        login = failure(email(port, tls="starttls", username="me", password=PASSWORD))
    assert error.permanent
    assert "STARTTLS extension not supported" in str(error)
    assert str(login) == str(error)
    assert not mailbox.taken


def test_tls_none_ignores_an_offer_of_starttls(server_tls: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=server_tls) as port:
        send(email(port, tls="none"))
    assert mailbox.tls == [False]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_login_is_used_and_a_wrong_one_explained_without_the_password() -> None:
    def authenticate(*details: Any) -> AuthResult:
        login = details[-1]
        assert isinstance(login, LoginPassword)
        good = login.password == PASSWORD.encode()
        return AuthResult(
            success=good,
            handled=False,
            message=None if good else f"535 5.7.8 no: {login.password.decode()}",
        )

    mailbox = Mailbox()
    demands = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    with mail_server(mailbox, **demands) as port:
        send(email(port, username="me", password=PASSWORD))
        wrong = failure(email(port, username="me", password="guess 123"))
        without = failure(email(port))
    assert len(mailbox.taken) == 1
    assert wrong.permanent
    assert "login of me" in str(wrong)
    assert "5.7.8" in str(wrong)
    assert "check username and password" in str(wrong)
    assert "guess 123" not in str(wrong)
    assert without.permanent
    assert "530" in str(without)


@pytest.mark.parametrize(
    ("replies", "permanent", "words"),
    [
        ({"DATA": "451 try later"}, False, "451 try later"),
        ({"DATA": "550 spam"}, True, "550 spam"),
        ({"one": "550 who?", "two": "551 moved"}, True, "one@example.org: 550 who?; two@"),
        ({"one": "550 who?", "two": "450 busy"}, False, "two@example.org: 450 busy"),
        ({"DATA": "drop"}, False, "127.0.0.1"),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    replies: dict[str, str], permanent: bool, words: str
) -> None:
    with mail_server(Mailbox(**replies)) as port:
        error = failure(email(port))
    assert error.permanent is permanent
    assert words in str(error)


def test_recipients_refused_beside_others_are_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailbox = Mailbox(one="550 who?")
    with mail_server(mailbox) as port, caplog.at_level(logging.WARNING, "monitor"):
        send(email(port))
    assert mailbox.taken[0].rcpt_tos == ["two@example.org"]
    [record] = [one for one in caplog.records if one.name.startswith("monitor")]
    assert "{'one@example.org': '550 who?'}" in record.getMessage()


def test_a_lost_goodbye_does_not_undo_an_accepted_mail() -> None:
    mailbox = Mailbox(QUIT="drop")
    with mail_server(mailbox) as port:
        send(email(port))
    assert len(mailbox.taken) == 1


def test_a_server_that_is_down_or_silent_is_tried_again() -> None:
    down = failure(email(unused_port()))
    with mail_server(Mailbox(DATA="hang")) as port:
        silent = failure(email(port, timeout=0.3))
    assert not down.permanent
    assert not silent.permanent
    assert "Connect call failed" in str(down)
    assert "no answer within 0.3 s" in str(silent)


def test_the_deadline_holds_for_the_exchange_not_for_each_command() -> None:
    recipients = ["one@example.org", "two@example.org", "three@example.org"]
    mailbox = Mailbox(one="250 slow", two="250 slow", three="250 slow")
    with mail_server(mailbox) as port:
        error = failure(email(port, recipients=recipients, timeout=0.5))
    assert "no answer within 0.5 s" in str(error)
    assert not mailbox.taken


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "nobody"},
        {"sender": ""},
        {"sender": "a@b.example\r\nBcc: c@d.example"},
        {"recipients": ["a@b.example", "@"]},
        {"recipients": ["a@" + "b" * 64 + ".example"]},
        {"recipients": []},
    ],
)
def test_an_address_that_is_none_is_an_error_of_configuration(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        email(25, **changes)


def test_a_domain_in_another_script_needs_no_special_server() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, enable_SMTPUTF8=False) as port:
        send(email(port, sender="monitor@bücher.example"))
    assert mailbox.taken[0].mail_from == "monitor@xn--bcher-kva.example"
    assert mailbox.message()["Message-ID"] == "<0b5e-uid.monitor@xn--bcher-kva.example>"
