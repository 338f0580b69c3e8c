"""The e-mail channel against a real SMTP server: taken, refused for now, refused for good."""

from __future__ import annotations

import logging
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from monitor.edge.channels.email import EmailChannel
from monitor.errors import ConfigError
from monitor.types import Delivery, Digest, Thread
from tests.integration.deliveries import (
    ALERT,
    CREATED,
    DELIVERY,
    FEED,
    FIRST,
    LATER,
    NAUGHTY,
    NAUGHTY_UPDATE,
    UPDATE,
    failure,
    send,
    unused_port,
)
from tests.integration.mail_server import Mailbox, mail_server

PASSWORD = "open sesame"


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
    assert message["Message-ID"] == f"<{FIRST}.monitor@sender.example>"
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
    assert first.content == second.content


@pytest.mark.parametrize("delivery", [DELIVERY, UPDATE, FEED, NAUGHTY, NAUGHTY_UPDATE])
def test_the_preview_is_the_mail(delivery: Delivery) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        assert send(email(port), delivery) == ""
        preview = email(port).preview(delivery)
    assert mailbox.taken[0].content == preview.body.encode("ascii")
    assert preview.suffix == ".eml"
    assert preview.html.startswith("<!doctype html>")
    assert mailbox.message()["X-Monitor-Delivery"] == delivery.uid


@pytest.mark.parametrize("delivery", [NAUGHTY, NAUGHTY_UPDATE])
def test_no_title_makes_a_header_or_leaves_its_own(delivery: Delivery) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        send(email(port), delivery)
    (envelope,) = mailbox.taken
    assert envelope.rcpt_tos == ["one@example.org", "two@example.org"]
    message = mailbox.message()
    ours = {"From", "To", "Subject", "Date", "Message-ID", "X-Monitor-Delivery", "List-Id"}
    ours |= {"List-Unsubscribe", "Auto-Submitted", "MIME-Version", "Content-Type"}
    if delivery.thread is not None:
        ours |= {"In-Reply-To", "References"}
    assert set(message.keys()) == ours
    assert len(message.keys()) == len(ours)
    assert len(message["Subject"]) < 250
    for part in message.iter_parts():
        assert "\x00" not in part.get_content()
        assert "\u202e" not in part.get_content()


def test_an_update_joins_the_thread_of_its_event() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        send(email(port))
        send(email(port), UPDATE)
    first, update = mailbox.messages()
    assert update["Message-ID"] == f"<{LATER}.monitor@sender.example>"
    assert update["In-Reply-To"] == first["Message-ID"]
    assert update["References"] == first["Message-ID"]
    subject = " ".join(str(first["Subject"]).split())
    assert " ".join(str(update["Subject"]).split()) == f"Re: {subject}"
    assert "In-Reply-To" not in first
    assert "References" not in first


def test_a_long_thread_names_its_first_message_and_the_last_ten() -> None:
    """By ids longer than a line, which no header may encode: readers compare them as they are."""
    uids = tuple(f"{n:08d}-3333-4333-8333-333333333333" for n in range(30))
    domain = f"{'a' * 60}.{'b' * 60}.example"
    mailbox = Mailbox()
    update = replace(UPDATE, thread=Thread(uids, "", ALERT))
    with mail_server(mailbox) as port:
        send(email(port, sender=f"monitor@{domain}"), update)
    message = mailbox.message()
    expected = [f"<{uid}.monitor@{domain}>" for uid in (uids[0], *uids[-10:])]
    assert message["References"].split() == expected
    assert message["In-Reply-To"] == expected[-1]
    head = mailbox.head()
    for name in (b"References", b"In-Reply-To", b"Message-ID", b"List-Id", b"List-Unsubscribe"):
        assert b"=?" not in head.partition(b"\n" + name)[2].partition(b"\n")[0]


@pytest.mark.parametrize(
    ("topic", "list_id", "unsubscribe"),
    [
        ("Volcanoes", "volcanoes", "Volcanoes"),
        ("Fires & Floods, EU", "fires-floods-eu", "Fires%20%26%20Floods%2C%20EU"),
        ("Émeutes\r\nBcc: x", "emeutes-bcc-x", "%C3%89meutes%0D%0ABcc%3A%20x"),
        ("火山", "", "%E7%81%AB%E5%B1%B1"),
        ("火" * 500, "", "%E7%81%AB" * 60),
        (">, <mailto:x@y.example", "mailto-x-y-example", "%3E%2C%20%3Cmailto%3Ax%40y.example"),
    ],
)
def test_a_topic_can_be_sorted_and_left(topic: str, list_id: str, unsubscribe: str) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        send(email(port), replace(DELIVERY, alert=replace(ALERT, topic=topic)))
    message = mailbox.message()
    label, _, rest = message["List-Id"].strip("<>").partition(".")
    assert rest == "monitor.sender.example"
    assert label == list_id or (not list_id and len(label) == 32)
    link = f"<mailto:monitor@sender.example?subject=unsubscribe%20{unsubscribe}>"
    assert message["List-Unsubscribe"] == link


def test_what_is_of_no_topic_is_of_no_list() -> None:
    mailbox = Mailbox()
    digest = Digest(
        kind="digest",
        topic="Volcanoes",
        since=CREATED,
        until=CREATED,
        items=(),
        omitted=0,
        articles=412,
        feeds=14,
        failing=0,
    )
    with mail_server(mailbox) as port:
        send(email(port), FEED)
        send(email(port), replace(DELIVERY, alert=digest))
    about_feed, about_topic = mailbox.messages()
    assert "List-Id" not in about_feed
    assert "List-Unsubscribe" not in about_feed
    assert about_feed["Auto-Submitted"] == "auto-generated"
    assert about_topic["List-Id"] == "<volcanoes.monitor.sender.example>"


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
        {"recipients": ["jürgen@example.org"]},
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
    assert mailbox.message()["Message-ID"] == f"<{FIRST}.monitor@xn--bcher-kva.example>"
