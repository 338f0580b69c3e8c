"""CPU-seconds for polling many feeds: this monitor beside lemon24/reader and rss2email.

A local server shows every feed with the same number of entries.  Each client polls all of them four
times: when all entries are new, when nothing changed and the server says so (304), when nothing
changed and it does not say so, and when a tenth of the entries is new.  Every poll is a process of
its own, so that all it takes (workers included) is counted; what a process takes to poll a single
feed is its start, and is taken off.

    python tools/bench_poll.py --others PYTHON [--feeds 1000] [--entries 35] [--write FILE]

PYTHON: an interpreter that has `reader` and `rss2email`; left out, the monitor runs alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

HERE = Path(__file__).parent
HOSTS = [f"127.0.0.{n}" for n in range(1, 17)]
STATES = ("all new", "304", "same, no 304", "a tenth new")
START = datetime(2025, 6, 2, tzinfo=UTC)
PARAGRAPH = (
    "<p>The council met on Monday to hear how the repair of the northern pier would be paid for. "
    "Engineers had found cracks in two of its oldest pillars, and the harbour master asked for a "
    'decision <a href="http://127.0.0.1/pier">before the winter storms</a> return.</p>'
)


# ------------------------------------------------------------------ the feeds


def feed(number: int, generation: int, entries: int) -> bytes:
    """A feed of which each generation has replaced a tenth of the entries of the one before."""
    first = generation * max(1, entries // 10)
    items = "".join(_item(number, n) for n in reversed(range(first, first + entries)))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Paper {number}</title><link>http://127.0.0.1/{number}</link>"
        f"<description>News of town {number}</description>{items}</channel></rss>"
    ).encode()


def _item(number: int, n: int) -> str:
    url = f"http://127.0.0.1/{number}/story-{n}"
    published = format_datetime(START + timedelta(minutes=7 * n + number))
    text = PARAGRAPH.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"<item><title>Town {number}: story {n} about the pier</title><link>{url}</link>"
        f"<guid>{url}</guid><pubDate>{published}</pubDate><category>Harbour</category>"
        f"<description>{text}</description></item>"
    )


async def serve(entries: int) -> None:
    """Feeds at /feed/N, as ``/state/GENERATION/VALIDATORS`` says, until the input ends."""
    state = {"generation": 0, "validators": 1}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            path = head.split(b" ", 2)[1].decode()
            _, kind, *values = path.split("/")
            if kind == "state":
                state["generation"], state["validators"] = map(int, values)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            else:
                writer.write(_response(head, int(values[0]), entries, **state))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, HOSTS, backlog=1000)
    sockets = {sock.getsockname()[1] for sock in server.sockets}
    if len(sockets) > 1:  # each host got a port of its own: one is needed
        server.close()
        server = await asyncio.start_server(answer, HOSTS, port=sockets.pop(), backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _response(head: bytes, number: int, entries: int, generation: int, validators: int) -> bytes:
    etag = b'"%d"' % generation
    if validators and b"if-none-match: " + etag in head.lower():
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
    body = feed(number, generation, entries)
    tag = b"ETag: " + etag + b"\r\n" if validators else b""
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
        + tag
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


# ------------------------------------------------------------------ the clients


async def poll_with_monitor(folder: Path) -> None:
    """Every feed that is due, once, as the daemon polls; pages are left alone, as readers do."""
    from sqlalchemy import text

    from monitor import app, config
    from monitor.commands import Poll
    from monitor.edge.store.pending import pending
    from monitor.pipeline import handle

    settings = config.load(folder / "config.toml")
    store = app.open_store(settings)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE feed SET next_poll_at = '2000-01-01'"))
    turns = asyncio.Semaphore(16)

    async with app.open_parts(settings, store) as parts:

        async def one(command: Poll) -> None:
            async with turns:
                await handle(command, parts)

        while due := [c for c in store.read(pending, parts.clock()) if isinstance(c, Poll)]:
            await asyncio.gather(*map(one, due))


def set_up_monitor(folder: Path, urls: list[str]) -> None:
    feeds = "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls)
    (folder / "config.toml").write_text(
        '[fetch]\nallow_private = ["127.0.0.0/8"]\nmin_gap = "0s"\n'
        f'[run]\nworkers = 1\n[web]\nlisten = ""\n{feeds}'
    )
    from monitor import app, config
    from monitor.edge.store import migrations
    from monitor.sync import sync

    store = app.new_store(config.load(folder / "config.toml"))
    migrations.upgrade(store)
    sync(config.load(folder / "config.toml"), store, app.utc_now())
    store.close()


READER = """
import sys
from reader import make_reader
with make_reader("reader.sqlite") as reader:
    for url in sys.stdin.read().split():
        reader.add_feed(url)
    if len(sys.argv) > 1:
        for _ in reader.update_feeds_iter(scheduled=False):
            pass
