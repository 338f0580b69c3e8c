"""Services for every kind of channel that go down in many ways, and come back."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from monitor.edge.channels.email import EmailChannel
from monitor.edge.channels.file import FileChannel
from monitor.edge.channels.slack import SlackBot, SlackWebhook
from monitor.edge.channels.webhook import Webhook
from monitor.ports import Channel, Clock
from tests.integration.deliveries import unused_port
from tests.integration.mail_server import Mailbox, hang_up, mail_server
from tests.integration.slack_server import HOOK, NAME, TOKEN, Reply, SlackServer

Way = Literal[
    "connection refused",
    "wait for seconds",
    "wait until a date",
    "an error of its own",
    "hang-up before acceptance",
    "reply lost after acceptance",
    "garbage",
    "for good",
]
WAIT = timedelta(hours=2)
"""What a service asks for in Retry-After."""
USER, PASSWORD = "monitor", "open sesame"
SECRET = "shared"


class Service(Protocol):
    way: Way | None
    """How it is down; None: it works."""

    def channel(self) -> Channel:
        """One to it as it is now."""

    def uids(self) -> list[str]:
        """Of what it has taken, in order."""

    def parents(self) -> dict[str, str]:
        """Of each message in a thread: the one that it follows there."""


class Front:
    """A service over HTTP.  ``serve``: what it does when it works."""

    def __init__(self, serve: Callable[[str, str, bytes], Reply | None], clock: Clock) -> None:
        self.way: Way | None = None
        self.early = 0
        """Requests before the time that it had asked for."""
        self.port = 0
        self.serve = serve
        self.clock = clock
        self._closed_until = clock()

    def address(self) -> str:
        refuses = self.way == "connection refused"
        return f"http://127.0.0.1:{unused_port() if refuses else self.port}"

    def answer(self, path: str, authorization: str, body: bytes) -> bytes:
        """All that goes over the wire; nothing: it hangs up."""
        self.early += self.clock() < self._closed_until
        match self.way:
            case None:
                return _http(self.serve(path, authorization, body))
            case "wait for seconds":
                return self._busy(str(int(WAIT.total_seconds())))
            case "wait until a date":
                return self._busy(format_datetime(self.clock() + WAIT, usegmt=True))
            case "an error of its own":
                return _http(Reply(500, b"<h1>Oops</h1>", {}))
            case "reply lost after acceptance":
                self.serve(path, authorization, body)
                self.way = "hang-up before acceptance"
                return b""
            case "garbage":
                return b"\x00\xff SSH-2.0 what do you want?\r\n\r\n"
            case "for good":
                return _http(Reply(404, b"no_service", {}))
            case _:
                return b""

    def _busy(self, retry_after: str) -> bytes:
        self._closed_until = self.clock() + WAIT
        return _http(Reply(429, b"slow down", {"Retry-After": retry_after}))


def _http(reply: Reply | None) -> bytes:
    if reply is None:
        return b""
    named = {**reply.headers, "Content-Length": str(len(reply.body)), "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {reply.status} X\r\n{lines}\r\n".encode() + reply.body


class Slack(Front):
    def __init__(self, clock: Clock) -> None:
        self.server = SlackServer(clock)
        super().__init__(self.server.answer, clock)

    def _posted(self) -> Iterator[tuple[str, str, str]]:
        """(uid, ts, ts of the first message in its thread) of each message."""
        for each in self.server.taken:
            if each.method != "chat.update":
                uid = each.payload["blocks"][0]["block_id"]
                yield uid, each.ts, each.payload.get("thread_ts", "")

    def uids(self) -> list[str]:
        return [uid for uid, _, _ in self._posted()]


class Bot(Slack):
    def answer(self, path: str, authorization: str, body: bytes) -> bytes:
        if self.way == "for good":
            return _http(self.serve(path, "Bearer xoxb-revoked", body))
        return super().answer(path, authorization, body)

    def channel(self) -> Channel:
        return SlackBot(TOKEN, NAME, api_url=f"{self.address()}/api", clock=self.clock)

    def parents(self) -> dict[str, str]:
        roots = {ts: uid for uid, ts, _ in self._posted()}
        return {uid: roots[root] for uid, _, root in self._posted() if root}


class Hook(Slack):
    def channel(self) -> Channel:
        return SlackWebhook(f"{self.address()}{HOOK}", clock=self.clock)

    def parents(self) -> dict[str, str]:
        return {}  # a webhook knows no threads


class Receiver(Front):
    """Any program that takes JSON."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(self._take, clock)
        self.records: list[dict[str, Any]] = []

    def channel(self) -> Channel:
        return Webhook(f"{self.address()}/alerts", SECRET, clock=self.clock)

    def uids(self) -> list[str]:
        return [record["id"] for record in self.records]

    def parents(self) -> dict[str, str]:
        return _parents(self.records)

    def _take(self, path: str, authorization: str, body: bytes) -> Reply:
        self.records.append(json.loads(body))
        return Reply(204, b"", {})


