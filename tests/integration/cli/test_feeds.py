"""``monitor feeds``."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from monitor.config import load
from monitor.sync import feeds_of
from tests.integration.cli.conftest import TOLD, Monitor

FEED_KEYS = [
    "url",
    "name",
    "state",
    "next_poll_at",
    "last_success_at",
    "failures",
    "last_error",
    "entries",
    "failing_since",
    "last_entry_at",
    "usual_gap",
    "silent",
    "lost_at",
    "moved_to",
    "value",
    "drop",
    "health",
]


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
    assert "Listed: 1 failure in a row since " in result.stderr
    assert "new articles in the last 24 hours" in result.stderr


def test_feeds_come_and_go(monitor: Monitor) -> None:
    url = "https://news.example/feed"
    options = ["--no-check", "--name", "News", "--interval", "1h", "--tag", "a", "--tag", "b"]
    assert "added" in monitor("feeds", "add", url, *options).stdout
    assert "known" in monitor("feeds", "add", url, "--no-check").stdout
    monitor("feeds", "pause", url)
    assert {"url": url, "state": "paused"}.items() <= monitor.rows("feeds", "list")[1].items()
    monitor("feeds", "resume", url)
    assert monitor.rows("feeds", "list")[1]["state"] == "active"
    monitor("feeds", "remove", url)
    for command in ("remove", "pause", "resume"):
        assert f"no feed {url}" in monitor.error("feeds", command, url)


@pytest.mark.parametrize("url", ["news.example", "ftp://news.example/", "http://", "javascript:1"])
def test_feeds_add_nonsense(filled: Monitor, url: str) -> None:
    assert "URL" in filled("feeds", "add", url, "--no-check", code=2).stderr


def test_feeds_add_wrong_interval(filled: Monitor) -> None:
    result = filled("feeds", "add", "https://e.example", "--interval", "soon", code=2)
    assert "--interval" in result.stderr


def test_feeds_of_a_file_are_removed_there(filled: Monitor) -> None:
    assert f"of {filled.file}:" in filled.error("feeds", "remove", f"{filled.server}/feed", code=2)
    assert "more.opml" in filled.error("feeds", "remove", f"{filled.server}/gone", code=2)


def test_feeds_export_and_import(monitor: Monitor, tmp_path: Path) -> None:
    url = "https://a.example/?x=1&y=2"
    named = ["--name", "<A> & \x0b\x1bB", "--tag", "a", "--tag", "b"]
    monitor("feeds", "add", url, "--no-check", *named)
    monitor("feeds", "add", "https://b.example/", "--no-check", "--tag", "x, y/z", "--tag", "a")
    file = tmp_path / "out.opml"
    assert "4 feeds" in monitor("feeds", "export", file).stdout
    assert monitor("feeds", "export").stdout_bytes == file.read_bytes()
    root = ElementTree.parse(file).getroot()
    assert root.get("version") == "2.0"
    found = {outline.get("xmlUrl") for outline in root.iterfind("body//outline[@type='rss']")}
    assert found == {row["url"] for row in monitor.rows("feeds", "list")}
    assert [f.get("text") for f in root.iterfind("body/outline[@text='a']/outline")] == ["<A> & B"]
    assert "0 feeds added, 4 known" in monitor("feeds", "import", file).stdout
    for gone in (url, "https://b.example/"):
        monitor("feeds", "remove", gone)
    result = monitor("feeds", "import", file)
    assert result.stdout == f"{file}: 2 feeds added, 2 known already\n"
    assert result.stderr == ""
    again = tmp_path / "again.opml"
    monitor("feeds", "export", again)
    assert again.read_bytes() == file.read_bytes()


def test_feeds_import_says_what_it_leaves_out(monitor: Monitor, tmp_path: Path) -> None:
    file = tmp_path / "some.opml"
    broken = "".join(f'<outline text="{n}" xmlUrl="ftp://a.example/{n}"/>' for n in range(5))
    file.write_text(f'<opml>{broken}<outline xmlUrl="https://a.example/"/></opml>')
    result = monitor("feeds", "import", file)
    assert "1 feed added, 0 known already, 5 left out" in result.stdout
    *shown, rest = result.stderr.splitlines()
    assert [line[:12] for line in shown] == ["left out: 0:", "left out: 1:", "left out: 2:"]
    assert rest == "and 2 more"


def test_what_a_listed_file_leaves_out_is_logged(
    fresh: Monitor, caplog: pytest.LogCaptureFixture
) -> None:
    broken = "".join(f'<outline text="{n}" xmlUrl="ftp://a.example/{n}"/>' for n in range(5))
    file = fresh.folder / "more.opml"
    file.write_text(f'<opml>{broken}<outline xmlUrl="https://a.example/"/></opml>')
    assert len(list(feeds_of(load(fresh.file)))) == 2
    assert [message[:23] for message in caplog.messages] == [
        "more.opml: left out: 0:",
        "more.opml: left out: 1:",
        "more.opml: left out: 2:",
        "more.opml: 5 outlines i",
    ]


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
