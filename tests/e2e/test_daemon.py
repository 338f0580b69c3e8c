"""The daemon as a process: killed, stopped, started twice, reloaded."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.edge.store import topics
from monitor.edge.store.lock import daemon_lock
from monitor.edge.store.store import Store
from tests.e2e.daemon import log_of, monitor
from tests.e2e.kill import kill_at_random
from tests.e2e.kill_deliveries import kill_while_sending
from tests.e2e.newsstand import serve
from tests.integration.world import load

STORIES = load("stories.jsonl")


def wait_for(condition: Callable[[], bool], config: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(log_of(config))
        time.sleep(0.05)


def test_kills_lose_and_double_nothing() -> None:
    report = kill_at_random(2, random.Random(5), [s for s in STORIES if s.event or s.id < "n05"])
    assert report.good, str(report)
    assert report.messages.due >= report.alerts > 0
    assert report.events == len({story.event for story in STORIES if story.event})


def test_kills_while_messages_are_sent_repeat_only_those_in_hand() -> None:
    report = kill_while_sending(3, 24, random.Random(5))
    assert report.good, str(report)
    assert report.messages.due == 72


def test_a_daemon_keeps_others_out_reloads_and_stops(tmp_path: Path) -> None:
    with serve(STORIES[:10]) as stand:
        config = stand.config(tmp_path)
        whole = config.read_text()
        topic, feed = whole.index("[topics."), whole.index("[[feeds]]")
        second = whole.index("[[feeds]]", feed + 1)
        config.write_text(whole[:topic] + whole[feed:second])
        daemon = monitor(config, "run")
        wait_for(lambda: "new of" in log_of(config), config)
        assert monitor(config, "run", "--once").wait(20) == 3
        assert f"process {daemon.pid}" in log_of(config)
        config.write_text(whole)
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: "configuration reloaded" in log_of(config), config)
        wait_for(lambda: f"feed {stand.feeds[1]}: 1 new of 1" in log_of(config), config)
        assert channels_in_use(tmp_path) == {"log", "desk"}
        config.write_text("nonsense")
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: "the old one stays in force" in log_of(config), config)
        assert daemon.poll() is None
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(20) == 0
        assert time.monotonic() - began < 5
        assert "Traceback" not in log_of(config)


def channels_in_use(folder: Path) -> set[str]:
    store = Store(f"sqlite:///{folder}/monitor.db")
    found = store.read(topics.channels_in_use)
    store.close()
    return found


def test_a_daemon_that_gives_way_has_migrated_nothing(tmp_path: Path) -> None:
    with serve(STORIES[:1]) as stand:
        config = stand.config(tmp_path)
        store = Store(f"sqlite:///{tmp_path}/monitor.db")
        with daemon_lock(store):
            for command in (("run",), ("db", "upgrade")):
                assert monitor(config, *command).wait(20) == 3
        assert not (tmp_path / "monitor.db").exists()


def test_a_database_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    with serve(STORIES[:1]) as stand:
        config = stand.config(tmp_path)
        there = "postgresql://me:s3cr3t@127.0.0.1:1/none"
        config.write_text(config.read_text().replace("sqlite:///monitor.db", there))
        assert monitor(config, "run").wait(20) == 1
        assert len(log_of(config).splitlines()) == 1
        assert "check [database] url" in log_of(config)
        assert "s3cr3t" not in log_of(config)


@pytest.mark.parametrize("line", ['[web]\nlisten = "10.0.0.1:80"', 'topics.x.seeds = ["none.txt"]'])
def test_what_is_wrong_with_the_configuration_is_said_in_one_message(
    tmp_path: Path, line: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(line + "\n")
    assert monitor(config, "run", "--once").wait(20) == 2
    assert "Traceback" not in log_of(config)
    assert str(config) in log_of(config)


def test_workers_share_the_work_of_a_postgres_database(tmp_path: Path, postgres_url: str) -> None:
    with serve(STORIES[:20]) as stand:
        config = stand.config(tmp_path, interval="1h")
        url = postgres_url.replace("+psycopg", "")
        config.write_text(config.read_text().replace("sqlite:///monitor.db", url))
        workers = [monitor(config, "worker") for _ in range(2)]
        wait_for(lambda: "sent on desk" in log_of(config), config)
        assert monitor(config, "run").wait(20) == 3
        began = time.monotonic()
        for worker, number in zip(workers, (signal.SIGTERM, signal.SIGINT), strict=True):
            worker.send_signal(number)
        assert [worker.wait(20) for worker in workers] == [0, 0]
        assert time.monotonic() - began < 5
        assert "Traceback" not in log_of(config)
