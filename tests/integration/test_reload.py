"""What a reloaded configuration changes while the monitor runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import daemon
from monitor.config import load
from monitor.edge.store import views
from monitor.edge.store.store import Store
from monitor.errors import ConfigError
from monitor.run.local import Engine
from tests.integration.world import AFTER, DATA, Clock, parts_for

CONFIG = f"""
[run]
ops_channels = {{ops}}
{{heartbeat}}
[topics.story]
seeds = ["{DATA / "story_seeds"}"]
channels = ["log"]
[topics.story.alerts]
kinds = {{kinds}}
[channels.log]
type = "file"
path = "alerts.jsonl"
[channels.ops]
type = "file"
path = "ops.jsonl"
"""


def test_channels_rules_and_heartbeat_are_those_of_the_new_file(
    sqlite_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    store = Store(sqlite_url)
    with parts_for(store, (), Clock(AFTER)) as parts:
        engine = Engine(parts)
        beat = 'heartbeat_url = "https://watch.example/s3cr3t"'
        path.write_text(CONFIG.format(ops='["ops"]', heartbeat=beat, kinds='["new_event", "feed"]'))
        daemon.resync(lambda: load(path, {}), engine)
        assert engine.parts.rules.tell == ("ops", "log")
        assert engine.parts.rules.review_url == parts.rules.review_url
        assert sorted(engine.parts.channels) == ["log", "ops"]
        assert engine.parts.heartbeat is not None
        assert engine.parts.models is parts.models, "what is remembered is not forgotten"
        [topic] = store.read(views.topics)
        assert topic.channels == ("log",)
    store.close()


def test_a_wrong_file_changes_nothing(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(sqlite_url)
    with parts_for(store, (), Clock(AFTER)) as parts:
        engine = Engine(parts)

        def reload() -> None:
            raise ConfigError("config.toml: [run] tick: is not right")

        daemon.resync(reload, engine)  # type: ignore[arg-type]
        assert engine.parts is parts
        assert "the old one stays in force" in caplog.text
    store.close()
