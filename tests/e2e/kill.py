"""Kill the daemon at random moments while it works through an archive: what is lost, what doubled?

``make bench-kill`` runs it with 50 kills and writes the result down; the test-suite with 5.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.edge.store.store import Store
from tests.e2e.newsstand import Newsstand, serve
from tests.integration.world import Outcome, load, outcome

SHORTEST, LONGEST = 0.8, 4.0
"""Seconds from a start to its kill; a start takes about the first of them."""


@dataclass(frozen=True)
class Report:
    kills: int
    articles: int
    matches: int
    events: int
    alerts: int
    """Deliveries due: alerts times channels."""
    lost: int
    """Deliveries that never arrived."""
    repeated: int
    """Messages that arrived twice: only a kill between sending and marking may do that."""
    same: bool
    """Articles, scores, events and alerts are those of a run that was left in peace."""

    @property
    def good(self) -> bool:
        return self.same and not self.lost and self.repeated <= self.kills

    def __str__(self) -> str:
        return (
            f"{self.kills} kills; {self.articles} articles, {self.matches} matches, "
            f"{self.events} events, {self.alerts} deliveries: {self.lost} lost, "
            f"{self.repeated} repeated within the send-to-mark window; "
            f"result {'the same as' if self.same else 'NOT THAT OF'} an undisturbed run"
        )


def monitor(config: Path, *words: str) -> subprocess.Popen[bytes]:
    with (config.parent / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", "--config", str(config), *words],
            stdout=log,
            stderr=log,
        )


def finish(config: Path) -> None:
    """Run to the end of what is due; a page or message put off by a kill waits for its time."""
    done = monitor(config, "run", "--once").wait(120)
    if done:
        raise RuntimeError(f"`run --once` ended with {done}: {(config.parent / 'log').read_text()}")


def kill_at_random(kills: int, chance: random.Random) -> Report:
    stories = [*load("stories.jsonl"), *load("tellings.jsonl")]
    with serve(stories) as stand, tempfile.TemporaryDirectory() as name:
        peace, war = Path(name, "peace"), Path(name, "war")
        peace.mkdir()
        war.mkdir()
        finish(stand.config(peace, workers=2))
        wanted = result(peace)
        stand.messages.clear()
        config = stand.config(war, workers=2)
        for round_ in range(kills):
            stand.published = (round_ + 1) * len(stories) // (kills + 1)
            _start_and_kill(config, chance)
        stand.published = len(stories)
        time.sleep(1.1)  # the feeds' own interval
        finish(config)
        return _report(kills, stand, war, wanted)


def _start_and_kill(config: Path, chance: random.Random) -> None:
    process = monitor(config, "run")
    time.sleep(chance.uniform(SHORTEST, LONGEST))
    if process.poll() is not None:
        raise RuntimeError(f"it ended by itself: {(config.parent / 'log').read_text()}")
    process.send_signal(signal.SIGKILL)
    process.wait()


def result(folder: Path) -> Outcome:
    store = Store(f"sqlite:///{folder}/monitor.db")
    found = outcome(store)
    store.close()
    return found


def _report(kills: int, stand: Newsstand, folder: Path, wanted: Outcome) -> Report:
    found = result(folder)
    lines = (folder / "alerts.jsonl").read_text("utf-8").splitlines()
    written = Counter(json.loads(line)["event"] for line in lines)
    posted = Counter(json.dumps(message, sort_keys=True) for message in stand.messages)
    per_channel = len(wanted.alerts) // 2
    return Report(
        kills=kills,
        articles=found.articles,
        matches=sum(map(len, found.events)),
        events=len(found.events),
        alerts=len(found.alerts),
        lost=2 * per_channel - len(written) - len(posted),
        repeated=written.total() - len(written) + posted.total() - len(posted),
        # Scores lean on what was judged before, and a kill changes the order.
        same=replace(found, scores={}) == replace(wanted, scores={}),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--write", type=Path, help="a Markdown file for the result")
    given = parser.parse_args()
    report = kill_at_random(given.kills, random.Random(given.seed))
    sys.stdout.write(f"{report}\n")
    if given.write:
        given.write.write_text(
            f"# Killed at random\n\n`make bench-kill`, {datetime.now(UTC):%Y-%m-%d}, "
            f"{platform.platform()}, Python {platform.python_version()}, "
            f"random seed {given.seed}.\n\n{report}.\n",
            encoding="utf-8",
        )
    sys.exit(0 if report.good else 1)


if __name__ == "__main__":
    main()
