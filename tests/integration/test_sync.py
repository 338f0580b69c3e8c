"""From the configuration into the database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config import load
from monitor.domain import language, pages
from monitor.edge.store import health, views
from monitor.edge.store.store import Store
from monitor.errors import ConfigError
from monitor.sync import sync

NOW = datetime(2025, 6, 1, tzinfo=UTC)
OPML = """<?xml version="1.0"?><opml version="2.0"><body>
<outline text="Asia"><outline type="rss" text="B &amp; C" xmlUrl="https://b.example/rss"/></outline>
<outline type="rss" text="file:" xmlUrl="file:///etc/passwd"/></body></opml>"""
SEED = (
    "Ministers agree on joint research\n\nThe two ministers agreed on Friday to study {} together."
)


def configure(folder: Path, text: str, *seeds: str) -> Path:
    for name in seeds:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(SEED.format(path.stem * 3))
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_files_folders_addresses_and_opml(tmp_path: Path, sqlite_url: str) -> None:
    store = Store(sqlite_url)
    path = configure(
        tmp_path,
        'opml = ["f.opml"]\n[[feeds]]\nurl = "https://a.example/rss"\nname = "A"\n'
        '[topics.t]\nseeds = ["one.txt", "many", "https://c.example/x?utm_source=y"]\n',
        "one.txt",
        "many/two.txt",
        "many/three.md",
        "many/.hidden.txt",
        "many/notes.pdf",
    )
    (tmp_path / "f.opml").write_text(OPML)
    for _ in range(2):
        sync(load(path, {}), store, NOW)
        assert [(feed.name, feed.tags) for feed in store.read(health.feeds, NOW)] == [
            ("A", ()),
            ("B & C", ("Asia",)),
        ]
        topic = store.read(views.topic, "t")
        states = [(Path(seed.source).name, seed.state) for seed in topic.seeds]
        assert states == [
            ("one.txt", "collected"),
            ("three.md", "collected"),
            ("two.txt", "collected"),
            ("x?utm_source=y", "new"),
        ]
    store.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[topics.t]\nseeds = ["none.txt"]', "no such file or folder"),
        ('[topics.t]\nseeds = ["empty"]', "holds no article"),
        ('[topics.t]\nseeds = ["blank.txt"]', "blank.txt"),
        ('[topics.t]\nseeds = ["https://[bad"]', "https://\\[bad"),
        ('opml = ["none.opml"]', "none.opml: cannot be read"),
        ('opml = ["blank.txt"]', "holds no feed"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_changes(
    tmp_path: Path, sqlite_url: str, text: str, said: str
) -> None:
    store = Store(sqlite_url)
    (tmp_path / "empty").mkdir()
    path = configure(tmp_path, f'{text}\n[[feeds]]\nurl = "https://a.example/rss"\n')
    (tmp_path / "blank.txt").write_text(" \n")
    with pytest.raises(ConfigError, match=said) as caught:
        sync(load(path, {}), store, NOW)
    assert str(path) in str(caught.value)
    assert store.read(health.feeds, NOW) == []
    store.close()


def test_the_language_of_a_seed_is_found_once(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What finds it takes half a second to load, at each start."""
    store, read = Store(sqlite_url), list[str]()
    path = configure(tmp_path, '[topics.t]\nseeds = ["one.txt"]\n', "one.txt")

    def identify(text: str, declared: str = "") -> str:
        read.append(text)
        return language.identify(text, declared)

    monkeypatch.setattr(pages, "identify", identify)
    for _ in range(2):
        sync(load(path, {}), store, NOW)
    assert len(read) == 1
    (tmp_path / "one.txt").write_text(SEED.format("another"))
    sync(load(path, {}), store, NOW)
    assert len(read) == 2
    assert [seed.language for seed in store.read(views.seed_articles, "t")] == ["en"]
    store.close()