class Lines:
    """A file; while it is down, a folder is in its place."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def way(self) -> Way | None:
        return "for good" if self.path.is_dir() else None

    @way.setter
    def way(self, way: Way | None) -> None:
        kept = self.path.with_suffix(".kept")
        if way and not self.path.is_dir():
            self.path.touch()
            self.path.rename(kept)
            self.path.mkdir()
        elif not way and self.path.is_dir():
            self.path.rmdir()
            kept.rename(self.path)

    def channel(self) -> Channel:
        return FileChannel(self.path)

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text("utf-8").splitlines()]

    def uids(self) -> list[str]:
        return [record["id"] for record in self.records()]

    def parents(self) -> dict[str, str]:
        return _parents(self.records())


def _parents(records: list[dict[str, Any]]) -> dict[str, str]:
    return {record["id"]: record["thread"] for record in records if record["thread"]}


class Mail(Mailbox):
    """Wants STARTTLS and a login."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__()
        self.way: Way | None = None
        self.port = 0
        self._tls = tls

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.way == "wait until a date":
            return "421 4.3.2 closing for today"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        match self.way:
            case None:
                return await super().handle_DATA(server, session, envelope)
            case "wait for seconds" | "an error of its own":
                return "451 4.7.1 come back later"
            case "garbage":
                return "\x00 what do you want?"
            case "for good":
                return "550 5.7.1 not wanted"
            case "reply lost after acceptance":
                await super().handle_DATA(server, session, envelope)
                self.way = "hang-up before acceptance"
        hang_up(server)
        return "421 gone"

    def channel(self) -> Channel:
        return EmailChannel(
            "127.0.0.1",
            unused_port() if self.way == "connection refused" else self.port,
            tls="starttls",
            tls_context=self._tls,
            username=USER,
            password=PASSWORD,
            sender="monitor@sender.example",
            recipients=["desk@example.org"],
        )

    def uids(self) -> list[str]:
        return [str(headers["X-Monitor-Delivery"]) for headers in self._headers()]

    def parents(self) -> dict[str, str]:
        return {
            str(headers["X-Monitor-Delivery"]): first.strip("<").partition(".")[0]
            for headers in self._headers()
            if (first := headers["References"])
        }

    def _headers(self) -> Iterator[Message]:
        """Of each message; what it says is not read."""
        parser = BytesHeaderParser(policy=policy.default)
        for each in self.taken:
            yield parser.parsebytes(cast(bytes, each.content))


class Certificate:
    """One for 127.0.0.1, signed by itself."""

    def __init__(self, folder: Path) -> None:
        key, cert = folder / "key.pem", folder / "cert.pem"
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
        names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", str(key), "-out", str(cert)]
        subprocess.run(
            [*command.split(), *names, *files], check=True, capture_output=True, timeout=30
        )
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(cert, key)
        self.client = ssl.create_default_context(cafile=cert)


def _authenticate(*details: Any) -> AuthResult:
    login = details[-1]
    assert isinstance(login, LoginPassword)
    good = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def services(folder: Path, clock: Clock, certificate: Certificate) -> Iterator[dict[str, Service]]:
    """One for each kind of channel, by the channel's name."""
    mail = Mail(certificate.client)
    bot, hook = Bot(clock), Hook(clock)
    fronts: dict[str, Bot | Hook | Receiver] = {"bot": bot, "hook": hook, "web": Receiver(clock)}
    demands = {
        "tls_context": certificate.server,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": _authenticate,
    }
    with ExitStack() as stack:
        mail.port = stack.enter_context(mail_server(mail, **demands))
        for front in fronts.values():
            front.port = stack.enter_context(_running(front))
        yield {"mail": mail, **fronts, "log": Lines(folder / "alerts.jsonl")}
        assert not any(front.early for front in fronts.values())
        assert not any(front.server.complaints for front in (bot, hook))


@contextmanager
def _running(front: Front) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.close_connection = True
            self.wfile.write(front.answer(self.path, self.headers.get("Authorization", ""), body))

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the tests look at what was taken."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
