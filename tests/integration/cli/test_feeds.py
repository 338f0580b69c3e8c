"""``monitor feeds``."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

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
