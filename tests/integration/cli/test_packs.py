"""``monitor topics pack``, ``unpack``, ``add`` and ``seeds``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from monitor.domain.packs import MAX_BYTES
from tests.integration.cli.conftest import Monitor

SEED = "Dam bursts\n\nThe dam above the town has burst in the night; nobody was hurt.\n"
EVIL = "\x1b]0;pwned\x07Dam [red]bursts[/red]\u202e"
CLEANED = "]0;pwnedDam [red]bursts[/red]"


@pytest.fixture
def monitor(fresh: Monitor, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """With a database without rows, in its folder."""
    shutil.copy(sqlite_file, fresh.folder / "monitor.db")
    (fresh.folder / "dam.txt").write_text(SEED)
    monkeypatch.chdir(fresh.folder)
    return fresh


def test_a_topic_by_command(monitor: Monitor) -> None:
    said = monitor("topics", "add", "dams", "--seeds", "dam.txt", "--channel", "log").stdout
    assert said == "dams: added with 1 seed\n"
    [shown] = monitor.rows("topics", "show", "dams")
    assert (shown["origin"], shown["channels"]) == ("command", ["log"])
    [seed] = monitor.rows("topics", "seeds", "list", "dams")
    assert (seed["title"], seed["source"], seed["uploaded"]) == ("Dam bursts", "dam.txt", True)
    monitor("topics", "delete", "dams", "--yes")
    assert monitor.rows("topics", "list") == []


def test_seeds_by_command(monitor: Monitor) -> None:
    monitor("topics", "add", "dams", "--seeds", "seeds", "--seeds", "https://news.example/dam")
    assert len(monitor.rows("topics", "seeds", "list", "dams")) == 4
    said = monitor("topics", "seeds", "add", "dams", "dam.txt", "http://news.example/b").stdout
    assert said == "dams: 2 seeds given\n"
    *_, file, page = monitor.rows("topics", "seeds", "list", "dams")
    assert (file["source"], page["source"]) == ("dam.txt", "http://news.example/b")
    assert "Dam bursts" in monitor("topics", "seeds", "list", "dams").stdout
    monitor("topics", "seeds", "remove", "dams", file["id"])
    assert len(monitor.rows("topics", "seeds", "list", "dams")) == 5
    assert "dams has no seed" in monitor.error("topics", "seeds", "remove", "dams", file["id"])


def test_a_seed_of_the_configuration_is_removed_there(monitor: Monitor) -> None:
    monitor("topics", "add", "dams", "--seeds", "dam.txt")
    monitor.sql("UPDATE judgement SET seed = '/seeds/dam.txt'")
    [row] = monitor.rows("topics", "seeds", "list", "dams")
    message = monitor.error("topics", "seeds", "remove", "dams", row["id"], code=2)
    file = monitor.file
    assert message == f"error: {file}: [topics.dams] seeds: names /seeds/dam.txt: take it out there"


@pytest.mark.parametrize(
    ("command", "code", "why"),
    [
        (["add", "cables", "--seeds", "dam.txt"], 2, "has a topic cables already"),
        (["add", "dams", "--seeds", "dam.txt", "--channel", "x"], 2, 'no channel "x"'),
        (["add", "dams", "--seeds", "empty.txt"], 2, "has no readable text"),
        (["seeds", "add", "dams", "dam.txt"], 1, "no topic dams"),
        (["seeds", "list", "dams"], 1, "no topic dams"),
        (["pack", "dams"], 1, "no topic dams"),
    ],
)
def test_what_cannot_be_done(monitor: Monitor, command: list[str], code: int, why: str) -> None:
    (monitor.folder / "empty.txt").write_text("\n")
    assert why in monitor.error("topics", *command, code=code)
    assert monitor.rows("topics", "list") == []


def test_seeds_that_are_not_there(monitor: Monitor) -> None:
    (monitor.folder / "none").mkdir()
    for given, why in (
        ("absent.txt", "no such file or folder"),
        ("none", "holds no article"),
        ("http://", "is not a web address"),
    ):
        result = monitor("topics", "add", "dams", "--seeds", given, code=2)
        assert why in " ".join(result.stderr.split())


def test_packed_and_unpacked(monitor: Monitor) -> None:
    monitor("feeds", "add", "--no-check", "https://news.example/feed")
    monitor("topics", "add", "dams", "--seeds", "dam.txt", "--channel", "log")
    said = monitor("topics", "pack", "dams").stdout
    assert said.startswith("dams.topic.json: the topic dams, ")
    packed = (monitor.folder / "dams.topic.json").read_bytes()
    found = json.loads(packed)
    assert (found["format"], found["version"]) == ("news-monitor topic", 1)
    assert found["seeds"][0]["name"] == "dam.txt"
    assert found["feeds"][0]["url"] == "https://news.example/feed"
    assert b"channel" not in packed
    message = monitor.error("topics", "unpack", "dams.topic.json", code=2)
    assert "there is a topic dams already: choose another name (--name)" in message
    monitor("feeds", "remove", "https://news.example/feed")
    options = ("--name", "two", "--channel", "log", "--no-feeds")
    said = monitor("topics", "unpack", "dams.topic.json", *options).stdout
    assert said == "two: added with 1 seed, 0 labels, 0 new feeds\n"
    assert monitor.rows("feeds", "list") == []
    assert monitor.rows("topics", "show", "two")[0]["channels"] == ["log"]
    monitor("topics", "delete", "dams", "--yes")
    said = monitor("topics", "unpack", "dams.topic.json").stdout
    assert said == "dams: added with 1 seed, 0 labels, 1 new feed\n"
    monitor("topics", "pack", "dams", "--no-labels", "-o", "again.json")
    assert (monitor.folder / "again.json").read_bytes() == packed


def test_hostile_packs(monitor: Monitor) -> None:
    monitor("topics", "add", "dams", "--seeds", "dam.txt")
    monitor("topics", "pack", "dams", "--no-feeds")
    found = json.loads((monitor.folder / "dams.topic.json").read_bytes())
    found["name"] = found["seeds"][0]["name"] = found["seeds"][0]["article"]["title"] = EVIL
    (monitor.folder / "evil.json").write_text(json.dumps(found))
    said = monitor("topics", "unpack", "evil.json").stdout
    assert said == f"{CLEANED}: added with 1 seed, 0 labels, 0 new feeds\n"
    [seed] = monitor.rows("topics", "seeds", "list", CLEANED)
    assert (seed["title"], seed["source"]) == (CLEANED, CLEANED)


def test_files_that_are_no_packs(monitor: Monitor) -> None:
    large = monitor.folder / "large.json"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 10)
    assert "larger than 50 MB" in monitor.error("topics", "unpack", "large.json")
    later = {"format": "news-monitor topic", "version": 2}
    (monitor.folder / "later.json").write_text(json.dumps(later))
    message = monitor.error("topics", "unpack", "later.json")
    assert message == "error: later.json: a pack of a later version (2): update the monitor"
    assert "no topic pack" in monitor.error("topics", "unpack", "dam.txt")
    assert monitor.rows("topics", "list") == []
