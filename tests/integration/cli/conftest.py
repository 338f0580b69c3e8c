"""The command line on a real database, filled by ``monitor run --once`` from a local server."""

from __future__ import annotations

import functools
import json
import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pytest
import typer.main
import typer.testing
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result

from monitor.cli import app

DATA = Path(__file__).parents[2] / "data"
TOLD = ("s01", "s02", "s03", "s10", "s20", "n01", "n02", "n03", "n09", "n13", "n15")
CONFIG = """\
opml = ["more.opml"]

[fetch]
allow_private = ["127.0.0.1"]
min_gap = "0s"
[run]
workers = 1
[web]
listen = ""

[topics.cables]
seeds = ["seeds"]
channels = ["log"]
threshold = 0.15

[channels.log]
type = "file"
path = "alerts.jsonl"

[channels.mail]
type = "email"
host = "127.0.0.1"
username = "m"
password = "hunter2"
from = "m@example.org"
to = ["you@example.org"]

[channels.desk]
type = "slack"
webhook_url = "${DESK_HOOK}"

[[feeds]]
url = "%s"
interval = "30m"
"""
OPML = """\
<opml version="2.0"><body><outline text="world">
<outline type="rss" text="Listed" xmlUrl="%s"/>
</outline></body></opml>
"""


@pytest.fixture(scope="session", autouse=True)
def built_once() -> Iterator[None]:
    """The tree of commands, of which each call would make one anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as on a pipe, whatever the terminal that the tests run on."""
    monkeypatch.setenv("COLUMNS", "160")


@dataclass(frozen=True)
class Monitor:
    """A folder with a configuration; calls the command line on it."""

    folder: Path
    server: str

    @property
    def file(self) -> Path:
        return self.folder / "config.toml"

    def __call__(self, *args: object, code: int = 0, **options: Any) -> Result:
        command = ["--config", str(self.file), *map(str, args)]
        result = CliRunner().invoke(app, command, **options)
        assert result.exit_code == code, (result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    def rows(self, *args: object) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self(*args, "--json").stdout.splitlines()]

    def error(self, *args: object, code: int = 1) -> str:
        """The one line of a failure."""
        result = self(*args, code=code)
        assert result.stdout == ""
        [line] = result.stderr.splitlines()
        assert line.startswith("error: ")
        return line

    def process(self, *args: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "monitor", "--config", str(self.file), *args],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **options,
        )

    def sql(self, statement: str, *values: object) -> None:
        with sqlite3.connect(self.folder / "monitor.db") as connection:
            connection.execute(statement, values)
        connection.close()

    def rewrite(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A feed at /feed with a page for each entry, no feed at /page, nothing at /gone."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    lines = (DATA / "stories.jsonl").read_text().splitlines()
    stories = [story for story in map(json.loads, lines) if story["id"] in TOLD]
    with HTTPServer(host="127.0.0.1", port=0) as running:
        base = running.url_for("").rstrip("/")
        for story in stories:
            _serve(running, f"/{story['id']}", _page(story), "text/html")
        feed = (
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>The [bold]Gulf[/bold] Post</title>"
            f"{''.join(_entry(base, story) for story in stories)}</feed>"
        )
        _serve(running, "/feed", feed, "application/atom+xml")
        _serve(running, "/page", "<!doctype html><p>hello", "text/html")
        running.expect_request("/gone").respond_with_data("", status=404)
        running.expect_request("/robots.txt").respond_with_data("", status=404)
        yield base


def _serve(server: HTTPServer, path: str, body: str, content_type: str) -> None:
    server.expect_request(path).respond_with_data(body, content_type=content_type)


def _page(story: dict[str, str]) -> str:
    title = escape(story["title"])
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in story["text"].split("\n\n"))
    return f"<html><title>{title}</title><article><h1>{title}</h1>{paragraphs}</article>"


def _entry(base: str, story: dict[str, str]) -> str:
    return (
        f"<entry><id>{story['id']}</id><title>{escape(story['title'])}</title>"
        f"<link href='{base}/{story['id']}'/><updated>{story['published']}</updated>"
        f"<content>{escape(story['text'])}</content></entry>"
    )


@pytest.fixture(scope="session")
def filled(server: str, tmp_path_factory: pytest.TempPathFactory) -> Monitor:
    """After ``monitor run --once``.  For tests that change nothing."""
    monitor = _set_up(tmp_path_factory.mktemp("filled"), server)
    done = monitor.process("run", "--once")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    (monitor.folder / "said").write_text(done.stderr)
    return monitor


def _set_up(folder: Path, server: str) -> Monitor:
    shutil.copytree(DATA / "story_seeds", folder / "seeds")
    (folder / "config.toml").write_text(CONFIG % f"{server}/feed")
    (folder / "more.opml").write_text(OPML % f"{server}/gone")
    return Monitor(folder, server)


@pytest.fixture
def monitor(filled: Monitor, tmp_path: Path) -> Monitor:
    """A copy of ``filled``, to be changed."""
    folder = shutil.copytree(filled.folder, tmp_path / "copy")
    return Monitor(folder, filled.server)


@pytest.fixture
def fresh(server: str, tmp_path: Path) -> Monitor:
    """A configuration without a database."""
    return _set_up(tmp_path, server)