"""


def set_up_rss2email(folder: Path, urls: list[str]) -> None:
    sections = "".join(f"[feed.f{n}]\nurl = {url}\n" for n, url in enumerate(urls))
    (folder / "r2e.cfg").write_text(f"[DEFAULT]\nto = nobody@localhost\n{sections}")


@dataclass(frozen=True)
class Client:
    name: str
    command: list[str]


def clients(folder: Path, urls: list[str], others: str | None) -> list[Client]:
    """Each client with a database of its own in ``folder``, told of all feeds."""
    set_up_monitor(folder, urls)
    me = [sys.executable, str(Path(__file__)), "--poll", str(folder)]
    found = [Client("monitor", me)]
    if others is not None:
        told = "\n".join(urls)
        subprocess.run([others, "-c", READER], check=True, cwd=folder, input=told, text=True)
        found.append(Client("reader", [others, "-c", READER, "update"]))
        set_up_rss2email(folder, urls)
        r2e = [others, "-m", "rss2email.main", "-c", "r2e.cfg", "-d", "r2e.json", "run", "-n"]
        found.append(Client("rss2email", r2e))
    return found


# ------------------------------------------------------------------ measuring


@contextmanager
def server(entries: int) -> Iterator[int]:
    command = [sys.executable, str(Path(__file__)), "--serve", "--entries", str(entries)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(10)


def show(port: int, generation: int, *, validators: bool) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/state/{generation}/{int(validators)}").close()


def cpu(client: Client, folder: Path) -> float:
    """Seconds of user and system time of one process and all it has waited for."""
    with (folder / f"{client.name}.log").open("ab") as log:
        process = subprocess.Popen(
            client.command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{client.name} failed:\n{Path(log.name).read_text()[-2000:]}")
    return used.ru_utime + used.ru_stime


def measure(count: int, entries: int, others: str | None) -> dict[str, list[float]]:
    """CPU-seconds of each client in each state."""
    with server(entries) as port, tempfile.TemporaryDirectory() as name:
        urls = [f"http://{HOSTS[n % len(HOSTS)]}:{port}/feed/{n}" for n in range(count)]
        folder = Path(name)
        found: dict[str, list[float]] = {}
        for client in clients(folder, urls, others):
            show(port, 0, validators=True)
            took = [cpu(client, folder), cpu(client, folder)]
            show(port, 0, validators=False)
            cpu(client, folder)  # forget the validators
            took.append(cpu(client, folder))
            show(port, 1, validators=False)
            took.append(cpu(client, folder))
            found[client.name] = took
    return found


def table(taken: dict[str, list[float]], count: int) -> str:
    lines = [
        f"| CPU-seconds per 1,000 feeds | {' | '.join(STATES)} |",
        "|---|" + "---:|" * len(STATES),
    ]
    scale = 1000 / count
    for name, took in taken.items():
        cells = " | ".join(f"{value * scale:.2f}" for value in took)
        lines.append(f"| {name} | {cells} |")
    if "reader" in taken:
        ratios = (a / b for a, b in zip(taken["monitor"], taken["reader"], strict=True))
        lines.append(f"| monitor / reader | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=35)
    parser.add_argument("--others", help="an interpreter with reader and rss2email")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--poll", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.entries))
    elif given.poll:
        asyncio.run(poll_with_monitor(given.poll))
    else:
        report(given)


def report(given: argparse.Namespace) -> None:
    starts = measure(1, given.entries, given.others)
    whole = measure(given.feeds, given.entries, given.others)
    taken = {
        name: [a - b for a, b in zip(took, starts[name], strict=True)]
        for name, took in whole.items()
    }
    text = table(taken, given.feeds)
    print(text)
    if given.write:
        machine = (
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        given.write.write_text(
            "# Polling beside other programs\n\n"
            f"`make bench-poll`, {date.today()}, {machine}: {given.feeds:,} feeds of "
            f"{given.entries} entries on a local server, each poll a process of its own, its start "
            f"taken off.\n\n{text}\n"
        )


if __name__ == "__main__":
    main()
