"""What an alert looks like: as text, as Slack blocks, and as pictures of its mail.

    python tools/alert_pictures.py --seeds FILE … --articles FILE … --write docs/images

A local server carries the articles, an outlet each; the monitor finds them by the seeds.  Needs
Chromium, and the test requirements.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from monitor.domain.seeds import read_seed
from monitor.types import Article

CONFIG = """\
[fetch]
allow_private = ["127.0.0.0/8"]
min_gap = "0s"
[topics.us-japan-defence]
seeds = {seeds}
threshold = 0.1
channels = ["mail"]
[channels.mail]
type = "email"
host = "127.0.0.1"
from = "monitor@example.org"
to = ["desk@example.org"]
[channels.desk]
type = "slack"
bot_token = "x"
channel = "C0123456789"
"""
OUTLETS = ("Pacific Wire", "Defence Ledger", "Kanto Daily", "Harbour Times")
WIDTHS = {"phone": 390, "desk": 800}


def page_of(article: Article, outlet: str) -> str:
    text = "".join(f"<p>{escape(part)}</p>" for part in article.text.split("\n\n"))
    return (
        f"<html lang=en><head><title>{escape(article.title)}</title>"
        f'<meta property="og:site_name" content="{outlet}"></head><body><article>'
        f"<h1>{escape(article.title)}</h1>{text}</article></body></html>"
    )


def feed_of(article: Article, outlet: str, address: str) -> str:
    assert article.published is not None
    return (
        f'<rss version="2.0"><channel><title>{outlet}</title><item>'
        f"<title>{escape(article.title)}</title><link>{address}/article</link>"
        f"<pubDate>{format_datetime(article.published)}</pubDate></item></channel></rss>"
    )


@contextmanager
def serving(articles: Sequence[Article]) -> Iterator[list[str]]:
    """Gives the addresses of the feeds, one for each article."""
    answers: dict[str, tuple[str, str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = answers.get(self.path, ("text/plain", ""))
            body = text.encode()
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    for number, (article, outlet) in enumerate(zip(articles, OUTLETS, strict=False)):
        address = f"http://127.0.0.1:{server.server_address[1]}/{number}"
        answers[f"/{number}/feed"] = (
            "application/rss+xml",
            feed_of(article, outlet, address),
        )
        answers[f"/{number}/article"] = ("text/html", page_of(article, outlet))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield [
            f"http://127.0.0.1:{server.server_address[1]}{path}"
            for path in answers
            if path.endswith("feed")
        ]
    finally:
        server.shutdown()
        server.server_close()


def monitor(config: Path, *words: str) -> bytes:
    command = [sys.executable, "-m", "monitor", "--config", str(config), *words]
    return subprocess.run(command, check=True, capture_output=True).stdout


def previews(folder: Path, seeds: Sequence[Path], articles: Sequence[Article]) -> Mapping[str, str]:
    """The alert as text, as HTML and as Slack's blocks."""
    config = folder / "config.toml"
    config.write_text(CONFIG.format(seeds=json.dumps([str(path.resolve()) for path in seeds])))
    with serving(articles) as feeds, config.open("a") as file:
        file.writelines(f'[[feeds]]\nurl = "{url}"\n' for url in feeds)
        file.flush()
        monitor(config, "run", "--once")
    rows = [json.loads(line) for line in monitor(config, "events", "list", "--json").splitlines()]
    event = max(rows, key=lambda row: (row["alarmed_at"] is not None, row["matches"]))["id"]

    def preview(channel: str, name: str) -> bytes:
        out = folder / name
        monitor(config, "alerts", "preview", str(event), "--channel", channel, "--output", str(out))
        return out.read_bytes()

    mail = message_from_bytes(preview("mail", "alert.eml"), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return {
        "text": body.get_content(),
        "html": preview("mail", "alert.html").decode(),
        "slack": preview("desk", "alert.json").decode(),
    }


def photograph(html: str, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for name, width in WIDTHS.items():
                page = browser.new_page(
                    viewport={"width": width, "height": 300}, color_scheme=scheme
                )
                page.set_content(html)
                page.screenshot(path=folder / f"alert-{name}-{scheme}.png", full_page=True)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=Path, nargs="+", required=True)
    parser.add_argument("--articles", type=Path, nargs="+", required=True, help="at most four")
    parser.add_argument("--write", type=Path, help="a folder for the pictures")
    given = parser.parse_args()
    articles = [read_seed(path.name, path.read_bytes()) for path in given.articles]
    with tempfile.TemporaryDirectory() as name:
        found = previews(Path(name), given.seeds, articles)
    print(found["text"])
    print(found["slack"])
    if given.write:
        photograph(found["html"], given.write)


if __name__ == "__main__":
    main()
