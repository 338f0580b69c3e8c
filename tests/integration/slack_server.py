"""A server that behaves as Slack does, strictly: incoming webhook, chat.postMessage, chat.update.

It takes nothing past Block Kit's limits, keeps what it takes in order with the time, fails as it is
told to, and notes every request that comes before its own Retry-After is over.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.integration.block_kit import complaint

TOKEN = "xoxb-1234-s3cr3t"
CHANNEL = "C0123456789"
NAME = "desk"
HOOK = "/services/T000/B000/s3cr3t"
MAX_BODY = 1 << 20

Payload = dict[str, Any]
Hangup = Literal["before", "after"]


@dataclass(frozen=True)
class Fault:
    """An answer other than Slack's own.  ``hang_up``: before or after the message is taken."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: Hangup | None = None
    method: str = ""
    """Only for requests of this method."""


def busy(seconds: int) -> Fault:
    return Fault(429, '{"ok":false,"error":"ratelimited"}', {"Retry-After": str(seconds)})


def says(error: str, method: str = "", **more: Any) -> Fault:
    return Fault(200, json.dumps({"ok": False, "error": error, **more}), method=method)


@dataclass(frozen=True)
class Taken:
    at: datetime
    method: str
    """webhook | chat.postMessage | chat.update"""
    payload: Payload
    ts: str


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    headers: dict[str, str]


class SlackServer:
    """What it took, and what it has to complain of; ``url`` once it runs."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.url = ""
        self.taken: list[Taken] = []
        self.complaints: list[str] = []
        """Messages refused for their form."""
        self.violations: list[str] = []
        """Requests that came before Retry-After was over."""
        self.requests = 0
        self.raw: list[bytes] = []
        """The bodies as they came."""
        self.messages: dict[str, Payload] = {}
        """What a reader of the channel sees, by ts."""
        self._clock = clock
        self._faults: deque[Fault] = deque()
        self._closed_until: datetime | None = None
        self._lock = threading.Lock()

    @property
    def webhook_url(self) -> str:
        return f"{self.url}{HOOK}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api"

    def fail(self, fault: Fault, times: int = 1) -> None:
        """So the next ``times`` requests (of its method) are answered."""
        self._faults.extend([fault] * times)

    def recover(self) -> None:
        self._faults.clear()

    def replies(self, ts: str) -> list[Payload]:
        return [each for each in self.messages.values() if each.get("thread_ts") == ts]

    def answer(self, path: str, authorization: str, body: bytes) -> Reply | None:
        """None: hang up."""
        with self._lock:
            self.requests += 1
            self.raw.append(body)
            self._check_pace(path)
            fault = self._fault(path.rpartition("/")[2])
            if fault is None:
                return self._serve(path, authorization, body)
            if fault.hang_up:
                if fault.hang_up == "after":
                    self._serve(path, authorization, body)
                return None
            self._close_for(fault)
            return Reply(fault.status, fault.body.encode(), fault.headers)

    def _check_pace(self, path: str) -> None:
        now = self._clock()
        if self._closed_until and now < self._closed_until:
            self.violations.append(f"{path} at {now}, not before {self._closed_until}")

    def _fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method in ("", method):
                self._faults.remove(fault)
                return fault
        return None

    def _close_for(self, fault: Fault) -> None:
        seconds = fault.headers.get("Retry-After", "")
        if seconds.isdigit():
            self._closed_until = self._clock() + timedelta(seconds=int(seconds))

    def _serve(self, path: str, authorization: str, body: bytes) -> Reply:
        payload = json.loads(body)
        if path == HOOK:
            wrong = self._complain(payload)
            if not wrong:
                self._take("webhook", payload)
            return Reply(400 if wrong else 200, (wrong or "ok").encode(), {})
        if path not in ("/api/chat.postMessage", "/api/chat.update"):
            return Reply(404, b"no_service", {})
        method = path.removeprefix("/api/")
        said = self._refusal(method, authorization, payload) or self._done(method, payload)
        return Reply(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def _refusal(self, method: str, authorization: str, payload: Payload) -> Payload | None:
        error = ""
        if not authorization:
            error = "not_authed"
        elif authorization != f"Bearer {TOKEN}":
            error = "invalid_auth"
        elif payload.get("channel") not in (CHANNEL, NAME, f"#{NAME}"):
            error = "channel_not_found"
        elif method == "chat.update":
            # Unlike chat.postMessage, it takes no name of a channel.
            if payload["channel"] != CHANNEL:
                error = "channel_not_found"
            elif payload.get("ts") not in self.messages:
                error = "message_not_found"
        elif "thread_ts" in payload and not self._is_parent(payload["thread_ts"]):
            error = "thread_not_found"
        if error:
            return {"ok": False, "error": error}
        wrong = self._complain(payload)
        if not wrong:
            return None
        return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [wrong]}}

    def _is_parent(self, ts: str) -> bool:
        return ts in self.messages and "thread_ts" not in self.messages[ts]

    def _complain(self, payload: Payload) -> str:
        wrong = complaint(payload)
        metadata = payload.get("metadata", {"event_type": "x", "event_payload": {}})
        if not metadata.get("event_type") or not isinstance(metadata.get("event_payload"), dict):
            wrong = wrong or "invalid_metadata_format"
        if wrong:
            self.complaints.append(wrong)
        return wrong

    def _done(self, method: str, payload: Payload) -> Payload:
        ts = self._take(method, payload)
        return {"ok": True, "channel": CHANNEL, "ts": ts}

    def _take(self, method: str, payload: Payload) -> str:
        new = f"{1_700_000_000 + len(self.messages)}.{len(self.messages):06}"
        ts = payload["ts"] if method == "chat.update" else new
        self.taken.append(Taken(self._clock(), method, payload, ts))
        self.messages[ts] = {**self.messages.get(ts, {}), **payload}
        return str(ts)


@contextmanager
def running(slack: SlackServer) -> Iterator[SlackServer]:
    """The server at a free port of this machine, until the context ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(slack))
    server.daemon_threads = True
    slack.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(slack: SlackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers["Content-Length"]), MAX_BODY))
            reply = slack.answer(self.path, self.headers.get("Authorization", ""), body)
            self.close_connection = True
            if reply is None:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the tests look at what was taken."""

    return Handler
