"""The command line on a real database, filled by ``monitor run --once`` from a local server."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import Result
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner

from monitor import __version__
from monitor.cli import app
from monitor.cli.logs import Lines

DATA = Path(__file__).parents[1] / "data"
TOLD = ("s01", "s02", "s03", "s10", "s20", "n01", "n02", "n03", "n09", "n13", "n15")
MATCH_KEYS = [
    "id",
    "topic",
    "url",
    "title",
    "source",
    "published",
    "score",
    "event",
    "copy_of",
    "label",
    "text_from",
]
EVENT_KEYS = ["id", "topic", "title", "opened_at", "last_seen", "matches", "sources"]
ALERT_KEYS = [
    "id",
    "kind",
    "topic",
    "event",
    "channel",
    "state",
    "attempts",
    "created_at",
    "sent_at",
    "error",
]
FEED_KEYS = [
    "url",
    "name",
    "state",
    "next_poll_at",
    "last_success_at",
    "failures",
    "last_error",
    "entries",
]

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


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
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


# ------------------------------------------------------------------ the root


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['monitor', '--help']\n"
        "from monitor.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(eval(done.stderr))
    heavy = "sqlalchemy pydantic sklearn numpy scipy httpx alembic apscheduler lxml ada_url uvicorn"
    assert loaded.isdisjoint(heavy.split())
    assert loaded.isdisjoint({"monitor.app", "monitor.config", "monitor.types", "rich"})
    for command in ("run", "worker", "demo", "explain", "topics", "feeds", "matches", "events"):
        assert f"  {command} " in done.stdout


@pytest.mark.parametrize("noun", ["topics", "feeds", "matches", "events", "alerts", "db", "config"])
def test_every_command_has_help(noun: str, filled: Monitor) -> None:
    shown = filled(noun, "--help").stdout
    commands = [line.split()[0] for line in shown.split("Commands:")[1].splitlines() if line]
    for command in commands:
        assert "Usage: " in filled(noun, command, "--help").stdout


def test_version(filled: Monitor) -> None:
    assert filled("--version").stdout == f"monitor {__version__}\n"


@pytest.mark.parametrize("args", [["nonsense"], ["feeds", "nonsense"], ["matches", "list", "--x"]])
def test_usage_errors(filled: Monitor, args: list[str]) -> None:
    assert "Usage: " in filled(*args, code=2).stderr


def test_configuration_from_the_environment(filled: Monitor) -> None:
    result = CliRunner().invoke(app, ["feeds", "list"], env={"MONITOR_CONFIG": str(filled.file)})
    assert result.exit_code == 0
    assert "/feed" in result.stdout


def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--config", str(tmp_path / "no.toml"), "feeds", "list"])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {tmp_path / 'no.toml'}: no such file")


def test_every_problem_of_a_configuration_is_a_line(fresh: Monitor) -> None:
    fresh.rewrite("min_gap =", "min_gape =")
    fresh.rewrite("workers = 1", 'workers = "x"')
    lines = fresh("config", "check", code=2).stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error: ") for line in lines)


def test_a_missing_database_names_the_remedy(fresh: Monitor) -> None:
    for args in (["feeds", "list"], ["matches", "list", "--json"], ["db", "check"]):
        assert "monitor db upgrade" in fresh.error(*args)


def test_text_that_is_not_utf8_is_refused(filled: Monitor) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "topics", "show", b"\xff"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")
    assert done.stderr.count(b"\n") == 1


def test_a_closed_pipe_is_no_error(filled: Monitor) -> None:
    command = f"{sys.executable} -m monitor --config {filled.file} config show | true"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""


def test_a_full_disk_is_one_line(filled: Monitor) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", "--config", str(filled.file), "config", "show"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "error: output: No space left on device\n"


# ------------------------------------------------------------------ run


def test_run_logs_plain_lines(filled: Monitor) -> None:
    said = (filled.folder / "said").read_text()
    for line in said.splitlines():
        datetime.strptime(line[:9], "%H:%M:%S ")
    assert f"{len(TOLD)} new of {len(TOLD)}" in said
    assert "HTTP/1.1" not in said


def test_log_lines_stay_lines() -> None:
    record = logging.makeLogRecord({"msg": "feed %s", "args": ("a\nb\x1b[2J",), "created": 3661.5})
    assert Lines().format(record) == "01:01:01 feed a b[2J"


def test_run_stops_on_ctrl_c(monitor: Monitor) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "--config", str(monitor.file), "run"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"MONITOR__WEB__LISTEN": "127.0.0.1:0"},
    ) as running:
        assert running.stderr is not None
        assert any("page on http://" in line for line in running.stderr)  # it listens by now
        assert "already runs" in monitor.error("run", "--once", code=3)
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert running.returncode == 0
    assert rest.endswith(" stopping\n")


def test_ctrl_c_ends_a_command_with_130(filled: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.config.load", interrupted)
    assert filled("feeds", "list", code=130).output == ""


def test_worker_needs_postgres(fresh: Monitor) -> None:
    assert "postgres" in fresh.error("worker", code=2).lower()


def test_demo_is_called_with_its_options(filled: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, object]] = []
    monkeypatch.setattr("monitor.demo.run.main", lambda **given: calls.append(given))
    filled("demo")
    filled("demo", "--exit", "--speed", "5")
    assert calls == [
        {"exit_at_end": False, "speed": None},
        {"exit_at_end": True, "speed": 5.0},
    ]


# ------------------------------------------------------------------ matches


def test_matches_as_json(filled: Monitor) -> None:
    rows = filled.rows("matches", "list")
    assert len(rows) >= 4
    for row in rows:
        assert list(row) == MATCH_KEYS
        assert row["topic"] == "cables"
        assert datetime.fromisoformat(row["published"]).utcoffset() is not None
    assert [row["published"] for row in rows] == sorted(
        (r["published"] for r in rows), reverse=True
    )


def test_matches_filters(filled: Monitor) -> None:
    rows = filled.rows("matches", "list")
    best = max(row["score"] for row in rows)
    event = rows[0]["event"]
    assert len(filled.rows("matches", "list", "--limit", 1)) == 1
    assert [r["score"] for r in filled.rows("matches", "list", "--min-score", best)] == [best]
    assert {r["event"] for r in filled.rows("matches", "list", "--event", event)} == {event}
    assert filled.rows("matches", "list", "--topic", "cables") == rows
    late = filled.rows("matches", "list", "--since", "2025-06-09")
    assert late == [row for row in rows if row["published"] >= "2025-06-09"] != rows
    assert filled.rows("matches", "list", "--since", "2025-06-09T10:15:00+00:00") == late
    assert filled.rows("matches", "list", "--since", "1d") == []
    assert filled.rows("matches", "list", "--since", "30000d") == rows


@pytest.mark.parametrize("since", ["yesterday", "7 weeks", "", "99999999999d", "9999999d"])
def test_matches_since_nonsense(filled: Monitor, since: str) -> None:
    assert "--since" in filled("matches", "list", "--since", since, code=2).stderr


def test_matches_of_what_is_not_there(filled: Monitor) -> None:
    assert filled.error("matches", "list", "--topic", "x") == (
        "error: no topic x: see `monitor topics list`"
    )
    assert "no event 99" in filled.error("matches", "list", "--event", 99)
    assert "no match 99" in filled.error("matches", "show", 99)
    assert "ID" in filled("matches", "show", 2**31, code=2).stderr


def test_matches_table_fits_the_terminal(monitor: Monitor) -> None:
    monitor.sql(
        "UPDATE article SET title = ? WHERE id = (SELECT max(article_id) FROM judgement "
        "WHERE event_id IS NOT NULL AND seed IS NULL)",
        "[bold]x[/bold] [/] \x1b[31mred\x1b]0;owned\x07 \x9b2J :smile:\nnext " + "long " * 80,
    )
    shown = monitor("matches", "list", env={"COLUMNS": "120"}).stdout
    assert "[bold]x[/bold] [/] [31mred" in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 120
    assert len(lines) == 1 + len(monitor.rows("matches", "list"))
    raw = monitor("matches", "list", "--json").stdout
    assert raw.isascii()
    assert "\x1b" not in raw


def test_matches_table_ends_somewhere(filled: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.cli.output.SHOWN", 2)
    for noun in ("matches", "events"):
        result = filled(noun, "list")
        assert len(result.stdout.splitlines()) == 1 + 2
        assert result.stderr == "the first 2: --limit N shows more, --json all\n"
        assert filled(noun, "list", "--limit", 3).stderr == ""
        assert len(filled.rows(noun, "list")) > 2


def test_matches_show(filled: Monitor) -> None:
    [row, *_] = filled.rows("matches", "list")
    [shown] = filled.rows("matches", "show", row["id"])
    assert {key: shown[key] for key in MATCH_KEYS} == row
    assert shown["feeds"] == ["The [bold]Gulf[/bold] Post"]
    text = filled("matches", "show", row["id"]).stdout
    assert row["url"] in text
    assert "a match: score" in text
    assert "The [bold]Gulf[/bold] Post" in text


def test_matches_label(monitor: Monitor) -> None:
    [row, other, *_] = monitor.rows("matches", "list")
    monitor("matches", "label", row["id"], "irrelevant")
    assert monitor.rows("matches", "list")[0]["label"] == "irrelevant"
    unlabelled = monitor.rows("matches", "list", "--unlabelled")
    assert unlabelled[0] == other
    monitor("matches", "label", row["id"], "none")
    assert monitor.rows("matches", "list")[0] == row
    assert "no match 9999" in monitor.error("matches", "label", 9999, "relevant")
    assert "perhaps" in monitor("matches", "label", row["id"], "perhaps", code=2).stderr


# ------------------------------------------------------------------ events, alerts


def test_events(filled: Monitor) -> None:
    rows = filled.rows("events", "list")
    assert all(list(row) == EVENT_KEYS for row in rows)
    assert sum(row["matches"] for row in rows) == len(filled.rows("matches", "list"))
    assert rows[0]["title"][:20] in filled("events", "list").stdout
    [shown] = filled.rows("events", "show", rows[0]["id"])
    assert shown.pop("members") == filled.rows("matches", "list", "--event", rows[0]["id"])
    assert shown == rows[0]
    assert rows[0]["title"] in filled("events", "show", rows[0]["id"]).stdout
    assert len(filled.rows("events", "list", "--limit", 1)) == 1
    assert "no event 999" in filled.error("events", "show", 999)
    assert "no topic x" in filled.error("events", "list", "--topic", "x")


def test_alerts(monitor: Monitor) -> None:
    rows = monitor.rows("alerts", "list")
    assert len(rows) == len(monitor.rows("events", "list"))
    assert all(list(row) == ALERT_KEYS for row in rows)
    assert {row["state"] for row in rows} == {"sent"}
    assert "new_event" not in monitor("alerts", "list", "--state", "dead").stdout
    monitor("alerts", "resend", rows[0]["id"])
    assert [row["id"] for row in monitor.rows("alerts", "list", "--state", "pending")] == [
        rows[0]["id"]
    ]
    assert "no alert 999" in monitor.error("alerts", "resend", 999)
    assert "x" in monitor("alerts", "list", "--state", "x", code=2).stderr


def test_alerts_test(fresh: Monitor) -> None:
    assert fresh("alerts", "test", "log").stdout == "sent to log\n"
    [line] = (fresh.folder / "alerts.jsonl").read_text().splitlines()
    assert json.loads(line)["kind"] == "test"
    assert 'no channel "nope"' in fresh.error("alerts", "test", "nope", code=2)
    assert "DESK_HOOK" in fresh.error("alerts", "test", "desk", code=2)
    fresh.rewrite('"alerts.jsonl"', '"config.toml/alerts.jsonl"')
    assert "alerts.jsonl" in fresh.error("alerts", "test", "log")


# ------------------------------------------------------------------ feeds


def test_feeds_list(filled: Monitor) -> None:
    good, bad = filled.rows("feeds", "list")[::-1]
    assert list(good) == list(bad) == FEED_KEYS
    assert (good["name"], good["entries"], good["failures"]) == (
        "The [bold]Gulf[/bold] Post",
        len(TOLD),
        0,
    )
    result = filled("feeds", "list")
    assert "failing" in result.stdout
    assert "Listed: 1 failure in a row: " in result.stderr


def test_feeds_come_and_go(monitor: Monitor) -> None:
    url = "https://news.example/feed"
    options = ["--name", "News", "--interval", "1h", "--tag", "a", "--tag", "b"]
    assert "added" in monitor("feeds", "add", url, *options).stdout
    assert "known" in monitor("feeds", "add", url).stdout
    monitor("feeds", "pause", url)
    assert {"url": url, "state": "paused"}.items() <= monitor.rows("feeds", "list")[1].items()
    monitor("feeds", "resume", url)
    assert monitor.rows("feeds", "list")[1]["state"] == "active"
    monitor("feeds", "remove", url)
    for command in ("remove", "pause", "resume"):
        assert f"no feed {url}" in monitor.error("feeds", command, url)


@pytest.mark.parametrize("url", ["news.example", "ftp://news.example/", "http://", "javascript:1"])
def test_feeds_add_nonsense(filled: Monitor, url: str) -> None:
    assert "URL" in filled("feeds", "add", url, code=2).stderr


def test_feeds_add_wrong_interval(filled: Monitor) -> None:
    result = filled("feeds", "add", "https://e.example", "--interval", "soon", code=2)
    assert "--interval" in result.stderr


def test_feeds_of_a_file_are_removed_there(filled: Monitor) -> None:
    assert f"of {filled.file}:" in filled.error("feeds", "remove", f"{filled.server}/feed", code=2)
    assert "more.opml" in filled.error("feeds", "remove", f"{filled.server}/gone", code=2)


def test_feeds_export_and_import(monitor: Monitor, tmp_path: Path) -> None:
    monitor("feeds", "add", "https://a.example/?x=1&y=2", "--name", "<A> & \x0b\x1bB", "--tag", "a")
    file = tmp_path / "out.opml"
    assert "3 feeds" in monitor("feeds", "export", file).stdout
    assert monitor("feeds", "export").stdout_bytes == file.read_bytes()
    root = ElementTree.parse(file).getroot()
    assert root.get("version") == "2.0"
    found = {outline.get("xmlUrl") for outline in root.iterfind("body//outline[@type='rss']")}
    assert found == {row["url"] for row in monitor.rows("feeds", "list")}
    assert [f.get("text") for f in root.iterfind("body/outline[@text='a']/outline")] == ["<A> & B"]
    assert "0 feeds added, 3 known" in monitor("feeds", "import", file).stdout
    monitor("feeds", "remove", "https://a.example/?x=1&y=2")
    assert "1 feed added, 2 known" in monitor("feeds", "import", file).stdout


def test_feeds_import_and_export_of_bad_files(filled: Monitor, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.opml"
    nothing.write_text("<html>no")
    assert "no feed" in filled.error("feeds", "import", nothing)
    assert "absent" in filled("feeds", "import", tmp_path / "absent", code=2).stderr
    assert "cannot be written" in filled.error("feeds", "export", tmp_path / "no" / "file")


def test_feeds_test(fresh: Monitor) -> None:
    shown = fresh("feeds", "test", f"{fresh.server}/feed").stdout.splitlines()
    assert shown[0] == f"The [bold]Gulf[/bold] Post: {len(TOLD)} entries"
    assert "2025-06-14 07:25" in shown[2]
    assert len(shown) == 2 + 10
    assert "nothing at this address" in fresh.error("feeds", "test", f"{fresh.server}/gone")
    assert fresh.error("feeds", "test", f"{fresh.server}/page").startswith("error: ")
    assert "private" in fresh.error("feeds", "test", "http://10.0.0.1/feed")
    assert not (fresh.folder / "monitor.db").exists()


# ------------------------------------------------------------------ topics


def test_topics(filled: Monitor) -> None:
    [row] = filled.rows("topics", "list")
    assert (row["name"], row["state"], row["articles"]) == ("cables", "active", len(TOLD))
    [shown] = filled.rows("topics", "show", "cables")
    assert len(shown.pop("seeds")) == 3
    assert shown == row
    assert "cables" in filled("topics", "list").stdout
    assert "heron" in filled("topics", "show", "cables").stdout.lower()
    assert "no topic x" in filled.error("topics", "show", "x")


def test_topics_check_needs_no_database(fresh: Monitor) -> None:
    rows = fresh.rows("topics", "check")
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert all(row["similarity"] > 0.03 and row["words"] > 50 for row in rows)
    assert rows == fresh.rows("topics", "check", "cables")
    assert rows[0]["title"][:20] in fresh("topics", "check").stdout
    assert "no topic x" in fresh.error("topics", "check", "x")


def test_topics_check_says_what_is_wrong(fresh: Monitor) -> None:
    (fresh.folder / "seeds" / "zz.txt").write_text("Tiny\n\nOne line only.\n")
    fresh.rewrite('["seeds"]', '["seeds", "https://news.example/a"]')
    shown = fresh("topics", "check").stdout
    assert "seed 4: too short: " in shown
    assert "seed https://news.example/a: not checked" in shown


def test_topics_check_uses_stored_pages(monitor: Monitor) -> None:
    url = f"{monitor.server}/s10"
    monitor.rewrite('["seeds"]', f'["seeds", "{url}"]')
    monitor.sql(
        "UPDATE judgement SET seed = ? WHERE article_id = (SELECT id FROM article WHERE url = ?)",
        url,
        url,
    )
    assert [row["number"] for row in monitor.rows("topics", "check")] == [1, 2, 3, 4]


def test_topics_check_without_a_usable_seed(fresh: Monitor) -> None:
    fresh.rewrite('["seeds"]', '["https://news.example/a"]')
    result = fresh("topics", "check", code=1)
    assert "error: [topics.cables] has no usable seed" in result.stderr
    fresh.rewrite('["https://news.example/a"]', '["absent"]')
    assert "[topics.cables] seeds" in fresh.error("topics", "check", code=2)


def test_topics_delete(monitor: Monitor) -> None:
    message = monitor.error("topics", "delete", "cables", "--yes", code=2)
    assert message == f"error: remove [topics.cables] from {monitor.file} first"
    monitor.rewrite("[topics.cables]", "[topics.other]")
    assert "--yes" in monitor.error("topics", "delete", "cables", code=2)
    monitor("topics", "delete", "cables", "--yes")
    assert monitor.rows("matches", "list") == []
    assert "no topic cables" in monitor.error("topics", "delete", "cables", "--yes")
    assert "no matches" in monitor("matches", "list").stderr


def test_topics_delete_asks_on_a_terminal(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.rewrite("[topics.cables]", "[topics.other]")
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("monitor.cli.topics.sys", terminal)
    asked = monitor("topics", "delete", "cables", input="n\n", code=1).stderr
    assert asked.startswith("Delete cables with 5 matches and their labels?")
    assert [row["name"] for row in monitor.rows("topics", "list")] == ["cables"]
    monitor("topics", "delete", "cables", input="y\n")
    assert monitor.rows("topics", "list") == []


# ------------------------------------------------------------------ explain


def test_explain_a_match(filled: Monitor) -> None:
    [match, *_] = filled.rows("matches", "list")
    [told] = filled.rows("explain", match["id"])
    assert told["match"] == match["id"]
    assert sum(term["part"] for term in told["terms"]) == pytest.approx(told["score"])
    assert told == filled.rows("explain", match["url"])[0]
    shown = filled("explain", match["id"]).stdout
    assert "at or above the threshold" in shown
    assert told["nearest_seed"] in shown
    lines = shown.split("term", 1)[1].splitlines()[1:]
    parts = [float(line.split()[0]) for line in lines]
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.002)
    assert parts[-1] == pytest.approx(match["score"], abs=0.0001)


def test_explain_what_did_not_match(filled: Monitor) -> None:
    [told] = filled.rows("explain", f"{filled.server}/n01", "--topic", "cables")
    assert told["event"] is None
    assert told["score"] < told["threshold"]
    shown = filled("explain", f"{filled.server}/n01").stdout
    assert "below the threshold" in shown
    assert "not relevant" in shown


def test_explain_a_file(filled: Monitor, tmp_path: Path) -> None:
    [seed, *_] = (filled.folder / "seeds").iterdir()
    file = tmp_path / "copied.txt"
    file.write_bytes(seed.read_bytes())
    [told] = filled.rows("explain", file)
    assert told["match"] is None
    assert told["relevant"]


@pytest.mark.parametrize("what", ["99", "9" * 30, "no/such/file", "seeds"])
def test_explain_nothing(filled: Monitor, what: str) -> None:
    filled.error("explain", what)


# ------------------------------------------------------------------ db, config


def test_db(fresh: Monitor) -> None:
    assert "migrated from nothing to " in fresh("db", "upgrade").stdout
    assert "nothing to do" in fresh("db", "upgrade").stdout
    assert "fine" in fresh("db", "check").stdout
    for noun in ("topics", "feeds", "matches", "events", "alerts"):
        result = fresh(noun, "list")
        assert result.stdout == ""
        assert result.stderr.startswith("no ")
        assert fresh(noun, "list", "--json").output == ""
    fresh.sql("UPDATE alembic_version SET version_num = '9999'")
    assert "newer" in fresh.error("db", "check")


def test_config_show_hides_secrets(fresh: Monitor) -> None:
    address = "postgresql://me:s3cret@db.example/news?password=s3cret"
    shown = fresh("config", "show", env={"MONITOR__DATABASE__URL": address}).stdout
    data = tomllib.loads(shown)
    assert "hunter2" not in shown
    assert "s3cret" not in shown
    assert data["channels"]["mail"]["password"] == "***"
    assert data["channels"]["desk"]["webhook_url"] == "${DESK_HOOK}"
    assert data["channels"]["mail"]["from"] == "m@example.org"
    assert data["database"]["url"] == "postgresql://me:***@db.example/news?password=***"
    assert data["feeds"][0]["interval"] == "30m"


def test_config_show_is_a_configuration(fresh: Monitor) -> None:
    shown = fresh("config", "show").stdout
    (fresh.folder / "config.toml").write_text(shown)
    assert fresh("config", "show").stdout == shown


def test_config_check(fresh: Monitor) -> None:
    said = fresh("config", "check").stdout
    assert said == f"{fresh.file}: fine: 2 feeds, 1 topic, 1 channel in use\n"
    fresh.rewrite('channels = ["log"]', 'channels = ["desk"]')
    assert "DESK_HOOK" in fresh.error("config", "check", code=2)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"more.opml"', '"absent.opml"', "absent.opml"),
        ('["seeds"]', '["absent"]', "[topics.cables] seeds"),
        ('["127.0.0.1"]', '["10.0.0.0/99"]', "allow_private"),
        ("[fetch]", '[database]\nurl = "mysql://x"\n[fetch]', "[database] url"),
    ],
)
def test_config_check_finds(fresh: Monitor, old: str, new: str, named: str) -> None:
    fresh.rewrite(old, new)
    assert named in fresh.error("config", "check", code=2)
